"""min, max, sum, count and avg over a whole table, fed batch by batch, exact whatever the size of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.expressions.tree import LEAVES, Tree
from gongshu.validators.distinct import Distinct
from gongshu.validators.rules import logic, numbers, texts
from gongshu.validators.rules.evaluate import Frame, evaluate
from gongshu.validators.values import Values

NAMES = frozenset({"min", "max", "sum", "count", "count-distinct", "avg"})
AVERAGE = 40  # decimals of an average: beyond any difference that 38 digits could show


def split(tree: Tree, found: list[Tree]) -> Tree:
    """The tree with each aggregate (appended to `found`) in place of its name in order: `["gathered", "0"]`."""
    if tree[0] in NAMES:
        found.append(tree)
        return ["gathered", str(len(found) - 1)]
    if tree[0] in LEAVES:
        return tree
    return [tree[0], *(split(each, found) if isinstance(each, list) else each for each in tree[1:])]


@dataclass(slots=True)
class Gathered:
    """What one aggregate has seen. `extreme` is a number's exact value, a text, or the integer of a moment."""

    kind: str = "null"
    count: int = 0
    total: Fraction = Fraction(0)
    extreme: Any = None
    distinct: Distinct = field(default_factory=Distinct)

    def feed(self, tree: Tree, frame: Frame, rows: int) -> None:
        """Take in one batch."""
        if len(tree) == 1:  # count(*)
            self.count += rows
            return
        if rows == 0:
            return
        values = evaluate(tree[1], frame)
        if values.kind == logic.NULL:
            return
        self.kind = values.kind
        values = _full(values, rows)
        self.count += len(values.data)
        if len(values.data) == 0:
            return
        if tree[0] in ("sum", "avg"):
            self.total += Fraction(_sum(values.data), 10**values.scale)
        elif tree[0] == "count-distinct":
            self.distinct.add(_texts(values))
        elif tree[0] in ("min", "max"):
            best = _extreme(values, tree[0])
            if self.extreme is None or (best < self.extreme if tree[0] == "min" else best > self.extreme):
                self.extreme = best

    def result(self, name: str) -> Values:
        """The aggregate as a column of one row."""
        if name == "count":
            return numbers.number(np.array([self.count], np.int64), 0)
        if name == "count-distinct":
            return numbers.number(np.array([self.distinct.count()], np.int64), 0)
        if self.count == 0:
            return logic.absent("number" if name in ("sum", "avg") else self.kind)
        if name == "avg":
            return numbers.divide(_exact(self.total), _exact(Fraction(self.count)), AVERAGE)
        if name == "sum":
            return _exact(self.total)
        if self.kind == "number":
            return _exact(self.extreme)
        if self.kind == "text":
            return texts.text(self.extreme.decode())
        return Values(self.kind, np.array([self.extreme], np.int32 if self.kind == "date" else np.int64))


def _full(values: Values, rows: int) -> Values:
    """One value a row, rows without a value left out."""
    present = np.broadcast_to(logic.known(values), rows)
    if values.kind == "text":
        column = texts.arrow(values.data, rows)
        return texts.text(column if present.all() else column.filter(pa.array(present)))
    data = np.broadcast_to(values.data, rows)
    return Values(values.kind, data if present.all() else data[present], None, values.scale)


def _sum(data: Any) -> int:
    return int(data.sum()) if numbers.bound(data) * len(data) < numbers.LIMIT else sum(data.tolist())


def _texts(values: Values) -> Any:
    """Texts that are equal if and only if the values are, whatever scale another batch has."""
    if values.kind == "text":
        return values.data
    data = values.data
    if data.dtype == object:  # beyond 64 bits
        return pa.array({_plain(int(each), values.scale) for each in data.tolist()}, pa.string())
    different = np.unique(data)
    if values.kind == "number" and values.scale:
        return pa.array([_plain(each, values.scale) for each in different.tolist()], pa.string())
    return pa.array(different.astype(np.int64)).cast(pa.string())


def _plain(whole: int, scale: int) -> str:
    """`whole` over ten to the `scale` without zeros at its end."""
    while scale and whole % 10 == 0:
        whole, scale = whole // 10, scale - 1
    return f"{whole}e-{scale}" if scale else str(whole)


def _extreme(values: Values, name: str) -> Any:
    """As something that compares right with that of another batch: text by its bytes."""
    if values.kind == "text":
        return pc.min_max(values.data)[name].as_py().encode()
    found = values.data.min() if name == "min" else values.data.max()
    return Fraction(int(found), 10**values.scale) if values.kind == "number" else int(found)


def _exact(value: Fraction) -> Values:
    """A value whose denominator divides a power of ten, as a number."""
    scale = 0
    while (10**scale) % value.denominator:
        scale += 1
    return numbers.number(np.array([value.numerator * 10**scale // value.denominator], dtype=object), scale)
