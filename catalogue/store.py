"""The embedded catalogue, a folder: `catalogue.sqlite` and `objects/`. It implements `publishers.ledger`.

Every write is one transaction together with its row in the audit. Two processes may write: the second one waits.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from gongshu.catalogue import audit, rows, search
from gongshu.catalogue.migrations import migrate
from gongshu.catalogue.objects import Objects
from gongshu.publishers.canonical import digest
from gongshu.publishers.database import told
from gongshu.publishers.ledger import Head, Publication
from gongshu.standards.faults import PublishFault, UsageFault

DATABASE = "catalogue.sqlite"
PASSES = 100_000  # files whose pass is remembered
PATIENCE = 60.0  # seconds that a write waits for another process


def _nothing(point: str) -> None:
    """No fault is injected."""


def connect(folder: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the catalogue's database; a folder that cannot be written to can still be read."""
    file = (folder / DATABASE).resolve()
    if write or os.access(folder, os.W_OK):
        connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    else:
        alone = not file.with_name(f"{DATABASE}-wal").exists()  # then nothing can change under us
        address = f"{file.as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    else:
        connection.execute("PRAGMA query_only = ON")
    return connection


class Store:
    """One catalogue folder. `at` is told the name of each point between two durable steps (tests die there)."""

    def __init__(self, folder: Path, *, write: bool = False, at: Callable[[str], None] = _nothing) -> None:
        self.folder = folder
        self._at = at
        if not write and not (folder / DATABASE).is_file():
            raise UsageFault("catalogue.none", path=str(folder))
        new = write and not (folder / DATABASE).exists()
        made = write and not folder.exists()
        try:
            if write:
                folder.mkdir(parents=True, exist_ok=True)
            self.connection = connect(folder, write=write)
            if write:
                migrate(self.connection, folder.name)
                self.connection.execute("INSERT OR IGNORE INTO meta VALUES ('namespace', ?)", (str(uuid4()),))
            self._namespace = str(
                self.connection.execute("SELECT value FROM meta WHERE name = 'namespace'").fetchone()[0]
            )
        except (sqlite3.DatabaseError, OSError) as error:
            if new:
                _unmade(folder, self, made=made)
            raise told(error, str(folder)) from error
        except TypeError as error:  # a database without a namespace is none of ours
            raise PublishFault("catalogue.malformed", path=str(folder), detail="namespace") from error
        self.objects = Objects(folder, at=at)

    @property
    def namespace(self) -> str:
        """The UUID under which this catalogue's ids are made."""
        return self._namespace

    @property
    def journal(self) -> Path:
        """The catalogue's own database."""
        return self.folder / DATABASE

    def knows(self, table: str) -> bool:
        """Whether that table is there: what an older program made and nobody may write to lacks some."""
        found = self.connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
        return found.fetchone() is not None

    def trusts(self, organisation: str, key: str) -> bool:
        """Whether that key speaks for the organisation, or for all, and was not revoked."""
        if not self.knows("trust"):
            return False
        found = self.connection.execute(
            "SELECT 1 FROM trust WHERE key = ? AND organisation IN (?, '*') AND revoked = ''", (key, organisation)
        )
        return found.fetchone() is not None

    def passed(self, key: str) -> str | None:
        """What was written down when a file passed the gate under these terms."""
        found = self.connection.execute("SELECT said FROM passes WHERE key = ?", (key,)).fetchone()
        return str(found[0]) if found else None

    def keep_pass(self, key: str, said: str) -> None:
        """Write it down; a loss of power may take it back, and then the file is validated once more."""
        self.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            self.connection.execute("INSERT OR REPLACE INTO passes (key, said) VALUES (?, ?)", (key, said))
            self.connection.execute("DELETE FROM passes WHERE rowid <= (SELECT max(rowid) FROM passes) - ?", (PASSES,))
        finally:
            self.connection.execute("PRAGMA synchronous = FULL")

    def workplace(self) -> Path:
        """A folder of this process beside the objects."""
        return self.objects.workplace()

    def put(self, path: Path, *, move: bool = False, expected: str | None = None) -> tuple[str, int]:
        """Store the file's bytes, if they hash to what is expected; return SHA-256 and size."""
        return self.objects.put(path, move=move, expected=expected)

    def keep(self, made: Sequence[tuple[Path, str]]) -> None:
        """Store files of the workplace under the hashes that they have, durably."""
        self.objects.keep(made)

    def object_path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie."""
        return self.objects.path(sha256)

    def head(self, code: str) -> Head | None:
        """The dataset as it is now, by code or slug; a code goes before a slug of the same text."""
        found = self.connection.execute(
            f"{rows.HEAD} WHERE d.code = ?1 OR d.slug = ?1 ORDER BY d.code <> ?1 LIMIT 1", (code,)
        )
        row = found.fetchone()
        return rows.head(row) if row else None

    def heads(self) -> Iterator[Head]:
        """Every dataset, withdrawn ones too, by code."""
        for row in self.connection.execute(f"{rows.HEAD} ORDER BY d.code").fetchall():
            yield rows.head(row)

    def version(self, code: str, version: int, edit: int) -> Head | None:
        """One version of a dataset, by its code."""
        row = self.connection.execute(
            f"{rows.VERSION} WHERE d.code = ? AND v.version = ? AND v.edit = ?", (code, version, edit)
        ).fetchone()
        return rows.head(row) if row else None

    def versions(self, code: str) -> list[Head]:
        """Every version of a dataset, oldest first, by its code."""
        found = self.connection.execute(f"{rows.VERSION} WHERE d.code = ? ORDER BY v.version, v.edit", (code,))
        return [rows.head(row) for row in found]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write, whole or not at all; a second process waits."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self._at("store.commit")
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def publish(self, publication: Publication, *, expected: tuple[int, int] | None) -> Head:
        """Make it visible in one transaction with its audit row; see `publishers.ledger.Ledger.publish`."""
        self.objects.settle()
        with self.transaction() as connection:
            for output in (each for resource in publication.resources for each in resource.outputs):
                if not self.object_path(output.sha256).is_file():  # inside, so that no sweep comes between
                    raise PublishFault("catalogue.object-missing", code=publication.code, sha256=output.sha256)
            now = self.head(publication.code)
            now = now if now is not None and now.code == publication.code else None
            self._expect(publication.code, now, expected)
            same = now is not None and now.content_sha256 == publication.content_sha256
            if now is None:
                number, action = (1, 0), "publish"
            elif not same:
                number, action = (now.version + 1, 0), "publish"
            elif now.metadata_sha256 != publication.metadata_sha256 or now.state != "published":
                number, action = (now.version, now.edit + 1), "edit" if now.state == "published" else "reinstate"
            else:
                return now
            try:
                rows.insert(connection, publication, number)
            except sqlite3.IntegrityError as error:
                raise PublishFault("publish.slug-taken", code=publication.code, slug=publication.slug) from error
            columns = [name for resource in publication.resources for name in resource.columns]
            connection.execute("DELETE FROM found WHERE code = ?", (publication.code,))
            body = search.indexed(search.words(publication.code, publication.slug, publication.metadata, columns))
            connection.execute(
                "INSERT INTO found VALUES (?, ?, ?)", (publication.code, search.indexed([publication.title]), body)
            )
            detail = {
                "version": number[0],
                "edit": number[1],
                "content": publication.content_sha256,
                "metadata": publication.metadata_sha256,
                "plan": publication.plan,
                "records": [digest(resource.record) for resource in publication.resources],
            }
            audit.append(
                connection,
                at=publication.published_at,
                actor=publication.actor,
                action=action,
                subject=publication.code,
                detail=detail,
            )
        self._at("store.published")
        found = self.head(publication.code)
        if found is None:  # a transaction that committed is there
            raise PublishFault("catalogue.unreadable", path=str(self.folder), detail=publication.code)
        return found

    def withdraw(self, code: str, *, reason: str, at: str, actor: str = "", expected: tuple[int, int] | None) -> Head:
        """Leave a tombstone: no longer found or served; the history stays."""
        with self.transaction() as connection:
            now = self.head(code)
            self._expect(code, now, expected)
            if now is None:
                raise PublishFault("publish.target-moved", code=code, planned="", found="")
            if now.state == "withdrawn":
                return now
            connection.execute("UPDATE datasets SET state = 'withdrawn' WHERE code = ?", (now.code,))
            connection.execute("DELETE FROM found WHERE code = ?", (now.code,))
            detail = {"reason": reason, "version": now.version, "edit": now.edit}
            audit.append(connection, at=at, actor=actor, action="withdraw", subject=now.code, detail=detail)
        self._at("store.published")
        found = self.head(now.code)
        return found if found is not None else now

    def recall(self, code: str, *, reason: str, at: str, actor: str = "") -> Any:
        """Withdraw every version and purge its bytes; see `upkeep.recall`."""
        from gongshu.catalogue.upkeep import recall

        return recall(self, code, reason=reason, at=at, actor=actor)

    def _expect(self, code: str, now: Head | None, expected: tuple[int, int] | None) -> None:
        found = None if now is None else (now.version, now.edit)
        if found != expected:
            spelled = [("" if each is None else ".".join(map(str, each))) for each in (expected, found)]
            raise PublishFault("publish.target-moved", code=code, planned=spelled[0], found=spelled[1])

    def find(self, text: str, limit: int) -> list[str]:
        """Codes of datasets that hold every word of the text, best first; a title counts more than the rest."""
        wanted = search.query(text)
        if not wanted:
            return []
        found = self.connection.execute(
            "SELECT code FROM found WHERE found MATCH ? ORDER BY bm25(found, 0.0, 8.0, 1.0), code LIMIT ?",
            (wanted, limit),
        )
        return [str(row[0]) for row in found]

    def tombstone(self, code: str) -> dict[str, Any] | None:
        """When and why a dataset was withdrawn last."""
        row = self.connection.execute(
            "SELECT at, actor, detail FROM audit WHERE subject = ? AND action = 'withdraw' ORDER BY seq DESC LIMIT 1",
            (code,),
        ).fetchone()
        return {"at": row[0], "actor": row[1], **json.loads(row[2])} if row else None

    def close(self) -> None:
        """Let go of the database and remove this process's own place."""
        self.objects.close()
        self.connection.close()

    def __enter__(self) -> Store:
        """The store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def _unmade(folder: Path, store: Store, *, made: bool) -> None:
    """Take back what was made of a catalogue that could not be made, unless another process is at it too."""
    with suppress(AttributeError, sqlite3.Error):
        store.connection.close()
    file = folder / DATABASE
    with (
        suppress(OSError, sqlite3.Error),
        closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as left,
    ):
        if left.execute("PRAGMA user_version").fetchone()[0]:
            return
    for each in (file, file.with_name(f"{DATABASE}-wal"), file.with_name(f"{DATABASE}-shm")):
        with suppress(OSError):
            each.unlink(missing_ok=True)
    if made:
        with suppress(OSError):
            folder.rmdir()


def open_ledger(folder: Path, *, at: Callable[[str], None] = _nothing) -> Store:
    """The catalogue in that folder, made when it is not there, ready to be published into."""
    return Store(folder, write=True, at=at)


def present(folder: Path) -> bool:
    """Whether there is a catalogue in that folder."""
    return (folder / DATABASE).is_file()
