"""Plain decimals of whole columns as exact scaled 64-bit integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.kernels.buffers import Ints, Mask, content, offsets

_PLAIN = np.zeros(256, bool)
_PLAIN[list(b"0123456789.-")] = True
_DIGITS = 18  # what an int64 holds for certain
_POWERS = 10 ** np.arange(_DIGITS + 1, dtype=np.int64)


def read(column: Any, *, point: bool) -> tuple[Mask | None, Ints, int]:
    """Which cells are plain decimals of at most 18 digits (None: all), value x 10**scale, and the scale.

    Plain: an optional minus, digits, and with `point` at most one dot among them. Cells not accepted are undefined.
    """
    count = len(column)
    ok = _plain(column, point=point)
    if ok is not None and not ok.any():
        return ok, np.zeros(count, np.int64), 0
    rows = None if ok is None else np.flatnonzero(ok)
    cells = column if rows is None else column.take(pa.array(rows))
    bounds, data = offsets(cells), content(cells)
    dots = np.flatnonzero(data == 46) if point else np.empty(0, np.int64)
    if not len(dots):
        found, scale = pc.cast(cells, pa.int64()).to_numpy(zero_copy_only=False), 0
    else:
        owner = _owners(bounds, dots)
        after = np.zeros(len(cells), np.int32)
        after[owner] = bounds[owner + 1] - dots - 1
        less = np.zeros(len(cells) + 1, np.int32)
        less[owner + 1] = 1
        shorter = (bounds - np.cumsum(less)).astype(np.int32)
        digits = np.ascontiguousarray(data[data != 46])
        bare = pa.Array.from_buffers(pa.string(), len(cells), [None, pa.py_buffer(shorter), pa.py_buffer(digits)])
        found, scale = pc.cast(bare, pa.int64()).to_numpy(zero_copy_only=False), int(after.max())
        if not (after == scale).all():
            room = (bounds[1:] - bounds[:-1]) + (scale - after) <= _DIGITS
            found = found * _POWERS[np.minimum(scale - after, _DIGITS)]
            if not room.all():
                found[~room] = 0
                if rows is None:
                    return room, found, scale
                ok = ok.copy() if ok is not None else np.ones(count, bool)
                ok[rows[~room]] = False
    if rows is None:
        return None, found, scale
    full = np.zeros(count, np.int64)
    full[rows] = found
    return ok, full, scale


def _plain(column: Any, *, point: bool) -> Mask | None:
    bounds, data = offsets(column), content(column)
    length = bounds[1:] - bounds[:-1]
    good = (length > 0) & (length <= _DIGITS)
    alien = np.flatnonzero(~_PLAIN[data]) if point else np.flatnonzero((data == 46) | ~_PLAIN[data])
    good[_owners(bounds, alien)] = False
    needed = np.ones(len(column), np.int32)
    minus = np.flatnonzero(data == 45)
    if len(minus):
        owner = _owners(bounds, minus)
        good[owner[bounds[owner] != minus]] = False
        needed[owner] += 1
    if point:
        dots = np.flatnonzero(data == 46)
        owner = _owners(bounds, dots)
        good[owner[1:][owner[1:] == owner[:-1]]] = False
        needed[owner] += 1
    good &= length >= needed
    return None if good.all() else good


def _owners(bounds: Ints, places: Ints) -> Ints:
    """The cell to which each byte belongs."""
    cells = len(bounds) - 1
    if len(places) == cells and cells and ((places >= bounds[:-1]) & (places < bounds[1:])).all():
        return np.arange(cells)
    return np.searchsorted(bounds, places, side="right") - 1
