"""Every text that bytes hold, whatever they are packed in: what a curious reader would find."""

from __future__ import annotations

import html
import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ZSTD = b"\x28\xb5\x2f\xfd"


def readings(content: bytes) -> Iterator[bytes]:
    """The bytes as they are, and unpacked in every way that fits."""
    yield content
    if content.startswith(b"PAR1"):
        yield from _parquet(content)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from readings(archive.read(name))
    elif content.startswith(b"SQLite format 3"):
        yield from _sqlite(content)
    elif b"\\u" in content or b"&#" in content:
        text = content.decode("utf-8", "replace")
        yield html.unescape(text).encode("utf-8", "replace")
        yield content.decode("unicode_escape", "replace").encode("utf-8", "surrogatepass")


def _parquet(content: bytes) -> Iterator[bytes]:
    """Footer, statistics, values, and every page as it lies there: a dictionary may hold what no row has."""
    with pq.ParquetFile(io.BytesIO(content)) as file:
        yield str(file.metadata.to_dict()).encode()
        yield str(file.schema_arrow.metadata).encode()
        yield str(file.read().to_pydict()).encode()
    at = content.find(ZSTD)
    while at >= 0:
        yield _unpacked(content[at:])
        at = content.find(ZSTD, at + 1)


def _unpacked(content: bytes) -> bytes:
    found = io.BytesIO()
    stream = pa.CompressedInputStream(pa.BufferReader(content), "zstd")
    try:
        while block := stream.read(64):
            found.write(block)
    except (OSError, pa.ArrowException):  # what stands behind the page is none
        pass
    return found.getvalue()


def _sqlite(content: bytes) -> Iterator[bytes]:
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        Path(file.name).write_bytes(content)
        connection = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            try:
                rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - its own names
            except sqlite3.DatabaseError:
                continue
            yield str(rows).encode("utf-8", "replace")
        connection.close()


def holds(content: bytes, words: str) -> bool:
    """Whether the words stand there in an encoding that people use."""
    wanted = {words.encode(encoding) for encoding in ("utf-8", "utf-16-le", "gb18030")}
    return any(each in found for found in readings(content) for each in wanted)
