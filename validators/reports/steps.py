"""What to do next: the commands that follow from a report, ready to be copied."""

from __future__ import annotations

from pathlib import PurePath

from gongshu.validators.finding import SEVERITY_ORDER, Severity
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import say, shell_word
from gongshu.validators.samples import mendable

FIXABLE = frozenset({"csv", "tsv", "xlsx"})  # formats that `gongshu fix` takes


def next_steps(file: FileReport, lang: str, standard: str | None = None) -> list[str]:
    """One sentence a step; `standard` is the standard as the user wrote it."""
    steps = []
    fixable = any(mendable(each.samples) for each in file.findings)
    if fixable and file.format in FIXABLE:
        path = PurePath(file.name)
        named = file.standard and (standard or f"{file.standard.id}@{file.standard.version}")
        used = f" --standard {shell_word(named)}" if named else ""
        output = shell_word(f"{path.stem}.fixed{path.suffix}")
        steps.append(say("report.next-fix", lang, name=shell_word(file.name), standard=used, output=output))
    worst = min(file.findings, key=lambda each: SEVERITY_ORDER[each.severity], default=None)
    if worst is not None and worst.severity != Severity.INFO:
        steps.append(say("report.next-explain", lang, code=worst.code))
    if file.publishable:
        steps.append(say("report.next-publish", lang))
    return steps
