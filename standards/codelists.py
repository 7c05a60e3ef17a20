"""Dated code lists: which codes are known, which are current on a day, how they lie below each other.

`codes.csv` has the columns `code`, `name_zh`, `name_en`, `parent`, `level`, `valid_from`, `valid_to`, `replaced_by`
(only `code` is needed) and any further ones. One code may have several rows whose periods do not overlap.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from gongshu.standards.model import Code, Standard

COLUMNS = ("code", "name_zh", "name_en", "parent", "level", "valid_from", "valid_to", "replaced_by")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")

Problem = tuple[int, str, str, dict[str, Any]]  # line, column, code of the fault, parameters


@lru_cache(maxsize=4096)
def day(text: str, *, last: bool = False) -> date | None:
    """The date that `2019`, `2019-04` or `2019-04-01` means: its first day, or the last; None where none."""
    found = _DAY.match(text)
    if not found:
        return None
    year, month, number = (int(part) if part else None for part in found.groups())
    try:
        if month is None:
            return date(year or 0, 12, 31) if last else date(year or 0, 1, 1)
        if number is None:
            number = calendar.monthrange(year or 0, month)[1] if last else 1
        return date(year or 0, month, number)
    except (ValueError, calendar.IllegalMonthError):
        return None


def read_codes(text: str) -> tuple[tuple[Code, ...], list[Problem]]:
    """The rows of a `codes.csv` and everything wrong with them. Blank rows are passed over."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    codes: list[Code] = []
    lines: list[int] = []
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if "code" not in header:
            return (), [(1, "code", "standard.codes-column", {"columns": ", ".join(header)})]
        doubled = sorted({name for name in header if header.count(name) > 1})
        problems.extend((1, name, "standard.codes-header-twice", {}) for name in doubled)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                problems.append(
                    (reader.line_num, "", "standard.codes-width", {"cells": len(row), "expected": len(header)})
                )
            made = _code(dict(zip(header, row, strict=False)), reader.line_num, problems)
            codes.append(made)
            lines.append(reader.line_num)
    except csv.Error as error:
        problems.append((reader.line_num, "", "standard.codes-syntax", {"detail": str(error)}))
    problems.extend(_faults_between(codes, lines))
    return tuple(codes), problems


def trusted_codes(text: str) -> tuple[Code, ...]:
    """The rows of a `codes.csv` that `read_codes` has found nothing wrong with before."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    header = [name.strip() for name in next(rows)]
    places = [header.index(name) if name in header else -1 for name in COLUMNS]
    others = sorted((name, place) for place, name in enumerate(header) if name and name not in COLUMNS)

    def read(row: list[str]) -> Code:
        code, zh, en, parent, level, start, end, after = (row[at].strip() if at >= 0 else "" for at in places)
        extra = tuple((name, row[at]) for name, at in others if row[at])
        return Code(code, zh, en, parent, level, day(start), day(end, last=True), after, extra)

    return tuple(read(row) for row in rows if any(row) and any(map(str.strip, row)))


def _code(row: Mapping[str, str], line: int, problems: list[Problem]) -> Code:
    known = {name: row.get(name, "").strip() for name in COLUMNS}
    dates: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        dates[name] = day(known[name], last=name == "valid_to") if known[name] else None
        if known[name] and dates[name] is None:
            problems.append((line, name, "standard.codes-date", {"value": known[name]}))
    if not known["code"]:
        problems.append((line, "code", "standard.codes-blank", {}))
    start, end = dates["valid_from"], dates["valid_to"]
    if start and end and start > end:
        problems.append((line, "valid_to", "standard.codes-period", {"code": known["code"]}))
    return Code(
        known["code"],
        name_zh=known["name_zh"],
        name_en=known["name_en"],
        parent=known["parent"],
        level=known["level"],
        valid_from=start,
        valid_to=end,
        replaced_by=known["replaced_by"],
        extra=tuple(sorted((name, cell) for name, cell in row.items() if name and name not in COLUMNS and cell)),
    )


def _faults_between(codes: Sequence[Code], lines: Sequence[int]) -> Iterable[Problem]:
    rows: dict[str, list[int]] = {}
    for index, each in enumerate(codes):
        for other in rows.setdefault(each.code, []):
            if each.code and _overlap(codes[other], each):
                yield lines[index], "code", "standard.codes-twice", {"code": each.code, "first": lines[other]}
                break
        rows[each.code].append(index)
    parents = {each.code: each.parent for each in codes if each.parent}
    for index, each in enumerate(codes):
        if each.parent and each.parent not in rows:
            yield lines[index], "parent", "standard.codes-parent", {"code": each.code, "parent": each.parent}
    for start in _cycles(parents):
        yield lines[rows[start][0]], "parent", "standard.codes-cycle", {"code": start}


def _overlap(one: Code, other: Code) -> bool:
    low, high = date.min, date.max
    return (one.valid_from or low) <= (other.valid_to or high) and (other.valid_from or low) <= (one.valid_to or high)


def _cycles(parents: Mapping[str, str]) -> Iterable[str]:
    """One code of each cycle of parents, the first met."""
    done: set[str] = set()
    for start in parents:
        trail: dict[str, None] = {}
        here = start
        while here in parents and here not in done and here not in trail:
            trail[here] = None
            here = parents[here]
        if here in trail:
            yield here
        done.update(trail)


def content_hash(codes: Sequence[Code]) -> str:
    """SHA-256 (hex) of the rows: one JSON line each, in the list's order."""
    digest = hashlib.sha256()
    for each in codes:
        row = [each.code, each.name_zh, each.name_en, each.parent, each.level]
        row += [moment.isoformat() if moment else "" for moment in (each.valid_from, each.valid_to)]
        line = [*row, each.replaced_by, [list(pair) for pair in each.extra]]
        digest.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


class CodeTable:
    """A code list made ready for questions; answers are kept, so asking again costs nothing."""

    def __init__(self, standard: Standard) -> None:
        self.standard = standard
        self._rows: dict[str, tuple[Code, ...]] = {}
        for each in standard.codes or ():
            self._rows[each.code] = (*self._rows.get(each.code, ()), each)
        self._current: dict[int, Mapping[str, Code]] = {}
        self._names: dict[int, Mapping[str, str | None]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def sha256(self) -> str:
        """The content hash of the rows."""
        return content_hash(self.standard.codes or ())

    def known(self, code: str) -> tuple[Code, ...]:
        """All dated rows of a code, in the list's order; none where it never was one."""
        return self._rows.get(code, ())

    @cached_property
    def turns(self) -> tuple[int, ...]:
        """The days (as ordinals) on which codes begin or have ended; between two of them nothing changes."""
        codes = self.standard.codes or ()
        starts = {each.valid_from.toordinal() for each in codes if each.valid_from is not None}
        ends = {each.valid_to.toordinal() + 1 for each in codes if each.valid_to is not None}
        return tuple(sorted(starts | ends))

    def current(self, on: date) -> Mapping[str, Code]:
        """The codes in force on a day; both ends of a period count."""
        time = bisect_right(self.turns, on.toordinal())
        if time not in self._current:
            valid = (each for rows in self._rows.values() for each in rows if _in_force(each, on))
            self._current[time] = {each.code: each for each in valid}
        return self._current[time]

    def by_name(self, on: date) -> Mapping[str, str | None]:
        """Name (either language) to code, of the codes in force on a day; None where two codes share the name."""
        time = bisect_right(self.turns, on.toordinal())
        if time not in self._names:
            names: dict[str, str | None] = {}
            for code, each in self.current(on).items():
                for name in {each.name_zh, each.name_en} - {""}:
                    names[name] = code if names.get(name, code) == code else None
            self._names[time] = names
        return self._names[time]

    def below(self, code: str, ancestor: str, on: date | None = None) -> bool:
        """Whether `ancestor` is a parent, grandparent … of `code`; never true of a code and itself."""
        seen = {code}
        here = self._row(code, on)
        while here is not None and here.parent and here.parent not in seen:
            if here.parent == ancestor:
                return True
            seen.add(here.parent)
            here = self._row(here.parent, on)
        return False

    def level(self, code: str, on: date | None = None) -> str:
        """The level of a code; empty where it has none or is not known."""
        row = self._row(code, on)
        return row.level if row else ""

    def _row(self, code: str, on: date | None) -> Code | None:
        """The row in force on a day, else the last one."""
        rows = self._rows.get(code)
        if not rows:
            return None
        return next((each for each in rows if on and _in_force(each, on)), rows[-1])


def _in_force(code: Code, on: date) -> bool:
    return (code.valid_from is None or code.valid_from <= on) and (code.valid_to is None or on <= code.valid_to)
