"""The bytes of a `pa.StringArray` as numpy views, without a copy."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Ints: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def offsets(column: Any) -> Ints:
    """Where each cell starts and the last one ends, from 0: length `len(column) + 1`."""
    if not len(column):
        return np.zeros(1, np.int32)
    found = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    return found if found[0] == 0 else found - found[0]


def content(column: Any) -> Bytes:
    """The UTF-8 bytes of all cells, one after the other."""
    buffer = column.buffers()[2] if len(column) else None
    if buffer is None:
        return np.empty(0, np.uint8)
    bounds = np.frombuffer(column.buffers()[1], np.int32)
    return np.frombuffer(buffer, np.uint8)[bounds[column.offset] : bounds[column.offset + len(column)]]


def texts(column: Any) -> list[str]:
    """The cells as Python texts, made in C all at once (`to_pylist` makes them one by one)."""
    found: list[str] = column.to_numpy(zero_copy_only=False).tolist()
    return found


def matrix(column: Any, width: int) -> tuple[Bytes, Ints | None]:
    """The cells of exactly `width` bytes as rows of a matrix, with their row numbers (None: every cell is there)."""
    bounds = offsets(column)
    fits = (bounds[1:] - bounds[:-1]) == width
    if fits.all():
        return content(column).reshape(-1, width), None
    rows = np.flatnonzero(fits)
    return content(column.take(pa.array(rows))).reshape(-1, width), rows


def spread(found: Ints, rows: Ints | None, count: int) -> Ints:
    """`found`, one value a row of `rows`, laid out over all rows; zero elsewhere."""
    if rows is None:
        return found
    full = np.zeros(count, found.dtype)
    full[rows] = found
    return full
