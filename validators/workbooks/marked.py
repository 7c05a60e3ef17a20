"""The user's own workbook with its bad cells coloured and commented, a problem column and a summary sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from gongshu.validators.finding import Finding, Sample
from gongshu.validators.readers.sheetscan import BROKEN, column_letters, sheet_parts
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.words import say
from gongshu.validators.workbooks.earlier import Earlier, earlier_marks, keeps_colors, stale
from gongshu.validators.workbooks.marking import Marks, Row, in_sheet, marks_of
from gongshu.validators.workbooks.notes import annotate, forget
from gongshu.validators.workbooks.package import RELATIONS, Package, Unpatchable
from gongshu.validators.workbooks.sheetxml import Edit, Sheet, attribute
from gongshu.validators.workbooks.styles import Styles
from gongshu.validators.workbooks.summary import lines, location, sheet_xml

WORKBOOK = "xl/workbook.xml"
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
COLUMNS = 16_384  # that a sheet may have
_WIDTH = 60  # of the problem column


@dataclass(frozen=True, slots=True)
class Marked:
    """What was done to the workbook."""

    marks: Marks
    commented: bool


def mark(source: BinaryIO, out: BinaryIO, file: FileReport, report: Report, lang: str) -> Marked:
    """Write the workbook with its marks; parts that need none keep their bytes. Raises `Unpatchable`."""
    try:
        package = Package(source)
        found = _mark(package, file, report, lang)
        package.save(out)
    except BROKEN as fault:
        raise Unpatchable(str(fault)) from fault
    return found


def _mark(package: Package, file: FileReport, report: Report, lang: str) -> Marked:
    part, sheet, styles, styles_part = opened(package, file.sheet or "")
    marks = marks_of(file, lang, in_sheet)
    earlier = earlier_marks(package, file)
    last = sheet.formulas_and_values() if earlier.column is None else earlier.column - 1
    heading = file.header_line or 1
    styles.grounds = keeps_colors(package)
    shown = last < COLUMNS and bool(marks)
    edits = _Edits(stale(sheet, earlier, heading, styles.ours), marks, last + 1 if shown else None, lang)
    if shown:
        style = _style_of(sheet, heading, last)
        edits.head(heading, Edit(text=say("report.problem-column", lang), style=style))
    before, behind = sheet.edited(edits, styles.refilled if earlier else styles.filled)
    if shown and earlier.column is None:
        before = _widened(before, sheet, last + 1, max(edits))
    commented = True
    try:
        if earlier:
            forget(package, part)
        behind = annotate(package, part, behind, marks.comments) if marks.comments else behind
    except Unpatchable:
        commented = False
    package.change(part, before + behind)
    _summarize(package, file, report, lang, styles, _remarks(marks, commented, lang), earlier)
    package.change(styles_part, styles.changed())
    return Marked(marks, commented)


class _Edits(Mapping[int, Mapping[int, Edit]]):
    """What becomes of each row: old marks go, new ones come. Made row by row, once for all rows marked alike."""

    def __init__(self, stale: dict[int, dict[int, Edit]], marks: Marks, problems: int | None, lang: str) -> None:
        self._stale, self._marks, self._problems = stale, marks, problems  # the column of problems, from 1
        self._joiner = "；" if lang == "zh" else "; "
        self._made: tuple[Row, dict[int, Edit]] = (Row(), {})

    def head(self, row: int, edit: Edit) -> None:
        """Set what stands above the problems."""
        self._stale.setdefault(row, {})[self._problems or 1] = edit

    def __getitem__(self, row: int) -> Mapping[int, Edit]:
        marked = self._marks[row]
        if self._made[0] is not marked:
            made = {column: Edit(level=str(level)) for column, level in marked.levels}
            if self._problems is not None and marked.problems:
                made[self._problems] = Edit(text=self._joiner.join(marked.problems))
            self._made = (marked, made)
        old = self._stale.get(row)
        return {**old, **self._made[1]} if old else self._made[1]

    def __iter__(self) -> Iterator[int]:
        """In the order of the sheet."""
        return (row for row, _ in groupby(merge(self._marks.rows(), sorted(self._stale))))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def opened(package: Package, name: str) -> tuple[str, Sheet, Styles, str]:
    """A sheet by its name, and the styles: each with the name of its part."""
    part = sheet_parts(package.archive).get(name)
    styles_part = package.related(WORKBOOK, "styles")
    if part is None or part not in package or styles_part is None:
        raise Unpatchable("workbook")
    return part, Sheet.of(package.read(part)), Styles(package.read(styles_part)), styles_part


def _style_of(sheet: Sheet, row: int, column: int) -> int:
    for number, _, content, end in sheet.rows():
        if number == row:
            found = {at: attribute(opening[1], b"s") for at, opening, _ in sheet.cells(row, content, end)}
            return int(found.get(column) or 0)
        if number > row:
            break
    return 0


def _widened(before: bytes, sheet: Sheet, column: int, last_row: int) -> bytes:
    """The start of the sheet with room for the new column."""
    head, p = before[: sheet.start], sheet.prefix
    found = re.search(rb"""(<%sdimension\s+ref=["'])([A-Z]+)(\d+)(?::[A-Z]+(\d+))?(["'])""" % p, head)
    if found is not None:
        row = max(last_row, int(found[4] or found[3]))
        ref = b"%s%s%s:%s%d%s" % (found[1], found[2], found[3], column_letters(column - 1).encode(), row, found[5])
        head = head[: found.start()] + ref + head[found.end() :]
    col = b'<%scol min="%d" max="%d" width="%d" customWidth="1"/>' % (p, column, column, _WIDTH)
    columns = re.search(rb"(?s)<%scols>(.*?)</%scols>" % (p, p), head)
    if columns is None:
        at = head.rfind(b"<%ssheetData" % p)
        head = head[:at] + b"<%scols>%s</%scols>" % (p, col, p) + head[at:]
    elif all(int(each) < column for each in re.findall(rb"""\bmax=["'](\d+)""", columns[1])):
        at = columns.end() - len(b"</%scols>" % p)
        head = head[:at] + col + head[at:]
    return head + before[sheet.start :]


def _remarks(marks: Marks, commented: bool, lang: str) -> list[str]:
    found = [say("report.workbook-colors", lang), say("report.workbook-own", lang)]
    if not commented:
        found.append(say("report.workbook-no-comments", lang))
    elif marks.left_out:
        found.append(say("report.workbook-comments", lang, count=len(marks.comments), left=marks.left_out))
    return found


def _summarize(
    package: Package,
    file: FileReport,
    report: Report,
    lang: str,
    styles: Styles,
    remarks: list[str],
    earlier: Earlier,
) -> None:
    def address(finding: Finding, sample: Sample) -> str | None:
        row, column = in_sheet(finding, sample)
        if row is None:
            return None
        return location(file.sheet or "", f"{column_letters((column or 1) - 1)}{row}")

    found = lines(file, report, lang, address, remarks)
    xml = sheet_xml(found, styles.bold(), styles.linked())
    name = say("report.sheet-name", lang)
    if earlier.summary is None:
        add_sheet(package, name, xml)
    else:
        replace_sheet(package, earlier.summary, name, xml)


def replace_sheet(package: Package, old: str, name: str, xml: bytes) -> None:
    """Put another content, and a name if it is free, to a sheet that is there."""
    parts = sheet_parts(package.archive)
    package.change(parts[old], xml)
    if name.casefold() in {each.casefold() for each in parts}:
        return
    book = package.read(WORKBOOK)
    for quote in (b'"', b"'"):
        before = b"name=" + quote + escape(old).encode() + quote
        book = book.replace(before, b"name=" + quote + escape(name).encode() + quote)
    package.change(WORKBOOK, book)


def add_sheet(package: Package, name: str, xml: bytes) -> None:
    """Put one more sheet behind all others; its name gets a number where it is taken."""
    part = package.free("xl/worksheets/gongshu{}.xml")
    package.change(part, xml)
    package.declare(part, _WORKSHEET)
    relation = package.relate(WORKBOOK, "worksheet", part)
    book = package.read(WORKBOOK)
    taken = {each.casefold() for each in sheet_parts(package.archive)}
    names = (name if number == 1 else f"{name} ({number})" for number in range(1, 10_000))
    free = next(each for each in names if each.casefold() not in taken)
    number = max([0, *(int(each) for each in re.findall(rb"""\bsheetId=["'](\d+)""", book))]) + 1
    end = re.search(rb"</((?:\w+:)?)sheets\s*>", book)
    if end is None:
        raise Unpatchable("workbook")
    entry = f'sheet name={quoteattr(free)} sheetId="{number}" xmlns:r="{RELATIONS}" r:id="{relation}"/>'.encode()
    package.change(WORKBOOK, book[: end.start()] + b"<" + end[1] + entry + book[end.start() :])
