"""Looking after a catalogue: a copy while it serves and back, bytes that nothing refers to, bytes to recall."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshu.catalogue import audit
from gongshu.catalogue.objects import Objects
from gongshu.catalogue.store import DATABASE, Store
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.database import told
from gongshu.publishers.ledger import Head
from gongshu.standards.faults import PublishFault, UsageFault

MARK = "backup.json"


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed."""

    objects: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Backup:
    """Objects copied anew, and what could not be copied as it should be."""

    copied: int
    faults: tuple[PublishFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Recall:
    """What a recall did: versions that are gone, objects purged, objects kept because another dataset has them too."""

    head: Head
    versions: tuple[str, ...]
    purged: tuple[str, ...]
    shared: tuple[str, ...]
    fetched: tuple[dict[str, Any], ...]  # who fetched it, as far as reads are in the audit
    backups: tuple[dict[str, Any], ...] = ()  # those made since it was first published: they hold the bytes still


def backup(store: Store, target: Path, *, at: str = "", actor: str = "") -> Backup:
    """Copy the catalogue into `target`, an empty or missing folder or an earlier backup of it.

    First the database, as of one moment, then the objects it refers to, each hashed on the way: they are immutable, so
    writers may go on. The new database takes the old one's place before anything is removed, so that a backup that is
    interrupted leaves the earlier one whole. A damaged database is refused; damaged or missing objects are told, and
    an earlier whole copy of one is kept. Where the catalogue can be written to, the audit says where backups went.
    """
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MARK).is_file())):
        raise UsageFault("usage.backup-target", path=str(target))
    if target.exists() and (target / MARK).is_file() and _marked(target) != store.namespace:
        raise UsageFault("usage.backup-other", path=str(target))
    try:
        target.mkdir(parents=True, exist_ok=True)
        done = _copied(store, target)
        if os.access(store.folder, os.W_OK) and at:
            _noted(store, target, at, actor)
    except sqlite3.Error as error:
        raise told(error, str(store.folder)) from error
    except OSError as error:
        raise PublishFault("backup.io", path=str(target), detail=error.strerror or type(error).__name__) from error
    return done


def _copied(store: Store, target: Path) -> Backup:
    part = target / f".part-{DATABASE}"
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as copy:
        store.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (sound,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if sound != "ok":
            part.unlink()
            raise PublishFault("catalogue.malformed", path=str(store.folder), detail=str(sound))
        wanted = {str(row[0]) for row in copy.execute("SELECT DISTINCT sha256 FROM outputs")}
    gone = recalled(store)
    copied, faults = 0, []
    for sha256 in sorted(wanted - gone):
        source, goal = store.object_path(sha256), target / "objects" / sha256[:2] / sha256
        if goal.exists():
            continue
        if not source.is_file():
            faults.append(PublishFault("catalogue.object-missing", code="*", sha256=sha256))
            continue
        goal.parent.mkdir(parents=True, exist_ok=True)
        half = goal.with_name(f".part-{sha256}")
        shutil.copyfile(source, half)
        if file_sha256(half)[0] != sha256:
            half.unlink()
            faults.append(PublishFault("catalogue.damaged", name=sha256))
            continue
        half.chmod(0o444)
        with half.open("rb") as handle:
            os.fsync(handle.fileno())
        os.replace(half, goal)  # noqa: PTH105 - the one call that is atomic on every system
        copied += 1
    with part.open("rb") as handle:
        os.fsync(handle.fileno())
    os.replace(part, target / DATABASE)  # noqa: PTH105 - the same
    mark = target / f".part-{MARK}"
    mark.write_text(json.dumps({"backup": "gongshu-backup/1", "namespace": store.namespace}) + "\n")
    os.replace(mark, target / MARK)  # noqa: PTH105 - the same
    for left in (target / "objects").glob("??/.part-*"):
        left.unlink()
    for path in Objects(target, at=lambda point: None).all():
        if path.name not in wanted or path.name in gone:
            path.unlink()
    return Backup(copied, tuple(faults))


def _marked(target: Path) -> str:
    try:
        return str(json.loads((target / MARK).read_text(encoding="utf-8"))["namespace"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _noted(store: Store, target: Path, at: str, actor: str) -> None:
    """Write into the audit where the backup is, so that a recall can say which ones still hold what it purges."""
    with Store(store.folder, write=True) as writing, writing.transaction() as connection:
        detail = {"path": str(target.resolve())}
        audit.append(connection, at=at, actor=actor, action="backup", subject=store.namespace, detail=detail)


def restore(source: Path, folder: Path) -> int:
    """Make a catalogue of a backup; number of its datasets. The folder must be empty or missing.

    It appears whole or not at all: a restore that was interrupted leaves a `.part-…` beside it, which the next removes.
    """
    if not (source / MARK).is_file() or not (source / DATABASE).is_file():
        raise UsageFault("usage.backup", path=str(source))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageFault("usage.restore-target", path=str(folder))
    part = folder.with_name(f".part-{folder.name}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(source, part, ignore=shutil.ignore_patterns(".part-*", MARK))
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(part, ignore_errors=True)
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise PublishFault("backup.io", path=str(folder), detail=detail) from error
    with Store(folder, write=True) as store:
        return sum(1 for _ in store.heads())


def sweep(store: Store) -> Swept:
    """Remove objects that no version refers to. Writers wait meanwhile; one that had put bytes puts them again."""
    store.objects.sweep()
    count = size = 0
    with store.transaction() as connection:
        wanted = {str(row[0]) for row in connection.execute("SELECT DISTINCT sha256 FROM outputs")}
        for path in store.objects.all():
            if path.name not in wanted:
                size += path.stat().st_size
                path.unlink()
                count += 1
    shutil.rmtree(store.folder / "rollback", ignore_errors=True)
    return Swept(count, size)


def recall(store: Store, code: str, *, reason: str, at: str, actor: str = "") -> Recall:
    """Withdraw every version of a dataset and purge its bytes; hashes, records and audit stay.

    First the record in one transaction, then the bytes: dying in between leaves bytes that the same call, or `sweep`'s
    check for recalled ones, removes.
    """
    head = store.head(code)
    if head is None:
        raise UsageFault("catalogue.unknown", code=code, near="")
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR IGNORE INTO recalls SELECT code, version, edit, ?, ?, ? FROM versions WHERE code = ?",
            (at, actor, reason, head.code),
        )
        connection.execute("UPDATE datasets SET state = 'withdrawn' WHERE code = ?", (head.code,))
        connection.execute("DELETE FROM found WHERE code = ?", (head.code,))
        detail = {"reason": reason, "version": head.version, "edit": head.edit, "recall": True}
        audit.append(connection, at=at, actor=actor, action="withdraw", subject=head.code, detail=detail)
    purged, shared = _purge(store, head.code)
    fetched = store.connection.execute(
        "SELECT at, actor FROM audit WHERE subject = ? AND action = 'fetch' ORDER BY seq", (head.code,)
    )
    after = store.head(head.code) or head
    return Recall(
        after,
        tuple(each.number for each in store.versions(head.code)),
        purged,
        shared,
        tuple({"at": row[0], "actor": row[1]} for row in fetched),
        _backups(store, head.code),
    )


def _backups(store: Store, code: str) -> tuple[dict[str, Any], ...]:
    """Where backups went since the dataset came, each once, with the time of the last one."""
    rows = store.connection.execute(
        """SELECT at, detail FROM audit WHERE action = 'backup' AND seq > (
        SELECT COALESCE(MIN(seq), 0) FROM audit WHERE subject = ?) ORDER BY seq""",
        (code,),
    )
    found = {str(json.loads(detail)["path"]): str(at) for at, detail in rows}
    return tuple({"path": path, "at": at} for path, at in found.items())


def _purge(store: Store, code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove the bytes that only recalled versions refer to."""
    with store.transaction() as connection:  # whoever would publish the same bytes waits, and then finds them gone
        rows = connection.execute(
            """SELECT sha256, MIN(r.code IS NOT NULL) FROM outputs o LEFT JOIN recalls r USING (code, version, edit)
            WHERE sha256 IN (SELECT sha256 FROM outputs WHERE code = ?) GROUP BY sha256 ORDER BY sha256""",
            (code,),
        ).fetchall()
        for sha256, everywhere in rows:
            if everywhere:
                store.object_path(sha256).unlink(missing_ok=True)
    return tuple(row[0] for row in rows if row[1]), tuple(row[0] for row in rows if not row[1])


def recalled(store: Store) -> set[str]:
    """Hashes of objects that are meant to be gone: only recalled versions refer to them."""
    if not store.knows("recalls"):
        return set()
    rows = store.connection.execute(
        """SELECT sha256 FROM outputs o LEFT JOIN recalls r USING (code, version, edit)
        GROUP BY sha256 HAVING MIN(r.code IS NOT NULL)"""
    )
    return {str(row[0]) for row in rows}


def audit_rows(store: Store, code: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The audit, oldest first; of one dataset or organisation where one is named, the newest `limit` of it."""
    where, words = ("WHERE subject = ?", [code]) if code else ("", [])
    found: Sequence[Any] = store.connection.execute(
        f"""SELECT * FROM (SELECT seq, at, actor, action, subject, detail, hash FROM audit {where}
        ORDER BY seq DESC LIMIT ?) ORDER BY seq""",  # noqa: S608 - the words are ours
        (*words, -1 if limit is None else limit),
    ).fetchall()
    for seq, at, actor, action, subject, detail, found_hash in found:
        yield {
            "seq": seq,
            "at": at,
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": json.loads(detail),
            "hash": found_hash,
        }
