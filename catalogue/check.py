"""Proof that a catalogue is whole: every object hashes to its name, every reference is there, the audit is unbroken."""

from __future__ import annotations

from collections.abc import Iterator

from gongshu.catalogue import audit
from gongshu.catalogue.store import Store
from gongshu.catalogue.upkeep import recalled
from gongshu.publishers.canonical import digest, file_sha256
from gongshu.standards.faults import PublishFault


def faults(store: Store) -> Iterator[PublishFault]:
    """Everything that is not as it should be; nothing when the catalogue is whole."""
    present = set()
    for path in store.objects.all():
        present.add(path.name)
        if file_sha256(path)[0] != path.name:
            yield PublishFault("catalogue.damaged", name=path.name)
    gone = recalled(store)
    for sha256, code in store.connection.execute("SELECT DISTINCT sha256, code FROM outputs ORDER BY code, sha256"):
        if sha256 not in present and sha256 not in gone:
            yield PublishFault("catalogue.object-missing", code=code, sha256=sha256)
    for sha256 in sorted(gone & present):
        yield PublishFault("catalogue.recalled-object", sha256=sha256)
    codes = [head.code for head in store.heads()]
    for head in (each for code in codes for each in store.versions(code)):
        for resource in head.resources:
            row = store.connection.execute(
                "SELECT sha256 FROM records WHERE code = ? AND version = ? AND edit = ? AND key = ?",
                (head.code, head.version, head.edit, resource.key),
            ).fetchone()
            if row is None or row[0] != digest(resource.record):
                yield PublishFault("catalogue.record-differs", code=head.code, number=head.number, key=resource.key)
    broken = audit.first_break(store.connection)
    if broken is not None:
        yield PublishFault("catalogue.audit-broken", seq=broken)
    for row in store.connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield PublishFault("catalogue.unreadable", path=store.folder.name, detail=str(row[0]))
