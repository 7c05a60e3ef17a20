"""How far the cells of an XLSX sheet reach, told before a parser lays out the rectangle around them.

The parser takes a cell's own place (`r`) before that of its row, and counts where neither is told; so does this. Plain
sheets, as all programs write them, are looked at by their bytes at once; any other spelling is read cell by cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CELLS = 30_000_000  # cells of the rectangle around all values
SPARSE = 20_000_000  # the same where most of them are empty: a parser takes some 45 bytes even for those
NEAR = 99_999  # rows of five digits
LETTERS = 26
_OPEN, _CLOSE, _SLASH, _COLON, _BLANK, _ZERO, _NINE, _C, _F, _R = b"<>/: 09cfr"

_CELL = re.compile(rb'<c r="([A-Za-z]+)(\d+)')
_LAST = re.compile(rb'<row r="(\d+)"')
_TAG = re.compile(rb"<(?:\w+:)?(c|row)(?=[\s/>])([^<]*)")
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

    def take(self, piece: bytes) -> bool:
        """Take in the next piece, which ends between two rows; gives whether it may hold a formula."""
        look = _Look.at(piece)
        if self.exact or look.odd:
            self._each(piece)
            return look.formulas
        last = _LAST.search(piece, max(0, piece.rfind(b'<row r="')))
        self._row = max(self._row, int(last.group(1)[:12]) if last else 0)
        self.crowd.reach(self._row, LETTERS if look.cells else 0, look.cells)
        if look.far:
            found = _CELL.findall(piece)
            rows = max(int(digits[:12]) for _, digits in found)
            letters = max({letters for letters, _ in found}, key=_order)
            self.crowd.reach(rows, column_number(letters.decode()) + 1, 0)
        return look.formulas

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


@dataclass(frozen=True, slots=True)
class _Look:
    """What a piece of XML holds, told from its bytes at once. `odd`: a cell or row that is not spelled as usual."""

    cells: int
    odd: bool
    far: bool  # a cell of two letters, or of six digits
    formulas: bool

    @classmethod
    def at(cls, piece: bytes) -> _Look:
        signs = np.frombuffer(piece + b" " * 16, np.uint8)
        tags = np.flatnonzero(signs == _OPEN)
        initials = signs[tags + 1]
        prefixed = np.flatnonzero(signs == _COLON) + 1
        colons = signs[prefixed]
        cells = tags[initials == _C]
        rows = tags[initials == _R]
        plain = _spelled(signs, cells, b' r="', 2)
        odd = bool((~plain & _ends(signs[cells + 2])).any())  # `<col` and `<color` are no cells
        odd |= bool(
            (~_spelled(signs, rows, b' r="', 4) & _spelled(signs, rows, b"ow", 2) & _ends(signs[rows + 4])).any()
        )
        odd |= bool(_ends(signs[prefixed[colons == _C] + 1]).any())
        odd |= bool(_spelled(signs, prefixed[colons == _R], b"ow", 1).any())
        cells = cells[plain]
        far = bool((signs[cells + 7] > _NINE).any())
        long = cells
        for place in range(12, 7, -1):
            long = long[(signs[long + place] >= _ZERO) & (signs[long + place] <= _NINE)]
        formulas = bool((initials == _F).any() or (colons == _F).any())
        return cls(len(cells), odd, far or len(long) > 0, formulas)


def _spelled(signs: Any, places: Any, word: bytes, after: int) -> Any:
    """At which of the places that word stands, so many bytes after."""
    found = np.ones(len(places), bool)
    for number, sign in enumerate(word):
        found &= signs[places + (after + number)] == sign
    return found


def _ends(signs: Any) -> Any:
    """Which bytes end the name of a tag."""
    return (signs <= _BLANK) | (signs == _SLASH) | (signs == _CLOSE)


def _order(letters: bytes) -> tuple[int, bytes]:
    return len(letters), letters.upper()


def column_number(letters: str) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
