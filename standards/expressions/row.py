"""A rule over one row, in plain Python: slow and obvious. Whole columns are judged elsewhere, by the same meaning.

A value is str, Fraction (numbers), date, datetime, time or bool; None is NULL.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from gongshu.standards.expressions.tree import Tree

Value: TypeAlias = str | Fraction | date | datetime | time | bool | None
Below: TypeAlias = Callable[[str, str, str], bool]  # first column named, code, ancestor

QUOTIENT = 12  # decimals of a quotient
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"


def violated(tree: Tree, row: Mapping[str, Value], today: date, below: Below | None = None) -> bool:
    """Whether the expression is FALSE for the row. A column that is not in the row is NULL."""
    return evaluate(tree, row, today, below) is False


def evaluate(tree: Tree, row: Mapping[str, Value], today: date, below: Below | None = None) -> Any:
    """The value of a tree for one row."""
    name = tree[0]
    if name in LEAF:
        return LEAF[name](tree, row, today)

    def inner(part: Tree) -> Any:
        return evaluate(part, row, today, below)

    if name == "case":
        pairs = zip(tree[1:-1:2], tree[2:-1:2])
        return inner(next((result for condition, result in pairs if inner(condition) is True), tree[-1]))
    values = [inner(each) if isinstance(each, list) else each for each in tree[1:]]
    if name in OWN:
        return OWN[name](*values)
    if None in values:
        return None
    if name == "below":
        from gongshu.standards.expressions.tree import columns

        return None if below is None else below(columns(tree)[0], values[0], values[1])
    return STRICT[name](*values)


LEAF: Mapping[str, Callable[[Tree, Mapping[str, Value], date], Any]] = {
    "boolean": lambda tree, row, today: tree[1],
    "column": lambda tree, row, today: row.get(tree[1]),
    "date": lambda tree, row, today: date.fromisoformat(tree[1]),
    "datetime": lambda tree, row, today: datetime.fromisoformat(tree[1]),
    "null": lambda tree, row, today: None,
    "number": lambda tree, row, today: Fraction(tree[1]),
    "text": lambda tree, row, today: tree[1],
    "time": lambda tree, row, today: time.fromisoformat(tree[1]),
    "today": lambda tree, row, today: today,
}


def compare(operation: str, left: Any, right: Any) -> bool | None:
    """SQL's comparison; text by code point, which is the order of its UTF-8."""
    if left is None or right is None:
        return None
    if operation in ("=", "<>"):
        return bool((left == right) is (operation == "="))
    return bool(left < right if operation == "<" else left <= right)


def conjunction(terms: Sequence[Any]) -> bool | None:
    """SQL's AND."""
    return False if False in terms else None if None in terms else True


def disjunction(terms: Sequence[Any]) -> bool | None:
    """SQL's OR."""
    return True if True in terms else None if None in terms else False


def _between(value: Any, low: Any, high: Any) -> bool | None:
    return conjunction([compare("<=", low, value), compare("<=", value, high)])


def _known(values: Sequence[Any], choose: Callable[[Any], Any]) -> Any:
    known = [each for each in values if each is not None]
    return choose(known) if known else None


def half_away(value: Fraction, decimals: int = 0) -> Fraction:
    """Rounded to decimals, half away from zero."""
    scaled = abs(value) * Fraction(10) ** decimals
    whole = int(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole) / Fraction(10) ** decimals


def plain(value: Fraction) -> str:
    """A decimal fraction without exponent and without zeros to spare."""
    scale = 0
    while (10**scale) % value.denominator:
        scale += 1
    digits = str(abs(value.numerator) * 10**scale // value.denominator).rjust(scale + 1, "0")
    text = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{text}" if value < 0 else text


def _shift(moment: Any, amount: int, unit: str) -> Any:
    if moment is None:
        return None
    try:
        if unit == "day":
            return moment + timedelta(days=amount)
        months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day)
    except (ValueError, OverflowError):
        return None


def _cast(value: Any, kind: str, size: int | str | None = None, scale: int = 0) -> Any:
    if value is None or kind == "text":
        return None if value is None else _spelled(value)
    if isinstance(value, bool):
        return value if kind == "boolean" else Fraction(int(value))
    if isinstance(value, str):
        return _from_text(value, kind, size, scale)
    if isinstance(value, Fraction):
        return value != 0 if kind == "boolean" else _fitted(value, size, scale)
    if kind == "date":
        return value.date() if isinstance(value, datetime) else value
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001 - moments in rules carry no zone, as in the data


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return plain(value)
    if isinstance(value, datetime):
        text = f"{value.year:04d}-{value:%m-%d %H:%M:%S}"
        return text + (f".{value.microsecond:06d}".rstrip("0") if value.microsecond else "")
    return value if isinstance(value, str) else str(value.isoformat())


def _from_text(value: str, kind: str, size: int | str | None, scale: int) -> Any:
    text = value.strip(" ")
    if kind == "number":
        if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):
            return None
        return _fitted(Fraction(text.rstrip(".")), size, scale)
    if kind == "boolean":
        return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(text.lower())
    if not re.fullmatch(DAY if kind == "date" else f"{DAY}({CLOCK})?", text):
        return None
    try:
        return date.fromisoformat(text) if kind == "date" else datetime.fromisoformat(text)
    except ValueError:
        return None


def _fitted(value: Fraction, size: int | str | None, scale: int) -> Fraction | None:
    value = half_away(value, scale)
    if isinstance(size, str):
        bits = {"INTEGER": 31, "BIGINT": 63}[size]
        return value if -(2**bits) <= value < 2**bits else None
    return value if abs(value) <= Fraction(10 ** int(size or 38) - 1, 10**scale) else None


def _like(text: str, pattern: str, escape: str = "") -> bool:
    parts, signs = [], iter(pattern)
    for sign in signs:
        if escape and sign == escape:
            parts.append(re.escape(next(signs, sign)))
        else:
            parts.append({"%": "(?s:.*)", "_": "(?s:.)"}.get(sign) or re.escape(sign))
    return re.fullmatch("".join(parts), text) is not None


def _each(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(sign) if len(change(sign)) == 1 else sign for sign in text)


def _formatted(moment: Any, pattern: str) -> str:
    hour, minute, second = (getattr(moment, part, 0) for part in ("hour", "minute", "second"))
    values = {
        "Y": f"{moment.year:04d}",
        "m": f"{moment.month:02d}",
        "d": f"{moment.day:02d}",
        "H": f"{hour:02d}",
        "M": f"{minute:02d}",
        "S": f"{second:02d}",
        "j": f"{moment.timetuple().tm_yday:03d}",
        "y": f"{moment.year % 100:02d}",
        "%": "%",
    }
    return re.sub("%(.)", lambda found: values[found[1]], pattern, flags=re.DOTALL)


def _borders(unit: str, earlier: Any, later: Any) -> Fraction:
    if unit == "year":
        return Fraction(later.year - earlier.year)
    if unit == "month":
        return Fraction(later.year * 12 + later.month - earlier.year * 12 - earlier.month)
    return Fraction(later.toordinal() - earlier.toordinal())


OWN: Mapping[str, Callable[..., Any]] = {
    "=": lambda x, y: compare("=", x, y),
    "<>": lambda x, y: compare("<>", x, y),
    "<": lambda x, y: compare("<", x, y),
    "<=": lambda x, y: compare("<=", x, y),
    ">": lambda x, y: compare("<", y, x),
    ">=": lambda x, y: compare("<=", y, x),
    "and": lambda *terms: conjunction(terms),
    "between": _between,
    "cast": _cast,
    "coalesce": lambda *values: _known(values, lambda known: known[0]),
    "concat": lambda *parts: "".join(part for part in parts if part is not None),
    "greatest": lambda *values: _known(values, max),
    "in": lambda value, *others: disjunction([compare("=", value, each) for each in others]),
    "is": lambda value, wanted: value is wanted,
    "is-null": lambda value: value is None,
    "least": lambda *values: _known(values, min),
    "nullif": lambda x, y: None if compare("=", x, y) else x,
    "or": lambda *terms: disjunction(terms),
    "shift": _shift,
}

# Any NULL argument has given NULL before these are asked.
STRICT: Mapping[str, Callable[..., Any]] = {
    "%": lambda x, y: None if y == 0 else (abs(x) % abs(y)) * (-1 if x < 0 else 1),
    "*": lambda x, y: x * y,
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "/": lambda x, y: None if y == 0 else half_away(x / y, QUOTIENT),
    "abs": abs,
    "contains": lambda x, y: y in x,
    "date_diff": _borders,
    "day": lambda x: Fraction(x.day),
    "ends_with": str.endswith,
    "left": lambda x, n: x[: int(n)],
    "length": lambda x: Fraction(len(x)),
    "like": _like,
    "lower": lambda x: _each(x, str.lower),
    "ltrim": lambda x, signs=" ": x.lstrip(signs) if signs else x,
    "month": lambda x: Fraction(x.month),
    "not": lambda x: not x,
    "regexp_matches": lambda x, pattern: re.search(pattern, x, re.ASCII) is not None,
    "replace": lambda x, old, new: x.replace(old, new) if old else x,
    "right": lambda x, n: x[-int(n) :] if n else "",
    "round": lambda x, n=0: half_away(x, int(n)),
    "rtrim": lambda x, signs=" ": x.rstrip(signs) if signs else x,
    "starts_with": str.startswith,
    "strftime": _formatted,
    "substr": lambda x, start, size=None: x[int(start) - 1 :][: None if size is None else int(size)],
    "trim": lambda x, signs=" ": x.strip(signs) if signs else x,
    "upper": lambda x: _each(x, str.upper),
    "year": lambda x: Fraction(x.year),
    "||": lambda *parts: "".join(parts),
}
