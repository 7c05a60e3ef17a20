"""Dates and times of one fixed spelling, read from whole columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from gongshu.validators.kernels.buffers import Bytes, Ints, Mask, matrix, spread

_WIDTH = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_DAY = 86_400_000_000


@cache
def months() -> tuple[Ints, Ints]:
    """For year * 16 + month: the first day since 1970-01-01, and the number of days (0 where no such month)."""
    start, days = np.zeros(10_000 * 16, np.int32), np.zeros(10_000 * 16, np.int32)
    first = np.arange(np.datetime64("0001-01", "M"), np.datetime64("10000-02", "M")).astype("datetime64[D]")
    since = first.astype(np.int64)
    count = len(since) - 1
    year, month = np.divmod(np.arange(count), 12)
    at = (year + 1) * 16 + month + 1
    start[at], days[at] = since[:-1], np.diff(since)
    return start, days


def template(spelling: str) -> StampKernel | None:
    """The kernel of a strptime pattern of fixed width made of %Y %m %d %H %M %S and literals; else None."""
    literals: list[tuple[int, int]] = []
    parts: dict[str, int] = {}
    at, i = 0, 0
    while i < len(spelling):
        if spelling[i] == "%":
            letter = spelling[i + 1 : i + 2]
            if letter not in _WIDTH or letter in parts:
                return None
            parts[letter] = at
            at, i = at + _WIDTH[letter], i + 2
            continue
        for byte in spelling[i].encode():
            literals.append((at, byte))
            at += 1
        i += 1
    dated, timed = "Y" in parts, "H" in parts
    if (dated and not {"m", "d"} <= set(parts)) or (timed and "M" not in parts) or not (dated or timed):
        return None
    if not dated and ("m" in parts or "d" in parts):
        return None
    if not timed and ("M" in parts or "S" in parts):
        return None
    return StampKernel(at, tuple(literals), parts)


@dataclass(frozen=True, slots=True)
class StampKernel:
    """Reads one spelling. Dates as int32 days since 1970, with a time as int64 microseconds."""

    width: int
    literals: tuple[tuple[int, int], ...]
    parts: dict[str, int] = field(hash=False)

    def read(self, column: Any) -> tuple[Mask | None, Ints]:
        """Which cells are spelled so and exist (None: all), and their values (undefined elsewhere)."""
        cells, rows = matrix(column, self.width)
        bad = np.zeros(len(cells), bool)
        for at, byte in self.literals:
            bad |= cells[:, at] != byte
        numbers = {letter: _number(cells, at, _WIDTH[letter], bad) for letter, at in self.parts.items()}
        value: Ints = np.zeros(len(cells), np.int32)
        if "Y" in numbers:
            start, days = months()
            bad |= numbers["m"] > 12
            at_month = np.where(bad, 0, numbers["Y"] * 16 + numbers["m"])
            bad |= (numbers["d"] < 1) | (numbers["d"] > days[at_month])
            value = start[at_month] + numbers["d"] - 1
        if "H" in numbers:
            hour, minute, second = numbers["H"], numbers["M"], numbers.get("S", np.zeros(len(cells), np.int32))
            bad |= (hour > 23) | (minute > 59) | (second > 59)
            value = value.astype(np.int64) * _DAY + (hour * 3600 + minute * 60 + second).astype(np.int64) * 1_000_000
        if rows is None and not bad.any():
            return None, value
        return spread(~bad, rows, len(column)), spread(value, rows, len(column))


def _number(cells: Bytes, at: int, width: int, bad: Mask) -> Ints:
    total = np.zeros(len(cells), np.int32)
    for j in range(at, at + width):
        digit = cells[:, j] - np.uint8(48)
        np.logical_or(bad, digit > 9, out=bad)
        total *= 10
        total += digit
    return total
