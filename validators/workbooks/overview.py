"""Several files in one new workbook: a sheet that ranks departments and files, and one that lists what is wrong.

Only samples stand in it, so personal values are masked; the marked copies of the files are made by the hand-back.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from gongshu.validators.finding import Severity
from gongshu.validators.readers.sheetscan import column_letters
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.reports.ranking import department_cells, ranked_files
from gongshu.validators.reports.words import answer, say
from gongshu.validators.workbooks.fresh import text_cell
from gongshu.validators.workbooks.styles import FILLS
from gongshu.validators.workbooks.summary import PLACES, WIDTHS, Line, finding_lines, location

_WIDTHS = (46, 14, 12, 12, 12, 30)
_LEVELS = {Verdict.NONCONFORMING: "warning", Verdict.UNREADABLE: "error"}


def write_overview(report: Report, out: BinaryIO, lang: str) -> None:
    """Write it; files without a fault are ranked, and not listed."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    first, second = (
        book.create_sheet(say("report.sheet-name", lang)),
        book.create_sheet(say("report.found-sheet", lang)),
    )
    starts, found = _found(report, lang)
    _ranking(first, report, lang, {number: location(second.title, f"A{row}") for number, row in starts.items()})
    _listing(second, found, lang)
    book.save(out)


def _ranking(sheet: Any, report: Report, lang: str, links: dict[int, str]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill

    bold, link = Font(bold=True), Font(underline="single", color="0B5CAD")
    for at, width in enumerate(_WIDTHS):
        sheet.column_dimensions[column_letters(at)].width = width
    by_verdict = {str(each): sum(file.verdict == each for file in report.files) for each in Verdict}
    sheet.append([text_cell(sheet, answer(report, lang), WriteOnlyCell, font=bold)])
    for text in (
        say("report.summary", lang, count=len(report.files), **by_verdict),
        say("report.overview-only", lang),
    ):
        sheet.append([text_cell(sheet, text, WriteOnlyCell)])
    found = department_cells(report, lang)
    if found:
        sheet.append([])
        sheet.append(_heading(sheet, "report.department-header", lang))
        for name, *counts in found:
            numbers = [int(each.replace(",", "")) for each in counts]
            sheet.append([text_cell(sheet, name, WriteOnlyCell), *numbers])
    sheet.append([])
    sheet.append([*_heading(sheet, "report.overview-header", lang), *_heading(sheet, "report.department", lang)])
    for number, file in ranked_files(report):
        name = text_cell(sheet, _called(file), WriteOnlyCell)
        if number in links and name is not None:
            name.hyperlink, name.font = f"#{links[number]}", link
        verdict = text_cell(sheet, say(f"report.verdict-{file.verdict}", lang), WriteOnlyCell)
        if file.verdict in _LEVELS:
            verdict.fill = PatternFill("solid", fgColor=FILLS[_LEVELS[file.verdict]])
        errors, warnings = file.count(Severity.ERROR), file.count(Severity.WARNING)
        sheet.append(
            [name, verdict, errors, warnings, file.rows, text_cell(sheet, file.department or "", WriteOnlyCell)]
        )


def _heading(sheet: Any, code: str, lang: str) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    return [text_cell(sheet, each, WriteOnlyCell, font=Font(bold=True)) for each in say(code, lang).split(",")]


def _found(report: Report, lang: str) -> tuple[dict[int, int], list[tuple[FileReport, Line]]]:
    """By the number of each file the row where its findings begin; and all findings with their places."""
    starts: dict[int, int] = {}
    found: list[tuple[FileReport, Line]] = []
    left = PLACES
    for number, file in ranked_files(report):
        if file.findings:
            starts[number] = len(found) + 2  # below the heading
        for line in finding_lines(file, lang, lambda finding, sample: None, left):
            left -= not line.bold
            found.append((file, line))
    return starts, found


def _listing(sheet: Any, found: list[tuple[FileReport, Line]], lang: str) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    for at, width in enumerate((30, *WIDTHS)):
        sheet.column_dimensions[column_letters(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(
        [*_heading(sheet, "report.overview-header", lang)[:1], *_heading(sheet, "report.summary-header", lang)]
    )
    for file, line in found:
        font = Font(bold=True) if line.bold else None
        cells = (_called(file), *line.cells)
        sheet.append([text_cell(sheet, text, WriteOnlyCell, font=font) for text in cells])


def _called(file: FileReport) -> str:
    return f"{file.name} · {file.sheet}" if file.sheet else file.name
