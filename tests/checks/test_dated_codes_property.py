"""Codes with a date for each row: judging the whole column says what judging each cell says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.standards.codelists import CodeTable
from gongshu.standards.model import Code, CodelistUse, Kind, Reference, Standard
from gongshu.validators.parsing.codes import EPOCH, codes
from gongshu.validators.parsing.reading import Reading

DAY = date(2026, 3, 31)
days = st.dates(date(2000, 1, 1), date(2000, 1, 20))
edges = st.none() | days


@st.composite
def lists(draw: st.DrawFn) -> CodeTable:
    rows = []
    for code in ("01", "02", "3"):
        cuts = sorted(draw(st.lists(days, max_size=4, unique=True)))
        starts = [draw(st.sampled_from([None, *cuts[:1]])), *(cut + timedelta(days=1) for cut in cuts)]
        for first, last in zip(starts, [*cuts, draw(st.none() | st.just(date(2030, 1, 1)))]):
            if (first is None or last is None or first <= last) and draw(st.booleans()):
                name = draw(st.sampled_from(["甲", "乙", ""]))
                rows.append(Code(code, name_zh=name, valid_from=first, valid_to=last))
    return CodeTable(Standard("list", "1", Kind.CODELIST, codes=tuple(rows)))


@pytest.mark.parametrize("by", ["code", "name", "either"])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_columns_say_what_cells_say(by: str, data: st.DataObject) -> None:
    table = data.draw(lists())
    domain = codes(CodelistUse(Reference("list", "1"), by=by, as_of="day"), table, DAY)
    cells = data.draw(st.lists(st.tuples(st.sampled_from(["01", "02", "3", "03", "甲", "乙", ""]), days), max_size=12))
    column = pa.array([text for text, _ in cells], pa.string())
    on = np.array([(day - EPOCH).days for _, day in cells], np.int64)
    right = domain.screen_on(column, on)
    assert right is not None
    for (text, day), accepted in zip(cells, right.tolist()):
        reading = domain.read(text, 0, day)
        assert accepted == (text != "" and isinstance(reading, Reading) and reading.damage is None)


@st.composite
def trees(draw: st.DrawFn) -> CodeTable:
    """Codes whose parents, levels and names change with time, dated and undated side by side."""
    rows = []
    for code in ("1", "2", "3", "4"):
        cuts = sorted(draw(st.lists(days, max_size=3, unique=True)))
        starts = [None, *(cut + timedelta(days=1) for cut in cuts)]
        for first, last in zip(starts, [*cuts, None]):
            if draw(st.integers(0, 3)):
                parent = draw(st.sampled_from(["", *"1234"[: int(code) - 1]]))  # no cycles
                name, level = draw(st.sampled_from(["甲", "乙", ""])), draw(st.sampled_from(["a", "b"]))
                rows.append(Code(code, name, parent=parent, level=level, valid_from=first, valid_to=last))
    return CodeTable(Standard("list", "1", Kind.CODELIST, codes=tuple(rows)))


@pytest.mark.parametrize("by", ["code", "name", "either"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_columns_say_what_cells_say_of_places_in_a_tree(by: str, data: st.DataObject) -> None:
    table, level = data.draw(trees()), data.draw(st.sampled_from(["a", None]))
    use = CodelistUse(Reference("list", "1"), by=by, as_of="day", level=level, below="1" if level is None else None)
    domain = codes(use, table, DAY)
    texts = st.sampled_from(["1", "2", "3", "4", "03", "甲", "乙", "x", ""])
    for _ in range(2):  # the second block meets the answers of the first
        cells = data.draw(st.lists(st.tuples(texts, days | st.sampled_from([date.min, date.max])), max_size=12))
        column = pa.array([text for text, _ in cells], pa.string())
        right = domain.screen_on(column, np.array([(day - EPOCH).days for _, day in cells], np.int64))
        screened = domain.screen(column).ok  # None where all are right
        sure = [True] * len(cells) if screened is None else screened.tolist()
        assert right is not None
        for (text, day), accepted, certain in zip(cells, right.tolist(), sure):
            reading = domain.read(text, 0, day)
            good = text != "" and isinstance(reading, Reading) and reading.damage is None
            assert accepted == good
            assert certain <= good
