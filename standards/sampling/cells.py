"""One cell at random that its field accepts, and whether a field accepts a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

from gongshu.standards.codelists import CodeTable
from gongshu.standards.expressions import kind_of
from gongshu.standards.expressions.row import Value, half_away, plain
from gongshu.standards.identifiers import identifier
from gongshu.standards.model import Constraints, Field, Reference
from gongshu.standards.sampling import numbers
from gongshu.standards.sampling.patterns import matching
from gongshu.standards.sampling.spelling import read, spell

TRIES = 60
YEARS = 10  # dates lie in so many years before the reference date
BORN = date(1900, 1, 1)  # every synthetic person
_BIRTH = re.compile(r"出生|生日|birth", re.IGNORECASE)
_NAMES = "甲乙丙丁戊己庚辛壬癸"
_SHORT = 3  # a text no longer than this is digits

Row = Mapping[str, Value]


@dataclass(frozen=True)  # without slots: what is derived from it is kept
class Cell:
    """Values of one field."""

    field: Field
    as_of: date
    codes: CodeTable | None = None

    @property
    def kind(self) -> str:
        """What the field is to a rule."""
        return kind_of(self.field.type)

    def make(self, random: Random, number: int, row: Row, forced: numbers.Forced = (0, "")) -> Value:
        """A value that the field accepts; None where none was found. `number` keeps free texts apart."""
        for _ in range(TRIES):
            value = self._propose(random, number, row, forced)
            if value is None or self.accepts(value, row):
                return value
        return None

    def accepts(self, value: Value, row: Row) -> bool:
        """Whether the field alone accepts a value in the type that its kind asks for."""
        if value is None:
            return not self.field.constraints.required
        held = self.field.constraints
        text = spell(self.field, value)
        if held.enum is not None and text not in held.enum:
            return False
        if self.kind == "text":
            return self._accepts_text(text, held, row)
        return _within(value, held, self.field) and self._precise(value)

    def _accepts_text(self, text: str, held: Constraints, row: Row) -> bool:
        if not text.strip() or not (held.min_length or 0) <= len(text) <= (held.max_length or len(text)):
            return False
        if held.pattern is not None and not self.pattern.fullmatch(text):
            return False
        if self.field.identifier is not None:
            return self._rule(text) is None
        return self.codes is None or text in self.domain(row)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of the field, which must match in full."""
        return re.compile(self.field.constraints.pattern or "", re.ASCII)

    @cached_property
    def _rule(self) -> Callable[[str], str | None]:
        used = self.field.identifier
        assert used is not None  # noqa: S101 - asked only of fields with one
        return identifier(used.name, today=self.as_of, **dict(used.options))

    def domain(self, row: Row) -> Mapping[str, None]:
        """What the code list lets stand on the row's date, in the list's order."""
        use = self.field.codelist
        assert use is not None  # noqa: S101 - asked only of coded fields
        day = row.get(use.as_of) if use.as_of else None
        on = day.date() if isinstance(day, datetime) else day if isinstance(day, date) else self.as_of
        if on not in self._domains:
            self._domains[on] = self._listed(on)
        return self._domains[on]

    @cached_property
    def _domains(self) -> dict[date, Mapping[str, None]]:
        return {}

    def _listed(self, on: date) -> Mapping[str, None]:
        use, codes = self.field.codelist, self.codes
        assert use is not None  # noqa: S101 - asked only of coded fields
        assert codes is not None  # noqa: S101 - asked only of coded fields
        held = {
            code
            for code in codes.current(on)
            if (use.level is None or codes.level(code, on) == use.level)
            and (use.below is None or codes.below(code, use.below, on))
        }
        found = dict.fromkeys(code for code in codes.current(on) if code in held) if use.by != "name" else {}
        if use.by != "code":
            found.update(dict.fromkeys(name for name, code in codes.by_name(on).items() if code in held))
        return found

    def _precise(self, value: Value) -> bool:
        if not isinstance(value, Fraction) or isinstance(value, bool):
            return True
        whole, _, part = plain(abs(value)).partition(".")
        if self.field.type in ("integer", "year"):
            return not part
        if self.field.scale is not None and len(part) > self.field.scale:
            return False
        held = self.field.precision
        return held is None or len(whole.lstrip("0")) <= held - (self.field.scale or 0)

    def _propose(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        held = self.field.constraints
        if held.enum is not None and self.codes is None:
            return read(self.field, random.choice(held.enum))
        made: Value = getattr(self, f"_{self.kind}")(random, number, row, forced)
        return made

    def _text(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        held, privacy = self.field.constraints, self.field.privacy
        if self.field.identifier is not None:
            return numbers.make(self.field.identifier.name, random, forced)
        if self.codes is not None:
            domain = list(self.domain(row))
            # The Chinese name where a name may stand: the English one is right, but nobody would write it.
            usual = [text for text in domain if not text.isascii() or self.codes.known(text)]
            return random.choice(usual or domain) if domain else None
        if privacy.mask in ("citizen-id", "passport", "phone", "landline"):
            maker = {"phone": "mobile", "passport": "citizen-id"}.get(privacy.mask, privacy.mask)
            found = numbers.make(maker, random, forced)
            if self._accepts_text(found, held, row):
                return found
        form = self.field.format.write or "default"
        formatted = _FORMATS.get(form) if self.field.type == "string" else None
        if formatted is not None:
            return formatted(random, number)
        if held.pattern is not None:
            return matching(held.pattern, random)
        if self.field.type != "string":
            return _POINTS.get(form) if self.field.type == "geopoint" else _STRUCTURES.get(self.field.type, "{}")
        return self._words(random, number)

    def _words(self, random: Random, number: int) -> str:
        held = self.field.constraints
        least, most = held.min_length or 0, held.max_length if held.max_length is not None else 200
        if most <= _SHORT or (least and least == most):
            return str(random.randint(1, 10 ** min(most, 9) - 1) if most > 1 else random.randint(1, 2)).zfill(least)
        if self.field.privacy.mask == "name":
            words = "合成" + "".join(random.choice(_NAMES) for _ in range(3))
        else:
            words = f"示例{self.field.title.zh or self.field.name}{number}"
        if len(words) > most:
            words = f"示例{number}" if len(f"示例{number}") <= most else str(number)[:most]
        return words.ljust(least, "例")

    def _number(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        held = self.field.constraints
        if self.field.type == "year":
            return Fraction(self.as_of.year - random.randint(0, YEARS))
        low, high = _ends(held)
        least = low if low is not None else min(Fraction(0), high) if high is not None else Fraction(0)
        most = high if high is not None else least + 1000
        if self.field.precision is not None:
            most = min(most, Fraction(10) ** (self.field.precision - (self.field.scale or 0)) - 1)
        decimals = (
            0 if self.field.type == "integer" else min(self.field.scale if self.field.scale is not None else 2, 2)
        )
        return half_away(least + (most - least) * Fraction(random.randint(0, 10_000), 10_000), decimals)

    def _date(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        titles = f"{self.field.name} {self.field.title.zh} {self.field.title.en}"
        if self.field.privacy.category != "none" and _BIRTH.search(titles):
            return BORN
        held = self.field.constraints
        low, high = (_moment(self.field, each) for each in (held.minimum, held.maximum))
        last = high or max(self.as_of, low or self.as_of)
        first = low or last - timedelta(days=365 * YEARS)
        return date.fromordinal(random.randint(first.toordinal(), max(first, last).toordinal()))

    def _datetime(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        day = self.as_of - timedelta(days=random.randint(1, 365))
        return datetime(day.year, day.month, day.day, random.randint(8, 17), random.randint(0, 59))  # noqa: DTZ001 - moments of tables carry no zone

    def _time(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        return time(random.randint(8, 17), random.randint(0, 59))

    def _boolean(self, random: Random, number: int, row: Row, forced: numbers.Forced) -> Value:
        return random.random() < 0.5


# Formats of a Table Schema's texts.
_FORMATS: Mapping[str, Callable[[Random, int], str]] = {
    "binary": lambda random, number: "35365336",
    "email": lambda random, number: f"example{number}@example.org",
    "uri": lambda random, number: f"https://example.org/{number}",
    "uuid": lambda random, number: str(UUID(int=random.getrandbits(128), version=4)),
}
_POINTS = {"array": "[114.3, 30.6]", "default": "114.3, 30.6", "object": '{"lon": 114.3, "lat": 30.6}'}
_STRUCTURES = {
    "any": "示例",
    "array": "[]",
    "duration": "P1D",
    "geojson": '{"type": "Point", "coordinates": [114.3, 30.6]}',
    "list": "a,b",
    "object": "{}",
    "yearmonth": "2024-05",
}


def cell_of(each: Field, as_of: date, codes: Callable[[Reference], CodeTable]) -> Cell:
    """The maker of a field's values."""
    coded = each.codelist is not None and each.identifier is None
    return Cell(each, as_of, codes(each.codelist.list) if each.codelist is not None and coded else None)


def _ends(held: Constraints) -> tuple[Fraction | None, Fraction | None]:
    low = Fraction(held.minimum) if held.minimum is not None else None
    high = Fraction(held.maximum) if held.maximum is not None else None
    if held.exclusive_minimum is not None:
        low = max(low or Fraction(held.exclusive_minimum) + 1, Fraction(held.exclusive_minimum) + 1)
    if held.exclusive_maximum is not None:
        high = min(high or Fraction(held.exclusive_maximum) - 1, Fraction(held.exclusive_maximum) - 1)
    return low, high


def _moment(each: Field, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        value = read(each, text)
        return value if isinstance(value, date) else None
    return found


def _within(value: Any, held: Constraints, each: Field) -> bool:
    """Whether a value lies between the bounds; bounds are written as ISO 8601 or as the column writes."""
    bounds: tuple[tuple[str | None, Callable[[Any], bool]], ...] = (
        (held.minimum, lambda bound: value >= bound),
        (held.maximum, lambda bound: value <= bound),
        (held.exclusive_minimum, lambda bound: value > bound),
        (held.exclusive_maximum, lambda bound: value < bound),
    )
    for text, holds in bounds:
        if text is None:
            continue
        bound = _moment(each, text) if each.type == "date" else read(each, text)
        if bound is not None and not holds(bound):
            return False
    return True
