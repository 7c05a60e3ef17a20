"""How far the cells of an XLSX sheet reach, told before a parser lays out the rectangle around them.

The parser takes a cell's own place (`r`) before that of its row, and counts where neither is told; so does this. Plain
sheets, as all programs write them, are looked at with two counts and one search a piece of XML; any other spelling is
read cell by cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

CELLS = 30_000_000  # cells of the rectangle around all values
SPARSE = 20_000_000  # the same where most of them are empty: a parser takes some 45 bytes even for those
NEAR = 99_999  # rows of five digits
LETTERS = 26

_FAR = re.compile(rb'<c r="(?:[A-Za-z]{2}|[A-Za-z]\d{6})')
_CELL = re.compile(rb'<c r="([A-Za-z]+)(\d+)')
_LAST = re.compile(rb'<row r="(\d+)"')
_TAG = re.compile(rb"<(?:\w+:)?(c|row)(?=[\s/>])([^<]*)")
_ODD = (b"<c>", b"<c/", b"<c\n", b"<c\r", b"<c\t", b"<row>", b"<row\n", b"<row\r", b"<row\t", b":c ", b":row")
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d*)""")


@dataclass(slots=True)
class Crowd:
    """How far the values of a sheet reach, and how many there are."""

    rows: int = 0
    columns: int = 0
    cells: int = 0

    def reach(self, rows: int, columns: int, cells: int) -> None:
        """Take in values down to that row and right to that column."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        self.cells += cells

    def fits(self) -> bool:
        """Whether the rectangle around them can be laid out: every parser lays it out as a whole."""
        size = self.rows * self.columns
        return size <= SPARSE or (size <= CELLS and self.cells * 4 >= size)


@dataclass(slots=True)
class Reach:
    """Takes the XML in pieces. Not `exact`: cells of one letter and at most five digits count as in their row."""

    exact: bool = False
    crowd: Crowd = field(default_factory=Crowd)
    _row: int = 0  # where the parser stands, from 1
    _column: int = 0

    def take(self, piece: bytes) -> None:
        """Take in the next piece, which ends between two rows."""
        cells = piece.count(b'<c r="')
        odd = piece.count(b"<c ") != cells or piece.count(b"<row ") != piece.count(b'<row r="')
        if self.exact or odd or any(each in piece for each in _ODD):
            self._each(piece)
            return
        last = _LAST.search(piece, max(0, piece.rfind(b'<row r="')))
        self._row = max(self._row, int(last.group(1)[:12]) if last else 0)
        self.crowd.reach(self._row, LETTERS if cells else 0, cells)
        if _FAR.search(piece):
            found = _CELL.findall(piece)
            rows = max(int(digits[:12]) for _, digits in found)
            letters = max((letters for letters in {letters for letters, _ in found}), key=_order)
            self.crowd.reach(rows, column_number(letters.decode()) + 1, 0)

    def _each(self, piece: bytes) -> None:
        for kind, text in _TAG.findall(piece):
            places = _PLACE.findall(text)
            if kind == b"row":
                self._row = max((int(digits[:12]) for _, digits in places if digits), default=self._row + 1)
                self._column = 0
                continue
            self._column += 1
            bottom = self._row
            for letters, digits in places:
                self._column = max(self._column, column_number(letters[:8].decode()) + 1) if letters else self._column
                bottom = max(bottom, int(digits[:12] or 0))
            self.crowd.reach(max(bottom, 1), self._column, 1)


def _order(letters: bytes) -> tuple[int, bytes]:
    return len(letters), letters.upper()


def column_number(letters: str) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
