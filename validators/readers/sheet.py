"""One sheet of a workbook as batches: cells as text with their marks, errors and left-out rows in their places."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.validators.batch import (
    BOOLEAN,
    DATE,
    DIGITS_LOST,
    ERROR,
    NUMBER,
    NUMBER_1904,
    PLAIN,
    Batch,
    Marks,
    Shape,
    Structural,
)
from gongshu.validators.readers.arrowtext import number_text, span_text
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.rows import blank_rows
from gongshu.validators.readers.sheetscan import SheetScan, column_letters

ROWS = 20_000  # rows a batch
SEPARATOR = "\x1f"  # hardly ever in a text
EXACT = 10**15  # Excel keeps 15 digits of a number
Row = list[Any]


@dataclass(slots=True)
class Grid:
    """One sheet as calamine gives it, with what the scan adds. Rows and columns are those of the sheet, from 0."""

    name: str
    rows: list[Row]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] | None
    scan: SheetScan | None
    text: list[list[str]] = field(default_factory=list)  # the first rows as text
    from_1904: bool = False  # days are counted from 1904


class WorkbookSource:
    """One sheet of a workbook, ready to be read once."""

    def __init__(
        self, shape: Shape, grid: Grid, content: Content, sha256: str, first: int, last: int, width: int
    ) -> None:
        self.shape = shape
        self.sha256: str | None = sha256
        self.bytes: int | None = content.size
        self.name = content.name
        self._content = content
        self._grid = grid
        self._first, self._last, self._width = first, last, width
        self._skipped: dict[int, tuple[str, str]] = {}  # sheet row -> kind and text of an example or a footer

    def skip(self, row: int, kind: str, text: str) -> None:
        """Count this sheet row, but do not read it as data."""
        self._skipped[row] = (kind, text)

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in the order of the sheet."""
        for start in range(self._first, self._last, ROWS):
            yield partial(self._batch, start, min(start + ROWS, self._last))

    def close(self) -> None:
        """Let the file go."""
        self._content.close()

    def _batch(self, start: int, stop: int) -> Batch:
        grid, width = self._grid, self._width
        kept = [row for row in range(start, stop) if row not in self._skipped] if self._skipped else range(start, stop)
        columns, marks = [], {}
        failed = self._failures(start, stop)
        place = {row: number for number, row in enumerate(kept)} if failed else {}
        chosen = grid.rows[start:stop] if len(kept) == stop - start else [grid.rows[row] for row in kept]
        for column in range(width):
            texts, origin = _column(list(map(itemgetter(column), chosen)))
            if origin is not None and grid.from_1904:
                origin[origin == NUMBER] = NUMBER_1904
            for row, text in failed.get(column, ()):
                if row in place:
                    origin = np.zeros(len(kept), np.uint8) if origin is None else origin
                    origin[place[row]] = ERROR
                    texts[place[row]] = text
            columns.append(string_array(texts))
            if origin is not None:
                marks[column] = origin
        rows = np.asarray(kept, np.int64) - start
        structural = [*self._errors(start, stop), *self._left_out(start, stop)]
        blank = blank_rows(columns)
        if blank is not None:  # a row of errors alone is not blank: their marks say so
            marked = np.zeros(len(kept), bool)
            for origin in marks.values():
                marked |= origin == ERROR
            blank = blank[~marked[blank]]
        if blank is not None and len(blank):
            structural.append(Structural("table.row-blank", rows[blank]))
            keep = np.ones(len(kept), bool)
            keep[blank] = False
            columns = [column.filter(pa.array(keep)) for column in columns]
            marks = {number: origin[keep] for number, origin in marks.items()}
            rows = rows[keep]
        count = stop - start
        return Batch(columns, count, None if len(rows) == count else rows, count, None, structural, marks)

    def _failures(self, start: int, stop: int) -> dict[int, list[tuple[int, str]]]:
        scan = self._grid.scan
        found: dict[int, list[tuple[int, str]]] = {}
        if scan is not None:
            for row, column, text in [*scan.errors, *((row, column, "") for row, column in scan.uncalculated)]:
                if start <= row < stop and column < self._width:
                    found.setdefault(column, []).append((row, text))
        return found

    def _errors(self, start: int, stop: int) -> list[Structural]:
        scan = self._grid.scan
        if scan is None:
            return []
        told: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for reason, places in (
            ("error", scan.errors),
            ("no-value", [(row, col, "") for row, col in scan.uncalculated]),
        ):
            for row, column, text in places:
                if start <= row < stop and column < self._width and row not in self._skipped:
                    told.setdefault((column, reason), []).append((row, text))
        return [
            Structural(
                "table.formula-error",
                np.asarray([row - start for row, _ in found], np.int64),
                tuple(text for _, text in found),
                tuple({"cell": f"{column_letters(column)}{row + 1}"} for row, _ in found),
                reason=reason,
                severity="error" if reason == "error" else "warning",  # what was never calculated is not known
                column=column,
            )
            for (column, reason), found in sorted(told.items())
        ]

    def _left_out(self, start: int, stop: int) -> list[Structural]:
        return [
            Structural(
                "table.footer",
                np.asarray([row - start], np.int64),
                (text,),
                reason=kind,
                severity="info" if kind == "example" else "warning",
            )
            for row, (kind, text) in sorted(self._skipped.items())
            if kind and start <= row < stop
        ]


# ---------------------------------------------------------------- cells


def cell_text(value: Any) -> tuple[str, int]:
    """A cell's value as text, and what it was."""
    if isinstance(value, str):
        return value, PLAIN
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), BOOLEAN
    if isinstance(value, (int, float)):
        return number_text(float(value)), DIGITS_LOST if abs(value) >= EXACT else NUMBER
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return (value.date().isoformat() if midnight else value.isoformat()), DATE
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat(), DATE
    if isinstance(value, datetime.timedelta):
        return span_text(value), DATE
    return ("" if value is None else str(value)), PLAIN


def _column(values: Row) -> tuple[list[str], Marks | None]:
    if set(map(type, values)) <= {str}:
        return values, None
    found = [cell_text(value) for value in values]
    marks = np.fromiter((mark for _, mark in found), np.uint8, len(found))
    return [text for text, _ in found], marks if marks.any() else None


def string_array(texts: list[str]) -> Any:
    """The texts as an Arrow array, in a third of the time that pyarrow takes: it makes a UTF-8 copy of each."""
    if not texts:
        return pa.array([], pa.string())
    data = np.frombuffer(SEPARATOR.join(texts).encode("utf-8", "surrogatepass"), np.uint8)
    between = data == ord(SEPARATOR)
    ends = np.flatnonzero(between)
    if len(ends) != len(texts) - 1 or len(data) >= 1 << 31:  # it stands in a text
        return pa.array(texts, pa.string())
    offsets = np.zeros(len(texts) + 1, np.int32)
    offsets[1:-1] = ends - np.arange(len(ends))
    offsets[-1] = len(data) - len(ends)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(data[~between]))


def row_texts(row: Row) -> list[str]:
    return [cell_text(value)[0] for value in row]
