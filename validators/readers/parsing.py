"""One block of delimited text to columns of text, with every record accounted for.

Structure faults found here: `table.row-short` {found, expected}, `table.row-long` {found, expected} (reason `empty`
and a warning where the surplus cells are blank), `table.row-blank`, `table.unclosed-quote` (`quotes.py`: `suspected`,
a multi-line quoted cell that looks like swallowed rows; {lines}; and, as warnings, `stray`, text behind a closing
quote, and `blank`, blanks before an opening one), `file.nul`, `file.encoding` and `file.encoding-mixed` {encoding,
field, position, raw, readings, likely}. A short row is padded with absent cells and a long one cut, so both are
judged; blank rows and rows with bad bytes are counted in `row` but not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from gongshu.validators.batch import Batch, Rows, Structural
from gongshu.validators.readers.blocks import (
    Lines,
    Piece,
    Spans,
    fields,
    lines_of,
    quoted_spans,
    spans_of,
)
from gongshu.validators.readers.encodings import BadBytes, decode, is_utf8, other_encoding, readings, transcoded
from gongshu.validators.readers.excerpts import EXCERPT, excerpt, said
from gongshu.validators.readers.quotes import strays, suspected
from gongshu.validators.readers.rows import blank_rows, is_blank

BOM = b"\xef\xbb\xbf"
NOTHING: Rows = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is the same for every block of a file."""

    names: tuple[str, ...]
    delimiter: bytes
    encoding: str = "utf-8"
    width: int = 0  # cells that most rows have, where that is more than the header has
    clean: bool = False  # known to be valid UTF-8
    places: bool = True  # the bytes are those of the file itself, so offsets mean something

    @property
    def columns(self) -> int:
        """How many columns a batch has."""
        return len(self.names)


def parse_piece(piece: Piece, layout: Layout) -> Batch:
    """The batch of one piece of a file."""
    if piece.unclosed:
        return _unclosed(piece, layout)
    if not layout.clean and layout.encoding != "utf-8":
        batch = _of_raw(piece, layout)
        if batch is not None:
            return batch
    block, spans, bad = _decoded(piece, layout)
    lines = lines_of(block, spans)
    columns, rows, structural = _table(block, spans, lines.records, layout)
    structural += _bad_bytes(bad, piece, lines, layout)
    if spans is not None and lines.line_of is not None:
        structural += suspected(block, spans, lines, columns=layout.columns, delimiter=layout.delimiter)
    if spans is not None and spans.stray:
        structural += strays(block, spans, layout.delimiter, structural)
    if b"\0" in block:
        structural += _nuls(block, spans)
    columns, rows = _without(columns, rows, [found.record for found in bad])
    blank = blank_rows(columns)
    if blank is not None:
        numbers = blank if rows is None else rows[blank]
        structural.append(Structural("table.row-blank", numbers))
        columns, rows = _without(columns, rows, numbers.tolist())
    index = rows if rows is not None and len(rows) != lines.records else None
    return Batch(columns, lines.records, index, lines.lines, lines.line_of, structural, block=block)


def _of_raw(piece: Piece, layout: Layout) -> Batch | None:
    """The batch of a piece that is cut before it is decoded, so that only cells beyond ASCII have to be.

    None where anything is odd: then the whole piece is decoded first, and its records are told by their text.
    """
    block, spans = piece.raw, piece.spans
    odd = (spans is not None and spans.stray) or b"\0" in block or layout.width > layout.columns
    if odd or block.isascii():
        return None
    lines = lines_of(block, spans)
    multi = spans if lines.line_of is not None else None  # some record takes several lines
    if multi is not None and suspected(block, multi, lines, columns=layout.columns, delimiter=layout.delimiter):
        return None
    try:
        columns = [transcoded(each, layout.encoding) for each in _cells(block, layout.columns, layout, None)]
    except (pa.ArrowInvalid, UnicodeDecodeError):  # a row of another width, bytes that mean nothing
        return None
    blank = blank_rows(columns)
    rows, structural = None, []
    if blank is not None:
        structural.append(Structural("table.row-blank", blank))
        columns, rows = _without(columns, None, blank.tolist())
    return Batch(
        columns, lines.records, rows, lines.lines, lines.line_of, structural, block=block, encoding=layout.encoding
    )


def passed_over(raw: bytes, layout: Layout, structural: Sequence[Structural]) -> Batch:
    """A batch of records that are no data: counted, with their places, but without a row."""
    block, spans, _ = _decoded(Piece(raw, 0, quoted_spans(raw, layout.delimiter)), layout)
    lines = lines_of(block, spans)
    empty = [pa.array([], pa.string()) for _ in layout.names]
    return Batch(empty, lines.records, NOTHING, lines.lines, lines.line_of, list(structural), block=block)


def _unclosed(piece: Piece, layout: Layout) -> Batch:
    block = piece.raw if layout.clean else piece.raw.decode(layout.encoding, "replace").encode()
    lines = lines_of(block, None)
    said = Structural("table.unclosed-quote", np.zeros(1, np.int64), (excerpt(block).rstrip("\r\n"),))
    found = [said]
    if not block.endswith((b"\n", b"\r")):  # the file ends here, within the quoted cell
        found.append(Structural("file.truncated", np.zeros(1, np.int64), said.values, reason="quote"))
    empty = [pa.array([], pa.string()) for _ in layout.names]
    return Batch(empty, 1, NOTHING, lines.lines, None, found, block=block)


def _decoded(piece: Piece, layout: Layout) -> tuple[bytes, Spans | None, list[BadBytes]]:
    if layout.clean:
        return piece.raw, piece.spans, []
    if piece.raw.isascii() or (layout.encoding == "utf-8" and is_utf8(piece.raw)):
        return piece.raw, piece.spans, []
    starts, ends = spans_of(piece.raw, piece.spans)
    block, bad = decode(piece.raw, layout.encoding, starts, ends)
    return block, quoted_spans(block, layout.delimiter), bad


def _table(
    block: bytes, spans: Spans | None, records: int, layout: Layout
) -> tuple[list[pa.Array], Rows | None, list[Structural]]:
    """Columns, the record of each row (None: all in order), and faults of width."""
    width = max(layout.width, layout.columns)
    ragged: list[int] = []

    def keep(row: Any) -> str:
        ragged.append(row.number - 1)
        return "skip"

    columns = _cells(block, width, layout, keep)
    structural: list[Structural] = []
    rows = None
    if ragged:
        rows, columns = _mended(block, spans, records, columns, ragged, layout, structural)
    if width > layout.columns:
        structural += _surplus(columns, rows, ragged, layout)
    return columns[: layout.columns], rows, structural


def _cells(block: bytes, width: int, layout: Layout, keep: Callable[[Any], str] | None) -> list[pa.Array]:
    """The columns of a block. Rows of another width go to `keep`; without it they raise `pa.ArrowInvalid`."""
    names = [str(number) for number in range(width)]
    table = pyarrow.csv.read_csv(
        pa.BufferReader(BOM + block if block.startswith(BOM) else block),  # pyarrow drops one mark
        pyarrow.csv.ReadOptions(use_threads=False, column_names=names, block_size=max(len(block) + 8, 1 << 16)),
        pyarrow.csv.ParseOptions(
            delimiter=layout.delimiter.decode(),
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=keep,
        ),
        pyarrow.csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    return [_one(column) for column in table.columns]


def _one(column: Any) -> pa.Array:
    return (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks)
        if column.num_chunks
        else pa.array([], pa.string())
    )


def _mended(
    block: bytes,
    spans: Spans | None,
    records: int,
    columns: list[pa.Array],
    ragged: list[int],
    layout: Layout,
    structural: list[Structural],
) -> tuple[Rows, list[pa.Array]]:
    """Rows of another width put back in their places, padded or cut; what was wrong goes to `structural`."""
    starts, ends = spans_of(block, spans)
    width, expected = len(columns), layout.columns
    cells: list[list[str]] = [[] for _ in range(width)]
    short: list[tuple[int, str, dict[str, int]]] = []
    long: list[tuple[int, str, dict[str, int]]] = []
    surplus: list[tuple[int, str, dict[str, int]]] = []
    for record in ragged:
        raw = block[starts[record] : ends[record]]
        row = [cell.decode("utf-8", "replace") for cell in fields(raw, layout.delimiter)]
        params = {"found": len(row), "expected": expected}
        if len(row) < expected and not is_blank(row):
            short.append((record, excerpt(raw), params))
        elif len(row) > expected and not is_blank(row):
            extra = row[expected:]
            target = surplus if is_blank(extra) else long
            target.append((record, layout.delimiter.decode().join(extra)[:EXCERPT], params))
        if len(row) > expected:
            row = row[:expected]
        for column, cell in zip(cells, row + [""] * (width - len(row))):
            column.append(cell)
    structural += said("table.row-short", short)
    structural += said("table.row-long", long)
    structural += said("table.row-long", surplus, reason="empty", severity="warning")
    regular = np.ones(records, bool)
    regular[ragged] = False
    rows = np.concatenate([np.flatnonzero(regular), np.asarray(ragged, np.int64)])
    order = np.argsort(rows, kind="stable")
    take = pa.array(order)
    return rows[order], [
        pa.concat_arrays([old, pa.array(new, pa.string())]).take(take) for old, new in zip(columns, cells)
    ]


def _surplus(columns: list[pa.Array], rows: Rows | None, ragged: list[int], layout: Layout) -> list[Structural]:
    """Most rows are wider than the header: those with a value there are too long, the others have spare delimiters."""
    extra, count = columns[layout.columns :], len(columns[0])
    numbers = np.arange(count, dtype=np.int64) if rows is None else rows
    wide = ~np.isin(numbers, np.asarray(ragged, np.int64))  # rows put back by hand were judged there
    blank = blank_rows(columns)
    if blank is not None:
        wide[blank] = False
    spare = np.zeros(count, bool)
    empty = blank_rows(extra)
    if empty is not None:
        spare[empty] = True
    params = {"found": layout.width, "expected": layout.columns}
    mark = layout.delimiter.decode()
    long = [
        (int(numbers[row]), mark.join(column[row].as_py() for column in extra)[:EXCERPT], params)
        for row in np.flatnonzero(wide & ~spare).tolist()
    ]
    short = [(row, "", params) for row in numbers[wide & spare].tolist()]
    return [
        *said("table.row-long", long),
        *said("table.row-long", short, reason="empty", severity="warning"),
    ]


def _without(columns: list[pa.Array], rows: Rows | None, records: list[int]) -> tuple[list[pa.Array], Rows | None]:
    """The rows of these records left out."""
    if not records:
        return columns, rows
    numbers = np.arange(len(columns[0]), dtype=np.int64) if rows is None else rows
    kept = ~np.isin(numbers, np.asarray(records, np.int64))
    return [column.filter(pa.array(kept)) for column in columns], numbers[kept]


def _bad_bytes(bad: list[BadBytes], piece: Piece, lines: Lines, layout: Layout) -> list[Structural]:
    told: dict[str, list[tuple[BadBytes, Mapping[str, Any], int]]] = {}
    for each in bad:
        code, params, below = bad_byte(each, layout)
        first = each.record if lines.line_of is None else int(lines.line_of[each.record])
        told.setdefault(code, []).append((each, params, first + below))
    return [
        Structural(
            code,
            np.asarray([each.record for each, _, _ in found], np.int64),
            tuple(each.raw.decode(layout.encoding, "replace")[:EXCERPT] for each, _, _ in found),
            tuple(params for _, params, _ in found),
            tuple(piece.offset + each.offset for each, _, _ in found) if layout.places else (),
            tuple(line for _, _, line in found),
        )
        for code, found in told.items()
    ]


def bad_byte(bad: BadBytes, layout: Layout) -> tuple[str, Mapping[str, Any], int]:
    """The code and parameters of bad bytes, and how many lines below its record's first line they stand."""
    before = bad.raw[: bad.at]
    last = max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
    likely = other_encoding(bad, layout.encoding)
    number = len(fields(before, layout.delimiter)) - 1
    params = {
        "encoding": layout.encoding,
        "field": layout.names[number] if number < layout.columns else "",
        "position": len(before[last:].decode(layout.encoding, "replace")) + 1,
        "raw": bad.raw[bad.at : bad.at + bad.size].hex(" ").upper(),
        "readings": readings(bad, layout.encoding),
        "likely": likely or "",
    }
    below = before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
    return "file.encoding-mixed" if likely else "file.encoding", params, below


def _nuls(block: bytes, spans: Spans | None) -> list[Structural]:
    starts, ends = spans_of(block, spans)
    places = np.flatnonzero(np.frombuffer(block, np.uint8) == 0)
    rows = np.unique(np.searchsorted(starts, places, side="right") - 1)
    values = tuple(excerpt(block[starts[row] : ends[row]]).replace("\0", "\\0") for row in rows.tolist())
    return [Structural("file.nul", rows.astype(np.int64), values)]
