"""A tree over one batch of columns: every operation takes whole columns and gives a whole column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow.compute as pc

from gongshu.standards.expressions.tree import Tree
from gongshu.validators.rules import logic, moments, numbers, texts
from gongshu.validators.rules.casts import cast
from gongshu.validators.values import Values

Below: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a tree is evaluated over. A column has one value a row; a constant or an aggregate has one in all."""

    columns: Mapping[str, Values]
    kinds: Mapping[str, str]
    today: int | None  # days since 1970-01-01; None where no part of the rule asks
    below: Mapping[str, Below]  # column whose code list it is -> whether a code lies below another


def evaluate(tree: Tree, frame: Frame) -> Values:
    """The column that a tree gives; its arrays have one element where every row would be the same."""
    operation = tree[0]
    if operation in LEAVES:
        return LEAVES[operation](tree, frame)
    if operation == "cast":
        inner = evaluate(tree[1], frame)
        return logic.absent(tree[2]) if inner.kind == logic.NULL else cast(inner, *tree[2:])
    if operation == "shift":
        inner = evaluate(tree[1], frame)
        return inner if inner.kind == logic.NULL else moments.shifted(inner, tree[2], tree[3])
    if operation == "is":
        inner = logic.settled([evaluate(tree[1], frame)])[0]
        return logic.boolean(logic.true(inner) if tree[2] else logic.false(inner))
    if operation == "below":
        return _below(tree, frame)
    return OPERATIONS[operation](tree, [evaluate(each, frame) for each in tree[1:]])


def _column(tree: Tree, frame: Frame) -> Values:
    """A column of the batch; one that the batch does not have is NULL in every row."""
    name = tree[1]
    values = frame.columns.get(name)
    if values is None:
        return logic.absent(frame.kinds[name])
    return numbers.entry(values) if values.kind == "number" else values


def _today(tree: Tree, frame: Frame) -> Values:
    if frame.today is None:
        raise ValueError("a rule that asks for today() was evaluated without a date")
    return Values("date", np.array([frame.today], np.int32))


LEAVES: dict[str, Callable[[Tree, Frame], Values]] = {
    "boolean": lambda tree, frame: logic.boolean(np.array([tree[1]], np.bool_)),
    "column": _column,
    "date": lambda tree, frame: moments.constant("date", tree[1]),
    "datetime": lambda tree, frame: moments.constant("datetime", tree[1]),
    "gathered": lambda tree, frame: frame.columns[tree[1]],
    "null": lambda tree, frame: logic.absent(logic.NULL),
    "number": lambda tree, frame: numbers.constant(tree[1]),
    "text": lambda tree, frame: texts.text(tree[1]),
    "time": lambda tree, frame: moments.constant("time", tree[1]),
    "today": _today,
}


def _below(tree: Tree, frame: Frame) -> Values:
    """`below(code, ancestor)`: each distinct pair is looked up once."""
    from gongshu.standards.expressions.tree import columns

    lookup = frame.below[columns(tree)[0]]
    code, ancestor = (_as("text", evaluate(each, frame)) for each in tree[1:])
    rows = max(texts.rows_of(code.data), texts.rows_of(ancestor.data))
    coded = [texts.arrow(each.data, rows).dictionary_encode() for each in (code, ancestor)]
    codes, ancestors = (each.dictionary.to_pylist() for each in coded)
    pairs = coded[0].indices.to_numpy(zero_copy_only=False).astype(np.int64) * max(len(ancestors), 1)
    pairs = pairs + coded[1].indices.to_numpy(zero_copy_only=False)
    distinct, inverse = np.unique(pairs, return_inverse=True)
    width = max(len(ancestors), 1)
    answers = [lookup(codes[pair // width], ancestors[pair % width]) for pair in distinct.tolist()]
    present = numbers.both(code.present, ancestor.present)
    return logic.boolean(np.array(answers, np.bool_)[inverse], present)


def _as(kind: str, values: Values) -> Values:
    return logic.absent(kind) if values.kind == logic.NULL else values


def _constant(tree: Tree, position: int, default: Any = None) -> Any:
    """The literal that stands at a position of a tree."""
    if len(tree) <= position:
        return default
    kind, value = tree[position]
    return int(value) if kind == "number" else value


def _in(tree: Tree, read: Sequence[Values]) -> Values:
    """IN: constants of text in one look-up, the rest one by one."""
    subject, *items = read
    plain = [each.data for each in items if isinstance(each.data, str) and each.present is None]
    if subject.kind == "text" and len(plain) > 1:
        found = logic.boolean(texts.among(subject, plain), subject.present)
        rest = [each for each in items if not isinstance(each.data, str) or each.present is not None]
        return logic.any_of([found, *(logic.compare("=", subject, each) for each in rest)])
    return logic.any_of([logic.compare("=", subject, each) for each in items])


def _numeric(function: Callable[..., Values]) -> Callable[[Tree, Sequence[Values]], Values]:
    return lambda tree, read: function(*(_as("number", each) for each in read))


def _textual(function: Callable[[Tree, Values], Values]) -> Callable[[Tree, Sequence[Values]], Values]:
    return lambda tree, read: function(tree, _as("text", read[0]))


def _of_moment(function: Callable[[Tree, Values], Values]) -> Callable[[Tree, Sequence[Values]], Values]:
    return lambda tree, read: function(tree, _as("date", read[0]))


def _finder(tree: Tree, read: Sequence[Values]) -> Values:
    return texts.finding(tree[0], *(_as("text", each) for each in read))


def _comparison(tree: Tree, read: Sequence[Values]) -> Values:
    return logic.compare(tree[0], *read)


def _between(tree: Tree, read: Sequence[Values]) -> Values:
    return logic.all_of([logic.compare(">=", read[0], read[1]), logic.compare("<=", read[0], read[2])])


def _case(tree: Tree, read: Sequence[Values]) -> Values:
    return logic.cases(read[0:-1:2], read[1:-1:2], read[-1])


def _part(tree: Tree, values: Values) -> Values:
    return moments.part(values, tree[0])


def _difference(tree: Tree, read: Sequence[Values]) -> Values:
    earlier, later = logic.settled(read[1:])
    if earlier.kind == "boolean":
        return logic.absent("number")
    return moments.difference(tree[1][1], earlier, later)


def _trim(tree: Tree, values: Values) -> Values:
    return texts.trimmed(values, tree[0], _constant(tree, 2, " "))


OPERATIONS: dict[str, Callable[[Tree, Sequence[Values]], Values]] = {
    "%": _numeric(numbers.remainder),
    "*": _numeric(numbers.multiply),
    "+": _numeric(numbers.add),
    "-": _numeric(lambda left, right: numbers.add(left, right, -1)),
    "/": _numeric(numbers.divide),
    "<": _comparison,
    "<=": _comparison,
    "<>": _comparison,
    "=": _comparison,
    ">": _comparison,
    ">=": _comparison,
    "abs": _numeric(numbers.absolute),
    "and": lambda tree, read: logic.all_of(read),
    "between": _between,
    "case": _case,
    "coalesce": lambda tree, read: logic.first_known(read),
    "concat": lambda tree, read: texts.joined([_as("text", each) for each in read], skip=True),
    "contains": _finder,
    "date_diff": _difference,
    "day": _of_moment(_part),
    "ends_with": _finder,
    "greatest": lambda tree, read: logic.extreme(read, ">"),
    "in": _in,
    "is-null": lambda tree, read: logic.boolean(~logic.known(read[0])),
    "least": lambda tree, read: logic.extreme(read, "<"),
    "left": _textual(lambda tree, values: texts.substring(values, 1, _constant(tree, 2))),
    "length": _textual(lambda tree, values: texts.length(values)),
    "like": _textual(lambda tree, values: texts.like(values, _constant(tree, 2), _constant(tree, 3, ""))),
    "lower": _textual(lambda tree, values: texts.mapped(values, pc.utf8_lower)),
    "ltrim": _textual(_trim),
    "month": _of_moment(_part),
    "not": lambda tree, read: logic.negated(read[0]),
    "nullif": lambda tree, read: logic.nullif(*read),
    "or": lambda tree, read: logic.any_of(read),
    "regexp_matches": _textual(
        lambda tree, values: texts.asked(values, lambda column: pc.match_substring_regex(column, tree[2][1]))
    ),
    "replace": _textual(lambda tree, values: texts.replacing(values, _constant(tree, 2), _constant(tree, 3))),
    "right": _textual(lambda tree, values: texts.ending(values, _constant(tree, 2))),
    "round": lambda tree, read: numbers.rounded(_as("number", read[0]), _constant(tree, 2, 0)),
    "rtrim": _textual(_trim),
    "starts_with": _finder,
    "strftime": _of_moment(lambda tree, values: texts.text(moments.spelled(values, tree[2][1]), values.present)),
    "substr": _textual(lambda tree, values: texts.substring(values, _constant(tree, 2), _constant(tree, 3))),
    "trim": _textual(_trim),
    "upper": _textual(lambda tree, values: texts.mapped(values, pc.utf8_upper)),
    "year": _of_moment(_part),
    "||": lambda tree, read: texts.joined([_as("text", each) for each in read], skip=False),
}
