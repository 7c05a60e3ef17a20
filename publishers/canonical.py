"""One spelling of plain data, so that its SHA-256 is the same wherever it is made (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

BLOCK = 1 << 20
EXACT = 2**53  # whole numbers up to it are the same in every JSON
LAST_SIMPLE = "\ud7ff"  # up to here the order of UTF-16, which RFC 8785 asks for, is that of code points
_spelled = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """The canonical JSON of plain data; tuples read as lists."""
    plain = _plain(value)
    if _simple(plain):
        return _spelled(plain).encode("utf-8")
    import rfc8785

    return rfc8785.dumps(plain)


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def file_sha256(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size of a file's bytes."""
    with path.open("rb") as source:
        return blocks_sha256(iter(partial(source.read, BLOCK), b""))


def copied(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; SHA-256 (hex) and size of what was copied."""
    with source.open("rb") as reading, target.open("wb") as writing:
        return blocks_sha256(_through(iter(partial(reading.read, BLOCK), b""), writing))


def blocks_sha256(blocks: Iterable[bytes]) -> tuple[str, int]:
    """SHA-256 (hex) and size of bytes that come in blocks."""
    found, size = hashlib.sha256(), 0
    for block in blocks:
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def _through(blocks: Iterable[bytes], writing: BinaryIO) -> Iterator[bytes]:
    for block in blocks:
        writing.write(block)
        yield block


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _simple(plain: Any) -> bool:
    """Whether the quick JSON of Python is already the canonical one: no fractions, no letters beyond the first plane
    in keys, no halves of letters, no whole numbers that others would round."""
    kind = type(plain)
    if kind is str:
        return plain.isascii() or max(plain) <= LAST_SIMPLE or not _halved(plain)
    if kind is dict:
        return all((key.isascii() or max(key) <= LAST_SIMPLE) and _simple(each) for key, each in plain.items())
    if kind is list:
        return all(map(_simple, plain))
    return plain is None or kind is bool or (kind is int and -EXACT < plain < EXACT)


def _halved(text: str) -> bool:
    return any("\ud800" <= each <= "\udfff" for each in text)
