"""A Table Schema, any version's spelling, as a draft that demands the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gongshu.standards.descriptors import read_file
from gongshu.standards.importing.draft import Draft, Drafted, Note, identity, note
from gongshu.standards.model import Field, Standard
from gongshu.standards.tableschema import BY_NAME

KNOWN = frozenset(
    [
        *("name", "type", "title", "description", "format", "constraints", "example", "missingValues"),
        *("decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "categories"),
    ]
)
LIMITS = frozenset(
    [
        *("required", "unique", "minLength", "maxLength", "pattern", "enum"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    ]
)
HEAD = frozenset(
    [
        *("$schema", "name", "title", "description", "version", "fields", "primaryKey", "uniqueKeys", "foreignKeys"),
        *("missingValues", "fieldsMatch"),
    ]
)


def drafts(path: Path, _registry: object = None) -> list[Draft]:
    """The one table that the file describes."""
    standard = read_file(path)
    raw = json.loads(path.read_text(encoding="utf-8-sig"))
    return [draft_of(standard, raw, path.name)]


def draft_of(standard: Standard, raw: Mapping[str, Any], source: str) -> Draft:
    """The draft of a loaded Table Schema; `raw` is its descriptor, for what the model does not keep."""
    table = standard.table
    if table is None:  # a Table Schema is always a table
        raise TypeError(standard.reference)
    given = raw.get("fields")
    by_place = given if isinstance(given, list) else []
    fields = []
    for place, each in enumerate(table.fields):
        lost = _lost(by_place[place]) if place < len(by_place) and isinstance(by_place[place], dict) else ()
        fields.append(Drafted(each, (*lost, *_empty_enum(each))))
    version = "0.1.0" if standard.version == "0.0.0" else standard.version
    return Draft(
        id=identity(standard.id),
        fields=tuple(replace(each, field=_kept(each.field)) for each in fields),
        version=version,
        title=standard.title,
        description=standard.description,
        source=source,
        primary_key=table.primary_key,
        unique_keys=table.unique_keys,
        foreign_keys=table.foreign_keys,
        missing_values=table.missing_values,
        # Matching by title and alias besides is what a pack is for; the rest of the policy stays.
        header=replace(table.header, match=("name", "title", "alias")) if table.header == BY_NAME else table.header,
        notes=_lost_head(raw),
    )


def _lost(given: Mapping[str, Any]) -> tuple[Note, ...]:
    limits = given.get("constraints")
    names = [name for name in given if name not in KNOWN]
    names += [f"constraints.{name}" for name in (limits if isinstance(limits, dict) else ()) if name not in LIMITS]
    return (note("lost", names=", ".join(names)),) if names else ()


def _lost_head(raw: Mapping[str, Any]) -> tuple[Note, ...]:
    names = [name for name in raw if name not in HEAD]
    return (note("lost", names=", ".join(names)),) if names else ()


def _empty_enum(each: Field) -> tuple[Note, ...]:
    return (note("enum-empty"),) if each.constraints.enum == () else ()


def _kept(each: Field) -> Field:
    """The format has no enum without values: such a column can hold nothing, which nobody means."""
    if each.constraints.enum == ():
        return replace(each, constraints=replace(each.constraints, enum=None))
    return each
