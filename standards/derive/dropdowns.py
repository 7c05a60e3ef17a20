"""Which cells choose from a list, which of these lists depend on another cell, and how a spreadsheet says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from gongshu.standards.codelists import CodeTable
from gongshu.standards.expressions.tree import branches
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.messages import sentence
from gongshu.standards.model import CodelistUse, Field, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

# Columns that say in their title which level of the divisions they hold, upper ones first.
LEVELS = ("province", "prefecture", "county", "township", "village")
_TITLES = re.compile(r"(?:(省)级?|(地)级市?|(县)级|(乡)级|(村)级)(?:行政区划)?(?:代码|名称)?\Z")
MOST = 10_000  # codes that a drop-down is still of use with
HINTED = 6  # codes named in the hint

Entries = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dropdown:
    """The entries of one column: what is chosen, and what it is called. Children of one parent stand together."""

    key: str  # of its named range
    title: str
    entries: Entries
    soft: bool = False  # another value may be right too: the officer is asked, not stopped
    parent: str = ""  # the column that this one depends on
    above: str = ""  # key of that column's list
    blocks: tuple[tuple[int, int, int], ...] = ()  # number of the parent's entry (1 first), first entry, how many

    def formula(self, letters: Mapping[str, str], row: int) -> str:
        """The source of the list, for the cell in that row."""
        if not self.parent:
            return self.key
        return f'INDIRECT("{self.key}_"&MATCH(${letters[self.parent]}{row},{self.above},0))'

    def ranges(self) -> dict[str, tuple[int, int]]:
        """Named ranges: name -> first entry (0 first), how many."""
        whole = {self.key: (0, len(self.entries))}
        return whole | {f"{self.key}_{parent}": (first, count) for parent, first, count in self.blocks}

    def hint(self, lang: str) -> str:
        """The first entries, for the input hint."""
        shown = [value if not label or value == label else f"{value}={label}" for value, label in self.entries[:HINTED]]
        more = "…" if len(self.entries) > HINTED else ""
        return sentence("template.choose", {"values": "；".join(shown) + more}, lang)


def dropdowns(table: Table, registry: Registry, as_of: date | None) -> dict[str, Dropdown]:
    """Column -> its drop-down, of all columns with a code list or an enumeration."""
    made: dict[str, Dropdown] = {}
    lists: dict[str, CodeTable] = {}
    for at, each in enumerate(table.fields):
        use = each.codelist
        if use is None:
            if each.constraints.enum and each.type == "string":
                made[each.name] = Dropdown(f"L{at}", each.title.zh, tuple((text, "") for text in each.constraints.enum))
            continue
        try:
            codes = lists[each.name] = registry.codes(use.list)
        except (StandardFault, StandardFaults):
            continue
        titled = _titled(each, codes)
        levelled = any(code.level for code in codes.standard.codes or ())
        level = use.level or (LEVELS[titled] if titled is not None and levelled else None)
        entries = _entries(each, replace(use, level=level), codes, as_of or date.max)
        if 0 < len(entries) <= MOST:
            title = codes.standard.title.zh or codes.standard.id
            made[each.name] = Dropdown(f"L{at}", title, entries, use.as_of is not None or level != use.level)
    for child, parent in (*_pairs(table), *_levels(table, lists)):
        if child in made and parent in made and not made[child].parent and child in lists:
            made[child] = _grouped(made[child], parent, made[parent], lists[child], lists.get(parent))
    return made


def _entries(each: Field, use: CodelistUse, codes: CodeTable, on: date) -> Entries:
    held = [
        code
        for code in codes.current(on).values()
        if (use.level is None or codes.level(code.code, on) == use.level)
        and (use.below is None or codes.below(code.code, use.below, on))
    ]
    named = [(code.name_zh, code.code) for code in held if code.name_zh]
    most = each.constraints.max_length
    single = len({name for name, _ in named}) == len(held) and all(len(name) <= (most or 1000) for name, _ in named)
    if use.by == "name" or (use.by == "either" and single):
        names = codes.by_name(on)
        return tuple((name, code if code != name else "") for name, code in named if names.get(name) is not None)
    return tuple((code.code, code.name_zh if code.name_zh != code.code else "") for code in held)


def _pairs(table: Table) -> Iterator[tuple[str, str]]:
    """Columns of which one lies below the other: said by a rule, or by the levels of one list."""
    for rule in table.rules:
        for tree in branches(rule.tree):
            if tree[0] == "below" and tree[1][0] == tree[2][0] == "column":
                yield tree[1][1], tree[2][1]
            if tree[0] == "=" and tree[1][0] == "column" and tree[2][0] in ("substr", "||", "left"):
                inner = [each[1] for each in branches(tree[2]) if each[0] == "column"]
                if len(inner) == 1 and inner[0] != tree[1][1]:
                    yield inner[0], tree[1][1]
    coded = [each for each in table.fields if each.codelist and each.codelist.level]
    for upper, lower in zip(coded, coded[1:]):
        assert upper.codelist is not None  # noqa: S101 - chosen so
        assert lower.codelist is not None  # noqa: S101 - chosen so
        if upper.codelist.list.id == lower.codelist.list.id and upper.codelist.level != lower.codelist.level:
            yield lower.name, upper.name


def _titled(each: Field, codes: CodeTable) -> int | None:
    """The rank of the level that a column's title names, where its list has that level or no levels at all."""
    found = _TITLES.match(each.title.zh)
    rank = next((at for at, part in enumerate(found.groups()) if part), None) if found else None
    held = {code.level for code in codes.standard.codes or ()}
    return rank if rank is not None and (LEVELS[rank] in held or held == {""}) else None


def _levels(table: Table, lists: Mapping[str, CodeTable]) -> Iterator[tuple[str, str]]:
    """Province, prefecture, county … in columns of one table: each below the next upper one that is there."""
    found: dict[int, list[str]] = {}
    for each in table.fields:
        rank = _titled(each, lists[each.name]) if each.name in lists else None
        if rank is not None:
            found.setdefault(rank, []).append(each.name)
    ranks = sorted(rank for rank, names in found.items() if len(names) == 1)
    for upper, lower in zip(ranks, ranks[1:]):
        yield found[lower][0], found[upper][0]


def _grouped(child: Dropdown, name: str, parent: Dropdown, codes: CodeTable, above: CodeTable | None) -> Dropdown:
    """The child's entries in the order of the parent's, each parent's own in one block; unchanged where none fits."""
    places = {_code(entry, above): at for at, entry in enumerate(parent.entries, 1)}
    held: dict[int, list[tuple[str, str]]] = {}
    for entry in child.entries:
        at = next((places[code] for code in _ancestors(_code(entry, codes), codes) if code in places), 0)
        held.setdefault(at, []).append(entry)
    if not set(held) - {0}:
        return child
    entries: list[tuple[str, str]] = []
    blocks: list[tuple[int, int, int]] = []
    for at in sorted(held):
        if at:
            blocks.append((at, len(entries), len(held[at])))
        entries += held[at]
    return Dropdown(child.key, child.title, tuple(entries), child.soft, name, parent.key, tuple(blocks))


def _code(entry: tuple[str, str], codes: CodeTable | None) -> str:
    """The code of an entry, whether it is chosen by code or by name."""
    value, label = entry
    return label if codes is not None and not codes.known(value) and label else value


def _ancestors(code: str, codes: CodeTable) -> Iterator[str]:
    seen = {""}
    while code not in seen:
        rows = codes.known(code)
        seen.add(code)
        code = rows[-1].parent if rows else ""
        if code:
            yield code
