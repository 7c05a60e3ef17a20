"""Where samples go that are too many for memory: one temporary file, which nobody but its report can see."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from gongshu.standards.faults import UsageFault

BOUND = 20_000  # samples that all files of a report together keep in memory


class Place(NamedTuple):
    """Where something lies in the file."""

    start: int
    length: int


class SampleStore:
    """The samples of one report, for any number of threads. The file goes with the last sequence that reads it.

    It has no name where the system allows that, else it is removed when it is closed, so that not even an interrupted
    run leaves it behind.
    """

    def __init__(self, *, bound: int = BOUND, folder: Path | None = None) -> None:
        self._bound, self._folder = bound, folder
        self._kept = 0
        self._file: Any = None
        self._end = 0
        self._lock = Lock()
        self._last: tuple[Place, Any] | None = None

    def crowded(self, held: int) -> bool:
        """Whether a file that is being judged holds more than its share; four may be judged at a time."""
        return held > self._bound // 4

    def keep(self, count: int) -> bool:
        """Whether so many samples of a file that is done may stay in memory for good."""
        with self._lock:
            fits = self._kept + count <= self._bound
            self._kept += count if fits else 0
        return fits

    def write(self, data: bytes) -> Place:
        """Add something to the file. Raises `UsageFault` where that cannot be."""
        with self._lock:
            try:
                if self._file is None:
                    self._file = _temporary(self._folder)
                place = Place(self._end, len(data))
                self._file.seek(self._end)
                left = memoryview(data)
                while left:
                    left = left[self._file.write(left) :]
            except OSError as error:
                detail = error.strerror or str(error)
                raise UsageFault("usage.samples-disk", folder=_folder(self._folder), detail=detail) from error
            self._end += len(data)
        return place

    def read(self, place: Place, made: Callable[[bytes], Any]) -> Any:
        """What `made` makes of something that was written. The last answer is remembered: it must not be changed."""
        last = self._last
        if last is not None and last[0] == place:
            return last[1]
        with self._lock:
            self._file.seek(place.start)
            data = bytearray()
            while len(data) < place.length:
                piece = self._file.read(place.length - len(data))
                if not piece:
                    raise EOFError("samples")
                data += piece
        found = made(bytes(data))
        self._last = place, found
        return found

    def close(self) -> None:
        """Let go of the file, which removes it; samples that lie in it can no longer be read."""
        with self._lock:
            if self._file is not None:
                self._file.close()


def _temporary(folder: Path | None) -> Any:
    return tempfile.TemporaryFile("w+b", buffering=0, prefix="gongshu-samples-", dir=folder)


def _folder(given: Path | None) -> str:
    try:
        return str(given or tempfile.gettempdir())
    except OSError:  # none of the system's folders can be written
        return "TMPDIR"
