"""The model as plain JSON data and back: what `compiled.json` holds and what a fingerprint is taken of.

What has its default value is left out, so that a later version of the model, with one more key, gives the standards of
today the same fingerprint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from gongshu.standards.model import (
    Basis,
    Code,
    CodelistUse,
    Constraints,
    Field,
    ForeignKey,
    Format,
    Freshness,
    HeaderPolicy,
    Identifier,
    Kind,
    Privacy,
    Reference,
    Rule,
    Standard,
    Status,
    Table,
    Text,
)

T = TypeVar("T")


@cache
def _defaults(cls: type) -> tuple[tuple[str, Any], ...]:
    def default(each: Any) -> Any:
        return each.default_factory() if each.default_factory is not MISSING else each.default

    return tuple((each.name, default(each)) for each in fields(cls))


def plain(value: Any) -> Any:
    """`value` as JSON data: dataclasses as objects without defaults, dates as ISO text, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: plain(held) for name, held, default in pairs if default is MISSING or held != default}
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(held) for held in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Kind, Status)):
        return value.value
    return value


def _many(cls: type[T]) -> Callable[[Any], tuple[T, ...]]:
    return lambda held: tuple(revive(cls, each) for each in held)


def _one(cls: type[T]) -> Callable[[Any], T]:
    return lambda held: revive(cls, held)


def _tuples(held: Any) -> Any:
    return tuple(_tuples(each) for each in held) if isinstance(held, list) else held


def _as_is(held: Any) -> Any:
    return held


_SHAPES: dict[type, dict[str, Callable[[Any], Any]]] = {
    Standard: {
        "kind": Kind,
        "status": Status,
        "title": _one(Text),
        "description": _one(Text),
        "valid_from": date.fromisoformat,
        "valid_to": date.fromisoformat,
        "basis": _many(Basis),
        "profiles": _as_is,
        "table": _one(Table),
        "codes": _many(Code),
        "document": _as_is,
    },
    Table: {
        "fields": _many(Field),
        "foreign_keys": _many(ForeignKey),
        "header": _one(HeaderPolicy),
        "rules": _many(Rule),
        "dataset_rules": _many(Rule),
        "freshness": _one(Freshness),
    },
    Field: {
        "title": _one(Text),
        "description": _one(Text),
        "format": _one(Format),
        "constraints": _one(Constraints),
        "identifier": _one(Identifier),
        "codelist": _one(CodelistUse),
        "privacy": _one(Privacy),
        "basis": _one(Basis),
    },
    Rule: {"message": _one(Text), "tree": _as_is},
    ForeignKey: {"standard": _one(Reference)},
    CodelistUse: {"list": _one(Reference)},
    Code: {"valid_from": date.fromisoformat, "valid_to": date.fromisoformat},
}


def revive(cls: type[T], data: Mapping[str, Any]) -> T:
    """The `cls` that `plain` was given; lists become tuples except in rule trees and documents."""
    shapes = _SHAPES.get(cls, {})
    return cls(**{name: None if held is None else shapes.get(name, _tuples)(held) for name, held in data.items()})
