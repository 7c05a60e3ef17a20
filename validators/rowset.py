"""A set of records of one table, one bit each."""

from __future__ import annotations

from typing import Any

import numpy as np

from gongshu.validators.batch import Rows


class RowSet:
    """Which records have an error, taken batch by batch."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._bits: list[np.ndarray[Any, np.dtype[np.uint8]]] = []

    def add(self, row0: int, wrong: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        """Add the next batch, before which `row0` records lie."""
        self._starts.append(row0)
        self._bits.append(np.packbits(wrong))

    def mark(self, rows: Rows) -> None:
        """Add records by number (1-based)."""
        order = np.sort(rows) - 1
        owners = np.searchsorted(self._starts, order, side="right") - 1
        for owner in np.unique(owners):
            local = order[owners == owner] - self._starts[owner]
            np.bitwise_or.at(self._bits[owner], local >> 3, np.uint8(128) >> (local & 7).astype(np.uint8))

    def count(self) -> int:
        """How many there are."""
        return sum(int(np.unpackbits(each).sum()) for each in self._bits)

    def spread(self, rows: int, parts: int) -> tuple[int, ...]:
        """Members in each of `min(parts, rows)` equal stretches of `rows` records."""
        stretches = min(parts, rows)
        found = np.zeros(stretches, np.int64)
        for start, bits in zip(self._starts, self._bits):
            wrong = np.flatnonzero(np.unpackbits(bits)) + start
            found += np.bincount(np.minimum(wrong * stretches // rows, stretches - 1), minlength=stretches)
        return tuple(found.tolist())
