"""What a caller hands in as data: paths, bytes, open files, Arrow tables, data frames; and what each is called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def names_of(sources: Iterable[Any]) -> list[str]:
    """A display name a source, never a folder of this machine: relative to the working directory, or the bare name."""
    return [_name(each, number) for number, each in enumerate(sources, 1)]


def path_of(source: Any) -> Path | None:
    """The path that a source is, if it is one."""
    return Path(source) if isinstance(source, (str, PathLike)) else None


def is_binary(source: Any) -> bool:
    """Whether a source is bytes somewhere, and not a table in memory."""
    return isinstance(source, (str, PathLike, bytes, bytearray, memoryview)) or hasattr(source, "read")


def identity(source: Any) -> tuple[int | None, str | None]:
    """Size and SHA-256 of a source that could not be read as a table; None where it has no bytes at hand."""
    path = path_of(source)
    if hasattr(source, "identity"):  # a table in several files
        size, sha256 = source.identity()
        return int(size), str(sha256)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return len(source), hashlib.sha256(source).hexdigest()
    if path is None or not path.is_file():
        return None, None
    total, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                total.update(chunk)
                size += len(chunk)
    except OSError:
        return None, None
    return size, total.hexdigest()


def _name(source: Any, number: int) -> str:
    path = path_of(source)
    if path is None:
        given = getattr(source, "name", None)
        if isinstance(given, (str, PathLike)) and str(given):
            return Path(given).name
        kind = "data" if isinstance(source, (bytes, bytearray, memoryview)) or hasattr(source, "read") else "table"
        return f"{kind}-{number}"
    if not path.is_absolute() and ".." not in path.parts:
        return path.as_posix()
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.name
