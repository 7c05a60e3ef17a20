"""A JSON Schema of an object, or of a list of objects, as the draft of a table with one column for each property."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, Drafted, Note, identity, note, semver
from gongshu.standards.loading import text_of
from gongshu.standards.model import Constraints, Field, HeaderPolicy, Text
from gongshu.standards.tableschema import written

TYPES = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "array": "array"}
FORMATS = {"date": "date", "date-time": "datetime", "time": "time", "duration": "duration"}
TEXTS = {"email": "email", "uri": "uri", "uuid": "uuid"}
KEPT = frozenset(
    [
        *("type", "title", "description", "format", "enum", "const", "pattern", "minLength", "maxLength", "minimum"),
        *("maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "examples", "example", "allOf", "$ref"),
        *("anyOf", "oneOf", "$comment"),
    ]
)
DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Read:
    """One property as far as a column can say it."""

    field: Field
    notes: tuple[Note, ...]


def drafts(path: Path, _registry: object = None) -> list[Draft]:
    """The one table of the file; a schema of something else than objects gives none."""
    try:
        root = json.loads(text_of(path), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        params = {"file": str(path), "place": str(path), "detail": str(error)}
        raise StandardFault("standard.json-syntax", **params) from None
    row = _row(root, root)
    properties = row.get("properties")
    if not isinstance(properties, dict) or not properties:
        return []
    needed = row.get("required")
    required = {str(each) for each in needed} if isinstance(needed, list) else set()
    fields = tuple(_drafted(str(name), given, str(name) in required, root) for name, given in properties.items())
    names = sorted(
        set(row) - {*KEPT, "properties", "required", "$schema", "$id", "$defs", "definitions", "additionalProperties"}
    )
    closed = row.get("additionalProperties") is False
    return [
        Draft(
            id=identity(_named(root, path)),
            fields=fields,
            version=semver(root.get("version")),
            title=Text(zh=_words(root.get("title") or row.get("title"))),
            description=Text(zh=_words(root.get("description") or row.get("description"))),
            source=path.name,
            header=HeaderPolicy(extra="error") if closed else None,
            notes=(note("lost", names=", ".join(names)),) if names else (),
        )
    ]


def _named(root: Mapping[str, Any], path: Path) -> str:
    found = re.search(r"([^/#:]+?)(?:\.schema)?(?:\.json)?#?\Z", str(root.get("$id") or ""))
    return str(root.get("name") or (found.group(1) if found else "") or path.stem.removesuffix(".schema"))


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _row(given: Any, root: Any, depth: int = 0) -> dict[str, Any]:
    """The schema of one row: the object itself, or what its list, or its one list of objects, is made of."""
    held = _whole(given, root)
    if depth > DEPTH:
        return {}
    if isinstance(held.get("items"), dict):
        return _row(held["items"], root, depth + 1)
    properties = held.get("properties")
    if isinstance(properties, dict) and len(properties) == 1:
        inner = _whole(next(iter(properties.values())), root)
        if isinstance(inner.get("items"), dict) and _row(inner["items"], root, depth + 1).get("properties"):
            return _row(inner["items"], root, depth + 1)
    return held


def _whole(given: Any, root: Any, depth: int = 0) -> dict[str, Any]:
    """The schema with its references within the document followed and its `allOf` laid together."""
    if not isinstance(given, dict) or depth > DEPTH:
        return {}
    held = {name: value for name, value in given.items() if name not in ("$ref", "allOf")}
    parts = [_target(given["$ref"], root)] if isinstance(given.get("$ref"), str) else []
    parts += given["allOf"] if isinstance(given.get("allOf"), list) else []
    for each in parts:
        inner = _whole(each, root, depth + 1)
        for name, value in inner.items():
            if name == "properties" and isinstance(held.get(name), dict):
                held[name] = {**value, **held[name]}
            elif name == "required" and isinstance(held.get(name), list):
                held[name] = [*held[name], *value]
            else:
                held.setdefault(name, value)
    return held


def _target(reference: str, root: Any) -> Any:
    if not reference.startswith("#"):
        return {}
    here = root
    for step in reference.lstrip("#").split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        here = here.get(step) if isinstance(here, dict) else None
    return here


def _drafted(name: str, given: Any, required: bool, root: Any) -> Drafted:
    held, nullable = _choice(_whole(given, root), root)
    kinds = held.get("type")
    kind = next((each for each in kinds if each != "null"), None) if isinstance(kinds, list) else kinds
    notes: list[Note] = []
    several = [each for each in kinds if each != "null"] if isinstance(kinds, list) else []
    if len(several) > 1:
        notes.append(note("types", types=", ".join(map(str, several))))
        kind = "any"
    made = Field(
        name,
        type=TYPES.get(str(kind), "any" if kind == "any" else "object" if kind == "object" else "string"),
        title=Text(zh=_words(held.get("title"))),
        description=Text(zh=_words(held.get("description"))),
    )
    if kind is None and isinstance(held.get("enum"), list):
        made = replace(made, type=_of_values(held["enum"]))
    if kind in ("object", "array") or "properties" in held:
        notes.append(note("nested", type=str(kind or "object")))
    made = _formatted(made, held, notes)
    made = replace(made, constraints=_limits(held, made.type, required and not nullable, notes))
    made = _multiple(made, held, notes)
    examples = held.get("examples")
    example = examples[0] if isinstance(examples, list) and examples else held.get("example")
    if example is not None and not isinstance(example, (dict, list)):
        made = replace(made, example=written(example))
    lost = sorted(set(held) - KEPT - {"items", "properties"})
    if lost:
        notes.append(note("lost", names=", ".join(lost)))
    return Drafted(made, tuple(notes))


def _choice(held: dict[str, Any], root: Any) -> tuple[dict[str, Any], bool]:
    """`anyOf` or `oneOf` of one schema and `null` is that schema, with the value optional."""
    kinds = held.get("type")
    nullable = isinstance(kinds, list) and "null" in kinds
    for key in ("anyOf", "oneOf"):
        branches = [_whole(each, root) for each in held.get(key) or () if isinstance(each, dict)]
        real = [each for each in branches if each.get("type") != "null"]
        if len(real) == 1 and len(branches) > 1:
            rest = {name: value for name, value in held.items() if name != key}
            return {**real[0], **rest}, True
    return held, nullable


def _of_values(values: list[Any]) -> str:
    kinds = {type(each) for each in values if each is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds and kinds <= {int}:
        return "integer"
    return "number" if kinds and kinds <= {int, float, Decimal} else "string"


def _formatted(made: Field, held: Mapping[str, Any], notes: list[Note]) -> Field:
    found = held.get("format")
    if not isinstance(found, str) or made.type != "string":
        return made
    if found in FORMATS:
        return replace(made, type=FORMATS[found])
    if found in TEXTS:
        return replace(made, format=replace(made.format, write=TEXTS[found]))
    notes.append(note("lost", names=f"format: {found}"))
    return made


def _limits(held: Mapping[str, Any], kind: str, required: bool, notes: list[Note]) -> Constraints:
    text = kind in ("string", "any")
    low, high = held.get("minimum"), held.get("maximum")
    above, under = held.get("exclusiveMinimum"), held.get("exclusiveMaximum")
    if above is True:  # draft 4: the bound itself is in `minimum`
        low, above = None, low
    if under is True:
        high, under = None, high
    ordered = kind in ("integer", "number")
    values = [held["const"]] if "const" in held else held.get("enum")
    enum = (
        tuple(written(each) for each in values if each is not None and not isinstance(each, (dict, list)))
        if isinstance(values, list)
        else ()
    )
    pattern = held.get("pattern")
    if not isinstance(pattern, str) or not text:
        pattern = None
    elif anchored(pattern) != pattern:
        notes.append(note("pattern", pattern=pattern))
    return Constraints(
        required=required,
        min_length=_size(held.get("minLength")) if text else None,
        max_length=_size(held.get("maxLength")) if text else None,
        pattern=anchored(pattern) if pattern is not None else None,
        minimum=_bound(low) if ordered else None,
        maximum=_bound(high) if ordered else None,
        exclusive_minimum=_bound(above) if ordered else None,
        exclusive_maximum=_bound(under) if ordered else None,
        enum=enum or None,
    )


def _size(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def _bound(value: Any) -> str | None:
    return written(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def anchored(pattern: str) -> str:
    """A JSON Schema pattern, which matches anywhere, as one that matches in full."""
    simple = "|" not in pattern and pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    if simple:
        return pattern[1:-1]
    return f"(?s:.*)(?:{pattern})(?s:.*)"


def _multiple(made: Field, held: Mapping[str, Any], notes: list[Note]) -> Field:
    """`multipleOf: 0.01` is two decimals; 1 makes an integer; another one has no word here."""
    step = held.get("multipleOf")
    if not isinstance(step, (int, Decimal)) or isinstance(step, bool) or made.type not in ("number", "integer"):
        return made
    exponent = Decimal(step).normalize().as_tuple().exponent
    if Decimal(step).normalize().as_tuple().digits == (1,) and isinstance(exponent, int) and exponent <= 0:
        return replace(made, type="integer") if exponent == 0 else replace(made, scale=-exponent)
    notes.append(note("lost", names=f"multipleOf: {step}"))
    return made
