"""The report as workflow commands: a code host shows each finding at its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import Any, BinaryIO

from gongshu.validators.finding import Sample, Severity
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.folding import Entry, entries
from gongshu.validators.reports.words import answer, detail_words, place, say

SHOWN = 5  # places of one finding; code hosts show few annotations a step
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}


def write(report: Report, out: BinaryIO, *, lang: str, shown: int = SHOWN, **_: Any) -> None:
    """One command a line, errors first; the verdict comes last as plain text."""
    for file in report.files:
        for entry in entries(file.findings):
            for line in _commands(entry, file, lang, shown):
                out.write(line.encode("utf-8", "backslashreplace") + b"\n")
    out.write(_escaped(answer(report, lang), _DATA).encode("utf-8", "backslashreplace") + b"\n")


def _commands(entry: Entry, file: FileReport, lang: str, shown: int) -> Iterator[str]:
    finding = entry.finding
    title = entry.words("title", lang, file)
    placed = islice((each for each in finding.samples if each.row is not None or each.cell), shown)
    for number, (sample, following) in enumerate(pairwise(chain([next(placed, Sample())], placed, [None])), 1):
        assert sample is not None  # noqa: S101 - None comes last
        words = title
        if sample.row is not None or sample.cell:
            words = f"{place(sample, lang, file)} {detail_words(finding, sample, file, lang)}"
        if following is None:
            left = finding.count - number
            if left > 0 and (sample.row is not None or sample.cell):
                words += "\n" + say("report.more", lang, count=f"{left:,}")
            words += "\n" + entry.advice(lang, file)
        at = {"file": file.name}
        if sample.line is not None and file.sheet is None:
            at["line"] = str(sample.line)
        at["title"] = f"{title} [{finding.code}]"
        properties = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in at.items())
        yield f"::{_COMMANDS[finding.severity]} {properties}::{_escaped(words, _DATA)}"


def _escaped(text: str, marks: dict[int, str]) -> str:
    return text.translate(marks)
