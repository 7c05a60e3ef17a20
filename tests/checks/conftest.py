"""Judges cells through the public door: a pack on disk, `compile_column`, `judge`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from gongshu.standards.codelists import CodeTable
from gongshu.standards.loading import load_folder
from gongshu.standards.model import Code, Kind, Reference, Standard
from gongshu.standards.tableschema import from_table_schema
from gongshu.validators.column import ColumnPlan, Context, Judged, compile_column
from gongshu.validators.finding import Severity

AS_OF = date(2024, 6, 30)
HEAD = {"id": "case", "version": "1.0.0", "kind": "table", "title": {"zh": "例", "en": "Case"}, "status": "draft"}

LISTS: Mapping[str, tuple[Code, ...]] = {
    "towns": (
        Code("01", name_zh="东区", name_en="East", level="county", parent="10"),
        Code("02", name_zh="西区", level="county", parent="10"),
        Code("03", name_zh="同名", level="county", parent="20"),
        Code("04", name_zh="同名", level="county"),
        Code("05", name_zh="旧区", valid_to=date(2019, 12, 31), replaced_by="01"),
        Code("06", name_zh="新区", valid_from=date(2025, 1, 1)),
        Code("07", name_zh="分区", valid_to=date(2020, 12, 31), replaced_by="01,02"),
        Code("10", name_zh="市", level="city"),
        Code("20", name_zh="州", level="city"),
    ),
}


def codes(reference: Reference) -> CodeTable:
    return CodeTable(Standard(reference.id, "1.0.0", Kind.CODELIST, codes=LISTS[reference.id]))


def severity(code: str, rule: str | None, default: str) -> Severity | None:
    return Severity(default)


CONTEXT = Context(as_of=AS_OF, codes=codes, severity=severity)


@dataclass(frozen=True)
class Said:
    """What was said of one cell, flat."""

    row: int
    code: str
    severity: str
    rule: str | None
    reason: str | None
    value: str | None
    fix: str | None
    safe: bool | None
    params: Mapping[str, Any] = field(compare=False, default_factory=dict)


def _said(judged: Judged) -> list[Said]:
    """Every fault of every cell, by row and then as judged."""
    found = []
    for fault in judged.faults:
        assert np.all(np.diff(fault.rows) > 0)
        for row in fault.rows.tolist():
            each = fault.describe(row)
            fix = (None, None) if each.fix is None else (each.fix.value, each.fix.safe)
            what = (fault.code, fault.severity.value, fault.rule, fault.reason, each.value)
            found.append(Said(row, *what, *fix, each.params))
    return sorted(found, key=lambda each: each.row)


def _column_of(text: Sequence[str]) -> Any:
    return pa.array(text, pa.string())


@pytest.fixture(scope="session")
def said() -> Callable[[Judged], list[Said]]:
    return _said


@pytest.fixture(scope="session")
def column_of() -> Callable[[Sequence[str]], Any]:
    return _column_of


@pytest.fixture(scope="session")
def context() -> Context:
    return CONTEXT


@pytest.fixture
def plan_of(tmp_path: Path) -> Callable[..., ColumnPlan]:
    """A field in the words of a pack (or of a Table Schema) to its plan; further fields for those it speaks of."""

    def make(spec: Mapping[str, Any], *more: Mapping[str, Any], strict: bool = False, **top: Any) -> ColumnPlan:
        fields = [{"name": "cell", **spec}, *more]
        if strict:
            table = from_table_schema({"fields": fields, **top}, name="case").table
        else:
            (tmp_path / "standard.yaml").write_text(yaml.safe_dump({**HEAD, "fields": fields, **top}), "utf-8")
            table = load_folder(tmp_path).table
        assert table is not None
        return compile_column(table.fields[0], table, CONTEXT)

    return make
