"""Every code has a bad example that gives it and a good one that does not: one folder a code.

A folder holds `bad.*` and `good.*` (or `expected.yaml` says `made: true`: see generated.py), a `standard.yaml` where a
standard is needed, and `expected.yaml`: what else the finding says (`columns`, `rows`, `reason`, `rule`), and how it is
asked for (`bounds`, `masked`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from generated import examples

from gongshu.standards.registry import Registry
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.report import Verdict
from gongshu.validators.validation import validate
from gongshu.validators.vocabulary import CODES

HERE = Path(__file__).parent
FOLDERS = sorted(path for path in HERE.iterdir() if (path / "expected.yaml").is_file())
LISTS = HERE.parent / "semantics" / "standards"
WITHOUT = {  # group -> why its codes have no file as an example
    "interface": "they are told of a running service, not of a file",
    "metadata": "they are told of a catalogue record by the publishers' metadata profiles",
}


def found(folder: Path, side: str, expected: dict[str, Any], tmp_path: Path) -> tuple[Verdict, list[Finding]]:
    if expected.get("made"):
        name, data = examples(folder.name)[side == "good"]
        source = tmp_path / name
        source.write_bytes(data)
    else:
        (source,) = folder.glob(f"{side}.*")
    standard = folder if (folder / "standard.yaml").is_file() else None
    asked: dict[str, Any] = {"as_of": "2026-03-31", "registry": Registry((LISTS,))}
    asked |= {name: expected[name] for name in ("bounds", "masked") if name in expected}
    report = validate(source, standard=standard, **asked)
    return report.verdict, [finding for file in report.files for finding in file.findings]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_bad_example_gives_the_code_and_the_good_one_nothing_worse(folder: Path, tmp_path: Path) -> None:
    expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))
    _, findings = found(folder, "bad", expected, tmp_path)
    told = [each for each in findings if each.code == folder.name]
    assert told, [each.code for each in findings]
    finding = told[0]
    for name in ("reason", "rule"):
        assert expected.get(name, getattr(finding, name)) == getattr(finding, name)
    assert tuple(expected.get("columns", finding.columns)) == finding.columns
    if "rows" in expected:
        assert [sample.row for sample in finding.samples] == expected["rows"]
    verdict, good = found(folder, "good", expected, tmp_path)
    assert verdict is Verdict.CONFORMS
    assert not [each for each in good if each.severity is not Severity.INFO]
    assert folder.name not in {each.code for each in good}


def test_every_code_has_an_example() -> None:
    due = {code for code in CODES if code.partition(".")[0] not in WITHOUT}
    assert {folder.name for folder in FOLDERS} == due
