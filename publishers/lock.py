"""One holder at a time, between processes: a lock that the system lets go when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gongshu.standards.faults import PublishFault


def take(path: Path) -> int | None:
    """Lock the file (made when missing) and return its descriptor; None while somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(handle):
            os.close(handle)
            return None
        try:
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)  # its last holder removed the file between our opening and our lock: that lock is nobody's


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def held(path: Path, *, subject: str) -> Iterator[None]:
    """Hold the lock for the block. Raises `PublishFault("publish.locked")` while somebody else holds it."""
    handle = take(path)
    if handle is None:
        raise PublishFault("publish.locked", subject=subject)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps a file that is open
            path.unlink()
        os.close(handle)
