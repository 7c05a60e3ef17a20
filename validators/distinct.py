"""How many different texts there are: exact for any number of them, in memory that a budget bounds.

What one budget does not hold goes to the partitions on disk that keys spill to (`keys.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.keys import KeyRows, KeyStore, digest

BUDGET = 16 << 20  # bytes of texts; finding the different ones among them takes five times as many for a moment


class Distinct:
    """Takes texts in any portions, then counts the different ones. Close it when done: what was spilled is removed."""

    def __init__(self, *, budget: int = BUDGET) -> None:
        self._budget = budget
        self._held: list[Any] = []
        self._size = 0
        self._store: KeyStore | None = None

    def add(self, texts: Any) -> None:
        """Take in a string array without nulls."""
        fresh = pc.unique(texts).cast(pa.large_string())
        self._held.append(fresh)
        self._size += fresh.nbytes
        if self._size > self._budget:
            self._compact()
            if self._size * 2 > self._budget:
                self._spill()

    def count(self) -> int:
        """How many different texts were taken in."""
        if self._store is None:
            self._compact()
            return sum(map(len, self._held))
        self._spill()
        return sum(_count(part) for part in self._store.parts())

    def close(self) -> None:
        """Let go of everything."""
        self._held, self._size = [], 0
        if self._store is not None:
            self._store.close()

    def _compact(self) -> None:
        if len(self._held) > 1:
            self._held = [pc.unique(pa.concat_arrays(self._held))]
            self._size = self._held[0].nbytes

    def _spill(self) -> None:
        if self._store is None:
            self._store = KeyStore(budget=self._budget)
        for texts in self._held:
            nowhere = np.zeros(len(texts), np.int64)
            self._store.add(KeyRows(texts, digest(texts), nowhere, nowhere))
        self._store.spill()
        self._held, self._size = [], 0


def _count(part: Iterable[KeyRows]) -> int:
    known = pa.array([], pa.large_string())
    for keys in part:
        known = pc.unique(pa.concat_arrays([known, keys.text.cast(pa.large_string())]))
    return len(known)
