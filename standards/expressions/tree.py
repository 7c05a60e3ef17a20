"""What can be asked of a parsed rule: a `Tree` is nested lists of JSON values, `[operation, argument, …]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Tree: TypeAlias = list[Any]

# ["column", name] ["text", s] ["number", "1.50"] ["date", iso] ["datetime", iso] ["time", iso] ["boolean", true]
# ["null"] ["today"], and while a dataset rule is judged ["gathered", number of the aggregate]
LEAVES = frozenset({"column", "text", "number", "date", "datetime", "time", "boolean", "null", "today", "gathered"})


def branches(tree: Tree) -> Iterator[Tree]:
    """The tree and everything below it, in the order of the text."""
    yield tree
    if tree[0] not in LEAVES:
        for part in tree[1:]:
            if isinstance(part, list):
                yield from branches(part)


def columns(tree: Tree) -> tuple[str, ...]:
    """The fields that a rule names, in order of appearance, each once."""
    return tuple(dict.fromkeys(branch[1] for branch in branches(tree) if branch[0] == "column"))


def uses_today(tree: Tree) -> bool:
    """Whether the reference date can change the answer."""
    return any(branch[0] == "today" for branch in branches(tree))


def codelists_of(tree: Tree) -> tuple[str, ...]:
    """The fields whose code lists `below()` needs, in order of appearance: the first column named in each call."""
    return tuple(dict.fromkeys(columns(branch)[0] for branch in branches(tree) if branch[0] == "below"))
