"""What a plan needs, what switches a check off, and what happens to patterns that never end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from gongshu.standards.faults import StandardFault
from gongshu.standards.model import Constraints, Field, Identifier, Table
from gongshu.validators import batch
from gongshu.validators.column import compile_column
from gongshu.validators.values import Values

DAY = {"name": "day", "type": "date"}


def test_codes_are_judged_on_the_date_of_their_row(plan_of: Any, said: Any, column_of: Any) -> None:
    plan = plan_of({"type": "string", "codelist": {"list": "towns", "by": "code", "as_of": "day"}}, DAY)
    assert plan.needs == ("day",)
    days = plan_of(DAY).judge(column_of(["2019-12-31", "2020-01-01", "2025-01-01", "2024-12-31", "", "2019-01-01"]))
    found = said(plan.judge(column_of(["05", "05", "06", "06", "05", "01"]), None, {"day": days.values}))
    assert [(each.row, each.code) for each in found] == [
        (1, "cell.code-withdrawn"),
        (3, "cell.code-unknown"),
        (4, "cell.code-withdrawn"),
    ]


def test_a_check_that_is_off_says_nothing_and_still_repairs(context: Any, column_of: Any) -> None:
    field = Field("cell", "date")
    quiet = replace(context, severity=lambda code, rule, default: None)
    judged = compile_column(field, Table((field,)), quiet).judge(column_of([" 2024-01-05", "x"]))
    assert judged.faults == []
    assert judged.text.to_pylist() == ["2024-01-05", "x"]
    assert judged.failed.tolist() == [False, True]


def test_a_field_sets_its_own_severity(context: Any, column_of: Any) -> None:
    field = Field("cell", "date", severity="info")
    judged = compile_column(field, Table((field,)), context).judge(column_of(["x"]))
    assert [fault.severity.value for fault in judged.faults] == ["info"]


def test_a_pattern_without_end_is_not_checked(context: Any, column_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongshu.validators.checks.pattern.LIMIT", 0.05)
    field = Field("cell", constraints=Constraints(pattern=r"(?=a)(a|aa)+(?<!b)c(?!d)"))
    judged = compile_column(field, Table((field,)), context).judge(column_of(["a" * 60, "aac"]))
    assert judged.faults == []
    assert [(each.code, each.columns, each.reason) for each in judged.not_checked] == [
        ("cell.pattern", ("cell",), "timeout")
    ]


def test_a_cell_that_the_reader_found_in_error_is_skipped(plan_of: Any, said: Any, column_of: Any) -> None:
    judged = plan_of({"type": "date"}).judge(column_of(["#N/A"]), np.array([batch.ERROR], np.uint8))
    assert said(judged) == []
    assert judged.failed.tolist() == [True]


def test_numbers_share_one_exact_scale(plan_of: Any, column_of: Any) -> None:
    judged = plan_of({"type": "number"}).judge(column_of(["1.5", "2", "1,000.125", ""]))
    assert judged.values == Values("number", judged.values.data, judged.values.present, 3)
    assert judged.values.data[:3].tolist() == [1500, 2000, 1000125]
    assert judged.values.present.tolist() == [True, True, True, False]


def test_numbers_beyond_64_bits_stay_exact(plan_of: Any, column_of: Any) -> None:
    values = plan_of({"type": "number"}).judge(column_of(["99999999999999999999.1", "0.5"])).values
    assert [str(each) for each in values.data] == ["99999999999999999999.1", "0.5"]


def test_nothing_is_judged_of_no_rows(plan_of: Any, column_of: Any) -> None:
    for kind in ("string", "date", "number", "boolean"):
        judged = plan_of({"type": kind}).judge(column_of([]))
        assert judged.faults == []
        assert len(judged.text) == 0


def test_a_plan_counts_its_checks(context: Any) -> None:
    field = Field("cell", "number", precision=3, constraints=Constraints(required=True, minimum="0", maximum="9"))
    assert compile_column(field, Table((field,)), context).checks == 5


@pytest.mark.parametrize(
    "field",
    [
        Field("cell", identifier=Identifier("no-such")),
        Field("cell", constraints=Constraints(pattern="(")),
        Field("cell", "number", constraints=Constraints(minimum="low")),
    ],
)
def test_a_field_that_means_nothing_is_a_fault_of_the_standard(field: Field, context: Any) -> None:
    with pytest.raises(StandardFault):
        compile_column(field, Table((field,)), context)


def test_the_reference_date_decides(context: Any, column_of: Any, plan_of: Any) -> None:
    field = plan_of({"type": "string", "codelist": "towns"}).field
    later = replace(context, as_of=date(2025, 1, 1))
    assert compile_column(field, Table((field,)), later).judge(column_of(["06"])).faults == []
