"""The checks of one cell, for people and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gongshu.standards.model import Basis
from gongshu.validators.cellchecks import SPELLING, CellCheck, CellChecks
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.reports.sampletext import plain
from gongshu.validators.reports.terms import derived
from gongshu.validators.reports.words import finding_words, quoted, say

_LIMITS = ("expected", "limit", "identifier", "pattern", "list", "target")


def cell_lines(found: CellChecks, lang: str) -> Iterator[str]:
    """The cell first, then a line a check, below it what it found; last where the standard says so."""
    value = quoted(found.value) if found.value else say("report.empty-value", lang)
    yield say("cell-checks.head", lang, place=found.place, column=found.column, value=value)
    if found.field is None:
        yield say("cell-checks.no-field", lang)
        return
    counts = {name: sum(each.status == name for each in found.checks) for name in ("passed", "failed")}
    for number, each in enumerate(found.checks, 1):
        status = say(f"cell-checks.{each.status}", lang)
        limit = limit_words(each, lang)
        asked = f"{check_words(each, lang)}{say('cell-checks.limit', lang, limit=limit) if limit else ''}"
        yield f"{number:>3}. {status}  {asked}  [{each.code}]"
        if each.reason is not None:
            yield f"       {say(f'cell-checks.reason-{each.reason}', lang)}"
        for finding in each.findings:
            yield f"       {finding_words(finding, lang, 'message', file=found.file)}  [{finding.code}]"
            yield f"       {finding_words(finding, lang, 'help', file=found.file)}"
    for ground in dict.fromkeys(basis_words(each.basis) for each in found.checks if each.basis is not None):
        if ground:
            yield say("cell-checks.basis", lang, basis=ground)
    yield say("cell-checks.sum", lang, count=len(found.checks), **counts)


def cell_document(found: CellChecks, lang: str) -> dict[str, Any]:
    """The same as JSON-able data."""
    return {
        "file": found.file.name,
        "place": found.place,
        "row": found.row,
        "line": found.line,
        "column": found.column,
        "field": found.field,
        "value": found.value,
        "checks": [
            {
                "code": each.code,
                "status": each.status,
                "rule": each.rule,
                "reason": each.reason,
                "limit": limit_words(each, lang) or None,
                "params": plain({name: value for name, value in each.params.items() if value is not None}),
                "basis": None
                if each.basis is None
                else {name: getattr(each.basis, name) for name in ("title", "clause", "source", "confidence")},
                "findings": [
                    {
                        "code": one.code,
                        "severity": str(one.severity),
                        "reason": one.reason,
                        "message": finding_words(one, lang, "message", file=found.file),
                        "help": finding_words(one, lang, "help", file=found.file),
                    }
                    for one in each.findings
                ],
            }
            for each in found.checks
        ],
    }


def check_words(check: CellCheck, lang: str) -> str:
    """What a check asks, without its limit."""
    name = check.code.replace(".", "-")
    if check.code == "key.duplicate":
        name = f"key-{check.params.get('role', 'unique')}"
    text = say(f"cell-checks.of-{name}", lang)
    return check.code if text == f"cell-checks.of-{name}" else text


def limit_words(check: CellCheck, lang: str) -> str:
    """The limit that a check goes by; empty where it has none."""
    if check.code in SPELLING:
        return ""
    if check.code == "row.rule":
        return f"{check.rule or ''} {check.params.get('check', '')}".strip()
    like = Finding(check.code, Severity.ERROR, 1, rule=check.rule, params=check.params)
    params = {**check.params, **derived(check.params, like, lang)}
    parts = [str(params[name]) for name in _LIMITS if params.get(name)]
    return parts[0] if parts else ""


def basis_words(basis: Basis) -> str:
    """Title, clause and source, as far as they are told."""
    return " · ".join(dict.fromkeys(each for each in (basis.title, basis.clause, basis.source) if each))
