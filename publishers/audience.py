"""Who a target speaks to, and a dataset as that audience gets it: nothing else of it reaches a mirror.

A target is written `files:site` for the public, and `files:share#shared` for departments that share without condition.
Grants to single organisations exist only on the catalogue's server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gongshu.publishers.canonical import digest
from gongshu.publishers.ledger import Head, Resource

OPEN, SHARED = "open", "shared"
AUDIENCES = (OPEN, SHARED)


def split(target: str) -> tuple[str, str]:
    """The target without its audience, and the audience; `open` where none is named."""
    address, mark, audience = target.rpartition("#")
    return (address, audience) if mark and audience in AUDIENCES else (target, OPEN)


def audience_of(target: str) -> str:
    """The audience that a target speaks to."""
    return split(target)[1]


def marked(target: str, audience: str) -> str:
    """The target as it is written for that audience."""
    return target if audience == OPEN else f"{target}#{audience}"


def state_for(audience: str, state: str) -> str:
    """The state that a place shows when it holds a dataset as that audience gets it.

    The same place under another audience is in another state, so a site that turns from shared to open is rewritten.
    """
    return state if audience == OPEN else digest([state, audience])


def seen(head: Head, audience: str) -> Head:
    """The dataset as one audience gets it: its columns, its schema, its outputs under the name `open`.

    What only the operator knows (names of sources, withheld columns, other audiences' outputs) is not in it. A dataset
    of which that audience has no projection has no resources with outputs.
    """
    return replace(head, resources=tuple(_resource(each, audience) for each in head.resources))


def narrowed(head: Head, audiences: Iterable[str]) -> Head:
    """The dataset with what these audiences get and nothing of the operator's, to be `seen` elsewhere."""
    kept = {*audiences}
    return replace(
        head,
        resources=tuple(
            replace(
                each,
                source_name="",
                record=public_record(each.record, kept),
                outputs=tuple(one for one in each.outputs if one.audience in kept),
                audiences={name: part for name, part in each.audiences.items() if name in kept},
                columns=each.columns if OPEN in kept else (),
                schema=each.schema if OPEN in kept else {},
            )
            for each in head.resources
        ),
    )


def _resource(resource: Resource, audience: str) -> Resource:
    outputs = tuple(replace(one, audience=OPEN) for one in resource.outputs if one.audience == audience)
    part: Mapping[str, Any] = resource.audiences.get(audience, {})
    if audience == OPEN:
        part = {"columns": resource.columns, "schema": resource.schema, "rows": resource.rows}
    return replace(
        resource,
        source_name="",
        columns=tuple(part.get("columns", ())),
        schema=part.get("schema", {}),
        rows=int(part.get("rows", 0)),
        record=public_record(resource.record, {audience}),
        outputs=outputs,
        audiences={},
    )


def scopes(record: Mapping[str, Any]) -> dict[str, str]:
    """Audience -> the condition of the rows that it got, of a publication record."""
    return {name: str(each["scope"]) for name, each in projections(record).items() if each.get("scope")}


def projections(record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Audience -> its projection, of a publication record, be it the operator's or the public part of one."""
    others = record.get("projections") or ()
    listed = [record.get("projection") or {}, *(others.values() if isinstance(others, Mapping) else others)]
    return {str(each["audience"]): each for each in listed if each.get("audience")}


def public_record(record: Mapping[str, Any], audiences: Iterable[str]) -> dict[str, Any]:
    """The publication record without what was withheld: whoever gets the data may check their hash against it."""
    kept = {*audiences}
    names = ("record", "algorithm", "source", "standard", "gate", "converter", "rows")
    found = {name: record[name] for name in names if name in record}
    others = record.get("projections") or ()
    if isinstance(others, Mapping):  # the operator's record; what was made public before is a list
        told = [_told(each) for each in (record.get("projection") or {}, *others.values())]
    else:
        told = [*([_told(record["projection"])] if "projection" in record else ()), *others]
    told = [each for each in told if each.get("audience") in kept]
    outputs = [each for each in record.get("outputs", ()) if each.get("audience") in kept]
    return {**found, "projections": told, "outputs": outputs}


def _told(projection: Mapping[str, Any]) -> dict[str, Any]:
    masks = {
        name: {"mask": each.get("mask"), "conditional": bool(each.get("when"))}
        for name, each in (projection.get("masks") or {}).items()
    }
    return {
        "audience": projection.get("audience"),
        "columns": list(projection.get("columns") or ()),
        "masks": masks,
        "scoped": bool(projection.get("scope")),
    }
