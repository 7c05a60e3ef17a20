"""Many files at a glance: which departments and which files need most work, worst first."""

from __future__ import annotations

from collections.abc import Iterator

from gongshu.validators.departments import departments
from gongshu.validators.finding import Severity
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.words import say, worst_first

SHOWN = 10  # of each in the terminal


def ranked_files(report: Report) -> list[tuple[int, FileReport]]:
    """Every file with its number in the report, worst first."""
    return sorted(enumerate(report.files), key=lambda each: worst_first(each[1]))


def department_cells(report: Report, lang: str) -> list[tuple[str, ...]]:
    """A row a department: its name, files, files that do not conform, errors, warnings. Empty where there are none."""
    return [
        (
            each.name or say("report.no-department", lang),
            f"{len(each.files):,}",
            f"{each.faulty:,}",
            f"{each.count(Severity.ERROR):,}",
            f"{each.count(Severity.WARNING):,}",
        )
        for each in departments(report)
    ]


def ranking_lines(report: Report, lang: str) -> Iterator[str]:
    """For the terminal: departments, then files with something to mend."""
    found = department_cells(report, lang)
    if found:
        yield say("report.ranking-departments", lang)
        for name, files, faulty, errors, warnings in found[:SHOWN]:
            told = {"files": files, "faulty": faulty, "errors": errors, "warnings": warnings}
            yield "  " + say("report.ranking-department", lang, name=name, **told)
        if len(found) > SHOWN:
            yield "  " + say("report.ranking-more", lang, count=len(found) - SHOWN)
    wrong = [file for _, file in ranked_files(report) if file.verdict is not Verdict.CONFORMS]
    if not wrong:
        return
    yield say("report.ranking-files", lang)
    for file in wrong[:SHOWN]:
        if file.verdict is Verdict.UNREADABLE:
            yield "  " + say("report.ranking-unreadable", lang, name=file.name)
            continue
        counts = {"errors": f"{file.count(Severity.ERROR):,}", "warnings": f"{file.count(Severity.WARNING):,}"}
        yield "  " + say("report.ranking-file", lang, name=file.name, **counts)
    if len(wrong) > SHOWN:
        yield "  " + say("report.ranking-more", lang, count=len(wrong) - SHOWN)
