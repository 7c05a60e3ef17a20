"""A name column beside its code column."""

from __future__ import annotations

from typing import Any

CODE = {"name": "XZQHDM", "type": "string", "codelist": "towns"}


def test_the_name_must_be_one_of_the_code(plan_of: Any, said: Any, column_of: Any) -> None:
    plan = plan_of({"type": "string", "label_of": "XZQHDM"}, CODE)
    code = plan_of(CODE)
    assert plan.needs == ("XZQHDM",)
    codes = code.judge(column_of(["01", "01", " 01", "1", "99", "", "02", "03"]))
    names = column_of(["东区", "East", "西区", "西区", "东区", "东区", "", "同名"])
    found = said(plan.judge(names, None, {"XZQHDM": codes.values}))
    assert [(each.row, each.code, each.fix, each.safe) for each in found] == [
        (2, "row.label-differs", "东区", False),
        (3, "row.label-differs", "东区", False),
    ]
    assert found[0].params == {"expected": "东区", "code": "01"}


def test_without_the_code_column_nothing_is_said(plan_of: Any, said: Any, column_of: Any) -> None:
    plan = plan_of({"type": "string", "label_of": "XZQHDM"}, CODE)
    assert said(plan.judge(column_of(["西区"]), None, {})) == []
