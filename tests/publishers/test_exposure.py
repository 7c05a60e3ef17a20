"""Numbers of persons that no standard declared are found in every batch that leaves, and in the catalogue entry."""

from __future__ import annotations

import decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.publishers.exposure import exposed, in_metadata
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.identifiers import identifier

CARD = next(
    f"11010119000101001{last}" for last in "0123456789X" if identifier("citizen-id")(f"11010119000101001{last}") is None
)
DIGITS = next(
    int(f"110101190001010{n:02d}{last}")
    for n in range(100)
    for last in "0123456789"
    if identifier("citizen-id")(f"110101190001010{n:02d}{last}") is None
)


def bank_card(number: int) -> str:
    start = f"6222020200{number:08d}"
    return next(start + last for last in "0123456789" if identifier("bank-card")(start + last) is None)


def told(values, kind=None) -> int:
    return exposed(pa.record_batch([pa.array(values, kind)], names=["c"])).get("c", 0)


@pytest.mark.parametrize(
    ("values", "kind", "count"),
    [
        ([f"证号{CARD}。", "无"], None, 1),
        ([DIGITS, 1], pa.int64(), 1),
        ([decimal.Decimal(DIGITS)], pa.decimal128(38, 0), 1),
        ([decimal.Decimal(DIGITS)], pa.decimal128(38, 10), 1),
        ([CARD.replace("1900", "1700")], None, 0),
        (["13912345678"] * 6 + [None] * 50 + [""] * 50, None, 6),
        ([13912345678] * 6, pa.int64(), 6),
        (["13912345678"] * 6 + ["010-1234567890"] * 6, None, 0),
        (["13912345678"] * 4, None, 0),
        ([""] * 400 + ["13912345678"] * 401, None, 401),
        ([bank_card(n) for n in range(9)], None, 9),
        (["E12345678"] * 5, None, 5),
        ([], pa.string(), 0),
        ([None], pa.int64(), 0),
        (["武汉市江岸区沿江大道一百八十八号"] * 9, None, 0),
    ],
)
def test_what_is_one_and_what_is_none(values, kind, count):
    assert told(values, kind) == count


@given(st.lists(st.text(max_size=30), max_size=20), st.text("甲乙 ,。", max_size=5))
def test_a_card_is_found_wherever_it_stands(cells, beside):
    assert told([*cells, f"{beside}{CARD}{beside}"]) >= 1


def test_an_entry_that_names_a_person_is_held_back(office):
    faults = list(in_metadata({"abstract": f"联系人 {CARD}", "items": [{"name": CARD}], "title": "名录"}))
    assert [(each.code, each.params["element"]) for each in faults] == [
        ("gate.metadata-personal", "abstract"),
        ("gate.metadata-personal", "items"),
    ]
    plan = make_plan(office.manifest([{"abstract": f"经办人身份证 {CARD}"}]), as_of="2026-03-31")
    (item,) = plan.items
    assert item.action == "blocked"
    (why,) = [each for each in item.reasons if each["code"] == "gate.metadata-personal"]
    assert why["params"] == {"element": "abstract"}


def test_numbers_behind_the_first_thousand_rows_are_found(office, line):
    late = [f"X{n},{CARD}停车场,1,5.50,2020-02-29,单位,公司,甲乙,," for n in range(9)]
    office.write([*(line(n) for n in range(1, 1101)), *late])
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    (item,) = plan.items
    (why,) = item.reasons
    assert why["code"] == "gate.undeclared-personal"
    assert why["params"]["columns"] == "TCCMC x9"
    assert CARD not in str(plan.document())
