"""What an audience gets to see of a table: which columns, which of them masked, and the derived Table Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongshu.publishers.canonical import digest
from gongshu.publishers.metadata import OPEN_FREELY
from gongshu.standards.model import Field, Standard, Table

OPEN = "open"
WITHHOLD = "withhold"  # the mask that leaves nothing
# letters of the 编制指南 for the types of data items
LETTERS = {"integer": "I", "number": "N", "date": "D", "datetime": "T", "boolean": "L"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column that leaves. `masked`: some of its values are not the source's."""

    field: Field
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """What one audience gets of one standard's tables."""

    audience: str
    columns: tuple[Column, ...]
    dropped: tuple[tuple[str, str], ...] = ()  # (column, why: opening | sensitive | personal)
    withheld: str = ""  # open attribute of a dataset of which this audience gets the entry, but no data

    def describe(self) -> dict[str, Any]:
        """The projection as plain data, for the publication record."""
        return {
            "audience": self.audience,
            "columns": [each.field.name for each in self.columns],
            "masks": {
                each.field.name: {"mask": each.field.privacy.mask, "when": each.field.privacy.when}
                for each in self.columns
                if each.masked
            },
            "dropped": [{"column": name, "reason": reason} for name, reason in self.dropped],
            "scope": None,
            "withheld": self.withheld or None,
        }

    @property
    def sha256(self) -> str:
        """SHA-256 of the description: the policy under which a plan was made."""
        return digest(self.describe())


def project(standard: Standard, metadata: Mapping[str, Any], audience: str = OPEN) -> Projection:
    """What the public gets under the standard's field policy and the dataset's open attribute.

    Dropped: a column whose opening is not unconditional, a sensitive one, a personal one without a mask. A mask with a
    condition (`when`) leaves the values of the rows of which the condition is surely not true.
    """
    table = standard.table or Table(())
    opening = str(dict(metadata.get("open") or {}).get("type", ""))
    columns, dropped = [], []
    for each in table.fields:
        reason = _reason(each)
        if reason:
            dropped.append((each.name, reason))
        else:
            columns.append(Column(each, each.privacy.mask is not None))
    return Projection(audience, tuple(columns), tuple(dropped), "" if opening == OPEN_FREELY else opening or "3")


def _reason(field: Field) -> str:
    privacy = field.privacy
    if {"none", "conditional"} & {field.opening, field.sharing}:  # opening is no wider than sharing
        return "opening"
    if privacy.category == "sensitive":
        return "sensitive"
    if privacy.category == "personal" and privacy.mask is None:
        return "personal"
    return "personal" if privacy.mask == WITHHOLD and not privacy.when else ""


def items(projections: Sequence[Projection]) -> list[dict[str, str]]:
    """信息项信息 of the columns that leave, once each, in order: name and type letter with length."""
    found: dict[str, dict[str, str]] = {}
    for projection in projections:
        for each in projection.columns:
            title = each.field.title.get("zh") or each.field.name
            letter = "C" if each.masked else LETTERS.get(each.field.type, "C")
            length = each.field.constraints.max_length
            found.setdefault(title, {"name": title, "type": f"C{length}" if letter == "C" and length else letter})
    return list(found.values())


def table_schema(standard: Standard, projection: Projection, present: Sequence[str]) -> dict[str, Any]:
    """The Table Schema of what leaves, for the columns that are there.

    What a mask may break is gone: constraints and type of a masked column, and every key that draws on one.
    """
    table = standard.table or Table(())
    kept = [each for each in projection.columns if each.field.name in present]
    whole = {each.field.name for each in kept if not each.masked}
    schema: dict[str, Any] = {"fields": [_masked(each.field) if each.masked else _field(each.field) for each in kept]}
    if table.primary_key and set(table.primary_key) <= whole:
        schema["primaryKey"] = list(table.primary_key)
    foreign = [
        {"fields": list(key.fields), "reference": {"resource": "", "fields": list(key.reference_fields)}}
        for key in table.foreign_keys
        if not key.resource and key.standard is None and {*key.fields, *key.reference_fields} <= whole
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


def _masked(field: Field) -> dict[str, Any]:
    return {**_titles(field), "name": field.name, "type": "string"}


def _titles(field: Field) -> dict[str, Any]:
    found = {"title": field.title.get("zh"), "description": field.description.get("zh")}
    return {name: text for name, text in found.items() if text}


def _field(field: Field) -> dict[str, Any]:
    limits = field.constraints
    kind = field.type if field.type in SPELLED else "string"
    constraints: dict[str, Any] = {}
    if limits.required:
        constraints["required"] = True
    if limits.unique:
        constraints["unique"] = True
    if kind == "string":
        found = {"minLength": limits.min_length, "maxLength": limits.max_length}
        constraints |= {name: value for name, value in found.items() if value is not None}
        if limits.enum:
            constraints["enum"] = list(limits.enum)
    elif kind in ("integer", "number"):
        found_bounds = {"minimum": limits.minimum, "maximum": limits.maximum}
        constraints |= {name: _number(value) for name, value in found_bounds.items() if value is not None}
    elif kind in ("date", "datetime"):
        found_dates = {"minimum": limits.minimum, "maximum": limits.maximum}
        constraints |= {name: value for name, value in found_dates.items() if value is not None}
    return {"name": field.name, "type": kind, **_titles(field), **({"constraints": constraints} if constraints else {})}


SPELLED = ("string", "integer", "number", "date", "datetime", "time", "boolean")


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
