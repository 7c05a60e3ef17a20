"""Immutable bytes by their SHA-256, in `objects/<2 hex>/<sha256>`: a name that exists names whole, durable bytes."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from gongshu.publishers.canonical import copied, file_sha256
from gongshu.publishers.lock import take

SYNCS = 12  # files that are made durable at once: the disk does many in the time of one


class Objects:
    """The objects of one catalogue, and the places where this process prepares new ones."""

    def __init__(self, folder: Path, *, at: Callable[[str], None]) -> None:
        self._folder = folder / "objects"
        self._work = folder / "tmp"
        self._at = at
        self._mine: tuple[Path, int] | None = None
        self._turn = threading.Lock()
        self._settling = threading.Lock()
        self._syncing = ThreadPoolExecutor(SYNCS, thread_name_prefix="gongshu-sync")
        self._unsettled: set[Path] = set()  # folders whose new names are not durable yet

    def path(self, sha256: str) -> Path:
        """Where those bytes lie, if they were put."""
        return self._folder / sha256[:2] / sha256

    def workplace(self) -> Path:
        """This process's own folder on the same file system, held by a lock that dies with the process."""
        with self._turn:
            if self._mine is None:
                self.sweep()
                folder = self._work / uuid4().hex
                handle = take(self._work / f"{folder.name}.lock")
                if handle is None:  # nobody else can know this name
                    raise OSError(f"cannot lock {folder.name}")
                folder.mkdir(parents=True)
                self._mine = folder, handle
            return self._mine[0]

    def sweep(self) -> int:
        """Remove what processes that died left behind; how many places were removed."""
        removed = 0
        for lock in sorted(self._work.glob("*.lock")):
            handle = take(lock)
            if handle is None:
                continue  # its process lives
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            os.close(handle)
            removed += 1
        return removed

    def put(self, path: Path, *, move: bool, expected: str | None = None) -> tuple[str, int]:
        """Store a file's bytes, if they hash to what is expected; their SHA-256 and size. Threads may put at once."""
        if move:
            sha256, size = file_sha256(path)
            if expected is not None and sha256 != expected:
                return sha256, size
            if not self._there(sha256):
                _sync(path)
                self._settle(path, sha256)
            else:
                path.unlink()
            return sha256, size
        copy = self.workplace() / uuid4().hex
        sha256, size = copied(path, copy)
        _sync(copy)
        self._at("object.copied")
        if (expected is not None and sha256 != expected) or self._there(sha256):
            copy.unlink()
        else:
            self._settle(copy, sha256)
        return sha256, size

    def keep(self, made: Sequence[tuple[Path, str]]) -> None:
        """Store files of the workplace under the hashes that they have; then content and names are durable.

        Threads may do so at once.
        """
        new = {sha256: path for path, sha256 in made if not self._there(sha256)}
        self._durable(_sync, new.values())
        self._at("objects.synced")
        for sha256, path in new.items():
            self._settle(path, sha256)
        self.settle()

    def _there(self, sha256: str) -> bool:
        """Whether those bytes are stored. Whoever stored them may have died before their name was durable."""
        there = self.path(sha256).exists()
        if there:
            self._unsettled.add(self.path(sha256).parent)
        return there

    def _durable(self, sync: Callable[[Path], None], paths: Iterable[Path]) -> None:
        """Have the system write them, all at once."""
        for _ in self._syncing.map(sync, paths):
            pass

    def _settle(self, path: Path, sha256: str) -> None:
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._unsettled.add(target.parent.parent)
        path.chmod(0o444)
        self._at("object.ready")
        os.replace(path, target)  # noqa: PTH105 - the one call that is atomic on every system
        self._unsettled.add(target.parent)
        self._at("object.stored")

    def settle(self) -> None:
        """Afterwards the names of all objects that were put are durable too: called before anything refers to them."""
        with self._settling:  # whoever waits here finds its folders done by the one before
            while waiting := [self._unsettled.pop() for _ in range(len(self._unsettled))]:
                try:
                    self._durable(_sync_folder, waiting)
                except BaseException:
                    self._unsettled.update(waiting)
                    raise

    def all(self) -> Iterator[Path]:
        """Every object, by name."""
        yield from sorted(each for each in self._folder.glob("??/*") if each.is_file())

    def close(self) -> None:
        """Remove this process's place."""
        self._syncing.shutdown()
        if self._mine is not None:
            folder, handle = self._mine
            shutil.rmtree(folder, ignore_errors=True)
            folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)
            os.close(handle)
            self._mine = None


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows has no folders to open; its rename is durable with the journal of NTFS
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
