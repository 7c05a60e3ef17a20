"""Every point of the semantics, put to every engine that there is."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode gives test folders no package of their own

from suite import HERE, Case, cases, write_data, write_standard

from gongshu.standards.faults import StandardFault, StandardFaults


def local(data: Path, standard: Path | None, case: Case) -> Any:
    """The engine of this machine; returns its report."""
    from gongshu.standards.registry import Registry
    from gongshu.validators.validation import validate

    return validate(
        data,
        standard=standard,
        profile=case.words.get("profile"),
        as_of=case.as_of,
        samples=None,
        registry=Registry((HERE / "standards",)),
    )


ENGINES: dict[str, Callable[[Path, Path | None, Case], Any]] = {"local": local}
ALL = [(case, form) for case in cases() for form in case.formats]
NAMES = [f"{case.id}-{form}" for case, form in ALL]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("case", "form"), ALL, ids=NAMES)
def test_case(case: Case, form: str, engine: str, tmp_path: Path) -> None:
    if "later" in case.words:
        pytest.skip(case.words["later"])
    data, standard = write_data(case, form, tmp_path), write_standard(case, tmp_path)
    if "fault" in case.words:
        with pytest.raises((StandardFault, StandardFaults)) as caught:
            ENGINES[engine](data, standard, case)
        faults = caught.value.exceptions if isinstance(caught.value, StandardFaults) else (caught.value,)
        assert case.words["fault"] in [fault.code for fault in faults]
        return
    report = ENGINES[engine](data, standard, case)
    if "expect" in case.words:
        compare(case.words["expect"], report.files[0].findings, form)
    if "verdict" in case.words:
        assert report.verdict == case.words["verdict"]
    if "publishable" in case.words:
        assert report.publishable is case.words["publishable"]
    if "rows_with_errors" in case.words:
        assert report.files[0].rows_with_errors == case.words["rows_with_errors"]
    if "not_checked" in case.words:
        assert [list(each.columns) for each in report.files[0].not_checked if each.columns] == case.words["not_checked"]


def compare(expected: list[Any], findings: Any, form: str) -> None:
    """The findings are the expected ones: none missing, none invented, each with what the case says of it."""
    wanted = [read(each) for each in expected]
    found = list(findings)
    have = Counter((f.code, tuple(f.columns), tuple(s.row for s in f.samples if s.row is not None)) for f in found)
    for want in wanted:
        matches = [f for f in found if fits(f, want)]
        assert matches, f"not found: {want['key']} {want['more']}; there are {sorted(have)}"
        match = matches[0]
        found.remove(match)
        details(match, want, form)
    assert not found, f"not expected: {[(f.code, f.columns, [s.row for s in f.samples], f.reason) for f in found]}"


def read(expected: list[Any]) -> dict[str, Any]:
    code, columns, rows, *more = expected
    columns = () if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)
    return {"key": (code, columns, tuple(rows)), "more": {"severity": "error", **(more[0] if more else {})}}


def fits(finding: Any, want: dict[str, Any]) -> bool:
    code, columns, rows = want["key"]
    return (
        code in ("*", finding.code)
        and (not columns or tuple(finding.columns) == columns)
        and (not rows or tuple(sample.row for sample in finding.samples) == rows)
        and all(want["more"].get(name) in (None, getattr(finding, name)) for name in ("rule", "reason"))
    )


def details(finding: Any, want: dict[str, Any], form: str) -> None:
    more, rows = want["more"], want["key"][2]
    assert str(finding.severity) == more["severity"]
    assert finding.count == more.get("count", len(rows) or finding.count)
    first = finding.samples[0] if finding.samples else None
    if "fix" in more:
        assert first.fix is not None
        assert first.fix.safe
        assert (first.fix.value or "") == more["fix"]
    if "unsafe" in more:
        assert first.fix is not None
        assert not first.fix.safe
        assert (first.fix.value or "") == more["unsafe"]
    if "nosafe" in more:
        assert all(sample.fix is None or not sample.fix.safe for sample in finding.samples)
    if "nofix" in more:
        assert all(sample.fix is None for sample in finding.samples)
    if "values" in more:
        assert [sample.value for sample in finding.samples] == more["values"]
    if "key" in more:
        assert dict(first.key) == more["key"]
    if "lines" in more:
        assert [sample.line for sample in finding.samples] == more["lines"]
    if "cells" in more and form == "xlsx":
        assert [sample.cell for sample in finding.samples] == more["cells"]
    for name, value in more.get("params", {}).items():
        assert {**finding.params, **first.params}.get(name) == value


def test_there_are_enough_cases() -> None:
    assert len(cases()) >= 120
