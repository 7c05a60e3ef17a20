"""Which standard do these columns look like? From their names, and from a sample of values; no file is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongshu.standards.compiling import compiled
from gongshu.standards.entries import Entry
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.headers import normal
from gongshu.standards.model import Kind, Status, Table
from gongshu.standards.registry import Registry, numbers
from gongshu.standards.resemblance import Columns, Reasons, names_of

__all__ = ["Match", "Reasons", "detect", "score", "table_of"]

REQUIRED, ALL, COLUMNS = 0.3, 0.3, 0.4  # weights of: required fields found, all fields found, columns explained


@dataclass(frozen=True, slots=True)
class Match:
    """One standard that the names look like; `score` from 0 to 1."""

    id: str
    version: str
    score: float
    reasons: Reasons


def score(names: Sequence[str], table: Table) -> tuple[float, Reasons]:
    """How well column names fit a table: 1 where every field has its column and every column its field."""
    owners = {name: place for place, each in enumerate(table.fields) for name in names_of(each, table)}
    found: dict[int, str] = {}
    unknown = []
    for name in names:
        owner = owners.get(normal(name))
        if owner is None:
            unknown.append(name)
        else:
            found.setdefault(owner, name)
    required = [place for place, each in enumerate(table.fields) if each.constraints.required]
    missing = tuple(table.fields[place].name for place in required if place not in found)
    columns = sum(1 for name in names if normal(name))
    share_required = 1 - len(missing) / len(required) if required else len(found) / max(len(table.fields), 1)
    share_all = len(found) / max(len(table.fields), 1)
    share_columns = len(found) / max(columns, 1)
    total = REQUIRED * share_required + ALL * share_all + COLUMNS * min(share_columns, 1) if found else 0.0
    matched = tuple(found[place] for place in sorted(found))
    return round(total, 4), Reasons(matched, missing, tuple(unknown))


def detect(
    names: Sequence[str], registry: Registry, limit: int = 3, values: Sequence[Sequence[str]] | None = None
) -> list[Match]:
    """The table standards that the names, and the values of a sample where given, look most like, best first.

    Of each id the version that `registry.get(id)` would give is looked at; withdrawn ones are left out. Values are one
    sequence for each name. A column whose name no field has still counts, by half, where its values are an
    identifier or code list of a field.
    """
    columns = Columns(names, values, registry) if values is not None else None
    found = []
    for entry in _candidates(registry):
        table = table_of(registry, entry)
        if table is None:
            continue
        points, reasons = score(names, table)
        if columns is not None:
            points, reasons = columns.weighed(table, points, reasons)
        if reasons.matched or reasons.seen:
            found.append(Match(entry.id, entry.version, points, reasons))
    found.sort(key=lambda each: (-each.score, -len(each.reasons.matched), each.id))
    return found[:limit]


def _candidates(registry: Registry) -> list[Entry]:
    order = {Status.DRAFT: 0, Status.IN_FORCE: 1}
    best: dict[str, Entry] = {}
    for entry in registry.entries():
        if entry.kind is not Kind.TABLE or entry.faulty or entry.status not in order:
            continue
        held = best.get(entry.id)
        if held is None or (order[entry.status], numbers(entry.version)) > (order[held.status], numbers(held.version)):
            best[entry.id] = entry
    return list(best.values())


def table_of(registry: Registry, entry: Entry) -> Table | None:
    """The body of a table standard, without its code lists; a pack that cannot be loaded is passed over here."""
    form = compiled(entry.folder)
    if form is not None:
        return form.standard().table
    try:
        return registry.sealed(entry.folder).table
    except (StandardFault, StandardFaults):
        return None
