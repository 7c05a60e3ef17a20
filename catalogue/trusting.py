"""Whose receipts a catalogue relies on: keys by organisation, added and revoked with a row in the audit each."""

from __future__ import annotations

from gongshu.catalogue import audit
from gongshu.catalogue.store import Store
from gongshu.publishers.trust import ALGORITHM, Key, public_key
from gongshu.standards.faults import UsageFault

EVERYBODY = "*"


def add(store: Store, key: str, organisation: str, *, name: str, at: str, actor: str = "") -> Key:
    """From now on receipts signed by `key` stand for the files of that organisation (`*`: of all)."""
    made = Key(public_key(key), organisation, name, at)
    with store.transaction() as connection:
        connection.execute(
            """INSERT INTO trust (key, organisation, name, algorithm, added) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (key, organisation) DO UPDATE SET name = excluded.name, added = excluded.added,
            revoked = '', reason = ''""",
            (made.key, organisation, name, ALGORITHM, at),
        )
        detail = {"key": made.key, "name": name, "algorithm": ALGORITHM}
        audit.append(connection, at=at, actor=actor, action="trust", subject=organisation, detail=detail)
    return made


def revoke(store: Store, key: str, *, reason: str, at: str, actor: str = "") -> list[Key]:
    """Rely on that key no more, for any organisation. What it vouched for stays published, and stays recorded."""
    found = public_key(key)
    with store.transaction() as connection:
        rows = connection.execute(
            "SELECT organisation FROM trust WHERE key = ? AND revoked = '' ORDER BY organisation", (found,)
        ).fetchall()
        if not rows:
            raise UsageFault("usage.key-unknown", key=key)
        connection.execute(
            "UPDATE trust SET revoked = ?, reason = ? WHERE key = ? AND revoked = ''", (at, reason, found)
        )
        for (organisation,) in rows:
            detail = {"key": found, "reason": reason}
            audit.append(connection, at=at, actor=actor, action="revoke-trust", subject=organisation, detail=detail)
    return [each for each in keys(store) if each.key == found]


def keys(store: Store) -> list[Key]:
    """Every key that was ever trusted, by organisation."""
    if not store.knows("trust"):
        return []
    found = store.connection.execute(
        "SELECT key, organisation, name, added, revoked, reason, algorithm FROM trust ORDER BY organisation, added, key"
    )
    return [Key(*row) for row in found]
