"""The marks that a workbook brings along from the last time: found, so that new ones replace them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gongshu.standards.messages import languages
from gongshu.validators.ownmarks import own_sheet, problem_column, problem_columns
from gongshu.validators.readers.sheetscan import sheet_parts
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import say
from gongshu.validators.workbooks.marking import in_sheet
from gongshu.validators.workbooks.package import Package
from gongshu.validators.workbooks.sheetxml import Edit, Sheet, attribute

HEAD = 60  # rows of a summary sheet in which its header stands
_NUMBERED = re.compile(r" \(\d+\)$")

Edits = dict[int, dict[int, Edit]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The problem column (from 1) and the name of the summary sheet of the last time, if there are any."""

    column: int | None = None
    summary: str | None = None

    def __bool__(self) -> bool:
        return self.column is not None or self.summary is not None


def earlier_marks(package: Package, file: FileReport) -> Earlier:
    """What an earlier marking left; nothing in a workbook that was never marked."""
    column = _of_the_findings(file)
    named = {say("report.sheet-name", lang) for lang in languages()}
    summary = None
    for name in sheet_parts(package.archive):
        if _NUMBERED.sub("", name) in named and own_sheet(name, _rows(package, name, HEAD)):
            summary = name
    if column is None and summary is not None and file.sheet is not None:  # without a standard nobody looked for it
        line = file.header_line or 1
        rows = _rows(package, file.sheet, line)
        at = problem_column([str(each) for each in rows[line - 1]]) if len(rows) >= line else None
        column = at + 1 if at is not None else None
    return Earlier(column, summary)


def stale(sheet: Sheet, earlier: Earlier, heading: int, ours: Callable[[int], bool]) -> Edits:
    """What takes the old marks away: words of the problem column, and our fills in the rows that it speaks of."""
    edits: Edits = {}
    for row, _, content, end in sheet.rows() if earlier else ():
        if row <= heading:
            continue
        cells = list(sheet.cells(row, content, end))
        if earlier.column is not None and not any(at == earlier.column and body for at, _, body in cells):
            continue
        mine = edits.setdefault(row, {})
        for at, opening, _ in cells:
            if at == earlier.column:
                mine[at] = Edit(text="")
            elif ours(int(attribute(opening[1], b"s") or 0)):
                mine[at] = Edit(level="")
    return edits


def keeps_colors(package: Package) -> bool:
    """Whether the program that saved it last keeps a colour under another; LibreOffice puts one of its own."""
    part = "docProps/app.xml"
    return part not in package or b"<Application>LibreOffice" not in package.read(part)


def _of_the_findings(file: FileReport) -> int | None:
    for finding in file.findings:
        if finding.code == "table.column-extra" and finding.columns and finding.columns[0].strip() in problem_columns():
            return next((column for each in finding.samples for _, column in [in_sheet(finding, each)]), None)
    return None


def _rows(package: Package, sheet: str, count: int) -> list[list[object]]:
    """The first rows of a sheet, from the first of all, as they read."""
    from python_calamine import CalamineError, CalamineWorkbook

    stream = package.stream
    stream.seek(0)
    try:
        found = CalamineWorkbook.from_filelike(stream).get_sheet_by_name(sheet)
        return [list(row) for row in found.to_python(skip_empty_area=False, nrows=count)]
    except CalamineError:
        return []
