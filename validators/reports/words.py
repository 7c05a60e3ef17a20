"""A finding in words: its catalogue sentences with the values of the finding and one of its samples put in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from gongshu.standards.messages import entry, sentence
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.terms import derived

LONGEST = 60  # characters of a value that are quoted
_NOT_IN_DOUBLE = re.compile(r"""[\x00-\x1f"$`!\u201c-\u201f]|\\(?:\\|$)""")  # PowerShell ends a text at “ and ” too


def say(code: str, lang: str, /, **params: Any) -> str:
    """A sentence of the catalogue."""
    return sentence(code, params, lang)


def finding_words(finding: Finding, lang: str, part: str, *, sample: Sample | None = None, file: FileReport) -> str:
    """One part (`title`, `message`, `help`) of a finding's words; of the first sample when none is given."""
    first = sample or (finding.samples[0] if finding.samples else None)
    params = parameters(finding, first, lang, file)
    if finding.code in {"row.rule", "dataset.rule"} and not params.get("message"):
        params["message"] = f"{finding.rule or ''} {params.get('check', '')}".strip()
    text = sentence(finding.code, params, lang, part)
    if part == "title" and not text:
        text = sentence(finding.code, params, lang)
    if (
        part in {"title", "message"}
        and params.get("reason")
        and "{reason}" not in str(entry(finding.code, lang).get(part))
    ):
        ending = ("（", "）") if lang == "zh" else (" (", ")")
        full_stop = text[-1:] if text[-1:] in {"。", "."} else ""
        text = f"{text.removesuffix(full_stop)}{ending[0]}{params['reason']}{ending[1]}{full_stop}"
    return text


def parameters(finding: Finding, sample: Sample | None, lang: str, file: FileReport) -> dict[str, Any]:
    """Everything that the words of a finding may use, spoken in `lang`."""
    titles = title_list(finding, file)
    separator = "、" if lang == "zh" else ", "
    fix = sample.fix if sample is not None else None
    mended = {"expected": fix.value} if fix is not None and fix.value else {}
    given = {**mended, **finding.params, **(sample.params if sample is not None else {})}
    value = sample.value if sample is not None else None
    reason = reason_words(finding.code, finding.reason or given.get("reason"), lang)
    return {
        **first_place(given, lang, file),
        **{name: _spoken(each, lang) for name, each in given.items()},
        **{name: _spoken(each, lang) for name, each in derived(given, finding, lang).items()},
        "detail": given.get("detail") or reason,
        "value": quoted(value) if value else say("report.empty-value", lang),
        "column": titles[0] if titles else str(given.get("column", "")),
        "name": finding.columns[0] if finding.columns else str(given.get("name", "")),
        "pointer": (sample.pointer if sample is not None else None) or "",
        "columns": separator.join(titles),
        "rule": finding.rule or "",
        "reason": reason,
        "count": finding.count,
    }


def first_place(given: Mapping[str, Any], lang: str, file: FileReport) -> dict[str, str]:
    """Where the row stands that came first, as people find it."""
    if given.get("first_row") is None:
        return {}
    if given.get("first_line") is None:
        return {"first_place": say("report.row", lang, row=given["first_row"])}
    if given.get("first_pointer"):
        first = Sample(line=given["first_line"], pointer=given["first_pointer"])
        return {"first_place": place(first, lang)}
    name = "report.sheet-line" if file.sheet is not None else "report.line"
    return {"first_place": say(name, lang, line=given["first_line"])}


def reason_words(code: str, reason: str | None, lang: str) -> str:
    """What a reason is called; the reason itself where the catalogue has no word for it."""
    if not reason:
        return ""
    words = entry(code, lang).get("reasons") or {}
    return str(words.get(reason, reason))


def title_list(finding: Finding, file: FileReport) -> list[str]:
    """How the finding's columns are called: as in the file, else as in the standard, else their names."""
    if finding.titles:
        return list(finding.titles)
    return [file.titles.get(name) or name for name in finding.columns]


def quoted(value: str) -> str:
    """The value on one line, what cannot be seen made visible, cut when it is long."""
    short = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    if short.isprintable():  # of all blanks only the plain one is printable
        return short
    return "".join(
        each if each == " " or (each.isprintable() and not each.isspace()) else f"<U+{ord(each):04X}>" for each in short
    )


def place(sample: Sample, lang: str, file: FileReport | None = None) -> str:
    """Where a sample stands, as people find it: the cell, else the sheet's row or the line, else the record."""
    if sample.cell:
        return sample.cell
    if sample.pointer:
        opening, closing = ("（", "）") if lang == "zh" else (" (", ")")
        line = f"{opening}{say('report.line', lang, line=sample.line)}{closing}" if sample.line is not None else ""
        return f"{sample.pointer}{line}"
    if sample.line is not None and file is not None and file.sheet is not None:
        return say("report.sheet-row", lang, sheet=file.sheet, row=sample.line)
    if sample.line is not None:
        return say("report.line", lang, line=sample.line)
    if sample.row is not None:
        return say("report.row", lang, row=sample.row)
    return say("report.byte", lang, byte=sample.byte) if sample.byte is not None else ""


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


def shell_word(text: str) -> str:
    """The text as one word of a command: in cmd.exe and PowerShell as well, where nothing in it forbids that."""
    word = f"./{text}" if text.startswith("-") else text
    single = shlex.quote(word)
    return single if single == word or _NOT_IN_DOUBLE.search(word) else f'"{word}"'


def not_checked_words(reason: str, lang: str) -> str:
    """A reason in words; as it stands where the catalogue has none."""
    found = say(f"not-checked.{reason}", lang)
    return reason if found == f"not-checked.{reason}" else found


def answer(report: Report, lang: str) -> str:
    """The verdict as a sentence."""
    judged = any(file.standard is not None for file in report.files)
    code = "structure-conforms" if report.verdict == Verdict.CONFORMS and not judged else str(report.verdict)
    counts = report.counts
    if code == "nonconforming" and not counts["rows_with_errors"]:
        code = "nonconforming-file"
    return say(f"report.{code}", lang, errors=counts["errors"], rows=counts["rows_with_errors"])


def about(file: FileReport, report: Report, lang: str) -> list[str]:
    """What was judged, by what, and how much was found; one sentence each, the file first."""
    lines = [file.name]
    if file.rows is not None:
        kind = " ".join(each for each in (file.format, file.encoding, file.sheet) if each)
        lines = [say("report.file-line", lang, name=file.name, rows=file.rows, columns=file.columns or 0, format=kind)]
    used, profile = file.standard, report.inputs.get("profile")
    if used is not None:
        title = used.title.get(lang) or used.title.get("zh") or used.title.get("en") or used.id
        status = say(f"report.status-{used.status}", lang)
        lines.append(say("report.standard-line", lang, title=title, id=used.id, version=used.version, status=status))
        if file.detected is not None:
            lines.append(say("report.detected", lang, percent=round(100 * file.detected)))
        if profile:
            lines.append(say("report.profile-line", lang, profile=profile, as_of=report.inputs.get("as_of", "")))
    elif file.verdict != Verdict.UNREADABLE:
        lines.append(_resemblance(file, lang))
    names = (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("infos", Severity.INFO))
    return [*lines, say("report.counts", lang, **{name: file.count(level) for name, level in names})]


def worst_first(file: FileReport) -> tuple[int, int, int]:
    """The rank of a file among many: unreadable ones, then those with most errors, then with most warnings."""
    unreadable = file.verdict is Verdict.UNREADABLE
    return (not unreadable, -file.count(Severity.ERROR), -file.count(Severity.WARNING))


def _resemblance(file: FileReport, lang: str) -> str:
    if not file.looks_like:
        return say("report.looks-like-none", lang)
    best = file.looks_like[0]
    percent = round(100 * float(best.get("score", 0)))
    return say("report.looks-like", lang, id=best.get("id", ""), percent=percent, name=shell_word(file.name))


def _spoken(value: Any, lang: str) -> Any:
    """A parameter in the reader's language: texts by language, lists joined, what cannot be seen made visible."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if {"zh", "en"} & set(value):
            first, second = (value.get("zh"), value.get("en")) if lang == "zh" else (value.get("en"), value.get("zh"))
            return first or second or ""
        return ", ".join(f"{key}={each}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        shown = [str(_spoken(each, lang)) for each in value[:12]]
        return ("、" if lang == "zh" else ", ").join([*shown, "…"] if len(value) > len(shown) else shown)
    if isinstance(value, bool) or not isinstance(value, str):
        return value
    return quoted(value)
