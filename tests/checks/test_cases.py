"""Every fault of a cell, with good and bad examples: one folder of cases a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gongshu.validators import batch
from gongshu.validators.checks import CHECKS
from gongshu.validators.column import ColumnPlan

HERE = Path(__file__).parent


def cases() -> Iterator[Any]:
    for file in sorted(HERE.glob("*/cases.yaml")):
        for number, case in enumerate(yaml.safe_load(file.read_text("utf-8")), 1):
            yield pytest.param(case, id=f"{file.parent.name}-{number}")


@pytest.mark.parametrize("case", list(cases()))
def test_cells_are_judged_as_the_case_says(
    case: dict[str, Any], plan_of: Callable[..., ColumnPlan], said: Any, column_of: Any
) -> None:
    plan = plan_of(case["field"], strict=case.get("strict", False), **case.get("table", {}))
    mark = getattr(batch, case.get("mark", "PLAIN"))
    for text in case.get("good", ()):
        judged = plan.judge(column_of([text]), np.array([mark], np.uint8))
        assert said(judged) == [], text
        assert judged.failed is None, text
    for bad in case.get("bad", ()):
        expected = bad["finds"] if isinstance(bad["finds"], list) else [bad["finds"]]
        judged = plan.judge(column_of([bad["text"]]), np.array([mark], np.uint8))
        found = said(judged)
        assert [each.code for each in found] == expected, bad["text"]
        _as_told(found[0], bad)
        failed = judged.failed is not None and bool(judged.failed[0])
        assert failed == bad.get("failed", False), bad["text"]
        if "fix" in bad and bad.get("safe", True):
            assert judged.text.to_pylist() == [bad["fix"] or ""]


def _as_told(found: Any, bad: dict[str, Any]) -> None:
    assert found.value == bad["text"]
    assert found.severity == bad.get("severity", "error"), bad["text"]
    assert found.reason == bad.get("reason"), bad["text"]
    assert found.fix == bad.get("fix"), bad["text"]
    assert found.safe == (bad.get("safe", True) if "fix" in bad else None), bad["text"]


def test_every_fault_has_cases() -> None:
    folders = {file.parent.name for file in HERE.glob("*/cases.yaml")} | {"label_differs"}
    assert {name.rpartition(".")[2] for name in CHECKS.values()} == folders
