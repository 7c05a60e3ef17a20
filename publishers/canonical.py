"""One spelling of plain data, so that its SHA-256 is the same wherever it is made (RFC 8785)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import rfc8785

BLOCK = 1 << 20


def canonical(value: Any) -> bytes:
    """The canonical JSON of plain data; tuples read as lists."""
    return rfc8785.dumps(_plain(value))


def digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def file_sha256(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size of a file's bytes."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            found.update(block)
            size += len(block)
    return found.hexdigest(), size


def _plain(value: Any) -> Any:
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
