"""Each table standard passes its conforming example and finds in its failing one what is planted there, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gongshu.validators.validation import validate

HERE = Path(__file__).parent
TABLES = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected.yaml").is_file())
AS_OF = "2026-01-01"


@pytest.mark.parametrize("name", TABLES)
def test_the_conforming_example_has_no_finding(name):
    report = validate(HERE / name / "conforming.csv", standard=name, as_of=AS_OF)
    assert [(each.code, each.columns) for each in report.files[0].findings] == []
    assert report.files[0].verdict == "conforms"
    # whether lone coordinates are shifted cannot be known, and that is said
    assert [each for each in report.files[0].not_checked if each.code != "geo.offset-system"] == []


@pytest.mark.parametrize("name", TABLES)
def test_the_failing_example_has_the_planted_findings(name):
    report = validate(HERE / name / "failing.csv", standard=name, as_of=AS_OF, samples=None)
    planted = yaml.safe_load((HERE / name / "expected.yaml").read_text(encoding="utf-8"))
    found = [
        (sample.row, finding.columns, finding.code, finding.rule if finding.code == "row.rule" else finding.reason)
        for finding in report.files[0].findings
        for sample in finding.samples
    ]
    wanted = [
        (each["row"], tuple(each["columns"]), each["code"], each.get("rule") or each.get("reason")) for each in planted
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize("name", TABLES)
def test_a_draft_is_held_to_warnings_only(name):
    report = validate(HERE / name / "failing.csv", standard=name, profile="draft", as_of=AS_OF)
    errors = {each.code for each in report.files[0].findings if each.severity == "error"}
    assert errors <= {"cell.type"}
