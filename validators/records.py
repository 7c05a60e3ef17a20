"""JSON documents judged by a JSON Schema (draft-07 or 2020-12), each fault with its RFC 6901 pointer.

`jsonschema` is the judge. Its sentences are not used: a fault carries the keyword as reason, and parameters, so that it
can be said in any language. A reference to another document is never fetched: there is no network in a validation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.validators.finding import EMPTY
from gongshu.validators.jsontext import escaped

LONGEST = 200  # characters of a value that is quoted


def judge(
    value: Any, schema: Mapping[str, Any] | bool, *, others: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(pointer, keyword, parameters) of every fault, in the order of the document.

    A fault inside `anyOf` or `oneOf` is told as the one branch that fits best, since "none of these fits" helps nobody.
    `others` holds further schemas by URI. Raises `StandardFault` where the schema refers to something that is nowhere.
    """
    import jsonschema
    from referencing.exceptions import Unresolvable

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    extend: Any = jsonschema.validators.extend  # its stubs give it no types
    ours = extend(kind, {"pattern": _pattern, "patternProperties": _pattern_properties})
    validator = ours(schema, registry=_registry(others or {}, kind.META_SCHEMA["$schema"]))
    try:
        found = sorted(validator.iter_errors(value), key=lambda each: [str(step) for step in each.absolute_path])
    except Unresolvable as fault:
        raise StandardFault("standard.schema-reference", reference=str(fault.ref)) from fault
    except RecursionError as fault:
        raise StandardFault("standard.schema-recursion") from fault
    for each in found:
        best = jsonschema.exceptions.best_match([each]) or each
        pointer = "".join(f"/{escaped(str(step))}" for step in best.absolute_path)
        yield from _spread(best, pointer)


def _registry(others: Mapping[str, Any], dialect: str) -> Any:
    """The schemas that may be referred to: those given, those of the specifications, and GeoJSON's."""
    return _with(_known(dialect), others, dialect) if others else _known(dialect)


@cache
def _known(dialect: str) -> Any:
    from jsonschema_specifications import REGISTRY

    from gongshu.validators.geoschemas import geojson_schemas

    return _with(REGISTRY, geojson_schemas(), dialect)


def _with(registry: Any, schemas: Mapping[str, Any], dialect: str) -> Any:
    from referencing import Resource
    from referencing.jsonschema import specification_with

    spoken = specification_with(dialect)
    given = ((uri, Resource.from_contents(each, default_specification=spoken)) for uri, each in schemas.items())
    return registry.with_resources(given)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """As the specification says, unanchored; `regex` knows the Unicode classes that the standard library does not."""
    import regex
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not regex.search(pattern, instance):
        yield ValidationError(f"does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
    import regex

    if not validator.is_type(instance, "object"):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if regex.search(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _spread(fault: Any, pointer: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """One fault for each member at fault, where the keyword speaks of several at once."""
    keyword, limit, value = str(fault.validator), fault.validator_value, fault.instance
    if keyword == "required" and isinstance(value, dict) and isinstance(limit, list):
        name = next((each for each in limit if each not in value and fault.message.startswith(repr(each))), "")
        yield pointer, keyword, {"name": name or fault.message}
        return
    if keyword == "additionalProperties" and isinstance(value, dict):
        known = set(fault.schema.get("properties", ()))
        names = [each for each in value if each not in known and repr(each) in fault.message]
        for name in names:
            yield f"{pointer}/{escaped(name)}", keyword, {"name": name}
        if names:
            return
    yield pointer, keyword, {"expected": _quoted(limit), "value": _quoted(value)} if keyword else EMPTY


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
