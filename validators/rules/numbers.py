"""Exact decimals in columns: int64 of value x 10**scale while it fits, Python integers of the same meaning beyond."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from gongshu.validators.values import Values

Present: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]] | None

LIMIT = 2**63
QUOTIENT = 12  # decimals of a quotient: fixed, so that it does not depend on how many decimals a batch happens to have
FARTHEST = 400  # a plain Table Schema number may be 1e999999; beyond this many digits it is taken as absent


def number(data: Any, scale: int, present: Present = None) -> Values:
    """A column of numbers."""
    return Values("number", data, present, scale)


def both(left: Present, right: Present) -> Present:
    """Present in both; None is everywhere."""
    if left is None:
        return right
    return left if right is None else left & right


def entry(values: Values) -> Values:
    """A column as handed in, with `Decimal` objects turned into integers of one scale; NaN and infinity are absent."""
    if values.data.dtype != object:
        return values
    present = np.ones(len(values.data), np.bool_) if values.present is None else values.present.copy()
    parts: list[tuple[int, int]] = []
    for row, value in enumerate(values.data):
        known = bool(present[row]) and isinstance(value, Decimal) and value.is_finite()
        sign, digits, exponent = value.as_tuple() if known else (0, (0,), 0)
        far = abs(int(exponent)) > FARTHEST or len(digits) > FARTHEST
        present[row] = known and not far
        magnitude = int("".join(map(str, digits))) if present[row] else 0
        parts.append((-magnitude if sign else magnitude, int(exponent) if present[row] else 0))
    scale = max([0, *(-exponent for _, exponent in parts)])
    whole = [magnitude * 10 ** (scale + exponent) for magnitude, exponent in parts]
    fits = all(-LIMIT <= each < LIMIT for each in whole)
    return number(np.array(whole, dtype=np.int64 if fits else object), scale, present)


def constant(written: str) -> Values:
    """A literal such as `-1.50`."""
    whole, _, decimals = written.partition(".")
    value = int(whole + decimals)
    return number(np.array([value], dtype=np.int64 if abs(value) < LIMIT else object), len(decimals))


def bound(data: Any) -> int:
    """The largest absolute value, or one past all int64 where the column holds Python integers."""
    if data.dtype == object:
        return LIMIT
    return max(-int(data.min()), int(data.max())) if data.size else 0


def wide(data: Any) -> Any:
    """The same integers as Python objects, which never overflow."""
    return data if data.dtype == object else data.astype(object)


def times(data: Any, factor: int) -> Any:
    """Every value times one constant, exact."""
    if factor == 1:
        return data
    return data * factor if max(bound(data), 1) * factor < LIMIT else wide(data) * factor


def align(left: Values, right: Values) -> tuple[Any, Any, int]:
    """Both columns' integers at one scale."""
    scale = max(left.scale, right.scale)
    return times(left.data, 10 ** (scale - left.scale)), times(right.data, 10 ** (scale - right.scale)), scale


def add(left: Values, right: Values, sign: int = 1) -> Values:
    """Sum, or difference with sign -1."""
    x, y, scale = align(left, right)
    if bound(x) + bound(y) >= LIMIT:
        x, y = wide(x), wide(y)
    return number(x + y if sign > 0 else x - y, scale, both(left.present, right.present))


def multiply(left: Values, right: Values) -> Values:
    """Product."""
    x, y = left.data, right.data
    if bound(x) * bound(y) >= LIMIT:
        x, y = wide(x), wide(y)
    return number(x * y, left.scale + right.scale, both(left.present, right.present))


def divide(left: Values, right: Values, decimals: int = QUOTIENT) -> Values:
    """Quotient, rounded half away from zero; absent where the divisor is 0."""
    nonzero = (right.data != 0).astype(np.bool_)
    divisor = np.where(nonzero, right.data, 1)
    power = decimals + right.scale - left.scale
    above, below = times(left.data, 10 ** max(power, 0)), times(divisor, 10 ** max(-power, 0))
    present = both(both(left.present, right.present), None if nonzero.all() else nonzero)
    return number(_quotient(above, below), decimals, present)


def _quotient(above: Any, below: Any) -> Any:
    """Nearest integer to above / below, halves away from zero."""
    if 2 * bound(above) + 2 * bound(below) >= LIMIT:
        above, below = wide(above), wide(below)
    size = (2 * abs(above) + abs(below)) // (2 * abs(below))
    return np.where((above < 0) != (below < 0), -size, size)


def remainder(left: Values, right: Values) -> Values:
    """Remainder with the sign of the dividend; absent where the divisor is 0."""
    x, y, scale = align(left, right)
    nonzero = (y != 0).astype(np.bool_)
    y = np.where(nonzero, y, 1)
    if bound(x) >= LIMIT or bound(y) >= LIMIT:
        x, y = wide(x), wide(y)
        size = abs(x) % abs(y)
        rest = np.where(x < 0, -size, size)
    else:
        rest = np.fmod(x, y)
    present = both(both(left.present, right.present), None if nonzero.all() else nonzero)
    return number(rest, scale, present)


def absolute(values: Values) -> Values:
    """Absolute value."""
    data = wide(values.data) if bound(values.data) >= LIMIT else values.data
    return number(abs(data), values.scale, values.present)


def rounded(values: Values, decimals: int) -> Values:
    """Rounded half away from zero to that many decimals (negative: tens, hundreds)."""
    if decimals >= values.scale:
        return values
    step = 10 ** (values.scale - decimals)
    divisor = np.array([step], dtype=np.int64 if step < LIMIT else object)
    return number(times(_quotient(values.data, divisor), 10 ** max(-decimals, 0)), max(decimals, 0), values.present)


def within(values: Values, least: int, most: int) -> Values:
    """The same numbers, absent where the integer of value x 10**scale is outside the bounds."""
    inside = ((values.data >= least) & (values.data <= most)).astype(np.bool_)
    return values if inside.all() else number(values.data, values.scale, both(values.present, inside))


def plain(value: int, scale: int) -> str:
    """`-1.5`: no exponent, no zeros at the end of decimals."""
    digits = str(abs(value)).rjust(scale + 1, "0")
    whole, decimals = (digits[:-scale], digits[-scale:].rstrip("0")) if scale else (digits, "")
    return ("-" if value < 0 else "") + whole + ("." + decimals if decimals else "")
