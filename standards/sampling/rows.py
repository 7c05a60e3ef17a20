"""Rows of a table standard: conforming ones by construction and mending, faulty ones by one planted fault each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from gongshu.standards.expressions.row import Value
from gongshu.standards.faults import StandardFault
from gongshu.standards.model import Field, Rule, Standard, Table
from gongshu.standards.sampling.cells import Cell, cell_of
from gongshu.standards.sampling.mending import Bench, mend
from gongshu.standards.sampling.planting import Planter
from gongshu.standards.sampling.spelling import spell

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

ATTEMPTS = 80  # rows begun again before a standard is said to have no more
OPTIONAL = 0.6  # how often an optional cell is filled
EVERY = 3  # with faults, every third row has one


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault that was put into a row (its record number, from 1), and the code under which it must be found."""

    row: int
    column: str
    code: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Rows as texts, in the order of the fields."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    planted: tuple[Planted, ...] = ()


def sample(
    standard: Standard, registry: Registry, *, rows: int, as_of: date, seed: int = 0, faults: bool = False
) -> Sampled:
    """So many rows that the standard accepts on that date; with `faults`, every third has one fault and says which.

    Dataset rules and keys into other tables are not looked at. Raises `StandardFault` where the standard is no table,
    or where no further row was found (its rules contradict each other, or its key has no more values).
    """
    if standard.table is None:
        params = {"name": standard.reference, "kind": standard.kind.value, "form": "sample"}
        raise StandardFault("standard.export-kind", **params)
    maker = _Maker(standard, standard.table, registry, as_of, Random(seed))  # noqa: S311 - examples, not secrets
    made = [maker.row(number) for number in range(1, rows + 1)]
    planted: list[Planted] = []
    if faults:
        planter = Planter(standard.table, maker.cells, maker.rules, maker.random, as_of)
        for at in range(EVERY - 1, rows, EVERY):
            found = planter.plant(made, at)
            if found is not None:
                planted.append(Planted(at + 1, *found))
    else:
        planter = None
    fields = standard.table.fields
    texts = planter.texts if planter is not None else {}
    spelled = tuple(
        tuple(texts.get((at, each.name), spell(each, row[each.name])) for each in fields) for at, row in enumerate(made)
    )
    return Sampled(tuple(each.name for each in fields), spelled, tuple(planted))


@dataclass(slots=True)
class _Maker:
    standard: Standard
    table: Table
    registry: Registry
    as_of: date
    random: Random
    cells: dict[str, Cell] = field(init=False)
    rules: tuple[Rule, ...] = field(init=False)
    order: tuple[Field, ...] = field(init=False)
    keys: tuple[tuple[str, ...], ...] = field(init=False)
    seen: set[tuple[int, tuple[Value, ...]]] = field(default_factory=set)
    parents: list[dict[str, Value]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cells = {each.name: cell_of(each, self.as_of, self.registry.codes) for each in self.table.fields}
        self.rules = tuple(rule for rule in self.table.rules if rule.severity != "ignore")
        # A code judged on the row's own date is made after that date.
        self.order = tuple(
            sorted(self.table.fields, key=lambda each: each.codelist is not None and each.codelist.as_of is not None)
        )
        unique = tuple((each.name,) for each in self.table.fields if each.constraints.unique)
        keys = (self.table.primary_key, *self.table.unique_keys, *unique)
        self.keys = tuple(key for key in keys if key) or (tuple(each.name for each in self.table.fields),)

    def row(self, number: int) -> dict[str, Value]:
        """The next row, different from all before it in every key."""
        for attempt in range(ATTEMPTS):
            row = self._begin(number, sparse=attempt > ATTEMPTS // 2)
            if row is None or not mend(Bench(self.cells, row, self.random, number, self.as_of), self.rules):
                continue
            self._label(row)
            marks = {(index, tuple(row[name] for name in key)) for index, key in enumerate(self.keys)}
            if self._complete(row) and not marks & self.seen:
                self.seen |= marks
                self.parents.append(row)
                return row
        raise StandardFault("standard.sample-exhausted", name=self.standard.reference, row=number)

    def _begin(self, number: int, *, sparse: bool) -> dict[str, Value] | None:
        due = {name for key in self.keys[:1] for name in key} if self.table.primary_key else set()
        row: dict[str, Value] = {each.name: None for each in self.table.fields}
        for each in self.order:
            needed = each.constraints.required or each.name in due
            if not needed and (sparse or self.random.random() > OPTIONAL):
                continue
            value = self.cells[each.name].make(self.random, number, row)
            if value is None and needed:
                return None
            row[each.name] = value
        self._refer(row)
        return row

    def _refer(self, row: dict[str, Value]) -> None:
        """Keys into the table itself point to a row that is there."""
        for key in self.table.foreign_keys:
            if key.resource or key.standard is not None or all(row[name] is None for name in key.fields):
                continue
            parent = self.random.choice(self.parents) if self.parents else row
            row.update({name: parent[other] for name, other in zip(key.fields, key.reference_fields)})

    def _label(self, row: dict[str, Value]) -> None:
        for each in self.table.fields:
            if each.label_of is None or row[each.name] is None:
                continue
            cell, code = self.cells[each.label_of], row[each.label_of]
            known = cell.codes.current(self.as_of).get(code) if cell.codes and isinstance(code, str) else None
            if known is not None:
                row[each.name] = known.name_zh or known.name_en

    def _complete(self, row: dict[str, Value]) -> bool:
        """Whether mending and labels left every cell acceptable and every part of the primary key there."""
        return all(row[name] is not None for name in self.table.primary_key) and all(
            cell.accepts(row[name], row) for name, cell in self.cells.items()
        )
