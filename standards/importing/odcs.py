"""An Open Data Contract (ODCS 3.x, YAML or JSON): one draft for each object of its `schema`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, Drafted, DraftRule, Note, identity, note, semver
from gongshu.standards.importing.types import Typed, field_of, spelled, typed
from gongshu.standards.loading import text_of
from gongshu.standards.model import Constraints, ForeignKey, Format, Privacy, Text
from gongshu.standards.tableschema import written
from gongshu.standards.yamlsource import read

LOGICAL = {
    "string": "string",
    "date": "date",
    "timestamp": "datetime",
    "time": "time",
    "number": "number",
    "integer": "integer",
    "object": "object",
    "array": "array",
    "boolean": "boolean",
}
PERSONAL = {"pii": "personal", "personal": "personal", "sensitive": "sensitive"}
KEPT = frozenset(
    [
        *("name", "physicalName", "businessName", "description", "logicalType", "physicalType", "logicalTypeOptions"),
        *("required", "unique", "primaryKey", "primaryKeyPosition", "examples", "classification", "quality"),
        *("relationships", "id"),
    ]
)


def drafts(path: Path, _registry: object = None) -> list[Draft]:
    """One draft for each table of the contract."""
    data = read(text_of(path), file=str(path)).data
    if not isinstance(data, dict) or data.get("kind") != "DataContract" or not isinstance(data.get("schema"), list):
        raise StandardFault("standard.import-syntax", place=str(path), source="ODCS", detail="kind: DataContract")
    made = []
    for each in data["schema"]:
        if isinstance(each, dict) and isinstance(each.get("properties"), list):
            made.append(_draft(each, data, path, alone=len(data["schema"]) == 1))
    return made


def _draft(table: Mapping[str, Any], contract: Mapping[str, Any], path: Path, *, alone: bool) -> Draft:
    properties = [each for each in table["properties"] if isinstance(each, dict) and each.get("name")]
    fields = tuple(_drafted(each) for each in properties)
    keyed = [each for each in properties if each.get("primaryKey") is True]
    keyed.sort(key=_position)
    name = str(contract.get("name") or contract.get("id") or "") if alone else ""
    title = _text(table.get("businessName")) or _text(contract.get("name"))
    lost = [each for each in contract if each in ("servers", "slaProperties", "team", "roles", "price", "support")]
    return Draft(
        id=identity(str(table.get("name") or name or path.stem)),
        fields=fields,
        version=semver(contract.get("version")),
        title=Text(zh=title),
        description=Text(zh=_text(table.get("description")) or _purpose(contract)),
        source=path.name,
        primary_key=tuple(str(each["name"]) for each in keyed),
        foreign_keys=tuple(_foreign(table, properties)),
        rules=tuple(_rules(table)),
        notes=(note("lost", names=", ".join(lost)),) if lost else (),
    )


def _position(given: Mapping[str, Any]) -> int:
    found = given.get("primaryKeyPosition")
    return found if isinstance(found, int) else 0


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _purpose(contract: Mapping[str, Any]) -> str:
    found = contract.get("description")
    return _text(found.get("purpose")) if isinstance(found, dict) else _text(found)


def _drafted(given: Mapping[str, Any]) -> Drafted:
    notes: list[Note] = []
    options = given.get("logicalTypeOptions")
    options = options if isinstance(options, dict) else {}
    physical = typed(_text(given.get("physicalType")))
    kind = replace(physical, type=LOGICAL.get(str(given.get("logicalType")), physical.type), exact=False)
    if not physical.known and not given.get("logicalType"):
        notes.append(note("type-unknown", type=str(given.get("physicalType"))))
    form = _text(options.get("format"))
    write = spelled(form)
    made = field_of(str(given["name"]), _sure(kind, options), _limits(given, options, kind.type), write)
    if form and not write and kind.type in ("date", "datetime", "time"):
        notes.append(note("lost", names=f"format: {form}"))
    if form in ("email", "uri", "uuid") and kind.type == "string":
        made = replace(made, format=Format(form))
    enum = _valid_values(given)
    if enum:
        made = replace(made, constraints=replace(made.constraints, enum=enum))
    private = PERSONAL.get(_text(given.get("classification")).casefold())
    if private:
        made = replace(made, privacy=Privacy(private))
    examples = given.get("examples")
    if isinstance(examples, list) and examples and not isinstance(examples[0], (dict, list)):
        made = replace(made, example=written(examples[0]))
    lost = sorted(set(given) - KEPT)
    lost += [f"logicalTypeOptions.{name}" for name in options if name not in _OPTIONS]
    if any(True for _ in _qualities(given)) and not enum:
        lost.append("quality")
    if lost:
        notes.append(note("lost", names=", ".join(lost)))
    made = replace(
        made, title=Text(zh=_text(given.get("businessName"))), description=Text(zh=_text(given.get("description")))
    )
    return Drafted(made, tuple(notes))


_OPTIONS = frozenset(
    [
        *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("multipleOf",),
    ]
)


def _sure(kind: Typed, options: Mapping[str, Any]) -> Typed:
    """The type without the size of a physical text type where the logical one says its own."""
    return replace(kind, size=None) if kind.type == "string" and "maxLength" in options else kind


def _limits(given: Mapping[str, Any], options: Mapping[str, Any], kind: str) -> Constraints:
    low, high = options.get("minimum"), options.get("maximum")
    above, under = options.get("exclusiveMinimum"), options.get("exclusiveMaximum")
    if above is True:
        low, above = None, low
    if under is True:
        high, under = None, high
    ordered = kind in ("integer", "number", "date", "datetime")
    pattern = options.get("pattern")
    return Constraints(
        required=given.get("required") is True or given.get("primaryKey") is True,
        unique=given.get("unique") is True,
        min_length=_size(options.get("minLength")),
        max_length=_size(options.get("maxLength")),
        pattern=pattern.removeprefix("^").removesuffix("$")
        if isinstance(pattern, str) and "|" not in pattern
        else pattern,
        minimum=_bound(low) if ordered else None,
        maximum=_bound(high) if ordered else None,
        exclusive_minimum=_bound(above) if ordered else None,
        exclusive_maximum=_bound(under) if ordered else None,
    )


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _bound(value: Any) -> str | None:
    return written(value) if value is not None and not isinstance(value, (bool, dict, list)) else None


def _qualities(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = given.get("quality")
    yield from (each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict))


def _valid_values(given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The values allowed: `validValues` of a quality entry (3.0), or its arguments (3.1)."""
    for each in _qualities(given):
        arguments = each.get("arguments")
        for holder in (each, arguments if isinstance(arguments, dict) else {}):
            values = holder.get("validValues")
            if isinstance(values, list) and values:
                return tuple(written(value) for value in values if not isinstance(value, (dict, list)))
    return None


def _rules(table: Mapping[str, Any]) -> Iterator[DraftRule]:
    """Quality entries that carry a check in this project's words (as our own export writes them)."""
    for place, each in enumerate(_qualities(table)):
        check = next((each[key] for key in ("check", "expression") if isinstance(each.get(key), str)), "")
        if check:
            yield DraftRule(
                identity(str(each.get("name") or f"rule-{place + 1}")), check, Text(zh=_text(each.get("description")))
            )


def _foreign(table: Mapping[str, Any], properties: Sequence[Mapping[str, Any]]) -> Iterator[ForeignKey]:
    """`relationships` of 3.1: `to: table.column`, on a column or on the table with `from` and `to` lists."""
    for each in properties:
        for relation in each.get("relationships") or () if isinstance(each.get("relationships"), list) else ():
            yield from _relation([str(each["name"])], relation)
    for relation in table.get("relationships") or () if isinstance(table.get("relationships"), list) else ():
        own = relation.get("from") if isinstance(relation, dict) else None
        names = [str(one).rsplit(".", 1)[-1] for one in (own if isinstance(own, list) else [own]) if one]
        if names:
            yield from _relation(names, relation)


def _relation(names: list[str], relation: Any) -> Iterator[ForeignKey]:
    target = relation.get("to") if isinstance(relation, dict) else None
    parts = [re.split(r"[./]", str(one)) for one in (target if isinstance(target, list) else [target]) if one]
    if parts and len(parts) == len(names) and all(len(each) >= 2 for each in parts):
        yield ForeignKey(tuple(names), tuple(each[-1] for each in parts), parts[0][-2])
