"""A table as the CSV that leaves: UTF-8 with a BOM, line feeds, quotes where they are needed, exact values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc


class Sink(Protocol):
    """What the text is written to."""

    def write(self, data: Any, /) -> Any:
        """Append bytes."""
        ...


BOM = b"\xef\xbb\xbf"


def write_csv(out: Sink, names: list[str], batches: Iterable[pa.RecordBatch]) -> None:
    """The whole of it."""
    header(out, names)
    for batch in batches:
        body(out, batch)


def header(out: Sink, names: list[str]) -> None:
    """The mark of the encoding and the names."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    out.write(BOM + line.getvalue().encode("utf-8"))


def body(out: Sink, batch: pa.RecordBatch) -> None:
    """The rows as text: data are exact, so nothing in them is neutralised; an absent value is an empty cell."""
    if not batch.num_columns or not batch.num_rows:
        return
    columns = [_text(array) for array in batch.columns]
    plain = _unquoted(columns) if len(columns) > 1 else None  # a line without anything would be no row
    out.write(_quoting(columns) if plain is None else plain)


def _unquoted(columns: list[pa.Array]) -> pa.Buffer | None:
    """The lines where no cell needs quotes, as pyarrow writes them; None where one does."""
    from pyarrow.csv import WriteOptions, write_csv

    sink = pa.BufferOutputStream()
    plain = WriteOptions(include_header=False, quoting_style="none")
    try:
        write_csv(pa.RecordBatch.from_arrays(columns, names=[str(n) for n in range(len(columns))]), sink, plain)
    except pa.ArrowInvalid:
        return None
    return sink.getvalue()


def _quoting(columns: list[pa.Array]) -> bytes:
    alone = '""' if len(columns) == 1 else ""
    quoted = [_quoted(each).fill_null(alone) for each in columns]
    lines = pc.binary_join_element_wise(*quoted, ",") if len(quoted) > 1 else quoted[0]
    whole = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), "\n")
    return bytes(whole[0].as_buffer()) + b"\n"


def _quoted(array: pa.Array) -> pa.Array:
    """Quotes around what needs them, by RFC 4180."""
    if not pa.types.is_string(array.type):
        return array.cast(pa.string())
    special = pc.match_substring_regex(array, '[",\r\n]')
    if not pc.any(special).as_py():
        return array
    mark = pa.scalar('"')
    wrapped = pc.binary_join_element_wise(mark, pc.replace_substring(array, '"', '""'), mark, "")
    return pc.if_else(special, wrapped, array)


def _text(array: pa.Array) -> pa.Array:
    """Text where pyarrow would spell a value otherwise; else the array itself."""
    kind = array.type
    if pa.types.is_decimal(kind) and kind.scale > 0:
        text = array.cast(pa.string())
        if pc.any(pc.match_substring(text, "E")).as_py():  # very small ones come with an exponent
            return pc.replace_substring_regex(pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1"), r"\.$", "")
        return pc.ascii_rtrim(pc.ascii_rtrim(text, "0"), ".")
    if pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(pc.strftime(array, "%Y-%m-%dT%H:%M:%S"), r"\.0+$", "")
    if pa.types.is_time(kind):
        return pc.replace_substring_regex(array.cast(pa.string()), r"\.0+$", "")
    return array if pa.types.is_string(kind) or pa.types.is_int64(kind) else array.cast(pa.string())
