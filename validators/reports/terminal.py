"""The report for people at a console: the verdict first, then column by column what is wrong and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from rich.cells import cell_len

from gongshu.standards.console import PLAINER
from gongshu.standards.messages import sentence
from gongshu.validators.finding import SEVERITY_ORDER, Finding, Sample, Severity
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.folding import Entry, entries, named
from gongshu.validators.reports.words import finding_words, place, quoted, say
from gongshu.validators.reports.wrapping import pad, wrap

SHOWN = 5  # samples of one finding, unless more are asked for
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
    out.write(encoded("\n".join(lines) + "\n", encoding))


def encoded(text: str, encoding: str) -> bytes:
    """The text in that encoding: typographic marks give way to plain ones, everything else to a `\\u` escape."""
    return text.encode(encoding, PLAINER)


def report_lines(report: Report, look: Look) -> Iterator[str]:
    """Every line of the report."""
    yield from verdict_lines(report, look)
    for file in report.files:
        yield ""
        yield from _file(file, report, look)


def verdict_lines(report: Report, look: Look) -> Iterator[str]:
    """The answer in words."""
    if any(file.standard is None and file.verdict != Verdict.UNREADABLE for file in report.files):
        yield from (look.style(line, "strong") for line in wrap(say("report.structure-only", look.lang), look.width))
    counts = report.counts
    judged = any(file.standard is not None for file in report.files)
    answer = "structure-conforms" if report.verdict == Verdict.CONFORMS and not judged else str(report.verdict)
    text = say(f"report.{answer}", look.lang, errors=counts["errors"], rows=counts["rows_with_errors"])
    style = "good" if report.verdict == Verdict.CONFORMS else "bad"
    yield from (look.style(line, style) for line in wrap(text, look.width))
    if len(report.files) > 1:
        by_verdict = {str(each): sum(file.verdict == each for file in report.files) for each in Verdict}
        yield from wrap(say("report.summary", look.lang, count=len(report.files), **by_verdict), look.width)


def _file(file: FileReport, report: Report, look: Look) -> Iterator[str]:
    lang = look.lang
    yield look.style("\n".join(wrap(_headline(file, lang), look.width)), "strong")
    if file.standard is not None:
        used = file.standard
        title = sentence("report.standard-line", {
            "title": used.title.get(lang) or used.title.get("zh") or used.title.get("en") or used.id,
            "id": used.id, "version": used.version, "status": say(f"report.status-{used.status}", lang),
        }, lang)  # fmt: skip
        yield from wrap(title, look.width)
        profile = report.inputs.get("profile")
        if profile:
            yield from wrap(
                say("report.profile-line", lang, profile=profile, as_of=report.inputs.get("as_of", "")), look.width
            )
    elif file.verdict != Verdict.UNREADABLE:
        yield from _resemblance(file, look)
    names = (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("infos", Severity.INFO))
    yield from wrap(say("report.counts", lang, **{name: file.count(level) for name, level in names}), look.width)
    for title, found in groups(file, lang):
        yield ""
        yield from (look.style(line, "strong") for line in wrap(title, look.width))
        for entry in found:
            yield from _entry(entry, file, look)
    yield ""
    yield from _ending(file, look)


def _headline(file: FileReport, lang: str) -> str:
    if file.rows is None:
        return file.name
    details = " ".join(each for each in (file.format, file.encoding, file.sheet) if each)
    return say("report.file-line", lang, name=file.name, rows=file.rows, columns=file.columns or 0, format=details)


def _resemblance(file: FileReport, look: Look) -> Iterator[str]:
    if not file.looks_like:
        yield from wrap(say("report.looks-like-none", look.lang), look.width)
        return
    best = file.looks_like[0]
    percent = round(100 * float(best.get("score", 0)))
    name = shlex.quote(file.name)
    yield from wrap(say("report.looks-like", look.lang, id=best.get("id", ""), percent=percent, name=name), look.width)


def groups(file: FileReport, lang: str) -> list[tuple[str, list[Entry]]]:
    """Findings by the column they stand in, the column with the worst finding first."""
    found: dict[str, list[Entry]] = {}
    for entry in entries(sorted(file.findings, key=lambda each: SEVERITY_ORDER[each.severity])):
        found.setdefault(_group_title(entry.finding, file, lang), []).append(entry)
    return list(found.items())


def _group_title(finding: Finding, file: FileReport, lang: str) -> str:
    if finding.code.startswith("table.column-"):
        return say("report.whole-table", lang)
    if not finding.columns:
        return say("report.whole-file" if finding.code.startswith("file.") else "report.whole-table", lang)
    return ("、" if lang == "zh" else ", ").join(named(finding, file, lang))


def _entry(entry: Entry, file: FileReport, look: Look) -> Iterator[str]:
    lang, finding = look.lang, entry.finding
    times = say("report.times", lang, count=f"{finding.count:,}")
    level = say(f"report.severity-{finding.severity}", lang)
    title = entry.words("title", lang, file)
    first, *more = wrap(f"{level} {times}  {title}  [{finding.code}]", look.width, indent="  ", hanging="    ")
    yield first.replace(level, look.style(level, str(finding.severity)), 1)
    yield from more
    samples = finding.samples[: look.shown]
    places = [place(sample, lang, file) for sample in samples]
    widest = max((cell_len(each) for each in places), default=0)
    for sample, where in zip(samples, places):
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
    if finding.count > len(samples) and samples:
        yield from wrap(say("report.more", lang, count=f"{finding.count - len(samples):,}"), look.width, indent="    ")
    mend = say("report.help", lang) + " "
    help_text = entry.words("help", lang, file)
    yield from wrap(mend.rstrip() + (" " if lang == "en" else "") + help_text, look.width, indent="    ")


def detail_words(finding: Finding, sample: Sample, file: FileReport, lang: str) -> str:
    """What stands in one faulty place, and what should."""
    marks = ("“", "”")
    if sample.value is None and finding.code in {"row.duplicate", "table.row-blank"}:
        return finding_words(finding, lang, "message", sample=sample, file=file)
    values = sample.params.get("values")
    if finding.code == "row.rule" and isinstance(values, Mapping) and values:
        named = ((file.titles.get(name) or name, text) for name, text in values.items())
        return " ".join(f"{title}={marks[0]}{quoted(str(text or ''))}{marks[1]}" for title, text in named)
    parts = [f"{marks[0]}{quoted(sample.value)}{marks[1]}" if sample.value else say("report.empty-value", lang)]
    if sample.fix is not None and sample.fix.safe and sample.fix.value != sample.value:  # equal once masked
        fixed = sample.fix.value
        parts.append(say("report.fix-to", lang, value=quoted(fixed)) if fixed else say("report.fix-empty", lang))
    elif finding.code in _SAID_IN_FULL:
        parts = [finding_words(finding, lang, "message", sample=sample, file=file)]
    elif sample.params.get("expected"):
        parts.append(say("report.expected", lang, expected=quoted(str(sample.params["expected"]))))
    return " ".join(parts)


_SAID_IN_FULL = frozenset(
    {"cell.code-withdrawn", "file.encoding", "file.encoding-mixed", "key.duplicate", "row.label-differs"}
    | {"table.header-blank", "table.row-long", "table.row-short"}
)
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
    steps = list(_next_steps(file, look))
    if steps:
        yield look.style(say("report.next", lang), "strong")
        for step in steps:
            yield from wrap(step, look.width, indent="  ", hanging="    ")


def not_checked_words(reason: str, lang: str) -> str:
    """A reason in words; as it stands where the catalogue has none."""
    found = say(f"not-checked.{reason}", lang)
    return reason if found == f"not-checked.{reason}" else found


def _next_steps(file: FileReport, look: Look) -> Iterator[str]:
    lang = look.lang
    fixable = sum(each.count for each in file.findings if any(s.fix is not None and s.fix.safe for s in each.samples))
    if fixable and file.format in {"csv", "tsv"}:
        path = PurePath(file.name)
        named = file.standard and (look.standard or f"{file.standard.id}@{file.standard.version}")
        used = f" --standard {shlex.quote(named)}" if named else ""
        yield say("report.next-fix", lang, name=shlex.quote(file.name), standard=used,
                  output=shlex.quote(f"{path.stem}.fixed{path.suffix}"))  # fmt: skip
    worst = min(file.findings, key=lambda each: SEVERITY_ORDER[each.severity], default=None)
    if worst is not None and worst.severity != Severity.INFO:
        yield say("report.next-explain", lang, code=worst.code)
    if file.publishable:
        yield say("report.next-publish", lang)
