"""Typed values and how a cell writes them: the one right spelling of each type, and back."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction

from gongshu.standards.expressions import kind_of
from gongshu.standards.expressions.row import Value, plain
from gongshu.standards.model import Field

DEFAULTS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S"}


def spell(field: Field, value: Value) -> str:
    """The text of a cell; empty for an absent value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return (field.true_values or ("true",))[0] if value else (field.false_values or ("false",))[0]
    if isinstance(value, Fraction):
        return plain(value).replace(".", field.decimal_char)
    if isinstance(value, date | time):
        return _moment(value, _written(field))
    return value


def read(field: Field, text: str) -> Value:
    """The value of a cell that is rightly spelled; raises `ValueError` where it is not. Empty is absent."""
    kind = kind_of(field.type)
    if not text:
        return None
    if kind == "number":
        return Fraction(text.replace(field.decimal_char, "."))
    if kind == "boolean":
        return text in (field.true_values or ("true", "True", "TRUE", "1"))
    if kind in DEFAULTS:
        moment = datetime.strptime(text, _written(field))  # noqa: DTZ007 - moments of tables carry no zone
        return moment.date() if kind == "date" else moment.time() if kind == "time" else moment
    return text


def _written(field: Field) -> str:
    write = field.format.write
    return write if write and write not in ("default", "any") else DEFAULTS[kind_of(field.type)]


def _moment(value: date | datetime | time, pattern: str) -> str:
    """`strftime` with four digits for every year, which the C library does not promise."""
    year = f"{value.year:04d}" if isinstance(value, date) else "1900"
    return value.strftime(pattern.replace("%Y", year).replace("%F", f"{year}-%m-%d"))
