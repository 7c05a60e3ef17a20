"""JSON text read so that every fault has a line: syntax, members written twice, and the place of any pointer.

Values are parsed by the standard library in one go; lines are looked up afterwards, in one pass, for just the pointers
that are asked for (RFC 8259 text, RFC 6901 pointers).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(r'[ \t\r\n]*(?:("(?:[^"\\]|\\.)*")|([{}\[\]:,])|([^\s{}\[\]:,"]+))', re.DOTALL)
LONGEST_NUMBER = 400  # digits; a longer one is kept as a float, since turning it into an int takes quadratic time


@dataclass(frozen=True, slots=True)
class SyntaxFault(Exception):
    """The text is not JSON. `reason`: syntax | too-deep | constant | empty."""

    reason: str
    line: int
    column: int


class Members(dict[str, Any]):
    """A JSON object that remembers which of its names were written twice; the last value holds, as everywhere."""

    __slots__ = ("twice",)
    twice: tuple[str, ...]


def _members(pairs: list[tuple[str, Any]]) -> Members:
    made = Members(pairs)
    if len(made) == len(pairs):
        made.twice = ()
    else:
        seen: set[str] = set()
        made.twice = tuple(dict.fromkeys(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]  # set.add answers None, which is what makes the test work
    return made


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float(digits)


class _Constant(ValueError):
    pass


def _refuse(name: str) -> Any:
    raise _Constant(name)  # NaN and Infinity are not JSON


def parse(text: str) -> Any:
    """The value of a JSON text; objects are `Members`. Raises `SyntaxFault`."""
    if not text.strip(" \t\r\n"):
        raise SyntaxFault("empty", 1, 1)
    try:
        return json.loads(text, object_pairs_hook=_members, parse_int=_integer, parse_constant=_refuse)
    except json.JSONDecodeError as fault:
        raise SyntaxFault("syntax", fault.lineno, fault.colno) from None
    except _Constant as fault:
        place = text.find(str(fault))
        raise SyntaxFault("constant", text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)) from None
    except RecursionError:
        raise SyntaxFault("too-deep", 1, 1) from None


def escaped(name: str) -> str:
    """One step of a pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def twice(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """(pointer of the object, name) of every member that is written more than once."""
    stack = [(value, pointer)]
    while stack:
        current, place = stack.pop()
        if isinstance(current, Members):
            yield from ((place, name) for name in current.twice)
            stack += [(each, f"{place}/{escaped(name)}") for name, each in current.items()]
        elif isinstance(current, list):
            stack += [(each, f"{place}/{number}") for number, each in enumerate(current)]


def lines(text: str, pointers: Collection[str]) -> dict[str, int]:
    """The 1-based line on which each value starts; that of the nearest value above where a pointer leads nowhere."""
    wanted = set(pointers)
    found: dict[str, int] = {}
    remaining = len(wanted)
    line, seen = 1, 0
    stack: list[list[Any]] = []  # [is object, pointer, next index or the member's name, waits for a name]
    for token in TOKEN.finditer(text):
        if not remaining:
            break
        start = token.start(token.lastindex or 0)
        line += text.count("\n", seen, start)
        seen = start
        word = token.group(token.lastindex or 0)
        top = stack[-1] if stack else None
        if word == "," and top:
            top[3] = top[0]
            if not top[0]:
                top[2] += 1
            continue
        if word in ("}", "]"):
            if stack:
                stack.pop()
            continue
        if word == ":":
            continue
        if top and top[0] and top[3]:
            top[2], top[3] = escaped(json.loads(word) if word[0] == '"' else word), False
            continue
        pointer = f"{top[1]}/{top[2]}" if top else ""
        if pointer in wanted and pointer not in found:
            found[pointer] = line
            remaining -= 1
        if word in ("{", "["):
            stack.append([word == "{", pointer, 0, word == "{"])
    missing = {pointer: pointer.rpartition("/")[0] for pointer in wanted - found.keys() if pointer}
    above = lines(text, set(missing.values())) if missing else {}
    return {**found, **{pointer: above[parent] for pointer, parent in missing.items()}} | (
        {} if "" in found else {"": 1}
    )
