"""Every semantic case that is delimited text, mended: nothing new, nothing safe left, and mending again is idle."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "semantics"))  # the cases of semantics serve as data here

from suite import HERE, Case, cases, write_data, write_standard

from gongshu.standards.faults import StandardFault, StandardFaults, UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.repair import fix
from gongshu.validators.report import Report

ALL = [
    (case, form)
    for case in cases()
    for form in case.formats
    if form in ("csv", "text") and not {"later", "fault", "file"} & case.words.keys()
    if case.words.get("standard", True) is not None
]


def counts(report: Report) -> Counter[tuple[str, tuple[str, ...], str | None, str | None]]:
    found: Counter[tuple[str, tuple[str, ...], str | None, str | None]] = Counter()
    for each in report.findings:
        if each.code != "file.bom":
            found[each.code, each.columns, each.rule, each.reason] += each.count
    return found


@pytest.mark.parametrize(("case", "form"), ALL, ids=[f"{case.id}-{form}" for case, form in ALL])
def test_mending_a_case(case: Case, form: str, tmp_path: Path) -> None:
    data, standard = write_data(case, form, tmp_path), write_standard(case, tmp_path)
    options = {
        "standard": standard,
        "profile": case.words.get("profile"),
        "as_of": case.as_of,
        "samples": None,
        "registry": Registry((HERE / "standards",)),
        "bom": False,
    }
    before = data.read_bytes()
    try:
        repair = fix(data, output=tmp_path / "out.csv", **options)  # type: ignore[arg-type]  # the options of fix
    except UsageFault as fault:
        assert fault.code == "usage.fix-encoding"  # noqa: PT017 - another usage fault is a failure
        return
    except (StandardFault, StandardFaults):
        pytest.skip("the suite of semantics judges faulty standards")
    assert data.read_bytes() == before
    if repair.output is None:
        assert repair.report.verdict == "unreadable"
        return
    assert not counts(repair.report) - counts(repair.before)
    left = sum(s.fix is not None and s.fix.safe for each in repair.report.findings for s in each.samples)
    assert left == repair.skipped
    again = fix(repair.output, output=tmp_path / "again.csv", **options)  # type: ignore[arg-type]  # the options of fix
    assert again.cells == 0
    assert (tmp_path / "again.csv").read_bytes() == repair.output.read_bytes()
    if not repair.cells and repair.transcoded is None:
        assert repair.output.read_bytes() == before.removeprefix(b"\xef\xbb\xbf")
