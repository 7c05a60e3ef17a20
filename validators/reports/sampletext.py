"""Samples as JSON, many at once: every text is what `json.dumps` makes of `document.sample_document`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring as _quoted
from typing import Any

from gongshu.validators.samples import Columns, Keys


def sample_texts(portion: Columns) -> list[str]:
    """Each sample as one JSON object on one line."""
    members = [each for each in _members(portion) if each is not None]
    if not members:
        return ["{}"] * portion.size
    return ["{" + "".join(each)[2:] + "}" for each in zip(*members)]


def _members(portion: Columns) -> Iterable[list[str] | None]:
    """The members of the objects, each behind a comma and a blank; an empty text where one is not there."""
    yield _numbers("row", portion.row)
    yield _numbers("line", portion.line)
    yield _texts("cell", portion.cell)
    yield _numbers("byte", portion.byte)
    yield _texts("pointer", portion.pointer)
    yield _texts("value", portion.value)
    yield _keys(portion.key)
    yield _texts("row_hash", portion.row_hash)
    if portion.params is not None:
        said: dict[int, str] = {}  # parameters that samples share are written once
        yield [said.get(id(each)) or said.setdefault(id(each), _params(each)) for each in portion.params]
    if portion.fix is not None:
        yield ["" if each is None else f', "fix": {_ENCODER.encode(each._asdict())}' for each in portion.fix]


def _numbers(name: str, column: Sequence[int | None] | None) -> list[str] | None:
    return None if column is None else ["" if each is None else f', "{name}": {each}' for each in column]


def _texts(name: str, column: Sequence[str | None] | None) -> list[str] | None:
    return None if column is None else ["" if each is None else f', "{name}": {_quoted(each)}' for each in column]


def _keys(keys: Keys | Sequence[Mapping[str, str]] | None) -> list[str] | None:
    if keys is None:
        return None
    if not isinstance(keys, Keys):
        return [_key(each) for each in keys]
    if len(keys.names) > 1:
        return [_key(each) for each in keys.mappings()]
    start = f', "key": {{{_quoted(keys.names[0])}: '
    return ["" if each is None else f"{start}{_quoted(each)}}}" for each in keys.columns[0]]


def _key(key: Mapping[str, str]) -> str:
    if not key:
        return ""
    return ', "key": {' + ", ".join([f"{_quoted(name)}: {_quoted(each)}" for name, each in key.items()]) + "}"


def _params(params: Mapping[str, Any]) -> str:
    return f', "params": {_ENCODER.encode(params)}' if params else ""


def plain(value: Any) -> Any:
    """The value as JSON has it; dates in ISO 8601, decimals and everything else as text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return value
    return value.item() if hasattr(value, "item") else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=plain)
