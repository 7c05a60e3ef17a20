"""The tables of a catalogue, as ordered steps: the number of steps taken stands in `PRAGMA user_version`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from gongshu.standards.faults import PublishFault


def first(connection: sqlite3.Connection) -> None:
    """Datasets, their versions, what each refers to, who publishes, receipts, records, the audit chain, search."""
    for statement in (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE organisations (code TEXT PRIMARY KEY, name TEXT NOT NULL)",
        """CREATE TABLE datasets (
            code TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
            organisation TEXT REFERENCES organisations(code),
            version INTEGER NOT NULL, edit INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('published', 'withdrawn')),
            FOREIGN KEY (code, version, edit) REFERENCES versions(code, version, edit)
                DEFERRABLE INITIALLY DEFERRED)""",
        """CREATE TABLE versions (
            code TEXT NOT NULL REFERENCES datasets(code) DEFERRABLE INITIALLY DEFERRED,
            version INTEGER NOT NULL, edit INTEGER NOT NULL, title TEXT NOT NULL, metadata TEXT NOT NULL,
            resources TEXT NOT NULL, content_sha256 TEXT NOT NULL, metadata_sha256 TEXT NOT NULL,
            published_at TEXT NOT NULL, actor TEXT NOT NULL, plan TEXT NOT NULL,
            PRIMARY KEY (code, version, edit))""",
        """CREATE TABLE outputs (
            code TEXT NOT NULL, version INTEGER NOT NULL, edit INTEGER NOT NULL, key TEXT NOT NULL,
            audience TEXT NOT NULL, form TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY (code, version, edit, key, audience, form),
            FOREIGN KEY (code, version, edit) REFERENCES versions(code, version, edit))""",
        "CREATE INDEX outputs_by_object ON outputs(sha256)",
        """CREATE TABLE records (
            sha256 TEXT NOT NULL, code TEXT NOT NULL, version INTEGER NOT NULL, edit INTEGER NOT NULL,
            key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (code, version, edit, key),
            FOREIGN KEY (code, version, edit) REFERENCES versions(code, version, edit))""",
        """CREATE TABLE receipts (
            sha256 TEXT NOT NULL, code TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL,
            PRIMARY KEY (code, version, key))""",
        """CREATE TABLE audit (
            seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL, algorithm TEXT NOT NULL,
            previous TEXT NOT NULL, hash TEXT NOT NULL)""",
        "CREATE VIRTUAL TABLE found USING fts5(code UNINDEXED, title, body, tokenize = 'unicode61')",
    ):
        connection.execute(statement)


def second(connection: sqlite3.Connection) -> None:
    """Keys that are trusted, and versions that were recalled: their bytes are gone, their hashes stay."""
    for statement in (
        """CREATE TABLE trust (
            key TEXT NOT NULL, organisation TEXT NOT NULL, name TEXT NOT NULL, algorithm TEXT NOT NULL,
            added TEXT NOT NULL, revoked TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (key, organisation))""",
        """CREATE TABLE recalls (
            code TEXT NOT NULL REFERENCES datasets(code), version INTEGER NOT NULL, edit INTEGER NOT NULL,
            at TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (code, version, edit))""",
    ):
        connection.execute(statement)


def third(connection: sqlite3.Connection) -> None:
    """Files that passed the gate when they were planned, so that they are not validated again when published."""
    connection.execute("CREATE TABLE passes (key TEXT NOT NULL UNIQUE, said TEXT NOT NULL)")


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (first, second, third)


def migrate(connection: sqlite3.Connection, name: str) -> None:
    """Bring the tables to the newest shape, each step whole or not at all.

    Raises `PublishFault("catalogue.newer")` for a catalogue that a newer program made.
    """
    done = _version(connection)
    if done > len(STEPS):
        raise PublishFault("catalogue.newer", name=name, found=done, known=len(STEPS))
    if done == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")  # a second process waits here and then finds everything done
    try:
        for step in STEPS[_version(connection) :]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
