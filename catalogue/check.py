"""Proof that a catalogue is whole: every object hashes to its name, every reference is there, the audit is unbroken."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gongshu.catalogue import audit
from gongshu.catalogue.store import Store
from gongshu.catalogue.upkeep import recalled
from gongshu.publishers.canonical import digest, file_sha256
from gongshu.publishers.database import told
from gongshu.standards.faults import PublishFault


def faults(store: Store) -> Iterator[PublishFault]:
    """Everything that is not as it should be; nothing when the catalogue is whole.

    A damaged database hides what stood in its damaged pages: each part is looked at as far as it can be read.
    """
    for part in (_database, _objects, _records, _audit):
        try:
            yield from part(store)
        except sqlite3.DatabaseError as error:
            yield told(error, store.folder.name)
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # rows that make no sense
            yield PublishFault("catalogue.malformed", path=store.folder.name, detail=type(error).__name__)


def _database(store: Store) -> Iterator[PublishFault]:
    for row in store.connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield PublishFault("catalogue.malformed", path=store.folder.name, detail=str(row[0]))
    for row in store.connection.execute("PRAGMA foreign_key_check"):
        yield PublishFault("catalogue.malformed", path=store.folder.name, detail=f"{row[0]} -> {row[2]}")


def _objects(store: Store) -> Iterator[PublishFault]:
    present = set()
    for path in store.objects.all():
        present.add(path.name)
        try:
            whole = file_sha256(path)[0] == path.name
        except OSError:
            whole = False
        if not whole:
            yield PublishFault("catalogue.damaged", name=path.name)
    gone = recalled(store)
    for sha256, code in store.connection.execute("SELECT DISTINCT sha256, code FROM outputs ORDER BY code, sha256"):
        if sha256 not in present and sha256 not in gone:
            yield PublishFault("catalogue.object-missing", code=code, sha256=sha256)
    for sha256 in sorted(gone & present):
        yield PublishFault("catalogue.recalled-object", sha256=sha256)


def _records(store: Store) -> Iterator[PublishFault]:
    """Records are what their hashes say, and every output of a version is one that is looked after."""
    codes = [head.code for head in store.heads()]
    for head in (each for code in codes for each in store.versions(code)):
        kept = store.connection.execute(
            "SELECT key, audience, form, sha256 FROM outputs WHERE code = ? AND version = ? AND edit = ?",
            (head.code, head.version, head.edit),
        ).fetchall()
        said = {(each.key, one.audience, one.form, one.sha256) for each in head.resources for one in each.outputs}
        if said != {tuple(row) for row in kept}:
            yield PublishFault("catalogue.record-differs", code=head.code, number=head.number, key="*")
        for resource in head.resources:
            row = store.connection.execute(
                "SELECT sha256 FROM records WHERE code = ? AND version = ? AND edit = ? AND key = ?",
                (head.code, head.version, head.edit, resource.key),
            ).fetchone()
            if row is None or row[0] != digest(resource.record):
                yield PublishFault("catalogue.record-differs", code=head.code, number=head.number, key=resource.key)


def _audit(store: Store) -> Iterator[PublishFault]:
    broken = audit.first_break(store.connection)
    if broken is not None:
        yield PublishFault("catalogue.audit-broken", seq=broken)
