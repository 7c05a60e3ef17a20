"""Laws of judging columns: kernels agree with the judge of one cell, batches do not matter, fixes end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.standards.identifiers import identifier
from gongshu.standards.model import CodelistUse, Constraints, Field, Format, Identifier, Reference, Table
from gongshu.validators.cell import ABSENT, FAILED, PRESENT
from gongshu.validators.column import compile_column
from gongshu.validators.kernels import identifiers as kernels

EASY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

READ = ("iso", "slash", "dot", "cn", "basic")
FIELDS = {
    "text": Field("cell", constraints=Constraints(min_length=2, max_length=6)),
    "pattern": Field("cell", constraints=Constraints(pattern=r"1[3-9]\d{3}|[a-z ]{2}", required=True)),
    "enum": Field("cell", constraints=Constraints(enum=("01", "02", "无"))),
    "fixed": Field("cell", constraints=Constraints(min_length=4, max_length=4)),
    "codes": Field("cell", codelist=CodelistUse(Reference("towns"))),
    "names": Field("cell", codelist=CodelistUse(Reference("towns"), by="name")),
    "either": Field("cell", codelist=CodelistUse(Reference("towns"), by="either", level="county")),
    "date": Field("cell", "date", constraints=Constraints(minimum="1950-01-01", maximum="2025-12-31")),
    "slash": Field("cell", "date", format=Format("%Y/%m/%d", READ)),
    "datetime": Field(
        "cell", "datetime", format=Format(None, READ), constraints=Constraints(minimum="2000-01-01T00:00:00")
    ),
    "time": Field("cell", "time", constraints=Constraints(maximum="18:00:00")),
    "number": Field("cell", "number", precision=9, scale=2, constraints=Constraints(minimum="-5.5", maximum="1000000")),
    "bare": Field("cell", "number", constraints=Constraints(exclusive_minimum="0.05")),
    "integer": Field("cell", "integer", constraints=Constraints(exclusive_maximum="100")),
    "listed": Field("cell", "number", constraints=Constraints(enum=("1.5", "2"))),
    "year": Field("cell", "year"),
    "boolean": Field("cell", "boolean"),
    "citizen": Field("cell", identifier=Identifier("citizen-id")),
    "postcode": Field("cell", identifier=Identifier("postcode")),
}

_ODD = "　\u00a0\u200b\ufeff\x07\x7f\u0085\u202e\t\n\r "
_SEEDS = [
    "13912", "ab", "01", "1", "无", "/", "N/A", "东区", "同名", "10", "05", "06", "2024-02-29", "2023-02-29",
    "1949-12-31",
    "2024/3/5", "2024年3月5日", "20240305", "03/04/2024", "45296", "2024-03-05T10:00:00", "2024-03-05 1:00", "24:00:00",
    "17:59:59", "1,234.50", "-5.5", "-5.51", "1000000.001", "0.05", "1e5", "4.20102E+17", "99", "100", "1.50", "+2",
    ".5",
    "5.", "-", ".", "-.", "1.2.3", "1-2", "99999999999999999999", "0.000000000000000001", "123456789012345678", "true",
    "110101190001010014", "11010119000101009x", "10000", "张三", "第二行，“引”", "𠮷", "（一）", "Ａ１",
    "NaN", "-INF", "1e-999",
]  # fmt: skip
_damaged = st.builds(
    lambda left, seed, right: left + seed + right,
    st.text(_ODD, max_size=1),
    st.sampled_from(_SEEDS),
    st.text(_ODD, max_size=1),
)
_wide = st.sampled_from(_SEEDS).map(lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text))
_noise = st.text("0123456789.-+/,:TeEXx年月日 　\n\x00ａ９a张", max_size=12)
_numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-2000, max_value=2000, places=3).map(str)
_days = st.dates(date(1940, 1, 1), date(2030, 1, 1)).map(str)
cells = st.one_of(st.just(""), st.sampled_from(_SEEDS), _damaged, _wide, _noise, _numbers, _days)
columns = st.lists(cells, max_size=12)


def plan_for(name: str, context: Any, *, strict: bool = False) -> Any:
    field = FIELDS[name]
    table = Table((field,), strict=strict, missing_values=("",) if strict else None)
    return compile_column(field, table, context)


def by_cell(plan: Any, texts: list[str]) -> list[tuple[Any, ...]]:
    """What the judge of one cell says: the definition."""
    found = []
    for row, text in enumerate(texts):
        for each in plan.cell.judge(text).faults:
            found.append((row, each.code, each.rule, each.reason, each.fix, dict(each.params)))
    return sorted(found, key=str)


def by_column(judged: Any) -> list[tuple[Any, ...]]:
    found = []
    for fault in judged.faults:
        for row in fault.rows.tolist():
            detail = fault.describe(row)
            found.append((row, fault.code, fault.rule, fault.reason, detail.fix, dict(detail.params)))
    return sorted(found, key=str)


def exact(values: Any, row: int) -> Any:
    """One value of a column, as the judge of one cell gives it."""
    if values.present is not None and not values.present[row]:
        return None
    if values.kind == "text":
        return values.data[row].as_py()
    if values.kind == "number":
        each = values.data[row]
        return each if isinstance(each, Decimal) else Decimal(int(each)).scaleb(-values.scale)
    return bool(values.data[row]) if values.kind == "boolean" else int(values.data[row])


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", FIELDS)
def test_a_column_is_judged_as_its_cells_are(name: str, strict: bool, context: Any) -> None:
    if strict and FIELDS[name].format.read:
        pytest.skip("a plain Table Schema reads one spelling")
    plan = plan_for(name, context, strict=strict)

    @EASY
    @given(columns)
    def law(texts: list[str]) -> None:
        judged = plan.judge(pa.array(texts, pa.string()))
        assert by_column(judged) == by_cell(plan, texts)
        for row, text in enumerate(texts):
            verdict = plan.cell.judge(text)
            assert (judged.failed is not None and bool(judged.failed[row])) == (verdict.state == FAILED)
            there = judged.values.present is None or bool(judged.values.present[row])
            endless = isinstance(verdict.value, Decimal) and not verdict.value.is_finite()
            assert there == (verdict.state == PRESENT and not endless)  # NaN and INF are NULL to rules
            assert judged.text[row].as_py() == (text if verdict.text is None else verdict.text)
            if there and judged.values.kind != "text":
                assert exact(judged.values, row) == verdict.value, text

    law()


@pytest.mark.parametrize("name", FIELDS)
def test_batches_do_not_matter(name: str, context: Any) -> None:
    plan = plan_for(name, context)

    @EASY
    @given(columns, st.integers(0, 12))
    def law(texts: list[str], cut: int) -> None:
        whole = plan.judge(pa.array(texts, pa.string()))
        # a slice that shares the buffers, as readers give it
        parts = [plan.judge(part) for part in (whole_column(texts)[:cut], whole_column(texts)[cut:])]
        cut = min(cut, len(texts))
        joined = by_column(parts[0]) + [(row + cut, *rest) for row, *rest in by_column(parts[1])]
        assert sorted(joined, key=str) == by_column(whole)
        assert parts[0].text.to_pylist() + parts[1].text.to_pylist() == whole.text.to_pylist()
        values = [exact(parts[0].values, row) for row in range(cut)]
        values += [exact(parts[1].values, row) for row in range(len(texts) - cut)]
        assert values == [exact(whole.values, row) for row in range(len(texts))]

    law()


def whole_column(texts: list[str]) -> Any:
    return pa.array(["before", *texts, "after"], pa.string())[1:-1]


@pytest.mark.parametrize("name", FIELDS)
def test_a_safe_fix_leaves_nothing_to_fix_and_finds_nothing_new(name: str, context: Any) -> None:
    plan = plan_for(name, context)

    @EASY
    @given(cells)
    def law(text: str) -> None:
        first = plan.cell.judge(text)
        mended = [each for each in first.faults if each.fix is not None and each.fix.safe]
        assert len(mended) <= 1
        if not mended:
            assert first.text is None or first.text == text
            return
        again = plan.cell.judge(mended[0].fix.value or "")
        assert again.text is None
        assert {each.code for each in again.faults} == {each.code for each in first.faults} - {mended[0].code}
        assert first.state == (ABSENT if mended[0].fix.value is None else PRESENT)
        assert again.value == first.value or first.state == ABSENT

    law()


def _citizen(region: str, day: date, serial: int, check: str) -> str:
    return f"{region}{day:%Y%m%d}{serial:03d}{check}"


def _mended(name: str, body: str, wrong: bool, check: int) -> str:
    """A body with the check character that makes the rule happy, where one does."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rule = identifier(name, region="skip") if name in ("citizen-id", "uscc") else identifier(name)
    good = [letter for letter in alphabet if rule(body + letter) is None]
    return body + (good[0] if good and not wrong else alphabet[check % 36])


_day = st.dates(date(1900, 1, 1), date(1900, 12, 31)) | st.dates(date(2023, 1, 1), date(2025, 1, 1))
_regions = st.sampled_from(["110101", "420102", "810000", "830000", "999999", "100000", "320594", "42010", "4２0102"])
BODIES = {
    "citizen-id": st.builds(
        lambda region, day, serial: f"{region}{day:%Y%m%d}{serial:03d}", _regions, _day, st.integers(0, 999)
    )
    | st.from_regex(r"\A1101011900[01][0-9][0-4][0-9][0-9]{3}\Z"),
    "uscc": st.builds(
        lambda head, region, body, wrong: head + region + _mended("org-code", body, wrong, 3),
        st.sampled_from(["91", "11", "9A", "Y1", "2X", "N9"]),
        _regions,
        st.text("0123456789ABCDEFGHJKLMNPQRTUWXYIO", min_size=8, max_size=8),
        st.booleans(),
    ),
    "org-code": st.text("0123456789ABCXYZa", min_size=7, max_size=8),
    "division-6": st.sampled_from(["11010", "42010", "90000", "00000", "32059"]),
    "division-9": st.sampled_from(["11010100", "42010200", "42010260", "99010200"]),
    "division-12": st.sampled_from(["11010100100", "42010200x00"]),
    "mobile": st.from_regex(r"\A1[0-9]{9}\Z"),
}


@pytest.mark.parametrize("region", ["default", "any", "province", "skip"])
@pytest.mark.parametrize("name", BODIES)
def test_identifier_kernels_accept_what_the_rule_accepts(name: str, region: str) -> None:
    takes = name.startswith("division") or name in ("citizen-id", "uscc")
    if region != "default" and not takes:
        pytest.skip("the rule has no option")
    options = {} if region == "default" else {"region": region}
    today = date(2024, 6, 30)
    kernel, rule = kernels.kernel(name, options, today), identifier(name, today=today, **options)
    assert kernel is not None

    @EASY
    @given(st.lists(st.builds(_mended, st.just(name), BODIES[name], st.booleans(), st.integers(0, 35)), max_size=6))
    def law(texts: list[str]) -> None:
        accepted = kernel(pa.array(texts, pa.string()))
        accepted = np.ones(len(texts), bool) if accepted is None else accepted
        # the print form of an organisation code, with its hyphen, is left to the rule
        assert [bool(each) for each in accepted] == [rule(text) is None for text in texts]

    law()


def test_every_day_of_the_calendar_is_counted_right(context: Any) -> None:
    plan = plan_for("date", context)
    days = [date(1, 1, 1) + timedelta(days=step) for step in range(0, 3_652_059, 997)] + [date(9999, 12, 31)]
    values = plan.judge(pa.array([day.isoformat() for day in days], pa.string())).values
    assert values.data.tolist() == [(day - date(1970, 1, 1)).days for day in days]
