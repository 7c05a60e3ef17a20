"""What was taken from which source, in the catalogue's database: so that what is unchanged costs little.

Nothing here is the truth: that is in the datasets' own versions, which carry where they came from. Lose these tables
and the next pull looks at everything again and changes nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """One dataset as it was taken."""

    id: str
    code: str
    state: str  # of the source
    ours: str  # `plan.state_sha256` of our head after it
    gone: bool = False  # withdrawn here because it was gone there


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it was fetched."""

    mark: str
    sha256: str
    bytes: int
    tag: str
    modified: str


class Memory:
    """The tables. Every call is its own transaction; threads take turns."""

    def __init__(self, file: Path, source: str) -> None:
        self._source = source
        self._turn = threading.Lock()
        self._connection = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        for statement in (
            """CREATE TABLE IF NOT EXISTS harvested (source TEXT NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL,
            state TEXT NOT NULL, ours TEXT NOT NULL, gone INTEGER NOT NULL, PRIMARY KEY (source, id))""",
            """CREATE TABLE IF NOT EXISTS harvested_files (source TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL,
            mark TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, tag TEXT NOT NULL,
            modified TEXT NOT NULL, PRIMARY KEY (source, id, key))""",
            """CREATE TABLE IF NOT EXISTS pulls (plan TEXT PRIMARY KEY, source TEXT NOT NULL, steps TEXT NOT NULL)""",
        ):
            self._connection.execute(statement)

    def taken(self) -> dict[str, Taken]:
        """Everything that was taken from this source, by its id there."""
        found = self._connection.execute(
            "SELECT id, code, state, ours, gone FROM harvested WHERE source = ?", (self._source,)
        )
        return {row[0]: Taken(row[0], row[1], row[2], row[3], bool(row[4])) for row in found}

    def take(self, one: Taken) -> None:
        """Remember it."""
        with self._turn:
            self._connection.execute(
                "INSERT OR REPLACE INTO harvested VALUES (?, ?, ?, ?, ?, ?)",
                (self._source, one.id, one.code, one.state, one.ours, int(one.gone)),
            )

    def kept(self, id_: str, key: str) -> Kept | None:
        """How a file was fetched last."""
        with self._turn:
            row = self._connection.execute(
                """SELECT mark, sha256, bytes, tag, modified FROM harvested_files
                WHERE source = ? AND id = ? AND key = ?""",
                (self._source, id_, key),
            ).fetchone()
        return Kept(*row) if row else None

    def keep(self, id_: str, key: str, file: Kept) -> None:
        """Remember it, before anything refers to it: after a crash it need not move again."""
        with self._turn:
            self._connection.execute(
                "INSERT OR REPLACE INTO harvested_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (self._source, id_, key, file.mark, file.sha256, file.bytes, file.tag, file.modified),
            )

    def begun(self, plan: str, steps: str) -> None:
        """A pull is under way; `steps` is its list as JSON."""
        with self._turn:
            self._connection.execute("INSERT OR IGNORE INTO pulls VALUES (?, ?, ?)", (plan, self._source, steps))

    def under_way(self) -> Sequence[tuple[str, str]]:
        """(plan, steps) of pulls of this source that were not finished."""
        found = self._connection.execute("SELECT plan, steps FROM pulls WHERE source = ?", (self._source,))
        return [(str(a), str(b)) for a, b in found]

    def over(self, plan: str) -> None:
        """That pull is finished, or a newer one has taken its place: what it did not do is no step any more."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM pulls WHERE plan = ?", (plan,))
            self._connection.execute("DELETE FROM journal WHERE plan = ? AND state <> 'done'", (plan,))
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
