"""Plain Table Schemas and Data Package resources in place of a pack: any version's spelling, taken literally.

frictionless says whether the structure is right; what it does not look at (patterns, bounds) is looked at as in a pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gongshu.standards import building, consistency
from gongshu.standards.consistency import Problem, near
from gongshu.standards.faults import StandardFaults
from gongshu.standards.fingerprint import fingerprint
from gongshu.standards.loading import located
from gongshu.standards.model import Field, HeaderPolicy, Kind, Standard, Table, Text
from gongshu.standards.nodes import Node
from gongshu.standards.yamlsource import Located
from gongshu.standards.yamlsource import Path as Trail

TYPES = [
    *("any", "array", "boolean", "date", "datetime", "duration", "geojson", "geopoint", "integer", "list"),
    *("number", "object", "string", "time", "year", "yearmonth"),
]
V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
TRUE, FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")

# What `fieldsMatch` (v2) says of columns: header policy by its word.
MATCHES: Mapping[str, HeaderPolicy] = {
    "exact": HeaderPolicy(match=("name",), extra="error", missing="error", missing_optional="error", order="error"),
    "equal": HeaderPolicy(match=("name",), extra="error", missing="error", missing_optional="error", order="ignore"),
    "subset": HeaderPolicy(match=("name",), extra="ignore", missing="error", missing_optional="error", order="ignore"),
    "superset": HeaderPolicy(
        match=("name",), extra="error", missing="ignore", missing_optional="ignore", order="ignore"
    ),
    "partial": HeaderPolicy(
        match=("name",), extra="ignore", missing="ignore", missing_optional="ignore", order="ignore"
    ),
}
BY_NAME = HeaderPolicy(match=("name",), extra="warning", missing="error", missing_optional="warning", order="warning")

_SEMVER = re.compile(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?")
_DIALECT = ("fields", "primaryKey", "uniqueKeys", "foreignKeys", "missingValues")
_PACK_WORDS = (
    *("aliases", "basis", "codelist", "identifier", "label_of", "opening", "precision", "privacy", "scale"),
    *("severity", "sharing", "unit"),
)
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def from_table_schema(descriptor: Mapping[str, Any], *, name: str, origin: str = "") -> Standard:
    """The standard that a Table Schema describes; every fault at once as `StandardFaults`."""
    source = Located(data=plain_copy(descriptor))
    return standard_of(source, plain_copy(descriptor, floats=True), name=name, origin=origin)


def standard_of(source: Located, wire: dict[str, Any], *, name: str, origin: str) -> Standard:
    """The standard of a Table Schema given exactly (`source`) and as frictionless takes it (`wire`)."""
    data = source.data
    found = list(_structure(data, wire))
    if isinstance(data, dict) and isinstance(data.get("fields"), list):
        table = _table(data)
        found.extend(consistency.problems(table))
    else:
        table = Table(fields=())
    found = [each for place, each in enumerate(found) if each not in found[:place]]
    if found:
        raise StandardFaults(located(each, source, origin or name) for each in found)
    version = _SEMVER.match(str(data.get("version") or ""))
    standard = Standard(
        id=name,
        version=".".join(part or "0" for part in version.groups()) if version else "0.0.0",
        kind=Kind.TABLE,
        title=_text(data.get("title")),
        description=_text(data.get("description")),
        table=table,
        origin=origin,
    )
    return replace(standard, fingerprint=fingerprint(standard, {}))


def _text(value: Any) -> Text:
    if isinstance(value, dict):
        return Text(zh=str(value.get("zh") or ""), en=str(value.get("en") or ""))
    return Text(zh=value) if isinstance(value, str) else Text()


def written(value: Any) -> str:
    """A JSON scalar as text: numbers without exponent or binary noise, truth values as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    return str(value)


def plain_copy(value: Any, *, floats: bool = False) -> Any:
    """A copy made of plain dicts and lists; `Decimal` as float where `floats`."""
    if isinstance(value, Mapping):
        return {str(key): plain_copy(held, floats=floats) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_copy(held, floats=floats) for held in value]
    return float(value) if floats and isinstance(value, Decimal) else value


def _table(data: dict[str, Any]) -> Table:
    """The body. Spellings of v1 and v2 come to the same; unknown properties are passed over."""
    shaped = {name: data[name] for name in _DIALECT if name in data}
    shaped["missingValues"] = _missing_values(data.get("missingValues", [""]))
    shaped["fields"] = [_shaped_field(each) for each in data["fields"]]
    source = Located(data=shaped)
    table = building.table(Node(source, (), shaped))
    match = data.get("fieldsMatch")
    if isinstance(match, list):
        match = match[0] if match else None
    header = MATCHES.get(match, BY_NAME) if isinstance(match, str) else BY_NAME
    fields = tuple(_literal(each) for each in table.fields)
    return replace(table, fields=fields, header=header, missing_values=table.missing_values or (), strict=True)


def _literal(field: Field) -> Field:
    """The field with the literal readings that Table Schema prescribes."""
    if field.type != "boolean":
        return field
    return replace(field, true_values=field.true_values or TRUE, false_values=field.false_values or FALSE)


def _missing_values(given: Any) -> list[str]:
    items = given if isinstance(given, list) else [given]
    return [written(each.get("value", "") if isinstance(each, dict) else each) for each in items]


def _shaped_field(given: Any) -> dict[str, Any]:
    """One field in the words of a pack, scalars as text where the model keeps text."""
    if not isinstance(given, dict):
        return {}
    field = {name: held for name, held in given.items() if held is not None}
    limits = field.get("constraints")
    limits = dict(limits) if isinstance(limits, dict) else {}
    for name in _BOUNDS:
        if name in limits:
            limits[name] = written(limits[name])
    if isinstance(limits.get("enum"), list):
        limits["enum"] = [written(each) for each in limits["enum"]]
    elif isinstance(field.get("categories"), list):
        levels = (each.get("value") if isinstance(each, dict) else each for each in field["categories"])
        limits["enum"] = [written(each) for each in levels]
    field["constraints"] = limits
    if "missingValues" in field:
        field["missingValues"] = _missing_values(field["missingValues"])
    for name in ("trueValues", "falseValues"):
        if isinstance(field.get(name), list):
            field[name] = [written(each) for each in field[name]]
    if "example" in field:
        field["example"] = field["example"] if isinstance(field["example"], str) else ""
    # Words of a pack mean nothing in a plain Table Schema, even where somebody uses the same ones.
    for name in _PACK_WORDS:
        field.pop(name, None)
    return field


def _structure(data: Any, wire: Any) -> Iterator[Problem]:
    """What frictionless says of the structure, and unknown types, of which it would name the first only."""
    if not isinstance(data, dict):
        yield Problem((), "standard.not-mapping")
        return
    fields = wire.get("fields")
    if isinstance(fields, list):
        known, kept = ", ".join(TYPES), []
        for place, each in enumerate(fields):
            if not isinstance(each, dict):
                yield Problem(("fields", place), "standard.value", {"value": str(each), "expected": "object"})
                continue
            kind = each.get("type", "string")
            if kind not in TYPES:
                nearest = near(kind, TYPES) if isinstance(kind, str) else known
                params = {"name": written(kind), "known": f"{nearest} ({known})"}
                yield Problem(("fields", place, "type"), "standard.type-unknown", params)
                kept.append({**each, "type": "any", "constraints": {}})
            else:
                kept.append(each)
        wire = {**wire, "fields": kept}
    yield from _asked(_as_v2(wire))


def _as_v2(wire: dict[str, Any]) -> dict[str, Any]:
    """The descriptor as frictionless takes it: lone names as lists, v2 declared (it holds v1), titles plain."""
    keys = wire.get("foreignKeys")
    changed: dict[str, Any] = {**wire, "$schema": V2}
    changed.pop("name", None)
    if "primaryKey" in wire:
        changed["primaryKey"] = _alone(wire["primaryKey"])
    match = wire.get("fieldsMatch")
    if isinstance(match, list) and len(match) == 1:
        changed["fieldsMatch"] = match[0]
    if isinstance(keys, list):
        changed["foreignKeys"] = [_foreign(each) for each in keys]
    if isinstance(wire.get("fields"), list):
        changed["fields"] = [_plain_titles(each) for each in wire["fields"]]
    plain: dict[str, Any] = _plain_titles(changed)
    return plain


def _plain_titles(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    texts = {name: value[name] for name in ("title", "description") if isinstance(value.get(name), dict)}
    return {**value, **{name: str(held.get("zh") or held.get("en") or "") for name, held in texts.items()}}


def _foreign(given: Any) -> Any:
    if not isinstance(given, dict) or not isinstance(given.get("reference"), dict):
        return given
    reference = given["reference"]
    inner = {"resource": "", **reference, "fields": _alone(reference.get("fields"))}
    return {**given, "fields": _alone(given.get("fields")), "reference": inner}


def _alone(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _asked(wire: dict[str, Any]) -> Iterator[Problem]:
    """The errors of frictionless; it names no field in those about fields, so these are asked for one by one."""
    fields = wire.get("fields")
    for kind, note in _notes(wire):
        if "are not unique" in note or "does not match the fields" in note:
            continue  # said by `consistency`, with the place
        if kind != "field-error" or not isinstance(fields, list):
            yield Problem(_place(note), "standard.descriptor", {"detail": note})
    for place, each in enumerate(fields if isinstance(fields, list) else ()):
        for kind, note in _notes({"fields": [each], "$schema": V2}):
            if kind == "field-error":
                yield Problem(("fields", place, *_place(note)), "standard.descriptor", {"detail": note})


def _notes(wire: dict[str, Any]) -> list[tuple[str, str]]:
    from frictionless import FrictionlessException, Schema

    try:
        errors: Sequence[Any] = list(Schema.metadata_validate(wire))
    except FrictionlessException as error:
        errors = list(error.reasons) or [error.error]
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        # frictionless trips over some malformed descriptors instead of reporting them
        return [("schema-error", str(error))]
    return [(str(each.type), str(each.note)) for each in errors]


def _place(note: str) -> Trail:
    found = re.search(r"at property '([^']+)'", note)
    steps = found.group(1).split("/") if found else []
    return tuple(int(step) if step.isdigit() else step for step in steps)
