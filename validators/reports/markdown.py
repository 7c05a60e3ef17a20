"""The report as Markdown: one page to send or to paste into an issue; nothing in the data can become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from gongshu.validators.finding import Severity
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.folding import Entry, groups
from gongshu.validators.reports.ranking import department_cells
from gongshu.validators.reports.words import about, answer, detail_words, not_checked_words, place, say, worst_first

SHOWN = 5  # samples of one finding, unless more are asked for
_MARKUP = re.compile(r"([\\`*_\[\]|~$#<>&]|(?<=http):|(?<=https):|(?<=www)\.|^[-+=]|^\d+(?=[.)]))")
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])")
_BLANKS = re.compile(r"\s+")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_MARKS = {"error": "❌", "warning": "⚠️", "info": "💡"}


def write(report: Report, out: BinaryIO, *, lang: str, shown: int = SHOWN, **_: Any) -> None:
    """GitHub-flavoured Markdown in UTF-8."""
    for line in _lines(report, lang, shown):
        out.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def escaped(text: str) -> str:
    """The text on one line, every character that could be markup escaped; mentions and links are not made."""
    plain = _MARKUP.sub(lambda found: _ENTITIES.get(found[0]) or f"\\{found[0]}", _BLANKS.sub(" ", text).strip())
    return _MENTION.sub("@<!-- -->", plain)  # nobody is called into an issue by a value


def _lines(report: Report, lang: str, shown: int) -> Iterator[str]:
    good = report.verdict is Verdict.CONFORMS
    yield f"# {'✅' if good else '❌'} {escaped(answer(report, lang))}"
    if any(file.standard is None and file.verdict != Verdict.UNREADABLE for file in report.files):
        yield ""
        yield escaped(say("report.structure-only", lang))
    if len(report.files) > 1:
        yield ""
        yield from _overview(report, lang)
    for file in report.files:
        yield ""
        yield from _file(file, report, lang, shown)


def _overview(report: Report, lang: str) -> Iterator[str]:
    found = department_cells(report, lang)
    if found:
        yield _row(say("report.department-header", lang).split(","))
        yield "| --- | ---: | ---: | ---: | ---: |"
        yield from (_row([escaped(name), *counts]) for name, *counts in found)
        yield ""
    yield _row(say("report.overview-header", lang).split(","))
    yield "| --- | --- | ---: | ---: | ---: |"
    for file in sorted(report.files, key=worst_first):
        verdict = say(f"report.verdict-{file.verdict}", lang)
        counts = [f"{file.count(level):,}" for level in (Severity.ERROR, Severity.WARNING)]
        yield _row([escaped(file.name), verdict, *counts, f"{file.rows or 0:,}"])


def _file(file: FileReport, report: Report, lang: str, shown: int) -> Iterator[str]:
    yield f"## {escaped(file.name)}"
    yield ""
    for line in about(file, report, lang):
        yield f"- {escaped(line)}"
    for title, found in groups(file, lang):
        yield ""
        yield f"### {escaped(title)}"
        for entry in found:
            yield ""
            yield from _entry(entry, file, lang, shown)
    if file.not_checked:
        yield ""
        yield f"### {escaped(say('report.not-checked', lang, count=len(file.not_checked)))}"
        yield ""
        for each in file.not_checked:
            what = each.rule or each.code or "、".join(each.columns)
            words = say("report.not-checked-item", lang, what=what, reason=not_checked_words(each.reason, lang))
            yield f"- {escaped(words)}"


def _entry(entry: Entry, file: FileReport, lang: str, shown: int) -> Iterator[str]:
    finding = entry.finding
    level = say(f"report.severity-{finding.severity}", lang)
    times = say("report.times", lang, count=f"{finding.count:,}")
    title = escaped(entry.words("title", lang, file))
    yield f"{_MARKS[finding.severity]} **{level} {times}** {title} `{finding.code}`"
    count = 0
    for each in islice(finding.samples, shown):
        if each.row is None and not each.cell and each.byte is None:
            continue
        if not count:
            yield ""
            yield _row(say("report.places-header", lang).split(","))
            yield "| --- | --- |"
        count += 1
        yield _row([escaped(place(each, lang, file)), escaped(detail_words(finding, each, file, lang))])
    if count and finding.count > count:
        yield ""
        yield escaped(say("report.more", lang, count=f"{finding.count - count:,}"))
    yield ""
    yield escaped(entry.advice(lang, file))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
