"""How a value is built, before anything in it is counted or looked up."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cache
from re import Pattern, compile

DIGITS = "0123456789"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def _compiled(pattern: str) -> Pattern[str]:
    return compile(pattern)


def misfit(
    value: str, pattern: str, *, alphabet: str | None = None, lengths: Container[int] | None = None
) -> str | None:
    """None when the pattern matches the whole value; else `length`, `characters` or `structure`, in this order."""
    if _compiled(pattern).fullmatch(value):
        return None
    if lengths is not None and len(value) not in lengths:
        return "length"
    if alphabet is not None and value.strip(alphabet):  # what is left has a foreign character at both its ends
        return "characters"
    return "structure"


def or_case(judge: Callable[[str], str | None], value: str) -> str | None:
    """What `judge` says, but `case` when nothing is wrong with the value except lower-case letters."""
    reason = judge(value)
    if reason is not None and value.isascii():
        upper = value.upper()
        if upper != value and judge(upper) is None:
            return "case"
    return reason
