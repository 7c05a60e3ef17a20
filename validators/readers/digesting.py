"""The SHA-256 of a file's bytes, taken from the very bytes that were read, in a thread beside those that judge them.

What is added to the file after it was opened is neither judged nor hashed.
"""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from gongshu.validators.readers.content import Content

CHUNK = 4 << 20
AHEAD = 4  # pieces that may wait to be hashed, so that memory stays bounded


class Digesting:
    """Reads a content, and hashes everything read for the first time. Gaps and the rest are read when due."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._digest = hashlib.sha256()
        self._at = 0  # everything before is hashed or waits to be
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()
        self._found: str | None = None

    def read(self, offset: int, size: int) -> bytes:
        """As `Content.read`."""
        while self._at < offset:  # what nobody has asked for: the header, example rows
            if not self._take(self._content.read(self._at, min(CHUNK, offset - self._at))):
                break
        got = self._content.read(offset, size)
        fresh = offset + len(got) - self._at
        if offset <= self._at and fresh > 0:
            self._take(got if fresh == len(got) else got[-fresh:])
        return got

    def hexdigest(self) -> str:
        """The hash of all bytes; those not read yet are read now."""
        if self._found is None:
            while self._take(self._content.read(self._at, min(CHUNK, self._content.size - self._at))):
                pass
            self._settle(0)
            self._found = self._digest.hexdigest()
            self.close()
        return self._found

    def close(self) -> None:
        """Let the thread go. The hash of what was read whole stays."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _take(self, got: bytes) -> int:
        self._at += len(got)
        if self._pool is None and (self._at >= CHUNK or self._waiting):
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="gongshu-hash")
        if self._pool is None:  # a small file is hashed at once
            self._digest.update(got)
        else:
            self._waiting.append(self._pool.submit(self._digest.update, got))
            self._settle(AHEAD)
        return len(got)

    def _settle(self, left: int) -> None:
        while len(self._waiting) > left:
            self._waiting.popleft().result()


def sha256_of(content: Content) -> str:
    """The hash of all bytes of a content, in lower-case hexadecimal."""
    return Digesting(content).hexdigest()
