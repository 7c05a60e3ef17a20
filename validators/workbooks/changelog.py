"""The change log as a sheet of the mended workbook: the same lines as the CSV beside it."""

from __future__ import annotations

import csv
from pathlib import Path

from gongshu.validators.readers.sheetscan import column_letters
from gongshu.validators.reports.words import say
from gongshu.validators.workbooks.marked import add_sheet
from gongshu.validators.workbooks.package import Package
from gongshu.validators.workbooks.sheetxml import written

ROWS = 1_048_576  # that a sheet may have
NUMBERS = 2  # leading columns that hold numbers: record and row
WIDTHS = (8, 8, 22, 30, 30, 24, 60)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def add_changes(package: Package, changes: Path, lang: str) -> None:
    """Put the log behind all other sheets; no style is asked for, so the workbook's styles keep their bytes."""
    rows: list[bytes] = []
    with changes.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(csv.reader(file), 1):
            if number == ROWS:
                rows.append(_row(number, [say("fix.log-more", lang)]))
                break
            rows.append(_row(number, cells))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, 1)
    )
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}"><cols>{columns}</cols>'
    xml = head.encode() + b"<sheetData>" + b"".join(rows) + b"</sheetData></worksheet>"
    add_sheet(package, say("fix.log-sheet", lang), xml)


def _row(number: int, cells: list[str]) -> bytes:
    made = []
    for at, text in enumerate(cells):
        ref = f"{column_letters(at)}{number}".encode()
        if at < NUMBERS and text.isdecimal():
            made.append(b'<c r="%s"><v>%s</v></c>' % (ref, text.encode()))
        elif text:
            inside = written(text)
            made.append(b'<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (ref, inside))
    return b'<row r="%d">%s</row>' % (number, b"".join(made))
