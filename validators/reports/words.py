"""A finding in words: its catalogue sentences with the values of the finding and one of its samples put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gongshu.standards.messages import entry, sentence
from gongshu.validators.finding import Finding, Sample
from gongshu.validators.report import FileReport
from gongshu.validators.reports.terms import derived

_NAMES = re.compile(r"\{\w+\}")
LONGEST = 60  # characters of a value that are quoted


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
    return "".join(
        each if each == " " or (each.isprintable() and not each.isspace()) else f"<U+{ord(each):04X}>" for each in short
    )


def place(sample: Sample, lang: str, file: FileReport | None = None) -> str:
    """Where a sample stands, as people find it: the cell, else the sheet's row or the line, else the record."""
    if sample.cell:
        return sample.cell
    if sample.pointer:
        return sample.pointer
    if sample.line is not None and file is not None and file.sheet is not None:
        return say("report.sheet-row", lang, sheet=file.sheet, row=sample.line)
    if sample.line is not None:
        return say("report.line", lang, line=sample.line)
    if sample.row is not None:
        return say("report.row", lang, row=sample.row)
    return say("report.byte", lang, byte=sample.byte) if sample.byte is not None else ""


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
