"""Work that is done ahead of its turn: by a few threads, for a few items, its results asked for in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def threads(most: int = 4) -> int:
    """One more than there are processors, because each also waits for the disk; not more than `most`."""
    return min(most, (os.cpu_count() or 1) + 1)


def ahead(
    items: Sequence[Item], work: Callable[[Item], Result], workers: int
) -> Generator[tuple[Item, Callable[[], Result]]]:
    """Each item in order, with the call that gives what `work` made of it, or raises what it raised.

    `workers` threads are at the next items meanwhile; what nobody comes to ask for is not begun.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="gongshu-ahead") as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > workers:
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        finally:
            for _, each in waiting:
                each.cancel()


def _first(waiting: deque[tuple[Item, Future[Result]]]) -> tuple[Item, Callable[[], Result]]:
    item, future = waiting.popleft()
    return item, future.result
