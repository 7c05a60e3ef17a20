"""Parquet and Arrow files: typed columns as text, their declared types in `Shape.native`; no lines, no addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.standards.faults import SourceFault
from gongshu.validators.batch import Batch, Header, Rows, Shape, Structural
from gongshu.validators.finding import Finding
from gongshu.validators.readers.arrowtext import text_of
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.cut import damaged
from gongshu.validators.readers.digesting import sha256_of
from gongshu.validators.readers.geoparquet import Geo, applied, geo_of
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.readers.rows import blank_rows

ROWS = 65_536  # rows a batch
BROKEN = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError, TypeError, KeyError, NotImplementedError)


class ColumnarSource:
    """A typed table, ready to be read once. `batches` are Arrow record batches in order."""

    def __init__(
        self,
        schema: Any,
        batches: Iterable[Any],
        *,
        format: str,
        name: str,
        sha256: str | None = None,
        size: int | None = None,
        findings: Sequence[Finding] = (),
        dates: frozenset[int] = frozenset(),
        content: Content | None = None,
        geo: Geo | None = None,
    ) -> None:
        try:
            native = {number: str(field.type) for number, field in enumerate(schema)}
            header = Header(tuple(field.name for field in schema), 0)
        except BROKEN as fault:
            raise _damaged(name, fault) from fault
        self.shape = Shape(format=format, header=header, positioned=False, native=native, findings=list(findings))
        self.sha256 = sha256
        self.bytes = size
        self.name = name
        self._batches = batches
        self._dates = dates
        self._content = content
        self._geo = geo
        if geo is not None:
            self.shape.shaped = True
            self.shape.findings += geo.findings
            self.shape.not_checked += geo.not_checked

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in order. Blank rows at a batch's end wait for the next batch: at the table's end they do not exist."""
        waiting = 0
        width = len(self.shape.header.names) if self.shape.header else 0
        for batch in self._read():
            kept = _until_blank(batch)
            if kept:
                if waiting:
                    yield partial(_blank_batch, waiting, width)
                yield partial(self._text, batch.slice(0, kept))
                waiting = 0
            waiting += batch.num_rows - kept

    def _read(self) -> Iterator[Any]:
        try:
            for batch in self._batches:
                batch.validate(full=True)  # damaged offsets would end the process, not the reading
                if batch.num_rows:
                    yield batch
        except BROKEN as fault:
            raise _damaged(self.name, fault) from fault

    def _text(self, batch: Any) -> Batch:
        try:
            shaped = {each.index for each in self._geo.columns if each.wkb} if self._geo is not None else set()
            columns: list[Any] = [
                None if number in shaped else text_of(column, date=number in self._dates)
                for number, column in enumerate(batch.columns)
            ]
            faults = applied(columns, batch, self._geo.columns) if self._geo is not None else []
        except BROKEN as fault:
            raise _damaged(self.name, fault) from fault
        records = batch.num_rows
        blank = blank_rows(columns)
        if blank is None:
            return Batch(columns, records, structural=faults)
        kept: Rows = np.delete(np.arange(records, dtype=np.int64), blank)
        taken = [column.take(pa.array(kept)) for column in columns]
        return Batch(taken, records, kept, structural=[Structural("table.row-blank", blank), *faults])

    def close(self) -> None:
        """Let the file go."""
        if self._content is not None:
            self._content.close()


def _until_blank(batch: Any) -> int:
    """How many rows there are up to the last one that holds anything."""
    kept = int(batch.num_rows)
    while kept and _blank_row(batch, kept - 1):
        kept -= 1
    return kept


def _blank_row(batch: Any, row: int) -> bool:
    for column in batch.columns:
        if column.is_valid()[row].as_py():
            value = column[row].as_py()
            if (
                value is not None
                and value == value
                and not (isinstance(value, str) and not value.strip("\u200b\ufeff \t\r\n\u00a0\u3000"))
            ):
                return False
    return True


def _blank_batch(records: int, width: int) -> Batch:
    empty = [pa.array([], pa.string()) for _ in range(width)]
    return Batch(empty, records, np.empty(0, np.int64), structural=[Structural("table.row-blank", np.arange(records))])


def _damaged(name: str, fault: BaseException) -> SourceFault:
    return SourceFault("file.unreadable", name=name, reason="corrupt", detail=_detail(fault))


def _detail(fault: BaseException) -> str:
    return str(fault).partition("\n")[0][:200]


def open_parquet(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> ColumnarSource:
    """The source of a Parquet file."""
    from pyarrow import parquet

    digest = sha256_of(content)
    try:
        content.stream.seek(0)
        file = parquet.ParquetFile(pa.PythonFile(content.stream, mode="r"))
        schema = file.schema_arrow
        batches = file.iter_batches(batch_size=ROWS, use_threads=False)
    except BROKEN as fault:
        raise damaged(content, _detail(fault)) from fault
    return ColumnarSource(
        schema,
        batches,
        format="parquet",
        name=content.name,
        sha256=digest,
        size=content.size,
        findings=findings,
        content=content,
        geo=geo_of(schema, options.bounds),
    )


def open_arrow(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> ColumnarSource:
    """The source of an Arrow file or stream, or of a Feather file (either version)."""
    digest = sha256_of(content)
    head = content.read(0, 8)
    try:
        content.stream.seek(0)
        stream = pa.PythonFile(content.stream, mode="r")
        if head.startswith(b"FEA1"):
            from pyarrow import feather

            table = feather.read_table(stream)
            schema, batches = table.schema, iter(table.to_batches(ROWS))
        elif head.startswith(b"ARROW1"):
            reader = pa.ipc.open_file(stream)
            schema, batches = reader.schema, (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            opened = pa.ipc.open_stream(stream)
            schema, batches = opened.schema, iter(opened)
    except BROKEN as fault:
        raise damaged(content, _detail(fault)) from fault
    return ColumnarSource(
        schema,
        batches,
        format="arrow",
        name=content.name,
        sha256=digest,
        size=content.size,
        findings=findings,
        content=content,
    )
