"""A plain JSON Schema in place of a pack of kind `record`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.fingerprint import fingerprint
from gongshu.standards.model import Kind, Standard, Text

_WORDS = (
    "$schema",
    "properties",
    "allOf",
    "$defs",
    "definitions",
    "items",
    "oneOf",
    "anyOf",
    "$ref",
    "patternProperties",
)
_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")


def is_record_schema(value: Any) -> bool:
    """Whether a JSON value is a JSON Schema rather than a Table Schema or a Data Package."""
    if not isinstance(value, Mapping) or isinstance(value.get("fields"), list) or "resources" in value:
        return False
    kind = value.get("type")
    return any(word in value for word in _WORDS) or (isinstance(kind, str) and kind in _TYPES)


def record_standard(schema: Mapping[str, Any], *, name: str, origin: str = "") -> Standard:
    """The standard that judges records by this JSON Schema; its `title` and `$id` are kept, its version is 0.0.0."""
    title, description = schema.get("title"), schema.get("description")
    standard = Standard(
        id=name,
        version="0.0.0",
        kind=Kind.RECORD,
        title=Text(zh=title) if isinstance(title, str) else Text(),
        description=Text(zh=description) if isinstance(description, str) else Text(),
        document={"schema": dict(schema)},
        origin=origin,
    )
    try:
        return replace(standard, fingerprint=fingerprint(standard, {}))
    except ValueError:  # RFC 8785 has no numbers beyond 2**53, a schema may
        text = json.dumps(schema, ensure_ascii=False, sort_keys=True)
        return replace(standard, fingerprint=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def schema_of(standard: Standard) -> Any:
    """The JSON Schema of a standard of kind `record`; None where its document has none."""
    found = (standard.document or {}).get("schema")
    return found if isinstance(found, (Mapping, bool)) else None


def check_schema(schema: Any) -> None:
    """Raise `StandardFault` where the schema itself is not one."""
    import jsonschema

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as fault:
        place = "".join(f"/{step!s}" for step in fault.absolute_path)
        raise StandardFault("standard.schema", key=place or "/", detail=fault.message[:200]) from fault
