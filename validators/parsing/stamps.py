"""Dates, datetimes, times and months in the one spelling that is right, and in those that are understood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from gongshu.standards.model import Field
from gongshu.validators.batch import DATE, NUMBER_1904, NUMBERS
from gongshu.validators.checks import date_serial
from gongshu.validators.checks import format as spelling
from gongshu.validators.checks import type as types
from gongshu.validators.finding import Fix
from gongshu.validators.kernels import stamps
from gongshu.validators.parsing.reading import Reading, Refusal, Screened

DEFAULT = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%dT%H:%M:%S", "time": "%H:%M:%S", "yearmonth": "%Y-%m"}
EPOCH = date(1970, 1, 1)

_SEPARATOR = {"iso": ("-", "-", ""), "slash": ("/", "/", ""), "dot": (".", ".", ""), "cn": ("年", "月", "日")}
_DAYS = {
    name: re.compile(rf"([0-9]{{4}}){re.escape(a)}([0-9]{{1,2}}){re.escape(b)}([0-9]{{1,2}}){c}")
    for name, (a, b, c) in _SEPARATOR.items()
} | {"basic": re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")}
_MONTHS = {
    name: re.compile(rf"([0-9]{{4}}){re.escape(a)}([0-9]{{1,2}}){'月' if name == 'cn' else ''}")
    for name, (a, _, _) in _SEPARATOR.items()
} | {"basic": re.compile(r"([0-9]{4})([0-9]{2})")}
_CLOCK = re.compile(r"(.*?)[T ]?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.DOTALL)
_ZONED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_TURNED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_TIMED = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_WORDED = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00)?\Z")
_FIXED = re.compile(r"%[YmdHMS]")


@dataclass(frozen=True)
class Stamps:
    """One of date, datetime, time, yearmonth. Values: days or microseconds since 1970, microseconds since midnight."""

    type: str
    write: str
    readable: tuple[str, ...] = ()
    strict: bool = False
    default: bool = True  # no spelling was asked for
    any: bool = False  # every spelling that can be understood is right (Table Schema's format `any`)
    formal: bool = True
    loose: bool = False

    @property
    def kind(self) -> str:
        """A month is kept as its text."""
        return "text" if self.type == "yearmonth" else self.type

    @cached_property
    def _kernel(self) -> stamps.StampKernel | None:
        return stamps.template(self.write)

    def screen(self, column: Any) -> Screened:
        """Cells in the right spelling, where its width is fixed."""
        if self._kernel is None or self.type == "yearmonth":
            kind = np.int32 if self.type == "date" else np.int64
            return Screened(np.zeros(len(column), bool), np.zeros(len(column), kind))
        return Screened(*self._kernel.read(column))

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The moment of one cell."""
        right = self._written(text)
        if right is not None:
            return Reading(self.value(right), text)
        refusal = Refusal(types.CODE, {"type": self.type, "format": self.write})
        if self.any and (found := self._anyhow(text)) is not None:
            return Reading(self.value(found), text)
        if self.strict:
            return refusal
        if mark == DATE:
            moment = self._moment(_MIDNIGHT.sub("", text) if self.type == "date" else text, ("iso",))
            # the workbook holds a moment, not a spelling: there is nothing to complain of
            return refusal if moment is None else Reading(self.value(moment), self.spell(moment))
        moment = self._moment(text, self.readable)
        if moment is not None:
            return Reading(self.value(moment), self.spell(moment), spelling.CODE, params={"format": self.write})
        day = date_serial.day(text, later=mark == NUMBER_1904) if self.type in ("date", "datetime") else None
        if day is not None:
            spelt = self.spell(datetime.combine(day, time()))
            if mark in NUMBERS:
                moment = datetime.combine(day, time())
                return Reading(self.value(moment), spelt, date_serial.CODE)
            return Refusal(date_serial.CODE, fix=Fix(spelt, safe=False))
        turned = _TURNED.fullmatch(text) if self.type == "date" else None
        if turned:
            return self._turned(int(turned[1]), int(turned[2]), int(turned[3])) or refusal
        return refusal

    def _anyhow(self, text: str) -> datetime | None:
        """The moment in any spelling: year first, day or month first, or with the month's English name."""
        clock = _CLOCK.fullmatch(text) if self.type == "datetime" else None
        day = clock[1] if clock else text
        turned = _TURNED.fullmatch(day) if self.type in ("date", "datetime") else None
        if turned:
            first, second, year = (int(part) for part in turned.groups())
            month, number = (first, second) if second > 12 else (second, first)
            day = f"{year:04d}-{month:02d}-{number:02d}"
        elif self.type in ("date", "datetime"):
            for spelt in _WORDED:
                try:
                    day = datetime.strptime(day, spelt).date().isoformat()  # noqa: DTZ007 - data tell no zone
                except ValueError:
                    continue
                break
        return self._moment(day + text[len(clock[1]) :] if clock else day, tuple(_DAYS))

    def _turned(self, first: int, second: int, year: int) -> Refusal | None:
        """Day and month in an order that nobody can be sure of: proposed, never safe."""
        month, day = (first, second) if second > 12 else (second, first)
        found = _moment(year, month, day)
        if found is None or not self.readable:
            return None
        return Refusal(spelling.CODE, {"format": self.write}, Fix(self.spell(found), safe=False), reason="ambiguous")

    def _written(self, text: str) -> datetime | None:
        """The moment of a text in the right spelling, with every digit in its place."""
        if self.strict and self.default and self.type in ("datetime", "time"):
            found = (_ZONED if self.type == "datetime" else _TIMED).fullmatch(text)
            if not found:
                return None
            text = found[1]
        if not text.isascii() and self.write.isascii():
            return None
        try:
            moment = datetime.strptime(text, self.write)  # noqa: DTZ007 - data tell no zone
        except (ValueError, OverflowError):
            return None
        # strptime forgives missing zeros; a spelling of digits alone is told by writing it again
        forgiving = (self.strict and not self.default) or "%" in _FIXED.sub("", self.write)
        if not forgiving and _again(moment, self.write) != text:
            return None
        return moment

    def _moment(self, text: str, readable: tuple[str, ...]) -> datetime | None:
        hour = minute = second = 0
        if self.type in ("datetime", "time"):
            clock = _CLOCK.fullmatch(text)
            if clock:
                text, hour, minute, second = clock[1], int(clock[2]), int(clock[3]), int(clock[4] or 0)
            elif self.type == "time" or not _whole_day(text):
                return None
        if self.type == "time":
            return _moment(1900, 1, 1, hour, minute, second) if not text and readable else None
        for name in readable:
            found = (_MONTHS if self.type == "yearmonth" else _DAYS)[name].fullmatch(text)
            if found:
                year, month, *rest = (int(part) for part in found.groups())
                return _moment(year, month, rest[0] if rest else 1, hour, minute, second)
        return None

    def spell(self, moment: datetime) -> str:
        """The moment in the right spelling."""
        return _again(moment, self.write)

    def value(self, moment: datetime) -> Any:
        """The moment as values.py keeps it."""
        if self.type == "yearmonth":
            return f"{moment.year:04d}-{moment.month:02d}"
        if self.type == "date":
            return (moment.date() - EPOCH).days
        since = moment - datetime.combine(moment.date() if self.type == "time" else EPOCH, time())
        return since // timedelta(microseconds=1)


def _whole_day(text: str) -> bool:
    return len(text) >= 8


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - data tell no zone
    except ValueError:
        return None


def _again(moment: datetime, write: str) -> str:
    """As strftime, with four digits for every year on every system."""
    return moment.strftime(write.replace("%Y", f"{moment.year:04d}"))


def stamps_of(field: Field, *, strict: bool) -> Stamps:
    """The domain of a date, datetime, time or yearmonth field."""
    write = field.format.write
    default = write in (None, "default", "any")
    spelt = DEFAULT[field.type] if default else str(write)
    return Stamps(field.type, spelt, () if strict else field.format.read, strict, default, write == "any")
