"""Dates and times in columns: calendar arithmetic on days since 1970-01-01 and microseconds since then."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from typing import Any

import numpy as np

from gongshu.validators.rules.numbers import both, number
from gongshu.validators.rules.packed import Packed, fixed
from gongshu.validators.values import Values

DAY = 86_400_000_000  # microseconds
FIRST, LAST = date.min.toordinal() - 719_163, date.max.toordinal() - 719_163
WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "y": 2}
SPELLED = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S", "time": "%H:%M:%S"}
FEW = 10_000  # dates are spelled out; more are looked up in a calendar, which costs as much to make
COMMON = (date(1900, 1, 1).toordinal() - 719_163, date(2100, 1, 1).toordinal() - 719_163)


def constant(kind: str, written: str) -> Values:
    """A literal date, datetime or time in ISO spelling."""
    if kind == "date":
        return Values(kind, np.array([date.fromisoformat(written).toordinal() - 719_163], np.int32))
    if kind == "time":
        at = time.fromisoformat(written)
        return Values(kind, np.array([_micros(at)], np.int64))
    moment = datetime.fromisoformat(written)
    return Values(kind, np.array([(moment.toordinal() - 719_163) * DAY + _micros(moment.time())], np.int64))


def _micros(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def days(values: Values) -> Any:
    """The date of each date or datetime, as days, within the calendar (so that absent rows do no harm)."""
    data = values.data if values.kind == "date" else np.floor_divide(values.data, DAY)
    return np.clip(data, FIRST, LAST).astype(np.int64)


def part(values: Values, unit: str) -> Values:
    """Year, month or day as a number."""
    at = days(values).astype("datetime64[D]")
    months = at.astype("datetime64[M]")
    if unit == "day":
        found = (at - months).astype(np.int64) + 1
    elif unit == "month":
        found = months.astype(np.int64) % 12 + 1
    else:
        found = at.astype("datetime64[Y]").astype(np.int64) + 1970
    return number(found, 0, values.present)


def difference(unit: str, earlier: Values, later: Values) -> Values:
    """Borders of that unit passed from the first to the second; negative when the second lies before."""
    resolution = {"day": "D", "month": "M", "year": "Y"}[unit]
    ends = [days(each).astype("datetime64[D]").astype(f"datetime64[{resolution}]") for each in (earlier, later)]
    return number((ends[1] - ends[0]).astype(np.int64), 0, both(earlier.present, later.present))


def shifted(values: Values, amount: int, unit: str) -> Values:
    """So many days, months or years later; the kind stays. Absent where the calendar ends."""
    at = days(values)
    if unit == "day":
        there = at + amount
    else:
        months = at.astype("datetime64[D]").astype("datetime64[M]")
        inside = (at.astype("datetime64[D]") - months).astype(np.int64)
        target = months + np.timedelta64(amount * (12 if unit == "year" else 1), "M")
        start = target.astype("datetime64[D]").astype(np.int64)
        length = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - start
        there = start + np.minimum(inside, length - 1)
    known = (there >= FIRST) & (there <= LAST)
    present = values.present if known.all() else both(values.present, known)
    there = np.clip(there, FIRST, LAST)
    if values.kind == "date":
        return Values("date", there.astype(np.int32), present)
    return Values("datetime", there * DAY + np.mod(values.data, DAY), present)


def _digits(value: Any, width: int) -> Any:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (value[:, None] // powers % 10 + 48).astype(np.uint8)


def spelled(values: Values, pattern: str) -> Any:
    """Each moment as text of equal size: `Packed` for an ASCII pattern, else a `pa.StringArray`."""
    rest = np.mod(values.data, DAY) // 1_000_000 if values.kind != "date" else np.zeros(1, np.int64)
    rows = len(values.data)
    dated = Values("date", np.zeros(1, np.int32)) if values.kind == "time" else values
    pieces: list[Any] = []
    position = 0
    while position < len(pattern):
        sign = pattern[position]
        if sign != "%" or pattern[position + 1] == "%":
            raw = np.frombuffer(sign.encode(), np.uint8)
            pieces.append(np.broadcast_to(raw, (rows, len(raw))))
            position += 2 if sign == "%" else 1
            continue
        piece = _digits(_field(dated, rest, pattern[position + 1]), WIDTHS[pattern[position + 1]])
        pieces.append(np.broadcast_to(piece, (rows, piece.shape[1])))
        position += 2
    matrix = np.concatenate(pieces, axis=1) if pieces else np.zeros((rows, 0), np.uint8)
    return Packed(matrix) if pattern.isascii() else fixed(matrix)


def _field(values: Values, seconds: Any, directive: str) -> Any:
    """One directive's number a row."""
    if directive in "HMS":
        return {"H": seconds // 3600, "M": seconds // 60 % 60, "S": seconds % 60}[directive]
    if directive == "j":
        at = days(values).astype("datetime64[D]")
        return (at - at.astype("datetime64[Y]")).astype(np.int64) + 1
    found = part(values, {"Y": "year", "y": "year", "m": "month", "d": "day"}[directive]).data
    return found % 100 if directive == "y" else found


@cache
def _calendar() -> Any:
    """The ISO spelling of every day from 1900 to 2099: a constant, made when first needed."""
    return spelled(Values("date", np.arange(*COMMON, dtype=np.int32)), SPELLED["date"]).matrix


def iso(values: Values) -> Any:
    """`2024-01-31`, `2024-01-31 08:00:00`, `08:00:00`; fractions of a second only where there are some."""
    if values.kind == "date":
        at = values.data
        if values.present is not None and len(at) == len(values.present):
            at = np.where(values.present, at, 0)
        if len(at) < FEW:
            return spelled(Values("date", at), SPELLED["date"])
        usual = (at >= COMMON[0]) & (at < COMMON[1])
        if usual.all():
            return Packed(_calendar()[at - COMMON[0]])
        matrix = _calendar()[np.where(usual, at, 0) - COMMON[0]]
        rest = np.flatnonzero(~usual)
        matrix[rest] = spelled(Values("date", at[rest]), SPELLED["date"]).matrix
        return Packed(matrix)
    texts = spelled(values, SPELLED[values.kind])
    fraction = np.mod(values.data, 1_000_000)
    if not fraction.any():
        return texts
    import pyarrow as pa

    ends = [f".{each:06d}".rstrip("0") if each else "" for each in fraction.tolist()]
    return pa.array([text + end for text, end in zip(texts.arrow().to_pylist(), ends)], pa.string())
