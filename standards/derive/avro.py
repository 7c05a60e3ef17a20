"""The Avro schema of one row: a record whose fields may be null unless they are required."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "type", "precision")
WIDEST, DECIMALS = 38, 10


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The schema as JSON (UTF-8)."""
    columns = columns_of(table_of(standard, "avro"), registry)
    made = {
        "type": "record",
        "name": avro_name(standard.id),
        "namespace": "gongshu",
        "doc": f"{standard.title.get(options.lang)} ({standard.reference})",
        "fields": [_field(each, options.lang) for each in columns],
    }
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), tuple(unsaid(standard, columns, SAYS)))


def avro_name(name: str) -> str:
    """A name that Avro allows: letters, digits and underscores of ASCII; others become their code point."""
    plain = "".join(
        sign if re.match(r"[A-Za-z0-9_]", sign) else "_" if sign in "-. " else f"u{ord(sign):04x}" for sign in name
    )
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def _field(column: Column, lang: str) -> dict[str, Any]:
    kind = _type(column)
    made: dict[str, Any] = {"name": avro_name(column.name), "type": kind if column.required else ["null", kind]}
    if not column.required:
        made["default"] = None
    if column.note(lang):
        made["doc"] = column.note(lang)
    if made["name"] != column.name:
        made["aliases"] = []
        made["gongshu:name"] = column.name
    return {key: value for key, value in made.items() if value != []}


def _type(column: Column) -> Any:
    each = column.field
    if column.type == "number":
        scale = each.scale if each.scale is not None else DECIMALS
        return {"type": "bytes", "logicalType": "decimal", "precision": each.precision or WIDEST, "scale": scale}
    return {
        "boolean": "boolean",
        "date": {"type": "int", "logicalType": "date"},
        "datetime": {"type": "long", "logicalType": "local-timestamp-micros"},
        "integer": "long",
        "time": {"type": "long", "logicalType": "time-micros"},
        "year": "long",
    }.get(column.type, "string")
