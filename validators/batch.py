"""What a reader hands to the engine: record batches of text with exact positions.

A source is read in two steps so that the costly one runs in worker threads: `Source.blocks()` yields cheap callables in
file order; calling one (in any thread) gives its `Batch`. Positions in a batch are local (0-based); the engine adds the
records and lines of the batches before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from gongshu.validators.finding import Finding, NotChecked

Rows: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]  # ascending local record or row numbers
Marks: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]  # one origin mark a cell

# Origin marks: what a cell was before it became text. Text cells (and everything in a CSV) are PLAIN.
PLAIN, NUMBER, DATE, BOOLEAN, ERROR, DIGITS_LOST = 0, 1, 2, 3, 4, 5
NUMBER_1904 = 6  # a number of a workbook that counts days from 1904, which matters where a date is due
NUMBERS = (NUMBER, NUMBER_1904)


@dataclass(frozen=True, slots=True)
class Structural:
    """A fault of a record's shape found while reading, at local places. `params` are equal for all rows of it."""

    code: str  # table.row-short, table.row-long, table.unclosed-quote, file.encoding, file.nul …
    rows: Rows  # local record index (0-based)
    values: tuple[str | None, ...] = ()  # one a row: what stood there (an excerpt)
    params: tuple[Mapping[str, Any], ...] = ()  # one a row, or empty
    bytes: tuple[int, ...] = ()  # absolute offset in the file a row, or empty
    lines: tuple[int, ...] = ()  # local physical line (0-based) a row where it is not the record's first line
    reason: str | None = None
    severity: str = "error"
    column: int | None = None  # number of the column in the file, where the fault stands in one (table.formula-error)
    pointers: tuple[str, ...] = ()  # of JSON: RFC 6901 within the record, one a row, or empty


@dataclass(slots=True)
class Batch:
    """Whole records of one block. Every column is a `pa.StringArray` without nulls; absent cells are empty texts."""

    columns: list[pa.Array]  # in the file's order, one a header cell, equal lengths
    records: int  # how many records the block holds: parsed ones and those that could not be split into cells
    index: Rows | None = None  # local record index of each parsed row; None = 0, 1, 2 …
    lines: int = 0  # physical lines (or sheet rows) that the block takes
    line_of: Rows | None = None  # local line (0-based) of each *record*; None = identity with the record index
    structural: list[Structural] = field(default_factory=list)
    marks: dict[int, Marks] = field(default_factory=dict)  # column number -> origin marks, only where not all PLAIN
    block: bytes | None = None  # the block's own bytes (delimited text only), so that repair can copy records
    encoding: str = "utf-8"  # what they are in

    def utf8(self) -> bytes:
        """The block's own bytes as UTF-8."""
        held = self.block or b""
        return held if self.encoding == "utf-8" else held.decode(self.encoding).encode()


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stood and what it says."""

    names: tuple[str, ...]  # as written, line breaks and all
    line: int  # 1-based physical line or sheet row on which the header starts
    title_rows: tuple[str, ...] = ()  # text of the rows above it
    title_lines: tuple[int, ...] = ()


@dataclass(slots=True)
class Shape:
    """What a reader learnt of a file before the first batch."""

    format: str  # csv | tsv | xlsx | xls | ods | parquet | arrow
    header: Header | None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()  # every sheet of the workbook, in its order
    addressed: bool = False  # True: places are sheet rows and A1 addresses; False: physical lines
    positioned: bool = True  # False: no lines at all (Parquet, Arrow)
    first_line: int = 2  # physical line or sheet row of the first record
    column_letters: tuple[str, ...] = ()  # sheet column letter of each column, when addressed
    findings: list[Finding] = field(default_factory=list)  # of the file and the header's surroundings
    not_checked: list[NotChecked] = field(default_factory=list)
    native: Mapping[int, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # column -> type the format declares
    shaped: bool = False  # the reader judges the geometries itself (GeoJSON, GeoParquet)
    pointer: Callable[[int, str | None], str | None] | None = None  # of JSON: record (1-based), column -> RFC 6901
    parted: bool = False  # one table in several files: lines begin anew in each, and a pointer begins with its name


class Source(Protocol):
    """One table of one file, ready to be read once. Its findings may grow while it is read."""

    shape: Shape

    @property
    def sha256(self) -> str | None:
        """Of the bytes read, lower-case hexadecimal; None for a table in memory."""
        ...

    @property
    def bytes(self) -> int | None:
        """Size; None for a table in memory."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in file order; each may be run in another thread, and is run exactly once."""
        ...
