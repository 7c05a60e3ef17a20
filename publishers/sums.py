"""SHA-256 of files, remembered as git does: by size, dates and inode, kept in the user's cache folder.

A file is hashed again where any of these differ, or where it was changed so shortly before it was hashed that another
change could bear the same date. The memory is never needed: what cannot be read or written changes nothing but the
time. What is published is hashed while it is copied, whatever is remembered here.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from gongshu.publishers.canonical import file_sha256
from gongshu.standards.remembering import cache_folder
from gongshu.standards.settings import setting

MARGIN = 3_000_000_000  # nanoseconds: the coarsest file systems count two seconds
MOST = 500_000  # files remembered


class Sums:
    """A way to hash files; a context in which what was hashed is remembered. `rehash`: nothing of before counts."""

    def __init__(self, folder: Path | None, *, rehash: bool = False, now: Callable[[], int] = time.time_ns) -> None:
        self._rehash, self._now = rehash, now
        self._connection: sqlite3.Connection | None = None
        self._new: list[tuple[str, str, int, str]] = []
        if folder is None:
            return
        with suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / "sums.sqlite", timeout=2, isolation_level=None)
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS sums (path TEXT PRIMARY KEY, state TEXT, seen INTEGER, sha256 TEXT)"
            )

    def __call__(self, path: Path) -> tuple[str, int]:
        """SHA-256 and size of the file's bytes."""
        if self._connection is None:
            return file_sha256(path)
        name = str(path.absolute())
        before = _state(path)
        if not self._rehash and (found := self._remembered(name, before)) is not None:
            return found, before[0]
        seen = self._now()
        sha256, size = file_sha256(path)
        if _state(path) == before and max(before[1:3]) < seen - MARGIN:
            self._new.append((name, repr(before), seen, sha256))
        return sha256, size

    def _remembered(self, name: str, state: tuple[int, ...]) -> str | None:
        with suppress(sqlite3.Error, UnicodeEncodeError):
            if self._connection is not None:
                found = self._connection.execute("SELECT state, sha256 FROM sums WHERE path = ?", (name,)).fetchone()
                if found is not None and found[0] == repr(state):
                    return str(found[1])
        return None

    def __enter__(self) -> Sums:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write down what was hashed."""
        if self._connection is None:
            return
        with suppress(sqlite3.Error, UnicodeEncodeError):
            if self._new:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO sums VALUES (?, ?, ?, ?)", self._new)
                self._connection.execute(
                    "DELETE FROM sums WHERE seen < (SELECT seen FROM sums ORDER BY seen DESC LIMIT 1 OFFSET ?)", (MOST,)
                )
                self._connection.execute("COMMIT")
        self._connection.close()


def remembered(*, rehash: bool = False) -> Sums:
    """The memory of this user, where the settings allow one."""
    return Sums(cache_folder(setting("cache").value), rehash=rehash)


def _state(path: Path) -> tuple[int, ...]:
    """Size, date of the content, date of the entry, inode, device."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev
