"""What an audience gets to see of a table: columns, masked ones among them, rows, and the derived standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gongshu.publishers.audience import OPEN, SHARED
from gongshu.publishers.canonical import digest
from gongshu.publishers.metadata import OPEN_FREELY, SHARED_FREELY
from gongshu.standards.model import Field, Format, Privacy, Standard, Table

__all__ = ["OPEN", "SHARED", "Column", "Projection", "derived", "items", "project", "table_schema"]

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
    dropped: tuple[tuple[str, str], ...] = ()  # (column, why: opening | sharing | sensitive | personal)
    withheld: str = ""  # attribute (open or sharing) of a dataset of which this audience gets the entry, but no data
    scope: str = ""  # SQL condition: only rows of which it is surely true leave

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
            "scope": self.scope or None,
            "withheld": self.withheld or None,
        }

    @property
    def sha256(self) -> str:
        """SHA-256 of the description: the policy under which a plan was made."""
        return digest(self.describe())

    def gives_the_same(self, other: Projection) -> bool:
        """Whether both write the same bytes, for whomever they are."""
        return (self.columns, self.withheld, self.scope) == (other.columns, other.withheld, other.scope)


def project(standard: Standard, metadata: Mapping[str, Any], audience: str = OPEN, scope: str = "") -> Projection:
    """What an audience gets under the standard's field policy and the dataset's sharing and open attributes.

    `open`, dropped: a column whose opening or sharing is not unconditional (opening is no wider than sharing), a
    sensitive one, a personal one without a mask. `shared`, dropped: a column whose sharing is not unconditional, a
    personal or sensitive one without a mask. A mask that nobody knows withholds. A mask with a condition (`when`)
    leaves only values of rows of which the condition is surely not true. Anyone else gets nothing.
    """
    table = standard.table or Table(())
    columns, dropped = [], []
    for each in table.fields:
        reason = _reason(each, audience)
        if reason:
            dropped.append((each.name, reason))
        else:
            columns.append(Column(each, each.privacy.mask is not None))
    return Projection(audience, tuple(columns), tuple(dropped), _withheld(metadata, audience), scope)


def _withheld(metadata: Mapping[str, Any], audience: str) -> str:
    """The attribute that keeps the data of the dataset from this audience; empty where they may have it."""
    shared = str(dict(metadata.get("sharing") or {}).get("type", ""))
    if audience == SHARED:
        return "" if shared == SHARED_FREELY else shared or "3"
    opening = str(dict(metadata.get("open") or {}).get("type", ""))
    if audience != OPEN or opening != OPEN_FREELY:
        return opening if opening not in ("", OPEN_FREELY) else "3"
    return "" if shared in ("", SHARED_FREELY) else shared


def _reason(field: Field, audience: str) -> str:
    privacy = field.privacy
    if audience == OPEN and {"none", "conditional"} & {field.opening, field.sharing}:
        return "opening"
    if field.sharing in ("none", "conditional"):
        return "sharing"
    if privacy.category == "sensitive" and (audience != SHARED or _hides_all(privacy)):
        return "sensitive"
    if privacy.category != "none" and privacy.mask is None:
        return "personal"
    return "personal" if privacy.mask is not None and _hides_all(privacy) and not privacy.when else ""


def _hides_all(privacy: Privacy) -> bool:
    """Whether nothing of a masked value is left: no mask at all, one that withholds, or one that nobody knows."""
    from gongshu.validators.masking import MASKS

    return privacy.mask not in MASKS or privacy.mask == WITHHOLD


def derived(standard: Standard, projection: Projection) -> Standard:
    """The standard that what leaves conforms to: nothing in it speaks of what was masked, dropped or scoped out.

    Gone: dropped fields; constraints, type, code list and identifier of masked ones; keys that draw on either; rules
    that name either; with a scope also rules over the whole table and keys into the table itself, whose parents may be
    out of it.
    """
    from gongshu.standards.expressions import columns as named

    table = standard.table or Table(())
    whole = {each.field.name for each in projection.columns if not each.masked}
    here = whole | {each.field.name for each in projection.columns}
    fields = tuple(
        _masked_field(each.field) if each.masked else _kept_field(each.field, whole) for each in projection.columns
    )
    keys = tuple(
        key
        for key in table.foreign_keys
        if {*key.fields} <= whole
        and (key.resource or key.standard is not None or ({*key.reference_fields} <= whole and not projection.scope))
    )

    def holds(rule: Any) -> bool:
        return rule.tree is not None and {*named(rule.tree)} <= whole and {*rule.fields} <= here

    return replace(
        standard,
        table=replace(
            table,
            fields=fields,
            primary_key=table.primary_key if {*table.primary_key} <= whole else (),
            unique_keys=tuple(each for each in table.unique_keys if {*each} <= whole),
            foreign_keys=keys,
            rules=tuple(each for each in table.rules if holds(each)),
            dataset_rules=() if projection.scope else tuple(each for each in table.dataset_rules if holds(each)),
            rows_minimum=None if projection.scope else table.rows_minimum,
            rows_maximum=None if projection.scope else table.rows_maximum,
            freshness=table.freshness if table.freshness and table.freshness.field in whole else None,
            bounds=table.bounds if len(whole) == len(table.fields) else "",
        ),
        fingerprint="",
    )


def _masked_field(field: Field) -> Field:
    """Plain text under the same name and titles."""
    return Field(field.name, title=field.title, description=field.description)


def _kept_field(field: Field, whole: set[str]) -> Field:
    """The field without what draws on a column that is not there as it was; its mask and sharing are done with."""
    codelist = field.codelist
    if codelist is not None and codelist.as_of is not None and codelist.as_of not in whole:
        codelist = None
    label = field.label_of if field.label_of in whole else None
    spelled = Format() if field.type in ("date", "datetime", "time") else field.format  # what leaves is ISO 8601
    return replace(field, codelist=codelist, label_of=label, privacy=Privacy(), format=spelled)


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
    table = derived(standard, projection).table or Table(())
    there = {*present}
    schema: dict[str, Any] = {"fields": [_field(each) for each in table.fields if each.name in there]}
    if table.primary_key and {*table.primary_key} <= there:
        schema["primaryKey"] = list(table.primary_key)
    foreign = [
        {"fields": list(key.fields), "reference": {"resource": "", "fields": list(key.reference_fields)}}
        for key in table.foreign_keys
        if not key.resource and key.standard is None and {*key.fields, *key.reference_fields} <= there
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


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
