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
