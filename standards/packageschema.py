"""What a Data Package descriptor must look like before its resources can be judged (versions 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = "^([-a-z0-9._/])+$"  # version 1: MUST; version 2 only recommends it


def is_package(value: Any) -> bool:
    """Whether a JSON value is a Data Package: an object with resources, each of which has a path or data."""
    found = value.get("resources") if isinstance(value, Mapping) else None
    if not isinstance(found, list) or not found:
        return False
    return all(isinstance(each, Mapping) and ("path" in each or "data" in each) for each in found)


def descriptor_schema(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema for a descriptor of this version, which its `$schema` tells (none: version 1)."""
    second = str(descriptor.get("$schema", "")).startswith("https://datapackage.org/profiles/2")
    name: dict[str, Any] = {"type": "string", "minLength": 1} if second else {"type": "string", "pattern": NAME}
    path = {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        ]
    }
    resource = {
        "type": "object",
        "required": ["name"],
        "oneOf": [{"required": ["path"]}, {"required": ["data"]}],
        "properties": {"name": name, "path": path, "schema": {"type": ["object", "string"]}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Data Package",
        "type": "object",
        "required": ["resources"],
        "properties": {"name": name, "resources": {"type": "array", "minItems": 1, "items": resource}},
    }
