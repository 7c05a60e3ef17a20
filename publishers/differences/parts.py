"""A table on disk in parts, so that rows of one key lie in one part of either table; a part fits into memory."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.keys import digest

BATCH = 1 << 16  # rows read at once
MOST = 256  # parts, each one open file while they are written
KEY = "\x00key"  # no column of a standard has this name
Side: TypeAlias = "Path | pa.Table"


def names(side: Side) -> list[str]:
    """The columns of a table or of a Parquet file."""
    return list(schema(side).names)


def schema(side: Side) -> pa.Schema:
    """Their types."""
    import pyarrow.parquet as pq

    return side.schema if isinstance(side, pa.Table) else pq.read_schema(side)


def batches(side: Side, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """These columns, batch by batch."""
    import pyarrow.parquet as pq

    if isinstance(side, pa.Table):
        yield from side.select(list(columns)).to_batches(max_chunksize=BATCH)
        return
    with pq.ParquetFile(side) as file:
        for batch in file.iter_batches(batch_size=BATCH, columns=list(columns)):
            yield batch.select(list(columns))  # in our order, whatever the file's


def size(side: Side, columns: Sequence[str]) -> int:
    """About how many bytes these columns take in memory, told by the first batch."""
    import pyarrow.parquet as pq

    if isinstance(side, pa.Table):
        return int(side.select(list(columns)).nbytes)
    rows = pq.read_metadata(side).num_rows
    first = next(batches(side, columns), None)
    return 0 if first is None or not first.num_rows else int(first.nbytes / first.num_rows * rows)


def text(columns: Sequence[pa.Array]) -> pa.Array:
    """One text a row: equal texts if and only if every value is equal; an absent value equals an absent one."""
    parts = []
    for each in columns:
        plain = each.cast(pa.string())
        if pc.any(pc.match_substring_regex(plain, "[\x1d\x1e\x1f]")).as_py():
            for mark, code in (("\x1e", "\x1e0"), ("\x1f", "\x1e1"), ("\x1d", "\x1e2")):
                plain = pc.replace_substring(plain, mark, code)
        parts.append(pc.fill_null(plain, "\x1d"))
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "\x1f")


def values(row: str) -> list[str | None]:
    """The values that `text` put together."""
    return [None if each == "\x1d" else _plain(each) for each in row.split("\x1f")]


def _plain(part: str) -> str:
    return part.replace("\x1e2", "\x1d").replace("\x1e1", "\x1f").replace("\x1e0", "\x1e")


@contextlib.contextmanager
def divided(folder: Path | None = None) -> Iterator[Path]:
    """A place for parts that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gongshu-difference-", dir=folder) as place:
        yield Path(place)


def divide(found: Iterable[pa.RecordBatch], count: int, place: Path, stem: str) -> None:
    """Write every batch (with its `KEY` column) into `count` Arrow streams, by the digest of the key."""
    with contextlib.ExitStack() as stack:
        writers: list[Any] = [None] * count
        for batch in found:
            part = (digest(batch.column(KEY)) % np.uint64(count)).astype(np.int64)
            order = np.argsort(part, kind="stable")
            edges = np.searchsorted(part[order], np.arange(count + 1))
            sorted_ = batch.take(pa.array(order))
            for number in np.flatnonzero(np.diff(edges)).tolist():
                if writers[number] is None:
                    writers[number] = _writer(place / f"{stem}-{number}.arrow", batch.schema, stack)
                writers[number].write_batch(sorted_.slice(edges[number], edges[number + 1] - edges[number]))


def _writer(path: Path, of: pa.Schema, stack: contextlib.ExitStack) -> Any:
    file = stack.enter_context(pa.OSFile(str(path), "wb"))
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    return stack.enter_context(pa.ipc.new_stream(file, of, options=options))


def part(place: Path, stem: str, number: int) -> Callable[[], Iterator[pa.RecordBatch]]:
    """One part again, as often as it is asked for."""

    def read() -> Iterator[pa.RecordBatch]:
        path = place / f"{stem}-{number}.arrow"
        if path.exists():
            with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as stream:
                yield from stream

    return read
