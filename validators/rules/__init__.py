"""Rules of a standard over columns of data: which rows break a row rule, and whether a table keeps a dataset rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from gongshu.standards.expressions.tree import Tree, codelists_of, columns, uses_today
from gongshu.validators.rules import logic
from gongshu.validators.rules.aggregates import Gathered, split
from gongshu.validators.rules.evaluate import Below, Frame, evaluate
from gongshu.validators.rules.packed import Mask

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable
    from gongshu.standards.model import Rule
    from gongshu.validators.values import Values

__all__ = ["DatasetRule", "RowRule", "compile_dataset_rule", "compile_rule"]

EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule that judges every row by itself. Safe to use from several threads."""

    rule: Rule
    columns: tuple[str, ...]  # every field it names, in order of appearance
    kinds: Mapping[str, str]
    below: Mapping[str, Below]

    def violations(self, columns: Mapping[str, Values], rows: int, *, today: date) -> Mask:
        """True exactly where the expression is FALSE. A column that is not given counts as NULL in every row."""
        if rows == 0:
            return np.zeros(0, np.bool_)
        found = evaluate(self.rule.tree, Frame(columns, self.kinds, today.toordinal() - EPOCH, self.below))
        broken = np.zeros(1, np.bool_) if found.kind == logic.NULL else logic.false(found)
        return np.array(np.broadcast_to(broken, rows))


@dataclass(slots=True)
class DatasetState:
    """What a dataset rule has seen so far."""

    parts: list[Gathered]
    today: int | None = None

    def close(self) -> None:
        """Let go of everything, on disk too."""
        for part in self.parts:
            part.distinct.close()


@dataclass(frozen=True, slots=True)
class DatasetRule:
    """A rule over the table as a whole, fed batch by batch in any sizes."""

    rule: Rule
    columns: tuple[str, ...]
    kinds: Mapping[str, str]
    below: Mapping[str, Below]
    outer: Tree
    parts: tuple[Tree, ...]

    def start(self, *, today: date | None = None) -> DatasetState:
        """Nothing seen yet. `today` is needed here only where the rule asks for it *inside* an aggregate."""
        if today is None and any(uses_today(part) for part in self.parts):
            raise ValueError(f"rule {self.rule.id} asks for today() inside an aggregate: start(today=…)")
        return DatasetState([Gathered() for _ in self.parts], None if today is None else today.toordinal() - EPOCH)

    def feed(self, state: DatasetState, columns: Mapping[str, Values], rows: int) -> DatasetState:
        """Take in one batch; gives back the state it was given."""
        frame = Frame(columns, self.kinds, state.today, self.below)
        for part, gathered in zip(self.parts, state.parts):
            gathered.feed(part, frame, rows)
        return state

    def holds(self, state: DatasetState, *, today: date) -> bool | None:
        """Whether the table keeps the rule; None is NULL, which breaks nothing."""
        results = {
            str(number): gathered.result(part[0])
            for number, (part, gathered) in enumerate(zip(self.parts, state.parts))
        }
        found = evaluate(self.outer, Frame(results, {}, today.toordinal() - EPOCH, self.below))
        if found.kind == logic.NULL or not logic.known(found)[0]:
            return None
        return bool(found.data[0])


def compile_rule(
    rule: Rule, kinds: Mapping[str, str], scales: Mapping[str, int], codes: Callable[[str], CodeTable]
) -> RowRule:
    """Make a row rule ready. `codes` gives the code list of a field, asked only for what `codelists_of` names.

    `scales` is not needed: a column of numbers carries its scale.
    """
    return RowRule(rule, columns(rule.tree), kinds, _lookups(rule.tree, codes))


def compile_dataset_rule(
    rule: Rule, kinds: Mapping[str, str], scales: Mapping[str, int], codes: Callable[[str], CodeTable]
) -> DatasetRule:
    """Make a dataset rule ready; the arguments are those of `compile_rule`."""
    parts: list[Tree] = []
    outer = split(rule.tree, parts)
    return DatasetRule(rule, columns(rule.tree), kinds, _lookups(rule.tree, codes), outer, tuple(parts))


def _lookups(tree: Any, codes: Callable[[str], CodeTable]) -> dict[str, Below]:
    return {name: codes(name).below for name in codelists_of(tree)}
