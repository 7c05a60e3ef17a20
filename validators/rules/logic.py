"""SQL's logic of TRUE, FALSE and NULL over columns, and choosing between columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.rules.numbers import Present, align, both, number
from gongshu.validators.rules.packed import Mask
from gongshu.validators.rules.texts import arrow, compared, rows_of, text
from gongshu.validators.values import Values

NULL = "null"  # kind of a bare NULL, which fits every kind


def boolean(data: Any, present: Present = None) -> Values:
    """A column of truth values."""
    return Values("boolean", data, present)


def absent(kind: str) -> Values:
    """NULL in every row, as a column of that kind."""
    data: Any = {"text": "", "boolean": np.zeros(1, np.bool_), "date": np.zeros(1, np.int32)}.get(kind)
    return Values(kind, np.zeros(1, np.int64) if data is None else data, np.zeros(1, np.bool_))


def settled(values: Sequence[Values]) -> list[Values]:
    """The columns with bare NULLs given the kind of the others."""
    kind = next((each.kind for each in values if each.kind != NULL), "boolean")
    return [absent(kind) if each.kind == NULL else each for each in values]


def true(values: Values) -> Mask:
    """Where it is TRUE."""
    found: Mask = values.data if values.present is None else values.data & values.present
    return found


def false(values: Values) -> Mask:
    """Where it is FALSE."""
    found: Mask = ~values.data if values.present is None else ~values.data & values.present
    return found


def known(values: Values) -> Mask:
    """Where there is a value."""
    return np.ones(1, np.bool_) if values.present is None else values.present


def all_of(terms: Sequence[Values]) -> Values:
    """AND: FALSE where any is, NULL where none is but one is NULL."""
    terms = [absent("boolean") if term.kind == NULL else term for term in terms]
    if all(term.present is None for term in terms):
        return boolean(_reduce(np.logical_and, [term.data for term in terms]))
    refuted = _reduce(np.logical_or, [false(term) for term in terms])
    proven = _reduce(np.logical_and, [true(term) for term in terms])
    return boolean(proven, refuted | proven)


def any_of(terms: Sequence[Values]) -> Values:
    """OR: TRUE where any is, NULL where none is but one is NULL."""
    terms = [absent("boolean") if term.kind == NULL else term for term in terms]
    if all(term.present is None for term in terms):
        return boolean(_reduce(np.logical_or, [term.data for term in terms]))
    proven = _reduce(np.logical_or, [true(term) for term in terms])
    refuted = _reduce(np.logical_and, [false(term) for term in terms])
    return boolean(proven, proven | refuted)


def _reduce(function: Any, parts: Sequence[Any]) -> Any:
    found = parts[0]
    for part in parts[1:]:
        found = function(found, part)
    return found


def negated(values: Values) -> Values:
    """NOT."""
    return absent("boolean") if values.kind == NULL else boolean(~values.data, values.present)


def compare(operation: str, left: Values, right: Values) -> Values:
    """One of `= <> < <= > >=`; NULL where either side is."""
    left, right = settled([left, right])
    present = both(left.present, right.present)
    if left.kind == "text":
        return boolean(compared(operation, left, right), present)
    x, y = align(left, right)[:2] if left.kind == "number" else (left.data, right.data)
    return boolean(np.asarray(_NUMPY[operation](x, y), dtype=np.bool_), present)


_NUMPY = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def choose(wanted: Mask, left: Values, right: Values) -> Values:
    """The left column where wanted, the right one elsewhere."""
    if left.kind == right.kind == NULL:
        return left
    left, right = settled([left, right])
    present: Present = None
    if left.present is not None or right.present is not None:
        present = np.where(wanted, known(left), known(right))
    if left.kind == "text":
        rows = max(len(wanted), rows_of(left.data), rows_of(right.data))
        return text(
            pc.if_else(pa.array(np.broadcast_to(wanted, rows)), arrow(left.data, rows), arrow(right.data, rows)),
            present,
        )
    if left.kind == "number":
        x, y, scale = align(left, right)
        return number(np.where(wanted, x, y), scale, present)
    return Values(left.kind, np.where(wanted, left.data, right.data), present)


def first_known(values: Sequence[Values]) -> Values:
    """COALESCE."""
    found = values[-1]
    for each in reversed(values[:-1]):
        found = each if each.kind != NULL and each.present is None else choose(known(each), each, found)
    return found


def extreme(values: Sequence[Values], operation: str) -> Values:
    """The greatest (`>`) or least (`<`), NULLs left out."""
    found = values[0]
    for each in values[1:]:
        better = true(compare(operation, each, found)) | (known(each) & ~known(found))
        found = choose(better, each, found)
    return found


def nullif(left: Values, right: Values) -> Values:
    """The left column, NULL where both are equal."""
    same = true(compare("=", left, right))
    return Values(left.kind, left.data, both(left.present, ~same), left.scale)


def cases(conditions: Sequence[Values], results: Sequence[Values], otherwise: Values) -> Values:
    """CASE: the result of the first condition that is TRUE."""
    found = otherwise
    for condition, result in zip(reversed(conditions), reversed(results)):
        met = np.zeros(1, np.bool_) if condition.kind == NULL else true(condition)
        found = choose(met, result, found)
    return found
