"""One fault into a row that has none, of a kind that its column allows, with the code under which it must be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableSequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from random import Random

from gongshu.standards.expressions.row import Value, plain
from gongshu.standards.model import Field, Rule, Table
from gongshu.standards.sampling.cells import Cell
from gongshu.standards.sampling.mending import Bench, break_

Found = tuple[str, str, str]  # column, code, rule
Rows = MutableSequence[dict[str, Value]]
STRANGE = "#"  # stands in no code list, pattern or number


@dataclass(slots=True)
class Planter:
    """Goes through the kinds of fault that a table can have, one for each row asked for."""

    table: Table
    cells: Mapping[str, Cell]
    rules: tuple[Rule, ...]
    random: Random
    as_of: date
    texts: dict[tuple[int, str], str] = field(default_factory=dict)  # cells that no value of the type can spell
    kinds: list[tuple[str, Callable[[Rows, int], bool], Found]] = field(init=False)
    turn: int = 0

    def __post_init__(self) -> None:
        self.kinds = [*self._of_cells(), *self._of_rules(), *self._of_keys()]
        self.random.shuffle(self.kinds)

    def plant(self, rows: Rows, at: int) -> Found | None:
        """Change row `at`; None where no kind of fault could be planted in it."""
        for _ in self.kinds:
            _, put, found = self.kinds[self.turn % len(self.kinds)]
            self.turn += 1
            if put(rows, at):
                return found
        return None

    def _of_cells(self) -> Iterator[tuple[str, Callable[[Rows, int], bool], Found]]:
        for each in self.table.fields:
            if each.severity == "ignore":
                continue
            for code, text in self._wrong(each):
                yield code, self._put(each, text), (each.name, code, "")

    def _put(self, each: Field, text: str | None) -> Callable[[Rows, int], bool]:
        def put(rows: Rows, at: int) -> bool:
            wrong = self._spoilt(each, rows[at][each.name]) if text is None else text
            if wrong is None:
                return False
            self.texts[at, each.name] = wrong
            return True

        return put

    def _wrong(self, each: Field) -> Iterator[tuple[str, str | None]]:
        """Codes, each with the text that earns it; None = made from the cell's own value."""
        held, cell = each.constraints, self.cells[each.name]
        if held.required:
            yield "cell.required", ""
        if cell.kind in ("number", "date", "datetime", "time", "boolean"):
            yield "cell.type", f"示例{STRANGE}"
        if cell.kind == "number" and held.minimum is not None:
            yield "cell.minimum", plain(Fraction(held.minimum) - 1)
        if cell.kind == "number" and held.maximum is not None:
            yield "cell.maximum", plain(Fraction(held.maximum) + 1)
        if cell.kind != "text" or each.type != "string":
            return
        if each.identifier is not None:
            yield "cell.identifier", None
        elif cell.codes is not None:
            if len(STRANGE) <= (held.max_length or 1):
                yield "cell.code-unknown", STRANGE
        elif held.enum is not None:
            yield "cell.enum", STRANGE
        elif held.pattern is not None:
            if not cell.pattern.fullmatch(STRANGE) and (held.min_length or 0) <= 1:
                yield "cell.pattern", STRANGE
        elif held.max_length is not None:
            yield "cell.length", "例" * (held.max_length + 1)

    def _spoilt(self, each: Field, value: Value) -> str | None:
        """An identifier with another last character."""
        if not isinstance(value, str):
            return None
        for last in "0123456789X":
            spoilt = value[:-1] + last
            if spoilt != value and not self.cells[each.name].accepts(spoilt, {}):
                return spoilt
        return STRANGE

    def _of_rules(self) -> Iterator[tuple[str, Callable[[Rows, int], bool], Found]]:
        for rule in self.rules:
            if rule.fields:
                yield "row.rule", self._breaker(rule), (rule.fields[0], "row.rule", rule.id)

    def _breaker(self, rule: Rule) -> Callable[[Rows, int], bool]:
        def put(rows: Rows, at: int) -> bool:
            bench = Bench(
                self.cells, dict(rows[at]), self.random, at + 1, self.as_of, frozenset(self.table.primary_key)
            )
            if not break_(bench, rule):
                return False
            rows[at] = bench.row
            return True

        return put

    def _of_keys(self) -> Iterator[tuple[str, Callable[[Rows, int], bool], Found]]:
        key = self.table.primary_key
        if not key:
            return

        def put(rows: Rows, at: int) -> bool:
            if at == 0 or any((0, name) in self.texts for name in key):
                return False
            rows[at].update({name: rows[0][name] for name in key})
            return True

        yield "key.duplicate", put, (key[0], "key.duplicate", "")
