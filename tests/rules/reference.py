"""The rule language once more, one row at a time, in plain Python: slow, obvious, and sharing nothing with the engine.

A value is str, Fraction, date, datetime or bool; None is NULL.
"""

# ruff: noqa: DTZ001 - moments in rules carry no zone, as in the data
from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from fractions import Fraction

QUOTIENT = 12
AVERAGE = 40


def half_away(value: Fraction, decimals: int) -> Fraction:
    scaled = abs(value) * Fraction(10) ** decimals
    whole = int(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole) / Fraction(10) ** decimals


def plain(value: Fraction) -> str:
    scale = 0
    while (10**scale) % value.denominator:
        scale += 1
    digits = str(abs(value.numerator) * 10**scale // value.denominator).rjust(scale + 1, "0")
    text = digits[:-scale] + "." + digits[-scale:] if scale else digits
    return ("-" if value < 0 else "") + text


def key(value):
    return value.encode() if isinstance(value, str) else value


def compare(operation, left, right):
    if left is None or right is None:
        return None
    x, y = key(left), key(right)
    return {"=": x == y, "<>": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[operation]


def conjunction(terms):
    return False if False in terms else None if None in terms else True


def disjunction(terms):
    return True if True in terms else None if None in terms else False


def shift(moment, amount, unit):
    try:
        if unit == "day":
            return moment + timedelta(days=amount)
        months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day)
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None


def number_of(text, size, scale):
    text = text.strip(" ")
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):
        return None
    return fitted(
        Fraction(text.rstrip(".") if not text.lstrip("+-").startswith(".") else text.replace(".", "0.")), size, scale
    )


def fitted(value, size, scale):
    value = half_away(value, scale)
    limit = {"INTEGER": (-(2**31), 2**31 - 1), "BIGINT": (-(2**63), 2**63 - 1)}.get(size)
    least, most = limit or (-Fraction(10**size - 1, 10**scale), Fraction(10**size - 1, 10**scale))
    return value if least <= value <= most else None


def spelled(moment):
    if isinstance(moment, datetime):
        text = f"{moment.year:04d}-{moment:%m-%d %H:%M:%S}"
        return text + (f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else "")
    return f"{moment.year:04d}-{moment:%m-%d}"


def cast(value, kind, size=None, scale=0):
    if value is None:
        return None
    if isinstance(value, bool):
        return {"text": "true" if value else "false", "number": Fraction(int(value)), "boolean": value}[kind]
    if isinstance(value, str):
        return from_text(value, kind, size, scale)
    if isinstance(value, Fraction):
        return {
            "text": lambda: plain(value),
            "number": lambda: fitted(value, size, scale),
            "boolean": lambda: value != 0,
        }[kind]()
    if kind == "text":
        return spelled(value)
    if kind == "date":
        return value.date() if isinstance(value, datetime) else value
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def from_text(value, kind, size, scale):
    stripped = value.strip(" ")
    if kind == "text":
        return value
    if kind == "number":
        return number_of(value, size, scale)
    if kind == "boolean":
        return {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}.get(stripped.lower())
    day, clock = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    if not re.fullmatch(day if kind == "date" else f"{day}({clock})?", stripped):
        return None
    try:
        return date.fromisoformat(stripped) if kind == "date" else datetime.fromisoformat(stripped)
    except ValueError:
        return None


def like(text, pattern, escape=""):
    parts, position = [], 0
    while position < len(pattern):
        sign = pattern[position]
        if escape and sign == escape and position + 1 < len(pattern):
            position += 1
            parts.append(re.escape(pattern[position]))
        else:
            parts.append({"%": "(?s:.*)", "_": "(?s:.)"}.get(sign) or re.escape(sign))
        position += 1
    return re.fullmatch("".join(parts), text) is not None


def one_by_one(text, change):
    return "".join(change(sign) if len(change(sign)) == 1 else sign for sign in text)


def formatted(moment, pattern):
    clock = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    values = {
        "Y": f"{clock.year:04d}",
        "m": f"{clock.month:02d}",
        "d": f"{clock.day:02d}",
        "H": f"{clock.hour:02d}",
        "M": f"{clock.minute:02d}",
        "S": f"{clock.second:02d}",
        "j": f"{clock.timetuple().tm_yday:03d}",
        "y": f"{clock.year % 100:02d}",
        "%": "%",
    }
    return re.sub("%(.)", lambda found: values[found[1]], pattern, flags=re.DOTALL)


def borders(unit, earlier, later):
    if unit == "year":
        return Fraction(later.year - earlier.year)
    if unit == "month":
        return Fraction(later.year * 12 + later.month - earlier.year * 12 - earlier.month)
    return Fraction(later.toordinal() - earlier.toordinal())


def remainder(x, y):
    return None if y == 0 else (abs(x) % abs(y)) * (-1 if x < 0 else 1)


STRICT = {
    "%": remainder,
    "*": lambda x, y: x * y,
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "/": lambda x, y: None if y == 0 else half_away(x / y, QUOTIENT),
    "abs": abs,
    "contains": lambda x, y: y in x,
    "date_diff": borders,
    "day": lambda x: Fraction(x.day),
    "ends_with": str.endswith,
    "left": lambda x, n: x[: int(n)],
    "length": lambda x: Fraction(len(x)),
    "like": like,
    "lower": lambda x: one_by_one(x, str.lower),
    "ltrim": lambda x, signs=" ": x.lstrip(signs) if signs else x,
    "month": lambda x: Fraction(x.month),
    "not": lambda x: not x,
    "regexp_matches": lambda x, pattern: re.search(pattern, x, re.ASCII) is not None,
    "replace": lambda x, old, new: x.replace(old, new) if old else x,
    "right": lambda x, n: x[-int(n) :] if n else "",
    "round": lambda x, n=0: half_away(x, int(n)),
    "rtrim": lambda x, signs=" ": x.rstrip(signs) if signs else x,
    "starts_with": str.startswith,
    "strftime": formatted,
    "substr": lambda x, start, size=None: x[int(start) - 1 :][: None if size is None else int(size)],
    "trim": lambda x, signs=" ": x.strip(signs) if signs else x,
    "upper": lambda x: one_by_one(x, str.upper),
    "year": lambda x: Fraction(x.year),
    "||": lambda *parts: "".join(parts),
}


def evaluate(tree, row, today):
    """The value of a tree for one row (a dict of column name -> value)."""
    name = tree[0]
    if name in ("text", "boolean"):
        return tree[1]
    if name == "number":
        return Fraction(tree[1])
    if name == "date":
        return date.fromisoformat(tree[1])
    if name == "datetime":
        return datetime.fromisoformat(tree[1])
    if name in ("null", "today", "column"):
        return {"null": lambda: None, "today": lambda: today, "column": lambda: row[tree[1]]}[name]()
    if name == "case":
        for condition, result in zip(tree[1:-1:2], tree[2:-1:2]):
            if evaluate(condition, row, today) is True:
                return evaluate(result, row, today)
        return evaluate(tree[-1], row, today)
    values = [evaluate(each, row, today) if isinstance(each, list) else each for each in tree[1:]]
    if name == "shift":
        return None if values[0] is None else shift(*values)
    if name in ("and", "or"):
        return (conjunction if name == "and" else disjunction)(values)
    if name in ("=", "<>", "<", "<=", ">", ">="):
        return compare(name, *values)
    if name == "between":
        return conjunction([compare(">=", values[0], values[1]), compare("<=", values[0], values[2])])
    if name == "in":
        return disjunction([compare("=", values[0], each) for each in values[1:]])
    if name == "is":
        return values[0] is values[1]
    if name == "is-null":
        return values[0] is None
    if name == "cast":
        return cast(*values)
    if name == "coalesce":
        return next((each for each in values if each is not None), None)
    if name == "concat":
        return "".join(each for each in values if each is not None)
    if name in ("greatest", "least"):
        known = [each for each in values if each is not None]
        return (max if name == "greatest" else min)(known, key=key) if known else None
    if name == "nullif":
        return None if compare("=", *values) else values[0]
    return None if None in values else STRICT[name](*values)


def gather(name, values, rows):
    """The value of an aggregate over all rows."""
    known = [each for each in values if each is not None]
    if name == "count":
        return Fraction(len(known))
    if name == "count-distinct":
        return Fraction(len(set(known)))
    if not known:
        return None
    if name in ("min", "max"):
        return (min if name == "min" else max)(known, key=key)
    total = sum(known, Fraction(0))
    return total if name == "sum" else half_away(total / len(known), AVERAGE)
