"""Who vouches for what is published: a key signs the states and publication records of a catalogue's datasets.

A receipt vouches for a source; a voucher vouches for what was made of it. With both, another catalogue that trusts the
key can rely on the gate that was passed here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gongshu.catalogue import audit
from gongshu.catalogue.store import Store
from gongshu.publishers.canonical import canonical, digest
from gongshu.publishers.harvest import carried, vouched
from gongshu.publishers.plan import state_sha256
from gongshu.publishers.trust import sign, voucher

TABLE = """CREATE TABLE IF NOT EXISTS vouchers (
    key TEXT PRIMARY KEY, at TEXT NOT NULL, statement TEXT NOT NULL, signature TEXT NOT NULL)"""


def vouch(store: Store, key: Path, *, at: str, actor: str = "") -> tuple[str, int]:
    """Sign the present state of every published dataset that passed a gate; the public key and the number of datasets.

    An earlier voucher of the same key is replaced. What was harvested without a pass is not vouched for.
    """
    own = [head for head in store.heads() if head.state == "published" and vouched(head)]
    told = {head.code: (state_sha256(head), [digest(carried(each.record)) for each in head.resources]) for head in own}
    statement = voucher(store.namespace, told, at)
    signature = sign(statement, key)
    with store.transaction() as connection:
        connection.execute(TABLE)
        connection.execute(
            "INSERT OR REPLACE INTO vouchers VALUES (?, ?, ?, ?)",
            (signature["key"], at, canonical(statement).decode(), json.dumps(signature)),
        )
        detail = {"key": signature["key"], "algorithm": signature["algorithm"], "statement": digest(statement)}
        audit.append(connection, at=at, actor=actor, action="vouch", subject=signature["key"], detail=detail)
    return signature["key"], len(own)


def vouchers(store: Store) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(statement, signature) of everybody who vouches; whether one holds is for the reader to find out."""
    if not store.knows("vouchers"):
        return []
    found = store.connection.execute("SELECT statement, signature FROM vouchers ORDER BY key")
    pairs = [(json.loads(statement), json.loads(signature)) for statement, signature in found]
    return [pair for pair in pairs if isinstance(pair[0], dict) and isinstance(pair[1], dict)]
