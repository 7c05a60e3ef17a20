"""Rules whose verdict is settled before any row is seen: those that can never fail, and those that never hold.

The rule is judged for every combination of values that can make a difference: all values of a column with few of them
(enum, code list, truth value), else the constants it is compared with and their neighbours. What cannot be looked into
(a column against a column, a function's value) counts as free, which can only add combinations: where none of them
fails, none of the rows does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any, TypeAlias

from gongshu.standards.expressions import Tree, columns, kind_of, uses_today
from gongshu.standards.expressions.row import compare, conjunction, disjunction, evaluate
from gongshu.standards.expressions.tree import branches
from gongshu.standards.model import Field, Table

Values: TypeAlias = Callable[[Field], Sequence[str] | None]  # codes and names that a field may hold; None = not known

MOST = 20_000  # combinations
FEW = 300  # values of one column that are all tried
ANY_DAY = date(2000, 1, 1)  # never asked for: what depends on today is free
TRUTH = (True, False, None)
CONNECTIVES = frozenset(["and", "or", "not", "is"])
ORDERED = ("<", "<=", ">", ">=")
COMPARED = frozenset(["=", "<>", *ORDERED])


def settled(tree: Tree, table: Table, values: Values) -> str | None:
    """`never` where the rule can never fail, `always` where it holds for no row at all, None where rows decide."""
    problem = _Problem(tree, table, values)
    outcomes: set[Any] = set()
    for env in problem.combinations():
        outcomes.add(problem.judge(tree, env))
        if {True, False} <= outcomes:
            return None
    if not outcomes:
        return None
    return "never" if False not in outcomes else "always" if True not in outcomes else None


class _Problem:
    """The free parts of one rule and the values that each of them may take."""

    def __init__(self, tree: Tree, table: Table, values: Values) -> None:
        self.fields = {each.name: each for each in table.fields}
        self.finite = {name: held for name in columns(tree) if (held := self._few(name, values)) is not None}
        self.free: dict[str, Sequence[Any]] = {}
        self.compared: dict[str, tuple[Tree, list[Any]]] = {}
        self._gather(tree)
        for key, (part, constants) in self.compared.items():
            self.free[key] = self._points(part, constants)

    def combinations(self) -> Iterator[Mapping[str, Any]]:
        """Every combination of the values of the free parts; none where there are too many to try."""
        names = [*(f"column {name}" for name in self.finite), *self.free]
        domains = [*self.finite.values(), *self.free.values()]
        size = 1
        for each in domains:
            size *= max(len(each), 1)
        if size <= MOST:
            for chosen in product(*domains):
                yield dict(zip(names, chosen))

    def judge(self, tree: Tree, env: Mapping[str, Any]) -> Any:
        """The verdict on one combination: TRUE, FALSE or NULL."""
        key = _key(tree)
        if key in env:
            return env[key]
        name = tree[0]
        if name == "and":
            return conjunction([self.judge(each, env) for each in tree[1:]])
        if name == "or":
            return disjunction([self.judge(each, env) for each in tree[1:]])
        if name == "not":
            inner = self.judge(tree[1], env)
            return None if inner is None else not inner
        if name == "is":
            return self.judge(tree[1], env) is tree[2]
        if self._known(tree):
            row = {column: env[f"column {column}"] for column in columns(tree)}
            return evaluate(tree, row, ANY_DAY)
        if name == "is-null":
            return self.judge(tree[1], env) is None
        parts = [self.judge(each, env) for each in tree[1:]]
        if name == "between":
            return conjunction([compare("<=", parts[1], parts[0]), compare("<=", parts[0], parts[2])])
        if name == "in":
            return disjunction([compare("=", parts[0], each) for each in parts[1:]])
        if name in (">", ">="):
            return compare("<" if name == ">" else "<=", parts[1], parts[0])
        return compare(name, parts[0], parts[1])

    def _known(self, tree: Tree) -> bool:
        """Whether a part can be computed: no column but those with few values, nothing that another day changes."""
        plain = not uses_today(tree) and not any(each[0] in ("below", "gathered") for each in branches(tree))
        return plain and all(name in self.finite for name in columns(tree))

    def _gather(self, tree: Tree) -> None:
        """Find the free parts below a boolean."""
        name = tree[0]
        if self._known(tree):
            return
        if name in CONNECTIVES:
            for each in tree[1:]:
                if isinstance(each, list):
                    self._gather(each)
        elif any(each[0] == "time" for each in branches(tree)):
            self.free[_key(tree)] = TRUTH  # an hour has no neighbours here
        elif name == "is-null" or (name in ("between", "in") and all(self._known(each) for each in tree[2:])):
            self._compare(tree[1], tree[2:])
        elif name in COMPARED and self._known(tree[2]) and not columns(tree[2]):
            self._compare(tree[1], [tree[2]])
        elif name in COMPARED and self._known(tree[1]) and not columns(tree[1]):
            self._compare(tree[2], [tree[1]])
        elif name in COMPARED and tree[1] == tree[2]:
            self._compare(tree[1], [])
        else:
            self.free[_key(tree)] = TRUTH

    def _compare(self, part: Tree, constants: Iterable[Tree]) -> None:
        if self._known(part):
            return
        _, held = self.compared.setdefault(_key(part), (part, []))
        held.extend(evaluate(each, {}, ANY_DAY) for each in constants if not columns(each))

    def _few(self, name: str, values: Values) -> Sequence[Any] | None:
        """All values of a column that has few; None where it has many."""
        field = self.fields.get(name)
        if field is None:
            return None
        kind = kind_of(field.type)
        given: Sequence[str] | None = field.constraints.enum
        if given is None and field.codelist is not None and kind == "text":
            given = values(field)
        if kind == "boolean":
            found: list[Any] = [True, False]
        elif given is not None and 0 < len(given) <= FEW:
            found = [each for text in given if (each := _read(text, kind)) is not None]
        else:
            return None
        return found if field.constraints.required else [*found, None]

    def _points(self, part: Tree, constants: Sequence[Any]) -> Sequence[Any]:
        """Values of a free part that together tell all cases apart: the constants, what lies beside and between."""
        known = sorted({each for each in constants if each is not None}, key=lambda each: (str(type(each)), each))
        points = {each: None for one in known for each in _beside(one)}
        low, high, nullable = self._limits(part)
        points.update(dict.fromkeys(near for each in (low, high) if each is not None for near in _beside(each)))
        for one, other in zip(known, known[1:]):
            if isinstance(one, Fraction) and isinstance(other, Fraction):
                points[(one + other) / 2] = None
        whole = part[0] == "length" or (part[0] == "column" and self.fields[part[1]].type in ("integer", "year"))
        inside = [
            each
            for each in points
            if (low is None or each >= low)
            and (high is None or each <= high)
            and not (whole and isinstance(each, Fraction) and each.denominator != 1)
        ]
        # A part that is only asked whether it is NULL needs one value that is not.
        return [*(inside or ([] if known else ["x"])), *([None] if nullable else [])]

    def _limits(self, part: Tree) -> tuple[Any, Any, bool]:
        """The bounds of a part as far as its column states them, and whether it may be NULL."""
        if part[0] == "length" and part[1][0] == "column":
            held = self.fields[part[1][1]].constraints
            high = None if held.max_length is None else Fraction(held.max_length)
            return Fraction(max(held.min_length or 0, 1)), high, not held.required
        if part[0] != "column":
            return None, None, True
        field = self.fields[part[1]]
        kind = kind_of(field.type)
        held = field.constraints
        low, high = (_read(text, kind) if text else None for text in (held.minimum, held.maximum))
        return low, high, not held.required


def _key(tree: Tree) -> str:
    return f"column {tree[1]}" if tree[0] == "column" else json.dumps(tree, ensure_ascii=False)


def _read(text: str, kind: str) -> Any:
    try:
        if kind == "number":
            return Fraction(text)
        if kind == "date":
            return date.fromisoformat(text)
    except (ValueError, ZeroDivisionError):
        return None
    return text if kind == "text" else None


def _beside(value: Any) -> list[Any]:
    """A value and its nearest neighbours on both sides."""
    if isinstance(value, bool):
        return [value]
    if isinstance(value, Fraction):
        return [value, Fraction(ceil(value) - 1), Fraction(floor(value) + 1)]
    if isinstance(value, datetime):
        return [value, value - timedelta(microseconds=1), value + timedelta(microseconds=1)]
    if isinstance(value, date):
        return [value, value - timedelta(days=1), value + timedelta(days=1)]
    if isinstance(value, str):
        return [value, value + "\0", *([value[:-1]] if len(value) > 1 else []), "\0"]
    return [value]
