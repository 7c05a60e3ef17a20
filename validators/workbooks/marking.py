"""What a report says of the cells and rows of one sheet: colours, comments, and the words of the problem column."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gongshu.validators.finding import SEVERITY_ORDER, Finding, Sample, Severity
from gongshu.validators.readers.sheetreach import column_number
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import detail_words, finding_words, quoted, say, title_list

COMMENTS = 1000  # comments in one workbook; more of them make it slow to open
PROBLEMS = 8  # problems said in one row
ROWS = 1_048_576  # that a sheet may have
KNOWN = 65_536  # steps from one kind of row to another that are remembered

Place = tuple[int, int]  # row and column of the sheet, from 1
Locate = Callable[[Finding, Sample], tuple[int | None, int | None]]  # row and column, as far as there are any


class Row(NamedTuple):
    """What is said of one row; rows of which the same is said share it."""

    levels: tuple[tuple[int, Severity], ...] = ()  # by column of the sheet
    problems: tuple[str, ...] = ()


class Marks:
    """By place in the sheet: four bytes a row, and what is said of rows once for all that are alike."""

    def __init__(self) -> None:
        self.comments: dict[Place, str] = {}
        self.left_out = 0  # bad cells without a comment
        self._numbers = array("I")  # by row: which of `_kinds` it is
        self._kinds = [Row()]
        self._known: dict[tuple[int, str, int | None, Severity], int] = {}  # a kind with one more mark is which

    def add(self, row: int, column: int | None, level: Severity, words: str, *, often: bool) -> bool:
        """Add a mark, whether the cell had none before; `often`: other rows may have the same words."""
        if row >= len(self._numbers):
            self._numbers.extend(bytes(row + 1 - len(self._numbers)))
        old = self._numbers[row]
        step = (old, words, column, level)
        new = self._known.get(step)
        if new is None:
            new = self._extended(*step)
            if often and len(self._known) < KNOWN:
                self._known[step] = new
        self._numbers[row] = new
        return column is not None and len(self._kinds[new].levels) > len(self._kinds[old].levels)

    def _extended(self, old: int, words: str, column: int | None, level: Severity) -> int:
        levels, problems = self._kinds[old]
        if column is not None and all(each != column for each, _ in levels):
            levels = (*levels, (column, level))
        if words not in problems:
            if len(problems) < PROBLEMS:
                problems = (*problems, words)
            elif problems[-1] != "…":
                problems = (*problems, "…")
        made = Row(levels, problems)
        if made == self._kinds[old]:
            return old
        self._kinds.append(made)
        return len(self._kinds) - 1

    def __getitem__(self, row: int) -> Row:
        """What is said of a row, nothing of most."""
        return self._kinds[self._numbers[row] if row < len(self._numbers) else 0]

    def rows(self) -> Iterator[int]:
        """The rows of which something is said, in their order."""
        return (row for row, number in enumerate(self._numbers) if number)

    def __bool__(self) -> bool:
        return len(self._kinds) > 1


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
        level = say(f"report.severity-{finding.severity}", lang)
        for sample in finding.samples:
            row, column = locate(finding, sample)
            if row is None or row > ROWS:
                continue
            words = _mended(said, sample)
            if not marks.add(row, column, finding.severity, words, often=words is said) or column is None:
                continue
            if len(marks.comments) < COMMENTS:
                detail = detail_words(finding, sample, file, lang)
                marks.comments[row, column] = f"{level} {title}\n{detail}\n{advice}"
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


def _mended(words: str, sample: Sample) -> str:
    fix = sample.fix
    if fix is not None and fix.safe and fix.value and fix.value != sample.value:
        return f"{words} → {quoted(fix.value)}"
    return words
