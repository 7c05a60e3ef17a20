"""Bodies that are documents (records, metadata, interfaces …) held against each other, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gongshu.standards.versions.change import Change, breaking, compatible, cosmetic

WORDS = frozenset(
    ["basis", "comment", "description", "example", "examples", "help", "message", "note", "source", "title"]
)
DEMANDS = frozenset(["required", "mandatory", "M", "必填", "必选"])


def document_changed(old: Any, new: Any, where: str = "") -> Iterator[Change]:
    """Every change: what was added is compatible unless it is a demand, what went or became other breaks."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in (*old, *(each for each in new if each not in old)):
            yield from _entry(old, new, key, f"{where}.{key}" if where else str(key))
    elif _named(old) and _named(new):
        one, other = ({_name(each): each for each in items} for items in (old, new))
        for key in (*one, *(each for each in other if each not in one)):
            yield from _entry(one, other, key, f"{where}[{key}]")
    else:
        yield breaking("value-changed", where, old, new)


def _entry(old: Mapping[Any, Any], new: Mapping[Any, Any], key: Any, where: str) -> Iterator[Change]:
    if key in WORDS:
        if old.get(key) != new.get(key):
            yield cosmetic("detail-changed", where)
    elif key not in new:
        yield breaking("part-removed", where)
    elif key not in old:
        made = breaking if (key in DEMANDS and new[key]) or _demanded(new[key]) else compatible
        yield made("part-added", where)
    else:
        yield from document_changed(old[key], new[key], where)


def _demanded(value: Any) -> bool:
    """Whether a part says of itself that it has to be there."""
    if not isinstance(value, Mapping):
        return False
    return value.get("required") is True or str(value.get("obligation", "")) in DEMANDS


def _name(item: Any) -> str:
    return str(item.get("name") or item.get("id") or item.get("code") or "")


def _named(items: Any) -> bool:
    """Whether a list's items go by a name each, so that they can be told apart whatever their order."""
    if not isinstance(items, list) or not all(isinstance(each, Mapping) for each in items):
        return False
    names = [_name(each) for each in items]
    return all(names) and len(set(names)) == len(names)
