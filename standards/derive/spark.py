"""The schema as Spark writes it in JSON (`StructType.fromJson`)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "type", "precision")
TYPES = {"boolean": "boolean", "date": "date", "datetime": "timestamp_ntz", "integer": "long", "year": "long"}


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The schema as JSON (UTF-8). Spark has no type for the time of a day: text."""
    columns = columns_of(table_of(standard, "spark"), registry)
    fields = [
        {
            "name": each.name,
            "type": _type(each),
            "nullable": not each.required,
            "metadata": {"comment": each.note(options.lang)} if each.note(options.lang) else {},
        }
        for each in columns
    ]
    text = json.dumps({"type": "struct", "fields": fields}, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), tuple(unsaid(standard, columns, SAYS)))


def _type(column: Column) -> str:
    each = column.field
    if column.type == "number":
        return f"decimal({each.precision or 38},{each.scale if each.scale is not None else 10})"
    return TYPES.get(column.type, "string")
