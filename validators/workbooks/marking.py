"""What a report says of the cells and rows of one sheet: colours, comments, and the words of the problem column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from gongshu.validators.finding import SEVERITY_ORDER, Finding, Sample, Severity
from gongshu.validators.readers.sheetreach import column_number
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import detail_words, finding_words, quoted, say, title_list

COMMENTS = 1000  # comments in one workbook; more of them make it slow to open
PROBLEMS = 8  # problems said in one row

Place = tuple[int, int]  # row and column of the sheet, from 1
Locate = Callable[[Finding, Sample], tuple[int | None, int | None]]  # row and column, as far as there are any


@dataclass(slots=True)
class Marks:
    """By place in the sheet."""

    levels: dict[Place, Severity] = field(default_factory=dict)
    comments: dict[Place, str] = field(default_factory=dict)
    problems: dict[int, list[str]] = field(default_factory=dict)
    left_out: int = 0  # bad cells without a comment


def marks_of(file: FileReport, lang: str, locate: Locate) -> Marks:
    """The marks of every kept place, worst first. Values come from samples, so personal ones are masked."""
    marks = Marks()
    for finding in sorted(file.findings, key=lambda each: SEVERITY_ORDER[each.severity]):
        if finding.code.startswith(("table.column-", "file.")):
            continue
        title = finding_words(finding, lang, "title", file=file)
        called = ("、" if lang == "zh" else ", ").join(title_list(finding, file))
        said = f"{called}{'：' if lang == 'zh' else ': '}{title}" if called and called not in title else title
        advice = finding_words(finding, lang, "help", file=file)
        for sample in finding.samples:
            row, column = locate(finding, sample)
            if row is None:
                continue
            _problem(marks.problems.setdefault(row, []), said, sample)
            if column is None:
                continue
            place = (row, column)
            marks.levels.setdefault(place, finding.severity)
            if place in marks.comments:
                continue
            if len(marks.comments) < COMMENTS:
                detail = detail_words(finding, sample, file, lang)
                level = say(f"report.severity-{finding.severity}", lang)
                marks.comments[place] = f"{level} {title}\n{detail}\n{advice}"
            else:
                marks.left_out += 1
    return marks


def in_sheet(finding: Finding, sample: Sample) -> tuple[int | None, int | None]:
    """Where a sample of a workbook stands."""
    cell = sample.cell or sample.params.get("cell")
    found = re.fullmatch(r"([A-Z]{1,3})(\d+)", str(cell)) if cell else None
    if found is not None:
        return int(found[2]), column_number(found[1]) + 1
    return sample.line if sample.row is not None else None, None


def _problem(said: list[str], words: str, sample: Sample) -> None:
    fix = sample.fix
    if fix is not None and fix.safe and fix.value and fix.value != sample.value:
        words = f"{words} → {quoted(fix.value)}"
    if words not in said:
        if len(said) < PROBLEMS:
            said.append(words)
        elif said[-1] != "…":
            said.append("…")
