"""What can be wrong with a metadata, interface, assessment or database standard although every key is right.

The shape of these documents is the JSON Schema's to judge; a part of the wrong shape is passed over here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from gongshu.standards.consistency import Problem, near
from gongshu.standards.model import Kind, Reference
from gongshu.standards.yamlsource import Path

SAFE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a document that names another standard, of which kind that is, and the columns it should have."""

    path: Path
    reference: Reference
    kind: Kind
    columns: tuple[str, ...] = ()


def problems(kind: Kind, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything wrong within the document, in no special order."""
    judges: dict[Kind, Callable[[Mapping[str, Any]], Iterator[Problem]]] = {
        Kind.RECORD: _record,  # the numbers of the other kinds are bounded by their schema
        Kind.METADATA: _metadata,
        Kind.INTERFACE: _interface,
        Kind.ASSESSMENT: _assessment,
        Kind.DATABASE: _database,
    }
    if kind in judges:
        yield from judges[kind](document)


def citations(kind: Kind, document: Mapping[str, Any]) -> Iterator[Citation]:
    """The other standards that the document names."""
    if kind is Kind.METADATA:
        for place, element in _items(document, "elements"):
            if name := _text(element, "codelist"):
                yield Citation(("elements", place, "codelist"), Reference.parse(name), Kind.CODELIST)
    elif kind is Kind.ASSESSMENT:
        for place, entry in _items(document, "calendar"):
            if name := _text(entry, "report"):
                yield Citation(("calendar", place, "report"), Reference.parse(name), Kind.TABLE)
    elif kind is Kind.DATABASE:
        for place, entry in _items(document, "tables"):
            name = _text(entry, "standard")
            if name:
                asked = (
                    *_texts(entry, "key"),
                    _text(entry, "source_item"),
                    *_owned(document, Reference.parse(name).id),
                )
                columns = tuple(dict.fromkeys(each for each in asked if each))
                yield Citation(("tables", place, "standard"), Reference.parse(name), Kind.TABLE, columns)


def _record(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _unsafe((), document)


def _unsafe(path: Path, value: Any) -> Iterator[Problem]:
    """Numbers that JSON cannot carry from one program to another unchanged; RFC 8785 has no fingerprint of them."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            yield from _unsafe((*path, key), held)
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from _unsafe((*path, place), held)
    elif _number(value) and not (-SAFE <= value <= SAFE if isinstance(value, int) else isfinite(value)):
        yield Problem(path, "standard.value", {"value": str(value), "expected": f"-{SAFE} … {SAFE}"})


def _metadata(document: Mapping[str, Any]) -> Iterator[Problem]:
    elements = list(_items(document, "elements"))
    names = [_text(each, "name") for _, each in elements]
    yield from _twice(
        "elements", "name", [(place, _text(each, "class"), _text(each, "name")) for place, each in elements]
    )
    for place, each in elements:
        whole = _text(each, "part_of")
        if whole and (whole not in names or whole == _text(each, "name")):
            yield _missing(("elements", place, "part_of"), whole, names)
        if each.get("obligation") == "conditional" and not each.get("condition"):
            yield Problem(("elements", place), "standard.key-missing", {"name": "condition"})
        if identifier := _text(each, "identifier"):
            from gongshu.standards.identifiers import IDENTIFIERS

            if identifier not in IDENTIFIERS:
                params = {"name": identifier, "near": near(identifier, list(IDENTIFIERS))}
                yield Problem(("elements", place, "identifier"), "standard.identifier-unknown", params)


def _interface(document: Mapping[str, Any]) -> Iterator[Problem]:
    items = list(_items(document, "items"))
    yield from _twice("items", "name", [(place, _text(each, "in"), _text(each, "name")) for place, each in items])
    rules = list(_items(document, "rules"))
    yield from _twice("rules", "id", [(place, "", _text(each, "id")) for place, each in rules])
    paths = [(place, _text(each, "method"), _text(each, "path")) for place, each in _items(document, "paths")]
    yield from _twice("paths", "path", paths)
    signing = document.get("signing")
    carried = _text(signing, "item") if isinstance(signing, Mapping) else ""
    names = [_text(each, "name") for _, each in items]
    if carried and carried not in names:
        yield _missing(("signing", "item"), carried, names)


def _assessment(document: Mapping[str, Any]) -> Iterator[Problem]:
    listed = list(_items(document, "indicators"))
    yield from _twice("indicators", "code", [(place, "", _text(each, "code")) for place, each in listed])
    by_code = {_text(each, "code"): each for _, each in listed}
    levels = [each.get("level") for _, each in _items(document, "levels")]
    for place, each in listed:
        parent, level = _text(each, "parent"), each.get("level")
        if level not in levels and isinstance(level, int):
            yield _missing(("indicators", place, "level"), str(level), [str(one) for one in levels])
        if parent and parent not in by_code:
            yield _missing(("indicators", place, "parent"), parent, list(by_code))
        elif parent and isinstance(level, int) and by_code[parent].get("level") != level - 1:
            params = {"name": _text(each, "code"), "parent": parent}
            yield Problem(("indicators", place, "parent"), "standard.level-wrong", params)
    yield from _weights(document, listed)


def _weights(document: Mapping[str, Any], listed: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Problem]:
    """Weights below a parent make up the parent's; those of the first level make up the total."""
    below: dict[str, list[Any]] = {}
    for _, each in listed:
        below.setdefault(_text(each, "parent"), []).append(each.get("weight"))
    total = document.get("total")
    wholes: list[tuple[Path, str, Any]] = [(("total",), "", total)]
    wholes += [(("indicators", place, "weight"), _text(each, "code"), each.get("weight")) for place, each in listed]
    for path, code, weight in wholes:
        parts = below.get(code, [])
        if not _number(weight) or not parts or not all(_number(one) for one in parts):
            continue
        made = sum(Decimal(str(one)) for one in parts)
        if made != Decimal(str(weight)):
            params = {"name": code or "total", "weight": str(weight), "sum": str(made)}
            yield Problem(path, "standard.weights", params)


def _database(document: Mapping[str, Any]) -> Iterator[Problem]:
    tables = [(place, "", _text(each, "standard")) for place, each in _items(document, "tables")]
    yield from _twice("tables", "standard", tables)
    known = [Reference.parse(name).id for _, _, name in tables if name]
    owners: dict[tuple[str, str], int] = {}
    for group in ("registrar", "authority"):
        for place, each in _items(document, group):
            table = _text(each, "table")
            if table and table not in known:
                yield _missing((group, place, "table"), table, known)
            if group == "registrar" or any(each.get(key) for key in ("scope", "from", "to")):
                continue
            for name in _texts(each, "fields"):
                if owners.setdefault((table, name), place) != place:
                    yield Problem((group, place, "fields"), "standard.authority-twice", {"name": name, "table": table})


def _owned(document: Mapping[str, Any], table: str) -> Iterator[str]:
    for _, each in _items(document, "authority"):
        if _text(each, "table") == table:
            yield from _texts(each, "fields")


def _twice(group: str, key: str, listed: Sequence[tuple[int, str, str]]) -> Iterator[Problem]:
    """A name, within what it belongs to, that was given before."""
    seen: set[tuple[str, str]] = set()
    for place, within, name in listed:
        if name and (within, name) in seen:
            yield Problem((group, place, key), "standard.item-twice", {"name": name})
        seen.add((within, name))


def _missing(path: Path, name: str, known: Sequence[str]) -> Problem:
    return Problem(path, "standard.item-missing", {"name": name, "near": near(name, known)})


def _items(document: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = document.get(key)
    for place, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, Mapping):
            yield place, each


def _text(holder: Mapping[str, Any], key: str) -> str:
    found = holder.get(key)
    return found if isinstance(found, str) else ""


def _texts(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = holder.get(key)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
