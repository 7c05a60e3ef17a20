"""A row bent until a rule says what is wanted of it: search with good guesses, not proof."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from gongshu.standards.expressions import Tree, columns
from gongshu.standards.expressions.row import Value, evaluate, half_away
from gongshu.standards.model import Rule
from gongshu.standards.sampling.cells import Cell
from gongshu.standards.sampling.patterns import matching

STEPS = 200  # changes tried before a row is given up
FLIPPED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
SWAPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
SLICES = ("substr", "left", "right", "starts_with")


@dataclass(slots=True)
class Bench:
    """One row at work."""

    cells: Mapping[str, Cell]
    row: dict[str, Value]
    random: Random
    number: int
    today: date
    locked: frozenset[str] = frozenset()

    def value(self, tree: Tree) -> Any:
        """What an expression gives for the row as it stands."""
        return evaluate(tree, self.row, self.today, self.below)

    def below(self, column: str, code: str, ancestor: str) -> bool:
        """Whether a code lies below another in the list of that column."""
        table = self.cells[column].codes
        return table is not None and table.below(code, ancestor, self.today)

    def put(self, column: str, value: Value) -> bool:
        """Set a cell if its field accepts the value."""
        if column in self.locked or not self.cells[column].accepts(value, self.row):
            return False
        self.row[column] = value
        return True

    def remake(self, column: str, forced: tuple[int, str] = (0, "")) -> bool:
        """Another value at random, with the characters asked for."""
        value = self.cells[column].make(self.random, self.number, self.row, forced)
        return value is not None and self.put(column, value)


def mend(bench: Bench, rules: tuple[Rule, ...]) -> bool:
    """Change the row until no rule is FALSE; False where that was not reached."""
    for _ in range(STEPS):
        broken = [rule for rule in rules if bench.value(rule.tree) is False]
        if not broken:
            return True
        turn(bench, bench.random.choice(broken).tree, True)
    return False


def break_(bench: Bench, rule: Rule) -> bool:
    """Change the row until the rule is FALSE; False where that was not reached."""
    for _ in range(STEPS):
        if bench.value(rule.tree) is False:
            return True
        turn(bench, rule.tree, False)
    return False


def turn(bench: Bench, tree: Tree, wanted: bool) -> None:
    """One change that makes it likelier that the expression is what is wanted."""
    name, parts = tree[0], tree[1:]
    if name == "not":
        turn(bench, parts[0], not wanted)
    elif name in ("and", "or"):
        wrong = [part for part in parts if bench.value(part) is not wanted]
        every = (name == "and") is wanted
        for part in wrong if every else bench.random.sample(parts, 1):
            turn(bench, part, wanted)
    elif name == "case":
        _turn_case(bench, parts, wanted)
    elif name in FLIPPED:
        _compare(bench, name if wanted else FLIPPED[name], parts[0], parts[1])
    elif name == "is-null":
        _null(bench, parts[0], wanted)
    elif name == "in" and wanted and parts[0][0] == "column":
        if not (bench.put(parts[0][1], bench.value(bench.random.choice(parts[1:])))):
            _guess(bench, tree)
    elif name == "in" and wanted:
        _compare(bench, "=", parts[0], bench.random.choice(parts[1:]))
    elif name == "below" and wanted and parts[0][0] == parts[1][0] == "column":
        _under(bench, parts[0][1], parts[1][1])
    elif name in ("contains", "starts_with", "ends_with") and wanted and parts[0][0] == "column":
        if not (_hold(bench, name, parts[0][1], parts[1])):
            _guess(bench, tree)
    elif name == "between" and wanted and parts[0][0] == "column":
        if not (_span(bench, parts[0][1], *(bench.value(part) for part in parts[1:]))):
            _guess(bench, tree)
    elif name == "regexp_matches" and wanted and parts[0][0] == "column":
        remade = bench.remake(parts[0][1]) and bench.value(tree) is True
        if not remade and not (bench.put(parts[0][1], matching(parts[1][1], bench.random))):
            _guess(bench, tree)
    else:
        _guess(bench, tree)


def _hold(bench: Bench, name: str, column: str, part: Tree) -> bool:
    """Write the part into the column; or, where it is `a || other || b`, give the other what the column has there."""
    held, wanted = bench.row.get(column), bench.value(part)
    text = held if isinstance(held, str) else ""
    if isinstance(wanted, str) and wanted:
        joined = f"{wanted}{text}" if name == "starts_with" else f"{text}{wanted}"
        if bench.put(column, joined) or bench.put(column, wanted):
            return True
    if part[0] != "||":
        return part[0] == "column" and bench.put(part[1], text[: bench.random.randint(1, len(text))] if text else None)
    at = next((index for index, each in enumerate(part) if index and each[0] == "column"), None)
    if at is None:
        return False
    before, after = ("".join(str(bench.value(each)) for each in side) for side in (part[1:at], part[at + 1 :]))
    starts = [each.start() for each in re.finditer(f"(?={re.escape(before)})", text)] if name == "contains" else [0]
    pieces = [text[start + len(before) :] for start in starts if text.startswith(before, start)]
    bench.random.shuffle(pieces)
    return any(bench.put(part[at][1], piece.partition(after)[0] if after else piece) for piece in pieces)


def _span(bench: Bench, column: str, low: Any, high: Any) -> bool:
    if low is None or high is None or low > high:
        return False
    if isinstance(low, Fraction):
        return bench.put(column, half_away(low + (high - low) * Fraction(bench.random.randint(1, 99), 100), 1))
    return bench.put(column, bench.random.choice([low, high]))


def _turn_case(bench: Bench, parts: list[Any], wanted: bool) -> None:
    """Bend the branch that is taken, or take another."""
    pairs = list(zip(parts[:-1:2], parts[1:-1:2]))
    at = next((index for index, (condition, _) in enumerate(pairs) if bench.value(condition) is True), None)
    if at is None or bench.random.random() < 0.4:
        turn(bench, bench.random.choice(pairs)[0], at is None or bench.random.random() < 0.5)
    else:
        turn(bench, pairs[at][1], wanted)


def _null(bench: Bench, tree: Tree, wanted: bool) -> None:
    for column in columns(tree):
        if not wanted:
            bench.remake(column)
        elif bench.put(column, None):
            return
    if wanted and bench.value(tree) is not None:
        _guess(bench, tree)


def _compare(bench: Bench, operation: str, left: Tree, right: Tree) -> None:
    """Give one side what the other has, or a little more or less."""
    sides = [(left, operation, right), (right, SWAPPED[operation], left)]
    bench.random.shuffle(sides)
    for side, relation, other in sides:
        target = _near(bench.value(other), relation)
        if target is None:
            continue
        if side[0] == "column" and bench.put(side[1], target):
            return
        if operation == "=" and _slice(bench, side, target):
            return
    _guess(bench, [operation, left, right])


def _near(value: Any, relation: str) -> Any:
    if relation in ("=", "<=", ">=") or value is None:
        return value
    step = -1 if relation in ("<", "<>") else 1
    if isinstance(value, Fraction):
        return value + step
    if isinstance(value, date):
        try:
            return value + timedelta(days=step)
        except OverflowError:
            return None
    return None


def _slice(bench: Bench, side: Tree, target: Any) -> bool:
    """`substr(column, 1, 6) = '420102'`: a column remade around the characters that are fixed."""
    if side[0] == "replace" and side[1][0] == "column":
        return bench.put(side[1][1], target)
    if side[0] not in SLICES or side[1][0] != "column" or not isinstance(target, str):
        return False
    column = side[1][1]
    start = int(side[2][1]) - 1 if side[0] == "substr" else 0
    if side[0] == "right":
        held = bench.row.get(column)
        start = len(held) - len(target) if isinstance(held, str) else 0
    return bench.remake(column, (max(start, 0), target))


def _under(bench: Bench, column: str, above: str) -> None:
    """Give the upper column an ancestor of the code that its own field accepts."""
    table, code = bench.cells[column].codes, bench.row.get(column)
    rows = table.known(code) if table is not None and isinstance(code, str) else ()
    while rows and rows[-1].parent and table is not None:
        parent = rows[-1].parent
        if bench.put(above, parent):
            return
        rows = table.known(parent)
    _guess(bench, ["below", ["column", column], ["column", above]])


def _guess(bench: Bench, tree: Tree) -> None:
    """Another value for one of the columns, now and then none at all."""
    named = [column for column in columns(tree) if column not in bench.locked]
    if not named:
        return
    column = bench.random.choice(named)
    if bench.random.random() < 0.3 and bench.put(column, None):
        return
    bench.remake(column)
