"""A JSON Schema (2020-12) of one row as an object: dates in ISO 8601, numbers as numbers, an absent value null."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Loss, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SAYS = ("required", "length", "pattern", "bounds", "enum", "type", "privacy")
TYPES = {"boolean": "boolean", "integer": "integer", "number": "number", "year": "integer"}
FORMATS = {"date": "date", "datetime": "date-time", "time": "time"}
STAMPS = {  # a moment of a table has no zone, which the formats of JSON Schema ask for
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "datetime": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?",
    "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?",
}
STRUCTURES = frozenset({"any", "array", "geojson", "list", "object"})


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The schema as JSON (UTF-8)."""
    made, losses = to_json_schema(standard, registry, options, form="json-schema")
    text = json.dumps({"$schema": DIALECT, **made}, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), losses)


def to_json_schema(
    standard: Standard, registry: Registry, options: Options, *, form: str
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The schema of one row without `$schema`, and what it cannot say."""
    table = table_of(standard, form)
    columns = columns_of(table, registry)
    made: dict[str, Any] = {
        "$id": f"urn:gongshu:standard:{standard.id}:{standard.version}",
        "title": standard.title.get(options.lang),
        "description": standard.description.get(options.lang),
        "type": "object",
        "required": [each.name for each in columns if each.required],
        "properties": {each.name: _property(each, options.lang) for each in columns},
        "additionalProperties": table.header.extra != "error",
    }
    if table.rules:
        made["x-gongshu-rules"] = [
            {"id": each.id, "check": each.check, "message": each.message.get(options.lang)} for each in table.rules
        ]
    kept = {key: value for key, value in made.items() if value not in ("", [])}
    return kept, tuple(unsaid(standard, columns, SAYS))


def _property(column: Column, lang: str) -> dict[str, Any]:
    each, held = column.field, column.held
    kind = TYPES.get(column.type, "string")
    made: dict[str, Any] = {"title": each.title.get(lang), "description": each.description.get(lang)}
    if column.type not in STRUCTURES:
        made["type"] = kind if column.required else [kind, "null"]
    if column.kind in FORMATS:
        made["pattern"] = f"^(?:{STAMPS[column.kind]})$"
        if column.kind == "date":
            made["format"] = FORMATS[column.kind]
    if kind == "string" and column.type == "string":
        made |= {"minLength": _least(column), "maxLength": held.max_length}
        if column.patterns:
            made["pattern"] = f"^(?:{column.patterns[0]})$"
        if len(column.patterns) > 1:
            made["allOf"] = [{"pattern": f"^(?:{each})$"} for each in column.patterns[1:]]
    if column.values is not None and kind == "string":
        made["enum"] = [*column.values, *([] if column.required else [None])]
    if column.kind == "number":
        made |= {
            "minimum": number(held.minimum),
            "maximum": number(held.maximum),
            "exclusiveMinimum": number(held.exclusive_minimum),
            "exclusiveMaximum": number(held.exclusive_maximum),
        }
    if each.example:
        made["examples"] = [each.example]
    if each.privacy.category != "none":
        made["x-gongshu-privacy"] = each.privacy.category
    return {key: value for key, value in made.items() if value not in (None, "")}


def _least(column: Column) -> int | None:
    """An empty text is an absent value, so it is none of a required column."""
    return column.held.min_length or (1 if column.required else None)


def number(text: str | None) -> int | float | None:
    """A bound as JSON writes it."""
    if text is None:
        return None
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)
