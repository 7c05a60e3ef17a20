"""An OpenAPI 3.1 document with the row, a page of rows and a fault as components; no paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Options
from gongshu.standards.derive.jsonschema import to_json_schema
from gongshu.standards.derive.pydantic import class_name
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The document as JSON (UTF-8)."""
    row, losses = to_json_schema(standard, registry, options, form="openapi")
    name = class_name(standard)
    page: dict[str, Any] = {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "total": {"type": "integer", "minimum": 0},
        },
    }
    made = {
        "openapi": "3.1.0",
        "info": {
            "title": standard.title.get(options.lang) or standard.id,
            "version": standard.version,
            "description": standard.description.get(options.lang),
        },
        "paths": {},
        "components": {"schemas": {name: row, f"{name}Page": page}},
    }
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), losses)
