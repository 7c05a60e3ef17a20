"""The audit: one row for every write, each holding the hash of the row before it, so that no row can be taken out."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from typing import Any

from gongshu.publishers.canonical import canonical

ALGORITHM = "SHA-256"
BEGINNING = "0" * 64


def append(
    connection: sqlite3.Connection, *, at: str, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Write one row inside the caller's transaction, so that the write and its row are one."""
    last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    seq, previous = (last[0] + 1, last[1]) if last else (1, BEGINNING)
    body = canonical(detail).decode("utf-8")
    row = (seq, at, actor, action, subject, body, ALGORITHM, previous)
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _hash(row)))


def first_break(connection: sqlite3.Connection) -> int | None:
    """The number of the first row that does not follow from the one before it; None when the chain is whole."""
    previous, expected = BEGINNING, 1
    for *row, found in connection.execute(
        "SELECT seq, at, actor, action, subject, detail, algorithm, previous, hash FROM audit ORDER BY seq"
    ):
        if row[0] != expected or row[7] != previous or _hash(tuple(row)) != found:
            return int(row[0])
        previous, expected = found, expected + 1
    return None


def _hash(row: tuple[Any, ...]) -> str:
    return hashlib.sha256(canonical(list(row))).hexdigest()
