"""What the checks really say is in the vocabulary, has words, and leaves no hole in a sentence."""

from __future__ import annotations

import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "semantics"))  # the cases of semantics serve as data here

from suite import HERE, Case, cases, write_data, write_standard

from gongshu.standards.faults import Fault, StandardFaults
from gongshu.standards.messages import entry
from gongshu.standards.registry import Registry
from gongshu.validators.finding import Finding
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import finding_words
from gongshu.validators.validation import validate
from gongshu.validators.vocabulary import PARAMS

PLACES = {"column", "detail", "name", "reason"}  # what a header finding or a source fault says of its place
HOLE = re.compile(r"[{}]|“”|（）|\(\)|None|\.\.(?!\.)|。。|：。|：$|  +(?=\S)")


@cache
def everything() -> tuple[tuple[FileReport, Finding], ...]:
    """Every finding of every semantic case in the form that needs no workbook."""
    found: list[tuple[FileReport, Finding]] = []
    registry = Registry((HERE / "standards",))
    for case in cases():
        form = next((each for each in case.formats if each in ("csv", "text")), None)
        if form is None or "later" in case.words or "fault" in case.words:
            continue
        found += findings_of(case, form, registry)
    return tuple(found)


def findings_of(case: Case, form: str, registry: Registry) -> list[tuple[FileReport, Finding]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, standard = write_data(case, form, folder), write_standard(case, folder)
        options: dict[str, Any] = {"profile": case.words.get("profile"), "as_of": case.as_of, "registry": registry}
        try:
            report = validate(data, standard=standard, samples=None, **options)
        except (Fault, StandardFaults):  # the suite of semantics judges those
            return []
    return [(file, finding) for file in report.files for finding in file.findings]


def test_parameters_are_those_of_the_vocabulary() -> None:
    strange = set()
    for _, finding in everything():
        for given in (finding.params, *(sample.params for sample in finding.samples)):
            strange |= {(finding.code, name) for name in set(given) - set(PARAMS[finding.code]) - PLACES}
    assert not strange


def test_reasons_have_words() -> None:
    reasons = {(finding.code, finding.reason) for _, finding in everything() if finding.reason}
    for lang in ("zh", "en"):
        assert not {(code, reason) for code, reason in reasons if reason not in entry(code, lang).get("reasons", {})}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sentences_are_whole(lang: str) -> None:
    holes = set()
    for file, finding in everything():
        for part in ("title", "message", "help"):
            for sample in finding.samples or (None,):
                text = finding_words(finding, lang, part, sample=sample, file=file)
                shown = text.replace(sample.value or "", "") if sample is not None and sample.value else text
                if not text or (HOLE.search(shown) and "{" not in str(finding.params) + str(sample)):
                    holes.add((finding.code, part, text))
    assert not holes
