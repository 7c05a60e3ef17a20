"""A version as rows of the database, there and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, fields
from typing import Any

from gongshu.publishers.canonical import canonical
from gongshu.publishers.harvest import ORIGIN
from gongshu.publishers.ledger import Head, Output, Publication, Resource

_COLUMNS = """SELECT d.code, d.slug, d.id, v.title, v.version, v.edit, d.state, v.content_sha256, v.metadata_sha256,
    v.published_at, v.metadata, v.resources FROM datasets d JOIN versions v ON v.code = d.code"""
HEAD = f"{_COLUMNS} AND v.version = d.version AND v.edit = d.edit"
VERSION = _COLUMNS


def head(row: Any) -> Head:
    """The dataset that a row of `HEAD` or `VERSION` tells of."""
    code, slug, id_, title, version, edit, state, content, described, at, metadata, resources = row
    files = tuple(map(_resource, json.loads(resources)))
    return Head(code, slug, id_, title, version, edit, state, content, described, at, json.loads(metadata), files)


def _resource(found: dict[str, Any]) -> Resource:
    outputs = tuple(Output(**each) for each in found.pop("outputs"))
    return Resource(**{**found, "columns": tuple(found["columns"])}, outputs=outputs)


def _plain(resource: Resource) -> dict[str, Any]:
    plain = {each.name: getattr(resource, each.name) for each in fields(resource)}  # nothing is copied, only written
    outputs = [asdict(each) for each in resource.outputs]
    audiences = {name: dict(each) for name, each in resource.audiences.items()}
    told = {"schema": dict(resource.schema), "record": dict(resource.record)}
    return {**plain, **told, "outputs": outputs, "audiences": audiences}


def insert(connection: sqlite3.Connection, publication: Publication, number: tuple[int, int]) -> None:
    """Write one version and make it the one that is seen. The caller holds the transaction."""
    code, metadata = publication.code, publication.metadata
    organisation = str(metadata.get("providerCode") or metadata.get("provider") or "")
    ours = "NOTHING" if ORIGIN in metadata else "UPDATE SET name = excluded.name"  # other places do not rename ours
    connection.execute(
        f"INSERT INTO organisations VALUES (?, ?) ON CONFLICT (code) DO {ours}",  # noqa: S608 - the words are ours
        (organisation, str(metadata.get("provider") or organisation)),
    )
    connection.execute(
        """INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, 'published') ON CONFLICT (code) DO UPDATE SET
        organisation = excluded.organisation, version = excluded.version, edit = excluded.edit,
        state = excluded.state""",
        (code, publication.slug, publication.id, organisation, *number),
    )
    resources = [_plain(each) for each in publication.resources]
    connection.execute(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code,
            *number,
            publication.title,
            canonical(metadata).decode("utf-8"),
            json.dumps(resources, ensure_ascii=False),
            publication.content_sha256,
            publication.metadata_sha256,
            publication.published_at,
            publication.actor,
            publication.plan,
        ),
    )
    for resource in publication.resources:
        place = (code, *number, resource.key)
        body = canonical(resource.record)
        connection.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
            (hashlib.sha256(body).hexdigest(), *place, body.decode("utf-8")),
        )
        for output in resource.outputs:
            connection.execute(
                "INSERT INTO outputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*place, output.audience, output.form, output.sha256, output.bytes),
            )
            if output.form == "receipt":
                connection.execute(
                    "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?)",
                    (output.sha256, code, number[0], resource.key),
                )
