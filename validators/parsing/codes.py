"""Codes (or names) of a dated code list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.codelists import CodeTable
from gongshu.standards.model import Code, CodelistUse
from gongshu.validators.checks import code_name_given, code_unknown, code_withdrawn, leading_zero_lost
from gongshu.validators.finding import Fix
from gongshu.validators.kernels.buffers import Ints, Mask
from gongshu.validators.parsing.reading import Reading, Refusal, Screened
from gongshu.validators.parsing.texts import members

EPOCH = date(1970, 1, 1)
ALWAYS = (-(1 << 40), 1 << 40)  # days before and after all others
MOST = 16  # periods of one text that are looked at at once; a day in a further one is asked singly


@dataclass(frozen=True, slots=True)
class Codes:
    """A field that draws on a code list. `certain` are texts that are right on every date that can be asked for."""

    use: CodelistUse
    table: CodeTable
    as_of: date
    width: int | None
    certain: Any = field(compare=False)
    spans: Spans | None = field(default=None, compare=False)  # where each row has its own date
    turns: Turns | None = field(default=None, compare=False)  # the same, where the place in the tree counts too
    kind: str = "text"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The text, where it is a code (or name) in force on the row's date, or can be made one."""
        day = on or self.as_of
        if self._admits(text, day):
            return self._placed(text, day) or Reading(text, text)
        if self.use.by == "code":
            names = self.table.by_name(day)
            if text in names:
                return self._named(names[text], day)
        padded = leading_zero_lost.padded(text, self.width) if self.use.by != "name" else None
        if padded is not None and padded in self.table.current(day):
            return self._placed(padded, day) or Reading(padded, padded, leading_zero_lost.CODE)
        known = self.table.known(text)
        if self.use.by == "name":
            current = self.table.current(day).get(text)
            fix = Fix(current.name_zh or current.name_en, safe=False) if current is not None else None
            return self._unknown(fix=fix, reason="code-for-name" if current is not None else None)
        if known and any(row.valid_to is not None and row.valid_to < day for row in known):
            successor = known[-1].replaced_by
            good = bool(successor) and successor in self.table.current(day)
            last = known[-1].valid_to
            params = {
                "list": str(self.use.list),
                "valid_to": last.isoformat() if last else "",
                "replaced_by": successor,
            }
            return Refusal(code_withdrawn.CODE, params, Fix(successor, safe=False) if good else None, whole=True)
        return self._unknown(reason="future" if known else None)

    def _admits(self, text: str, day: date) -> bool:
        return (self.use.by != "name" and text in self.table.current(day)) or (
            self.use.by != "code" and text in self.table.by_name(day)
        )

    def _named(self, code: str | None, day: date) -> Reading | Refusal:
        """A name stands where a code is due: safe to mend where the name has one code."""
        said = {"list": str(self.use.list)}
        if code is None:
            return Refusal(code_name_given.CODE, said, reason="ambiguous")
        return self._placed(code, day) or Reading(code, code, code_name_given.CODE, params=said)

    def _placed(self, text: str, day: date) -> Refusal | None:
        """What is wrong with the place of a known code (or unique name) in the list's tree."""
        if self.use.level is None and self.use.below is None:
            return None
        code = text if text in self.table.current(day) else self.table.by_name(day).get(text)
        if code is None:
            return None
        if self.use.level is not None and self.table.current(day)[code].level != self.use.level:
            return self._unknown(reason="level")
        if self.use.below is not None and not self.table.below(code, self.use.below, day):
            return self._unknown(reason="below")
        return None

    def _unknown(self, *, fix: Fix | None = None, reason: str | None = None) -> Refusal:
        asked = {"list": str(self.use.list), "level": self.use.level, "below": self.use.below}
        said = {name: each for name, each in asked.items() if each is not None}
        return Refusal(code_unknown.CODE, said, fix, reason=reason, whole=True)

    def screen(self, column: Any) -> Screened:
        """Cells that are right on every date."""
        return Screened(members(column, self.certain) if len(self.certain) else np.zeros(len(column), bool))

    def screen_on(self, column: Any, days: Ints) -> Mask | None:
        """Cells that are right on the day of their row, as days since 1970; None where that has to be asked singly."""
        if self.turns is not None:
            return self.turns.hold(column, days, self)
        return None if self.spans is None else self.spans.hold(column, days)


@dataclass(frozen=True, slots=True)
class Spans:
    """When each text is in force: its periods side by side, one array for the first of each, one for the second, …"""

    texts: Any  # distinct
    first: tuple[Ints, ...]
    last: tuple[Ints, ...]

    def hold(self, column: Any, days: Ints) -> Mask:
        """Whether each text is known and one of its periods holds the day."""
        places = pc.index_in(column, value_set=self.texts).fill_null(len(self.texts)).to_numpy(zero_copy_only=False)
        found = np.zeros(len(column), bool)
        for first, last in zip(self.first, self.last):
            found |= (first[places] <= days) & (days <= last[places])
        return found


@dataclass(frozen=True, slots=True)
class Turns:
    """The days on which anything in a list changes: between two of them, one answer for each text holds.

    `known` keeps the answers by text and time; threads that ask at once write the same.
    """

    texts: Any  # distinct
    first: Ints  # days that begin a time in which nothing changes; what lies before the first of them is a time too
    days: tuple[date, ...]  # one of each time
    known: dict[int, bool] = field(default_factory=dict)

    def hold(self, column: Any, days: Ints, domain: Codes) -> Mask:
        """Whether each text reads as it stands on its day, asked once for each text and time that occur."""
        found = pc.index_in(column, value_set=self.texts)
        listed = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
        places = found.fill_null(0).to_numpy(zero_copy_only=False)[listed].astype(np.int64)
        asked = places * len(self.days) + np.searchsorted(self.first, days[listed], side="right")
        pairs, where = np.unique(asked, return_inverse=True)
        answers = np.fromiter((self._right(pair, domain) for pair in pairs.tolist()), bool, len(pairs))
        right = np.zeros(len(column), bool)
        right[listed] = answers[where.ravel()]
        return right

    def _right(self, pair: int, domain: Codes) -> bool:
        if pair not in self.known:
            place, time = divmod(pair, len(self.days))
            reading = domain.read(self.texts[place].as_py(), 0, self.days[time])
            self.known[pair] = isinstance(reading, Reading) and reading.damage is None
        return self.known[pair]


def turns_of(use: CodelistUse, table: CodeTable) -> Turns | None:
    """The times of a list whose tree counts; None where no row has its own date, or the tree says nothing."""
    if use.as_of is None or (use.level is None and use.below is None):
        return None
    rows = table.standard.codes or ()
    texts = dict.fromkeys(each for row in rows for each in (row.code, row.name_zh, row.name_en) if each)
    first = [turn - EPOCH.toordinal() for turn in table.turns]
    before = first[0] - 1 if first else 0
    low, high = (date.min - EPOCH).days, (date.max - EPOCH).days  # beyond them nobody can ask
    days = tuple(EPOCH + timedelta(min(max(each, low), high)) for each in (before, *first))
    return Turns(pa.array(list(texts), pa.string()), np.array(first, np.int64), days)


def spans_of(use: CodelistUse, table: CodeTable) -> Spans | None:
    """The periods of every code and name; None where the place in a tree counts too, which has dates of its own."""
    if use.as_of is None or use.level is not None or use.below is not None:
        return None
    periods: dict[str, list[tuple[int, int]]] = {}
    for row in table.standard.codes or ():
        first = ALWAYS[0] if row.valid_from is None else (row.valid_from - EPOCH).days
        last = ALWAYS[1] if row.valid_to is None else (row.valid_to - EPOCH).days
        names = {row.name_zh, row.name_en} - {""} if use.by != "code" else set()
        for text in {*names, *([row.code] if use.by != "name" else [])}:
            periods.setdefault(text, []).append((first, last))
    most = min(MOST, max(map(len, periods.values()), default=0))
    sides = [np.full((most, len(periods) + 1), edge, np.int64) for edge in (ALWAYS[1], ALWAYS[0])]  # none holds a day
    for place, each in enumerate(periods.values()):
        for number, period in enumerate(each[:most]):
            sides[0][number, place], sides[1][number, place] = period
    return Spans(pa.array(list(periods), pa.string()), tuple(sides[0]), tuple(sides[1]))


def codes(use: CodelistUse, table: CodeTable, as_of: date) -> Codes:
    """The domain of a field that draws on `table`."""
    lengths = {len(code) for code in table.current(as_of)}
    bare = Codes(use, table, as_of, lengths.pop() if len(lengths) == 1 else None, pa.array([], pa.string()))
    if use.level is None and use.below is None and use.as_of is None:  # then whatever is in force will do
        plain = [
            *(table.current(as_of) if use.by != "name" else ()),
            *(table.by_name(as_of) if use.by != "code" else ()),
        ]
        return Codes(use, table, as_of, bare.width, pa.array(plain, pa.string()))
    texts = {*table.current(as_of), *table.by_name(as_of)}
    if use.as_of is not None:  # only rows without dates are in force on every date
        dated = {code for code in table.current(as_of) if any(_dated(row) for row in table.known(code))}
        moves = use.by == "name" or use.below is not None  # what lies above a code has dates of its own
        texts = set() if moves else set(table.current(as_of)) - dated
    readings = ((text, bare.read(text, 0, None)) for text in texts)
    certain = sorted(text for text, each in readings if isinstance(each, Reading) and each.damage is None)
    plain = pa.array(certain, pa.string())
    return Codes(use, table, as_of, bare.width, plain, spans_of(use, table), turns_of(use, table))


def _dated(row: Code) -> bool:
    return row.valid_from is not None or row.valid_to is not None
