"""How much at once: a little more while all goes well, half as soon as it does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Lets at most `limit` turns be taken at a time; `limit` moves between 1 and `most`."""

    def __init__(self, start: int, most: int) -> None:
        self.most = most
        self._limit = float(start)
        self._taken = 0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        """How many may be at it now."""
        return max(1, int(self._limit))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it for the block."""
        with self._free:
            while self._taken >= self.limit:
                self._free.wait()
            self._taken += 1
        try:
            yield
        finally:
            with self._free:
                self._taken -= 1
                self._free.notify()

    def eased(self) -> None:
        """Something went well: after as many as are allowed, one more is."""
        with self._free:
            self._limit = min(self.most, self._limit + 1 / self._limit)
            self._free.notify()

    def hurt(self) -> None:
        """Something went wrong: half as many."""
        with self._free:
            self._limit = max(1.0, self._limit / 2)
