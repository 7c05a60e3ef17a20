"""A new workbook out of a table of any format: its cells as text, bad ones coloured, problems, and a summary sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from gongshu.validators.finding import Finding, Sample
from gongshu.validators.readers.sheetscan import column_letters
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.words import say
from gongshu.validators.workbooks.marking import ROWS, Locate, Marks, marks_of
from gongshu.validators.workbooks.sheetxml import LONGEST
from gongshu.validators.workbooks.styles import FILLS
from gongshu.validators.workbooks.summary import LINK_AT, WIDTHS, lines, location

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_fresh(source: Any, out: BinaryIO, file: FileReport, report: Report, lang: str, *, own: bool = False) -> None:
    """Write it. `own`: the user gave a workbook that could not be patched, and the summary says so."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    remarks = [say("report.workbook-colors", lang), say("report.workbook-own", lang)]
    if own:
        remarks.append(say("report.workbook-new", lang))
    name = say("report.data-sheet", lang)
    locate: Locate = _nowhere
    if file.rows is not None:
        opened = _opened(source, file)
        try:
            names = list(opened.shape.header.names) if opened.shape.header is not None else []
            locate = _places(names, file)
            marks = marks_of(file, lang, locate)
            if marks.left_out:
                remarks.append(say("report.workbook-comments", lang, count=len(marks.comments), left=marks.left_out))
            if file.rows + 1 > ROWS:
                remarks.append(say("report.workbook-rows", lang, rows=f"{ROWS - 1:,}"))
            _data(book.create_sheet(name), opened, names, marks, lang)
        finally:
            opened.close()

    def address(finding: Finding, sample: Sample) -> str | None:
        row, column = locate(finding, sample)
        return location(name, f"{column_letters((column or 1) - 1)}{row}") if row is not None and row <= ROWS else None

    _summary(book.create_sheet(say("report.sheet-name", lang)), lines(file, report, lang, address, remarks))
    book.save(out)


def _opened(source: Any, file: FileReport) -> Any:
    from gongshu.validators.readers import open_table
    from gongshu.validators.readers.options import ReadOptions

    options = ReadOptions(
        encoding=file.encoding if file.delimiter else None,
        delimiter=file.delimiter,
        sheet=file.sheet,
        header_row=file.header_line,
        name=file.name,
    )
    return open_table(source, options=options)


def _places(names: list[str], file: FileReport) -> Locate:
    """Record n stands in row n + 1; a column where its title stands."""
    columns = {name: number for number, name in reversed(list(enumerate(names, 1)))}

    def locate(finding: Finding, sample: Sample) -> tuple[int | None, int | None]:
        row = sample.row + 1 if sample.row is not None else None
        name = finding.columns[0] if finding.columns else ""
        return row, columns.get(file.titles.get(name, name), columns.get(name))

    return locate


def _nowhere(finding: Finding, sample: Sample) -> tuple[int | None, int | None]:
    return None, None


def _data(sheet: Any, opened: Any, names: list[str], marks: Marks, lang: str) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    fills = {level: PatternFill("solid", fgColor=color) for level, color in FILLS.items()}
    joiner = "；" if lang == "zh" else "; "
    problem = len(names) + 1
    sheet.column_dimensions[column_letters(problem - 1)].width = 60
    sheet.freeze_panes = "A2"
    heading = [*names, say("report.problem-column", lang)] if marks else names
    sheet.append([text_cell(sheet, text, WriteOnlyCell, font=Font(bold=True)) for text in heading])
    for number, texts in enumerate(_records(opened), 2):
        if number > ROWS:
            break
        row = [text_cell(sheet, text, WriteOnlyCell) for text in texts]
        levels, said = marks[number]
        if said:
            row += [None] * (len(names) - len(row)) + [text_cell(sheet, joiner.join(said), WriteOnlyCell)]
            for column, level in levels:
                cell = row[column - 1] or text_cell(sheet, "", WriteOnlyCell, keep=True)
                cell.fill = fills[str(level)]
                comment = marks.comments.get((number, column))
                if comment is not None:
                    cell.comment = Comment(_ILLEGAL.sub("", comment), "gongshu", height=90, width=320)
                row[column - 1] = cell
        sheet.append(row)


def _records(opened: Any) -> Iterator[list[str]]:
    """The cells of every record; none where a record could not be split into cells."""
    for task in opened.blocks():
        batch = task()
        columns = [column.to_pylist() for column in batch.columns]
        rows = zip(*columns) if columns else iter(())
        if batch.index is None:
            yield from (list(row) for row in rows)
            continue
        parsed = dict(zip(batch.index.tolist(), rows))
        yield from (list(parsed.get(record, ())) for record in range(batch.records))


def text_cell(sheet: Any, text: str, kind: Any, *, keep: bool = False, font: Any = None) -> Any:
    """The text as a cell that can never be a formula; nothing for an empty one."""
    if not text and not keep:
        return None
    cell = kind(sheet, _ILLEGAL.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)[:LONGEST])
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _summary(sheet: Any, found: Iterator[Any]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    for at, width in enumerate(WIDTHS):
        sheet.column_dimensions[column_letters(at)].width = width
    for line in found:
        row = [
            text_cell(sheet, text, WriteOnlyCell, font=Font(bold=True) if line.bold else None) for text in line.cells
        ]
        if line.link is not None and len(row) > LINK_AT and row[LINK_AT] is not None:
            row[LINK_AT].hyperlink = f"#{line.link}"
            row[LINK_AT].font = Font(underline="single", color="0B5CAD")
        sheet.append(row)
