"""Where a site lies: a folder of this machine, a bucket that compares before it writes, or anything else of fsspec.

A write may say which state of the object it was made for. A folder is held by a lock, a bucket of S3 compares itself
(`If-None-Match`, `If-Match`); elsewhere nothing keeps a second writer out, and the place says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from gongshu.standards.faults import Fault, PublishFault, UsageFault

PART = ".part-"
LOCAL, CONDITIONAL, SINGLE = "local", "conditional", "single"
EXTRAS = {"s3": "s3", "s3a": "s3"}


class Moved(Exception):
    """The object is not what the write was made for."""


@dataclass(frozen=True, slots=True)
class Object:
    """What was read: the bytes, and the mark by which a change is known."""

    content: bytes
    tag: str


class Place:
    """Objects under one address. Names are relative, with slashes."""

    def __init__(self, address: str) -> None:
        from fsspec.core import url_to_fs

        scheme = address.partition("://")[0] if "://" in address else "file"
        try:
            # listings that are remembered would show what was there before
            self._fs, root = url_to_fs(address, use_listings_cache=False)
        except ImportError as error:
            if scheme in EXTRAS:
                raise UsageFault("usage.extra-missing", name="s3fs", extra=EXTRAS[scheme]) from error
            raise UsageFault("mirror.scheme", target=f"files:{address}", scheme=scheme, detail=str(error)) from error
        except ValueError as error:
            raise UsageFault("mirror.scheme", target=f"files:{address}", scheme=scheme, detail=str(error)) from error
        self._root = str(root).rstrip("/")
        self._target = f"files:{address}"
        protocols = (self._fs.protocol,) if isinstance(self._fs.protocol, str) else tuple(self._fs.protocol)
        self.kind = LOCAL if "file" in protocols else CONDITIONAL if "s3" in protocols else SINGLE
        self.folder = Path(self._root or "/") if self.kind == LOCAL else None

    # --- reading ---

    def read(self, name: str) -> Object | None:
        """The object; None where there is none."""
        with self._weather():
            try:
                if self.folder is not None:
                    path = self.folder / name
                    with path.open("rb") as source:
                        return Object(source.read(), _local_tag(os.fstat(source.fileno())))
                tag = str(self._fs.info(self._at(name))["ETag"]) if self.kind == CONDITIONAL else ""
                content: bytes = self._fs.cat_file(self._at(name))
                return Object(content, tag or hashlib.sha256(content).hexdigest())
            except FileNotFoundError:
                return None

    def tag(self, name: str) -> str | None:
        """The mark of the object, without its bytes where that is possible."""
        with self._weather():
            try:
                if self.folder is not None:
                    return _local_tag((self.folder / name).stat())
                if self.kind == CONDITIONAL:
                    return str(self._fs.info(self._at(name))["ETag"])
            except FileNotFoundError:
                return None
        found = self.read(name)
        return None if found is None else found.tag

    def read_all(self, names: Sequence[str]) -> dict[str, bytes]:
        """Many objects at once, those that are there."""
        if self.folder is not None:
            one_by_one = {name: self.read(name) for name in names}
            return {name: found.content for name, found in one_by_one.items() if found is not None}
        with self._weather():
            found: dict[str, Any] = self._fs.cat([self._at(name) for name in names], on_error="return") if names else {}
        by_path = {path.lstrip("/"): content for path, content in found.items()}
        read: dict[str, bytes] = {}
        for name in names:
            content = by_path.get(self._at(name).lstrip("/"))
            if isinstance(content, bytes):
                read[name] = content
            elif content is not None and not isinstance(content, FileNotFoundError):
                with self._weather():
                    raise content
        return read

    def blocks(self, name: str) -> Iterator[bytes] | None:
        """The bytes as they come; None where there is no such object."""
        with self._weather():
            try:
                source = self._fs.open(self._at(name), "rb")
            except FileNotFoundError:
                return None
        return self._stream(source)

    def _stream(self, source: Any) -> Iterator[bytes]:
        with source:
            while True:
                with self._weather():
                    block: bytes = source.read(1 << 20)
                if not block:
                    return
                yield block

    def names(self, folder: str) -> list[str]:
        """What lies directly in a folder."""
        with self._weather():
            try:
                if self.folder is not None:
                    return sorted(path.name for path in (self.folder / folder).iterdir())
                listed = self._fs.ls(self._at(folder), detail=False)
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted({PurePosixPath(each.rstrip("/")).name for each in listed} - {PurePosixPath(folder).name})

    def ages(self, folder: str) -> dict[str, float]:
        """Object -> when the place's own clock says it was written, everything below the folder; bucket only."""
        with self._weather():
            found = self._fs.find(self._at(folder), detail=True)
        return {name.removeprefix(f"{self._root}/"): each["LastModified"].timestamp() for name, each in found.items()}

    # --- writing ---

    def write(self, name: str, content: bytes, *, seen: str | None, at: Callable[[str], None]) -> None:
        """Replace the object in one go. Raises `Moved` where a bucket has another one than was `seen` (None: none)."""
        if self.folder is not None:
            self._replace(self.folder / name, content, at)
            return
        at("mirror.part")
        with self._weather():
            self._fs.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            if self.kind == SINGLE:
                self._fs.pipe_file(self._at(name), content)
                return
            condition = {"IfNoneMatch": "*"} if seen is None else {"IfMatch": seen}
            try:
                self._fs.pipe_file(self._at(name), content, ContentType=_media(name), **condition)
            except OSError as error:
                if _status(error) not in (404, 409, 412):
                    raise
                found = self.read(name)
                if found is None or found.content != content:  # else it was written, and only the answer was lost
                    raise Moved(name) from error

    def compares(self, name: str, content: bytes) -> bool:
        """Whether the place keeps a condition, tried on an object that is there; some kinds of bucket do not listen."""
        if self.kind != CONDITIONAL:
            return True
        with self._weather():
            try:
                self._fs.pipe_file(self._at(name), content, ContentType=_media(name), IfNoneMatch="*")
            except OSError as error:
                if _status(error) not in (409, 412):
                    raise
                return True
        return False

    def _replace(self, path: Path, content: bytes, at: Callable[[str], None]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{PART}{uuid4().hex}")
        part.write_bytes(content)
        _sync(part)
        at("mirror.part")
        os.replace(part, path)  # noqa: PTH105 - the one call that is atomic on every system
        _sync_folder(path.parent)

    def put(self, name: str, content: bytes) -> None:
        """Write a file that nobody is pointed to yet."""
        if self.folder is not None:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            _sync(path)
            return
        with self._weather():
            self._fs.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            extra = {"ContentType": _media(name)} if self.kind == CONDITIONAL else {}
            self._fs.pipe_file(self._at(name), content, **extra)

    def copy(self, source: Path, name: str) -> None:
        """Copy a file to where nobody is pointed to yet."""
        if self.folder is not None:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
            _sync(path)
            return
        with self._weather():
            self._fs.makedirs(self._at(name).rpartition("/")[0], exist_ok=True)
            extra = {"ContentType": _media(name)} if self.kind == CONDITIONAL else {}
            self._fs.put_file(str(source), self._at(name), **extra)

    def remove(self, name: str) -> None:
        """Remove an object, or a folder with everything in it; none there is fine."""
        if self.folder is not None:
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            return
        with self._weather(), suppress(FileNotFoundError):
            self._fs.rm(self._at(name), recursive=True)

    def clear_parts(self) -> None:
        """Remove what a killed process left half written beside its goal."""
        if self.folder is not None:
            for part in self.folder.rglob(f"{PART}*"):
                part.unlink(missing_ok=True)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextmanager
    def _weather(self) -> Iterator[None]:
        """Whatever a remote file system raises, as a fault in our words."""
        if self.folder is not None:
            yield
            return
        try:
            yield
        except (Fault, Moved, FileNotFoundError):
            raise
        except PermissionError as error:
            raise PublishFault("mirror.denied", target=self._target, detail=str(error)) from error
        except Exception as error:  # each file system has errors of its own
            detail = f"{type(error).__name__}: {error}"
            raise PublishFault("mirror.unreachable", detail=detail[:300]) from error


def _status(error: BaseException) -> int:
    """The HTTP status behind an error of s3fs; 0 where there is none."""
    answer = getattr(error.__cause__, "response", None) or {}
    return int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _media(name: str) -> str:
    """What a browser is told of an object in a bucket."""
    known = {"html": "text/html; charset=utf-8", "json": "application/json", "jsonld": "application/ld+json",
             "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}  # fmt: skip
    return known.get(name.rpartition(".")[2], "application/octet-stream")


def _local_tag(stat: os.stat_result) -> str:
    return f"{stat.st_mtime_ns}-{stat.st_size}-{stat.st_ino}"


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _sync_folder(path: Path) -> None:
    """Make a rename durable, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
