"""How far a plan has come, in SQLite: `pending -> intent -> done | failed | conflict`, durable before every effect."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PENDING, INTENT, DONE, FAILED, CONFLICT = "pending", "intent", "done", "failed", "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """One item of a plan on one target."""

    position: int
    target: str
    code: str
    state: str
    fault: dict[str, Any] | None = None
    own_states: tuple[str, ...] = ()  # hashes of states that we ourselves made on the way


class Journal:
    """The steps of plans. Every call is its own durable transaction; threads take turns."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._turn = threading.Lock()
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            """CREATE TABLE IF NOT EXISTS journal (
            plan TEXT NOT NULL, position INTEGER NOT NULL, target TEXT NOT NULL, code TEXT NOT NULL,
            state TEXT NOT NULL, fault TEXT, own_states TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (plan, position))"""
        )

    def begin(self, plan: str, steps: Sequence[tuple[str, str]]) -> list[Step]:
        """Write down (target, code) of each step where this plan is new; return every step as it stands."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT OR IGNORE INTO journal (plan, position, target, code, state) VALUES (?, ?, ?, ?, ?)",
            [(plan, number, target, code, PENDING) for number, (target, code) in enumerate(steps)],
        )
        self._connection.execute("COMMIT")
        return self.steps(plan)

    def steps(self, plan: str) -> list[Step]:
        """Every step of a plan, in order."""
        found = self._connection.execute(
            "SELECT position, target, code, state, fault, own_states FROM journal WHERE plan = ? ORDER BY position",
            (plan,),
        )
        return [
            Step(number, target, code, state, json.loads(fault) if fault else None, tuple(json.loads(own)))
            for number, target, code, state, fault, own in found
        ]

    def mark(
        self, plan: str, position: int, state: str, fault: dict[str, Any] | None = None, *, durable: bool = True
    ) -> None:
        """The step is now in `state`. Not `durable`: a loss of power may take it back, the end of the process not."""
        said = json.dumps(fault, ensure_ascii=False, default=str) if fault else None
        with self._turn:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._connection.execute(
                "UPDATE journal SET state = ?, fault = ? WHERE plan = ? AND position = ?", (state, said, plan, position)
            )

    def passed(self, plan: str, position: int, state_sha256: str) -> None:
        """Remember a state that we are about to make on the way, so that a resume knows it as ours."""
        with self._turn:
            self._connection.execute(
                "UPDATE journal SET own_states = json_insert(own_states, '$[#]', ?) WHERE plan = ? AND position = ?",
                (state_sha256, plan, position),
            )

    def unfinished(self) -> list[tuple[str, str, str, str]]:
        """(plan, target, code, state) of every step that is not done."""
        found = self._connection.execute(
            "SELECT plan, target, code, state FROM journal WHERE state <> 'done' ORDER BY plan, position"
        )
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in found]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def brought(file: Path, target: str) -> set[str]:
    """Codes of datasets that were ever on their way to the place; options behind its address do not matter."""
    place = target.partition("?")[0]
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as connection:
            found = connection.execute("SELECT DISTINCT target, code FROM journal WHERE state <> ?", (PENDING,))
            return {str(code) for where, code in found if str(where).partition("?")[0] == place}
    except sqlite3.OperationalError:
        return set()  # nothing was ever applied
