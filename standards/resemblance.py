"""How far a sample of values speaks for the fields of a table, and against them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.headers import normal
from gongshu.standards.model import Field, Reference, Table
from gongshu.standards.recognising import ENOUGH, SHARE, TELLING, distinct, rule

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

WEIGHT = 0.25  # of the values in the score, where fields found by name say something of them
SOFT = 0.5  # what a column found by its values alone counts, compared with one found by name
SOME = 60  # distinct values of a column that are looked at

_READ = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a column's values say: of `of` distinct ones `fitting` fit `what` (an identifier, a list …) of a field."""

    column: str
    field: str
    what: str
    fitting: int
    of: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a standard was named: the columns that fit, what is missing, columns it does not know, and the values."""

    matched: tuple[str, ...]
    missing: tuple[str, ...]  # required fields without a column
    unknown: tuple[str, ...]  # columns without a field
    seen: tuple[Seen, ...] = ()


def names_of(field: Field, table: Table) -> list[str]:
    """The headers, in normal form, that name a field."""
    wanted = {"name": (field.name,), "title": (field.title.zh, field.title.en), "alias": field.aliases}
    return [normal(name) for tier in table.header.match for name in wanted.get(tier, ()) if name]


class Columns:
    """The columns of one file; what was found out about their values is kept for the next table."""

    def __init__(self, names: Sequence[str], values: Sequence[Sequence[str]], registry: Registry) -> None:
        self.names = names
        self.some = [distinct(values[place])[:SOME] if place < len(values) else [] for place in range(len(names))]
        self.registry = registry
        self._fits: dict[tuple[int, str], int] = {}
        self._lists: dict[str, frozenset[str]] = {}

    def weighed(self, table: Table, points: float, reasons: Reasons) -> tuple[float, Reasons]:
        """The score by names, made surer or less sure by the values, and columns that only their values tell."""
        owners = {name: each for each in table.fields for name in names_of(each, table)}
        seen: list[Seen] = []
        loose: list[int] = []
        taken: set[str] = set()
        for place, name in enumerate(self.names):
            field = owners.get(normal(name))
            if field is None:
                loose.append(place)
            elif field.name not in taken:
                taken.add(field.name)
                found = self.judged(place, field)
                seen.extend([found] if found is not None else [])
        share = sum(each.fitting / each.of for each in seen) / len(seen) if seen else 1.0
        points *= 1 - WEIGHT * (1 - share)
        soft = self._soft(loose, [each for each in table.fields if each.name not in taken])
        if soft:
            gained = SOFT * len(soft) / max(len(table.fields), len(self.names))
            points = min(1.0, points + gained * (1 - points))
        # The most telling first: what fits an identifier or a list, then what does not fit.
        told = [*(each for each in seen if _telling(each)), *soft, *(each for each in seen if each.fitting < each.of)]
        return round(points, 4), replace(reasons, seen=tuple(dict.fromkeys(told)))

    def judged(self, place: int, field: Field) -> Seen | None:
        """How many of the column's values fit the field; None where the field says nothing of them."""
        values, what = self.some[place], _what(field)
        if not values or not what:
            return None
        key = (place, f"{what}|{field.constraints.pattern}|{field.constraints.enum}|{field.type}|{field.format.write}")
        if key not in self._fits:
            self._fits[key] = sum(self._fit(each, field) for each in values)
        return Seen(self.names[place], field.name, what, self._fits[key], len(values))

    def _soft(self, loose: Sequence[int], fields: Sequence[Field]) -> list[Seen]:
        """Columns without a field of their name whose values are what a field without a column asks for."""
        found = []
        left = [each for each in fields if each.codelist or (each.identifier and each.identifier.name in TELLING)]
        for place in loose:
            for field in left:
                seen = self.judged(place, field)
                few = 2 if field.codelist and all(len(each) > 1 for each in self.some[place]) else ENOUGH
                if seen is not None and seen.of >= few and seen.fitting >= SHARE * seen.of:
                    found.append(seen)
                    left.remove(field)
                    break
        return found

    def _fit(self, value: str, field: Field) -> bool:
        if field.identifier is not None:
            try:
                return rule(field.identifier.name)(value) is None
            except StandardFault:
                return True
        if field.codelist is not None:
            known = self._known(field.codelist.list)
            return not known or value in known
        held = field.constraints
        if held.enum is not None:
            return value in held.enum
        if held.pattern is not None:
            return _matches(held.pattern, value)
        if field.type in ("integer", "number", "year"):
            return _NUMBER.match(value) is not None
        return _moment(value, field)

    def _known(self, wanted: Reference) -> frozenset[str]:
        key = str(wanted)
        if key not in self._lists:
            try:
                rows = self.registry.codes(wanted).standard.codes or ()
            except (StandardFault, StandardFaults):
                rows = ()
            names = (name for each in rows for name in (each.code, each.name_zh, each.name_en) if name)
            self._lists[key] = frozenset(names)
        return self._lists[key]


def _telling(seen: Seen) -> bool:
    return seen.fitting == seen.of >= 2 and seen.what not in ("integer", "number", "year", "date", "datetime")


def _what(field: Field) -> str:
    """What a field demands of its values, in a word; empty where it takes any text."""
    if field.identifier is not None:
        return field.identifier.name
    if field.codelist is not None:
        return str(field.codelist.list)
    if field.constraints.enum is not None:
        return "enum"
    if field.constraints.pattern is not None:
        return "pattern"
    return field.type if field.type in ("integer", "number", "year", "date", "datetime") else ""


def _matches(pattern: str, value: str) -> bool:
    """A full match; a pattern that the plain engine cannot read, or a long text, speaks neither for nor against."""
    if len(value) > 200 or len(pattern) > 500:
        return True
    try:
        import regex

        return regex.fullmatch(pattern, value, timeout=0.05) is not None
    except (TimeoutError, ValueError, regex.error):
        return True


def _moment(value: str, field: Field) -> bool:
    write = (field.format.write,) if field.format.write and "%" in field.format.write else ()
    for pattern in (*write, *_READ):
        try:
            datetime.strptime(value[:10] if field.type == "datetime" else value, pattern)  # noqa: DTZ007 - a day
        except ValueError:
            continue
        return True
    try:
        return bool(datetime.fromisoformat(value) if field.type == "datetime" else date.fromisoformat(value))
    except ValueError:
        return False
