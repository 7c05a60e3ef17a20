"""The report for people at a console: the verdict first, then column by column what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from rich.cells import cell_len

from gongshu.standards.console import PLAINER
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.folding import Entry, groups
from gongshu.validators.reports.ranking import ranking_lines
from gongshu.validators.reports.steps import next_steps
from gongshu.validators.reports.words import (
    about,
    answer,
    detail_words,
    not_checked_words,
    place,
    say,
)
from gongshu.validators.reports.wrapping import pad, wrap

SHOWN = 5  # samples of one finding, unless more are asked for
PORTION = 1000  # lines written at once
_STYLES = {"error": "31", "warning": "33", "info": "36", "good": "32", "bad": "31", "strong": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Look:
    """How the console prints."""

    lang: str
    width: int = 80
    color: bool = False
    shown: int = SHOWN
    standard: str | None = None  # as the user wrote it

    def style(self, text: str, name: str) -> str:
        """The text in a style, or as it is without colour."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.color else text


def write(
    report: Report,
    out: BinaryIO,
    *,
    lang: str,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
    shown: int = SHOWN,
    quiet: bool = False,
    standard: str | None = None,
    **_: Any,
) -> None:
    """Text in the console's encoding; what it cannot print is replaced, never a fault."""
    look = Look(lang, max(40, width), color, shown, standard)
    lines = verdict_lines(report, look) if quiet else report_lines(report, look)
    while portion := list(islice(lines, PORTION)):
        out.write(encoded("\n".join(portion) + "\n", encoding))


def encoded(text: str, encoding: str) -> bytes:
    """The text in that encoding: typographic marks give way to plain ones, everything else to a `\\u` escape."""
    return text.encode(encoding, PLAINER)


def report_lines(report: Report, look: Look) -> Iterator[str]:
    """Every line of the report."""
    yield from verdict_lines(report, look)
    for line in ranking_lines(report, look.lang) if len(report.files) > 1 else ():
        indent = "  " if line.startswith("  ") else ""
        yield from wrap(line.strip(), look.width, indent=indent, hanging="    ")
    for file in report.files:
        yield ""
        yield from _file(file, report, look)


def verdict_lines(report: Report, look: Look) -> Iterator[str]:
    """The answer in words."""
    if any(file.standard is None and file.verdict != Verdict.UNREADABLE for file in report.files):
        yield from (look.style(line, "strong") for line in wrap(say("report.structure-only", look.lang), look.width))
    style = "good" if report.verdict == Verdict.CONFORMS else "bad"
    yield from (look.style(line, style) for line in wrap(answer(report, look.lang), look.width))
    if len(report.files) > 1:
        by_verdict = {str(each): sum(file.verdict == each for file in report.files) for each in Verdict}
        yield from wrap(say("report.summary", look.lang, count=len(report.files), **by_verdict), look.width)


def _file(file: FileReport, report: Report, look: Look) -> Iterator[str]:
    lang = look.lang
    first, *more = about(file, report, lang)
    yield look.style("\n".join(wrap(first, look.width)), "strong")
    for line in more:
        yield from wrap(line, look.width)
    for title, found in groups(file, lang):
        yield ""
        yield from (look.style(line, "strong") for line in wrap(title, look.width))
        for entry in found:
            yield from _entry(entry, file, look)
    yield ""
    yield from _ending(file, look)


def _entry(entry: Entry, file: FileReport, look: Look) -> Iterator[str]:
    lang, finding = look.lang, entry.finding
    times = say("report.times", lang, count=f"{finding.count:,}")
    level = say(f"report.severity-{finding.severity}", lang)
    title = entry.words("title", lang, file)
    first, *more = wrap(f"{level} {times}  {title}  [{finding.code}]", look.width, indent="  ", hanging="    ")
    yield first.replace(level, look.style(level, str(finding.severity)), 1)
    yield from more
    count = min(look.shown, len(finding.samples))
    widest = max((cell_len(place(each, lang, file)) for each in islice(finding.samples, count)), default=0)
    for sample in islice(finding.samples, count):
        where = place(sample, lang, file)
        if (where or sample.value) and finding.code not in _OF_THE_HEADER:
            detail = detail_words(finding, sample, file, lang)
            start = f"    {pad(where, widest)}  "
            yield from (
                wrap(start + detail, look.width, hanging=" " * (6 + widest))
                if not detail
                else [
                    (start if number == 0 else " " * len(" " * (6 + widest))) + line
                    for number, line in enumerate(wrap(detail, look.width - 6 - widest))
                ]
            )
    if finding.count > count and count:
        yield from wrap(say("report.more", lang, count=f"{finding.count - count:,}"), look.width, indent="    ")
    yield from wrap(entry.advice(lang, file), look.width, indent="    ")


_OF_THE_HEADER = frozenset({"table.column-missing", "table.header-missing"})  # their place says nothing


def _ending(file: FileReport, look: Look) -> Iterator[str]:
    """What was looked at, what was not, and what to do next."""
    lang = look.lang
    if file.rows == 0:
        yield from wrap(say("report.no-rows", lang), look.width)
    if any(len(each.samples) < each.count and each.samples for each in file.findings):
        shown = sum(min(look.shown, len(each.samples)) for each in file.findings)
        total = sum(each.count for each in file.findings)
        yield from wrap(say("report.cut", lang, shown=shown, count=f"{total:,}"), look.width)
    if file.checked:
        yield from wrap(say("report.checked", lang, checked=file.checked), look.width)
    if file.not_checked:
        yield from wrap(say("report.not-checked", lang, count=len(file.not_checked)), look.width)
        for each in file.not_checked:
            what = each.rule or each.code or "、".join(each.columns)
            text = say("report.not-checked-item", lang, what=what, reason=not_checked_words(each.reason, lang))
            yield from wrap(text, look.width, indent="  - ", hanging="    ")
    if file.publishable:
        yield from wrap(say("report.publishable", lang), look.width)
    steps = next_steps(file, lang, look.standard)
    if steps:
        yield look.style(say("report.next", lang), "strong")
        for step in steps:
            yield from wrap(step, look.width, indent="  ", hanging="    ")
