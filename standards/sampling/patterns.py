"""A text that matches a pattern, for patterns of classes, groups, alternatives and repeats."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Any

MORE = 3  # how much longer than the least a repeat may be
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcdefghijkmnpqrstuvwxyz0123456789",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "abcdefgh",
    "CATEGORY_NOT_SPACE": "abcdefgh0123456789",
    "CATEGORY_NOT_WORD": "-",
}
_ANY = "abcdefghijkmnpqrstuvwxyz0123456789"


def matching(pattern: str, random: Random) -> str:
    """A text at random that the pattern may match; the caller checks it. Empty where the pattern is beyond this."""
    parser: Any = import_module("re._parser")  # what `re` compiles from; it has no public name
    try:
        return _text(parser.parse(pattern), random, {})
    except (parser.error, KeyError, RecursionError, OverflowError):
        return ""


def _text(parts: Any, random: Random, groups: dict[int, str]) -> str:
    return "".join(_one(str(operation), argument, random, groups) for operation, argument in parts)


def _one(operation: str, argument: Any, random: Random, groups: dict[int, str]) -> str:
    match operation:
        case "LITERAL":
            return chr(argument)
        case "NOT_LITERAL":
            return next(sign for sign in "xy" if ord(sign) != argument)
        case "ANY":
            return random.choice(_ANY)
        case "IN":
            return _among(argument, random)
        case "BRANCH":
            return _text(random.choice(argument[1]), random, groups)
        case "SUBPATTERN":
            made = _text(argument[3], random, groups)
            if argument[0] is not None:
                groups[argument[0]] = made
            return made
        case "GROUPREF":
            return groups[argument]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = argument
            times = random.randint(least, min(int(most), least + MORE))
            return "".join(_text(inner, random, groups) for _ in range(times))
        case "ATOMIC_GROUP":
            return _text(argument, random, groups)
    return ""  # positions and look-arounds have no width


def _among(members: Any, random: Random) -> str:
    signs: list[str] = []
    negated = False
    for operation, argument in members:
        match str(operation):
            case "NEGATE":
                negated = True
            case "LITERAL":
                signs.append(chr(argument))
            case "RANGE":
                low, high = argument
                signs += [chr(code) for code in range(low, min(high, low + 200) + 1)]
            case "CATEGORY":
                signs += _CATEGORIES[str(argument)]
    if negated:
        signs = [sign for sign in _ANY if sign not in signs]
    return random.choice(signs or ["x"])
