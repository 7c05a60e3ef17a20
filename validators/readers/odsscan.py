"""A look through an OpenDocument sheet before it is read: do its cells, with their repetitions, fit into memory?

A cell or a row may say "I stand here a million times", and the parser lays every sheet out as one rectangle around its
values. So the places are counted first, from the packed XML piece by piece; empty cells beyond the last value cost
nothing. OpenDocument 1.3 part 3, 9.1 and 19.673 to 19.675.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from gongshu.validators.readers.sheetreach import Crowd
from gongshu.validators.readers.sheetscan import PIECE

PART = "content.xml"
LONGEST_ROW = 64 << 20  # bytes of one row
_SPLIT = re.compile(rb"(?=<table:table-row[\s/>])|(?=<table:table[\s>])")
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^<]*)")
_VALUED = re.compile(rb"\b(?:office:[a-z-]*value(?:-type)?|table:formula)\s*=")
_COLUMNS = re.compile(rb"""table:number-columns-repeated\s*=\s*["']\s*(\d+)""")
_ROWS = re.compile(rb"""table:number-rows-repeated\s*=\s*["']\s*(\d+)""")
_ROW, _TABLE = b"<table:table-row", b"<table:table"


def fits(archive: zipfile.ZipFile) -> bool:
    """Whether every sheet's values lie in a rectangle that can be laid out. Raises what zipfile raises."""
    sheet = Crowd()
    above, sure = 0, True  # rows before this one; whether what begins a sheet can be nothing else
    for part in _parts(archive):
        sure = sure and b"<!" not in part  # in a comment it could: then all sheets count as one
        if not part.startswith(_ROW):
            if part.startswith(_TABLE) and sure:
                sheet, above = Crowd(), 0
            continue
        repeated = _number(_ROWS, part[: _head(part)])
        reach, valued = _reach(part)
        if reach:
            sheet.reach(above + repeated, reach, valued)
            if not sheet.fits():
                return False
        above += repeated
    return True


def _reach(row: bytes) -> tuple[int, int]:
    """The columns up to a row's last value, and how many values stand written there."""
    if b"-repeated" not in row[_head(row) :]:
        last = max(row.rfind(b"office:value"), row.rfind(b"table:formula"), row.rfind(b"office:string-value"))
        if last < 0:
            return 0, 0
        before = row[:last]
        return before.count(b"<table:table-cell") + before.count(b"<table:covered-table-cell"), row.count(b"<text:p")
    place = reach = valued = 0
    for match in _CELL.finditer(row):
        place += _number(_COLUMNS, match.group(1))
        if _VALUED.search(match.group(1)):
            reach, valued = place, valued + 1
    return reach, valued


def _head(row: bytes) -> int:
    """Where the row's own tag ends: a value of it may hold `>`, but never `<`."""
    at = row.find(b"<", 1)
    return at if at >= 0 else len(row)


def _number(pattern: re.Pattern[bytes], text: bytes) -> int:
    found = pattern.search(text)
    return max(1, int(found.group(1)[:12])) if found else 1


def _parts(archive: zipfile.ZipFile) -> Iterator[bytes]:
    """The XML cut before every row and every table."""
    carry = b""
    with archive.open(PART) as stream:
        while got := stream.read(PIECE):
            *whole, carry = _SPLIT.split(carry + got)
            yield from whole
            if len(carry) > LONGEST_ROW:
                raise ValueError("a row without end")
    yield carry
