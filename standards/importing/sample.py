"""Column names and values of a data file as a first draft: what the values are is recognised, and why is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gongshu.standards.headers import normal
from gongshu.standards.importing.draft import Draft, Drafted, Note, identity, note
from gongshu.standards.importing.types import READ
from gongshu.standards.model import CodelistUse, Constraints, Field, Format, Identifier, Privacy, Reference, Text
from gongshu.standards.recognising import distinct, identified, listed

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

FEW, TIMES = 12, 5  # an enum has at most so many values, each seen so many times on average
CODE_FROM = 6  # digits
UNIQUE_FROM = 10  # rows, below which that no value repeats says nothing
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y")
MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
)
CHINESE_FIRST = DATES[:5]
# identifiers that are a person's, and how they are masked
PERSONAL = {"citizen-id": "citizen-id", "citizen-id-15": "citizen-id", "mobile": "phone", "bank-card": "card"}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?\Z", re.ASCII)


def draft_of(
    names: Sequence[str], columns: Sequence[Sequence[str]], registry: Registry, *, title: str, source: str
) -> Draft:
    """The draft of a table with these column names and, for each, the text of its cells in the order of the rows."""
    rows = max((len(each) for each in columns), default=0)
    fields = []
    taken: dict[str, int] = {}
    for place, name in enumerate(names):
        values = [cell.strip() for cell in columns[place]] if place < len(columns) else []
        made = _column(_shown(name, place), values, registry)
        count = taken[normal(made.field.name)] = taken.get(normal(made.field.name), 0) + 1
        if count > 1:
            again = note("name-twice", name=made.field.name)
            made = Drafted(replace(made.field, name=f"{made.field.name}_{count}"), (*made.notes, again))
        fields.append(made)
    key = next(
        (each.field.name for each in fields if each.field.constraints.unique and each.field.constraints.required), ""
    )
    return Draft(
        identity(title),
        tuple(fields),
        title=Text(zh=title),
        source=source,
        primary_key=(key,) if key else (),
        notes=(note("sample", rows=rows),),
    )


def _shown(name: str, place: int) -> str:
    return " ".join(name.split()).lstrip("*") or f"column_{place + 1}"


def _column(name: str, values: Sequence[str], registry: Registry) -> Drafted:
    given = [each for each in values if each]
    if not given:
        return Drafted(Field(name), (note("empty-seen"),))
    notes: list[Note] = []
    some = distinct(given)
    made = _typed(Field(name), name, given, some, registry, notes)
    limits = made.constraints
    if len(given) == len(values):
        limits = replace(limits, required=True)
        notes.append(note("required-seen", of=len(values)))
    else:
        notes.append(note("blank-seen", of=len(values), count=len(values) - len(given)))
    kinds = set(given)
    if len(kinds) == len(given) >= UNIQUE_FROM and made.type in ("string", "integer") and made.codelist is None:
        limits = replace(limits, unique=True)
        notes.append(note("unique-seen"))
    return Drafted(replace(made, constraints=limits), tuple(notes))


def _typed(
    made: Field, name: str, given: Sequence[str], some: Sequence[str], registry: Registry, notes: list[Note]
) -> Field:
    """What the values are: an identifier, codes, dates, numbers, a few words, a text; the first that fits."""
    found = identified(name, some)
    if found is not None:
        notes.append(note("identifier-seen", name=found.name, fitting=found.fitting, of=found.of))
        mask = PERSONAL.get(found.name)
        private = Privacy("sensitive" if mask == "citizen-id" else "personal", mask) if mask else Privacy()
        return replace(made, identifier=Identifier(found.name), privacy=private)
    found = listed(name, some, registry)
    if found is not None:
        notes.append(note("codelist-seen", title=found.title, fitting=found.fitting, of=found.of))
        use = CodelistUse(Reference.parse(found.name), by="code" if found.by == "code" else "either")
        return replace(made, codelist=use)
    for kind, patterns in (("datetime", MOMENTS), ("date", DATES)):
        fitting = _dates(given, patterns)
        if fitting:
            notes.append(note("type-seen", type=f"{kind} {fitting[0]}", of=len(given)))
            notes.extend([note("date-mixed")] if len(fitting) > 1 else [])
            return replace(made, type=kind, format=Format(fitting[0], READ))
    if len({len(each) for each in given}) == 1 and len(given[0]) >= CODE_FROM and given[0].isdigit() and len(some) > 1:
        return _text(made, given, some, notes)  # as many digits each time: a code, not a quantity
    if all(_INTEGER.match(each) for each in given):
        notes.append(note("type-seen", type="integer", of=len(given)))
        return replace(made, type="integer")
    if all(_NUMBER.match(each) for each in given):
        notes.append(note("type-seen", type="number", of=len(given)))
        return replace(made, type="number")
    return _text(made, given, some, notes)


def _dates(given: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The patterns that read all values. Eight digits are dates only in a likely century."""
    fitting = []
    for pattern in patterns:
        if all(_read(each, pattern) for each in given):
            fitting.append(pattern)
    return fitting


def _read(text: str, pattern: str) -> bool:
    try:
        found = datetime.strptime(text, pattern)  # noqa: DTZ007 - a day in a table has no zone
    except ValueError:
        return False
    return 1900 <= found.year <= 2100 and (
        pattern not in ("%Y%m%d", "%Y%m%d%H%M%S") or (text.isdigit() and len(text) in (8, 14))
    )


def _text(made: Field, given: Sequence[str], some: Sequence[str], notes: list[Note]) -> Field:
    if all(re.fullmatch(r"[0-9]+", each) for each in given) and any(each.startswith("0") for each in given):
        notes.append(note("zeros-seen"))
    if len(some) <= FEW and len(given) >= TIMES * len(some) and max(map(len, some)) <= 20:
        notes.append(note("enum-seen", of=len(given), count=len(some)))
        return replace(made, constraints=Constraints(enum=tuple(sorted(set(given)))))
    sizes = {len(each) for each in given}
    if len(sizes) == 1 and len(given) >= UNIQUE_FROM and all(each.isascii() and " " not in each for each in given):
        size = next(iter(sizes))
        notes.append(note("length-seen", size=size))
        return replace(made, constraints=Constraints(min_length=size, max_length=size))
    notes.append(note("longest-seen", size=max(sizes)))
    return made
