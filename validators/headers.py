"""Which column of a file is which field of a standard, and what is wrong with the header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from gongshu.standards.faults import StandardFault
from gongshu.standards.headers import normal
from gongshu.standards.model import Table
from gongshu.validators.batch import Shape
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.ownmarks import problem_column

Severities: TypeAlias = Callable[[str, str | None, str], Severity | None]  # code, rule, default word -> None = ignored
Fit: TypeAlias = Callable[[Sequence[str]], float]

MANY = 50  # names listed in one parameter; a header of a thousand names is not a sentence

REMEMBERED = 2048  # names


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """Where each field stands. `nameless` columns are a fault only if they hold values, which reading will tell."""

    columns: Mapping[str, int] = field(default_factory=dict)  # field name -> column number, in the standard's order
    written: Mapping[str, str] = field(default_factory=dict)  # field name -> its name as written in the file
    nameless: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


def fit(table: Table) -> Fit:
    """A measure in 0..1 of how well a row of texts serves as the header of `table` (F1 of fields found)."""
    tiers = _tiers(table)

    @lru_cache(REMEMBERED)  # the same rows are looked at under every delimiter
    def find(name: str) -> str | None:
        return _find(name, tiers)[1]

    def score(names: Sequence[str]) -> float:
        filled = [name for name in names if name.strip()]
        found = {hit for name in filled if (hit := find(name)) is not None}
        return 2 * len(found) / (len(filled) + len(table.fields)) if found else 0.0

    return score


def match(shape: Shape, table: Table, severity: Severities) -> HeaderMatch:
    """Fields found in the header, and what is wrong with names; an exact name goes before a title or an alias."""
    names, policy = shape.header.names if shape.header else (), table.header
    hits = _hits(names, table)
    nameless = tuple(i for i, name in enumerate(names) if not name.strip())
    if not hits:
        return HeaderMatch(nameless=nameless, findings=_headless(shape, table, names, severity))
    columns = {each.name: min(hits[each.name])[1] for each in table.fields if each.name in hits}
    findings = [
        *_missing(shape, table, columns, severity),
        *_extra(shape, names, hits, nameless, severity("table.column-extra", None, policy.extra)),
        *_duplicate(shape, names, hits, columns, severity),
        *_order(shape, names, columns, severity("table.column-order", None, policy.order)),
    ]
    return HeaderMatch(columns, {name: names[i] for name, i in columns.items()}, nameless, tuple(findings))


def structure(shape: Shape) -> HeaderMatch:
    """What can be said of a header without a standard: names that occur twice, columns without a name."""
    names = shape.header.names if shape.header else ()
    nameless = tuple(i for i, name in enumerate(names) if not name.strip())
    places: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if i not in nameless:
            places.setdefault(normal(name), []).append(i)
    findings = [
        Finding(
            "table.column-duplicate",
            Severity.ERROR,
            len(at) - 1,
            columns=(names[at[0]],),
            samples=tuple(_sample(shape, names, i, first=_place(shape, at[0])) for i in at[1:]),
        )
        for at in places.values()
        if len(at) > 1
    ]
    return HeaderMatch(nameless=nameless, findings=tuple(findings))


def titled(shape: Shape, severity: Severities) -> list[Finding]:
    """The rows above the header, which are no data (`table.title-rows`)."""
    header, level = shape.header, severity("table.title-rows", None, "info")
    if header is None or not header.title_rows or level is None:
        return []
    if any(each.code == "table.title-rows" for each in shape.findings):  # the reader has said it
        return []
    samples = tuple(Sample(line=line, value=text) for line, text in zip(header.title_lines, header.title_rows))
    return [Finding("table.title-rows", level, len(header.title_rows), samples=samples)]


def blank(shape: Shape, filled: Mapping[int, int], severity: Severities) -> list[Finding]:
    """Nameless columns that hold values; `filled` is how many, by column number."""
    level, names = severity("table.header-blank", None, "error"), shape.header.names if shape.header else ()
    held = [i for i, count in sorted(filled.items()) if count]
    if level is None or not held:
        return []
    samples = tuple(_sample(shape, names, i, values=filled[i]) for i in held)
    return [Finding("table.header-blank", level, len(held), samples=samples)]


# --- names to fields ---------------------------------------------------------------------------------------------


def _tiers(table: Table) -> list[dict[str, list[str]]]:
    """Names that stand for a field, strongest first: as written, then by normal form as name, title, alias."""
    exact: dict[str, list[str]] = {each.name: [each.name] for each in table.fields}
    tiers = [exact]
    for way in table.header.match:
        tier: dict[str, list[str]] = {}
        for each in table.fields:
            words = {"name": (each.name,), "title": (each.title.zh, each.title.en), "alias": each.aliases}[way]
            for word in dict.fromkeys(map(normal, words)):
                if word:
                    tier.setdefault(word, []).append(each.name)
        tiers.append(tier)
    return tiers


def _find(name: str, tiers: list[dict[str, list[str]]]) -> tuple[int, str | None]:
    """The tier and the field that a written name stands for; two fields in one tier are a fault of the standard."""
    if not name.strip():
        return 0, None
    plain = ""
    for strength, tier in enumerate(tiers):
        if strength and not plain:
            plain = normal(name)
        found = tier.get(plain if strength else name)
        if found:
            if len(found) > 1:
                raise StandardFault("standard.field-alike", name=name, one=found[0], other=found[1])
            return strength, found[0]
    return 0, None


def _hits(names: Sequence[str], table: Table) -> dict[str, list[tuple[int, int]]]:
    tiers = _tiers(table)
    hits: dict[str, list[tuple[int, int]]] = {}
    for i, name in enumerate(names):
        strength, found = _find(name, tiers)
        if found is not None:
            hits.setdefault(found, []).append((strength, i))
    return hits


# --- findings ----------------------------------------------------------------------------------------------------


def _place(shape: Shape, i: int) -> str:
    """A column as people call it: its letter in a workbook, else its number."""
    return shape.column_letters[i] if shape.addressed and i < len(shape.column_letters) else str(i + 1)


def _sample(shape: Shape, names: Sequence[str], i: int, **params: object) -> Sample:
    line = shape.header.line if shape.header and shape.positioned else None
    cell = f"{_place(shape, i)}{line}" if shape.addressed and line is not None else None
    return Sample(line=line, cell=cell, value=names[i], params={"column": _place(shape, i), **params})


def _headless(shape: Shape, table: Table, names: Sequence[str], severity: Severities) -> tuple[Finding, ...]:
    level = severity("table.header-missing", None, "error") or Severity.ERROR
    expected = [each.title.zh or each.title.en or each.name for each in table.fields]
    params = {"expected": expected[:MANY], "found": [name for name in names if name.strip()][:MANY]}
    line = shape.header.line if shape.header and shape.positioned else None
    return (Finding("table.header-missing", level, 1, samples=(Sample(line=line),), params=params),)


def _missing(shape: Shape, table: Table, columns: Mapping[str, int], severity: Severities) -> list[Finding]:
    findings = []
    for each in table.fields:
        if each.name not in columns:
            required = each.constraints.required or each.name in table.primary_key
            word = table.header.missing if required else table.header.missing_optional
            level = severity("table.column-missing", None, word)
            if level is not None:
                line = shape.header.line if shape.header and shape.positioned else None
                params = {"title": each.title.zh or each.title.en or each.name, "required": required}
                sample = (Sample(line=line),)
                findings.append(
                    Finding("table.column-missing", level, 1, columns=(each.name,), samples=sample, params=params)
                )
    return findings


def _extra(
    shape: Shape,
    names: Sequence[str],
    hits: Mapping[str, list[tuple[int, int]]],
    nameless: tuple[int, ...],
    level: Severity | None,
) -> list[Finding]:
    known = {i for places in hits.values() for _, i in places} | set(nameless)
    if level is None:
        return []
    # of a workbook that we have marked and that comes back; asking takes the messages, so only where one is left over
    own = problem_column(names) if len(known) < len(names) else None
    return [
        Finding(
            "table.column-extra",
            level if i != own else Severity.INFO,
            1,
            columns=(name,),
            samples=(_sample(shape, names, i),),
        )
        for i, name in enumerate(names)
        if i not in known
    ]


def _duplicate(
    shape: Shape,
    names: Sequence[str],
    hits: Mapping[str, list[tuple[int, int]]],
    columns: Mapping[str, int],
    severity: Severities,
) -> list[Finding]:
    level = severity("table.column-duplicate", None, "error")
    if level is None:
        return []
    findings = []
    for name, used in columns.items():
        others = sorted(i for _, i in hits[name] if i != used)
        if others:
            samples = tuple(_sample(shape, names, i, first=_place(shape, used)) for i in others)
            findings.append(Finding("table.column-duplicate", level, len(others), columns=(name,), samples=samples))
    return findings


def _order(shape: Shape, names: Sequence[str], columns: Mapping[str, int], level: Severity | None) -> list[Finding]:
    found = sorted(columns, key=columns.__getitem__)
    if level is None or found == list(columns):
        return []
    i = next(columns[name] for name, wanted in zip(found, columns) if name != wanted)
    params = {"expected": list(columns)[:MANY], "found": found[:MANY]}
    return [Finding("table.column-order", level, 1, samples=(_sample(shape, names, i),), params=params)]
