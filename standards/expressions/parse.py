"""Text of a rule -> tree. What the vocabulary lacks is refused, so that a stranger's rule computes only its check."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gongshu.standards.expressions.arguments import fit, unify
from gongshu.standards.expressions.literals import cast_of, number_of
from gongshu.standards.expressions.syntax import DEEPEST, LONGEST, syntax
from gongshu.standards.expressions.tree import Tree
from gongshu.standards.expressions.vocabulary import AGGREGATES, FUNCTIONS, SQL_NAMES, UNITS
from gongshu.standards.faults import StandardFault

# sqlglot's class -> the name in the vocabulary, and its parts in our order
CALLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Abs": ("abs", ("this",)),
    "Avg": ("avg", ("this",)),
    "Coalesce": ("coalesce", ("this", "expressions")),
    "Concat": ("concat", ("expressions",)),
    "Contains": ("contains", ("this", "expression")),
    "CurrentDate": ("today", ()),
    "Day": ("day", ("this",)),
    "EndsWith": ("ends_with", ("this", "expression")),
    "Greatest": ("greatest", ("this", "expressions")),
    "Least": ("least", ("this", "expressions")),
    "Left": ("left", ("this", "expression")),
    "Length": ("length", ("this",)),
    "Lower": ("lower", ("this",)),
    "Max": ("max", ("this", "expressions")),
    "Min": ("min", ("this", "expressions")),
    "Month": ("month", ("this",)),
    "Nullif": ("nullif", ("this", "expression")),
    "RegexpLike": ("regexp_matches", ("this", "expression")),
    "Replace": ("replace", ("this", "expression", "replacement")),
    "Right": ("right", ("this", "expression")),
    "Round": ("round", ("this", "decimals")),
    "StartsWith": ("starts_with", ("this", "expression")),
    "Substring": ("substr", ("this", "start", "length")),
    "Sum": ("sum", ("this",)),
    "TimeToStr": ("strftime", ("this", "format")),
    "Upper": ("upper", ("this",)),
    "Year": ("year", ("this",)),
}
COMPARISONS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
ARITHMETIC = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Mod": "%"}
CHAINS = {"And": ("and", "boolean"), "Or": ("or", "boolean"), "DPipe": ("||", "text")}
# settings of sqlglot's nodes that say how DuckDB means a form, which is how we mean it too
HARMLESS = frozenset(["safe", "coalesce", "typed", "date_part_boundary", "big_int", "ignore_nulls"])


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a rule the reader stands."""

    kinds: Mapping[str, str]
    dataset: bool
    depth: int = 0
    gathered: bool = False  # inside min(), max() …


def parse(check: str, kinds: Mapping[str, str], *, dataset: bool = False) -> Tree:
    """Make the tree of one rule over fields of these kinds; `min`, `max`, `sum`, `count`, `avg` only with `dataset`.

    Raises a StandardFault `standard.rule-…` at the first thing that the vocabulary lacks or whose kinds do not fit.
    """
    if len(check) > LONGEST:
        raise StandardFault("standard.rule-too-long", text=check[:60] + " …", length=len(check), limit=LONGEST)
    try:
        tree, kind = _read(syntax(check), Scope(kinds, dataset))
    except RecursionError:
        raise StandardFault("standard.rule-too-deep", text=check[:60] + " …", limit=DEEPEST) from None
    except StandardFault as fault:
        fault.params.setdefault("check", check if len(check) <= 200 else check[:200] + " …")
        raise
    if kind != "boolean":
        raise StandardFault("standard.rule-boolean", check=check[:200], kind=SQL_NAMES[kind])
    return tree


def _excerpt(node: Any) -> str:
    text = str(node.sql(dialect="duckdb"))
    return text if len(text) <= 80 else text[:80] + " …"


def _parts(node: Any, *names: str) -> list[Any]:
    """The parts of those names, lists spread out; whatever else the node carries is refused."""
    for name, value in node.args.items():
        if name not in names and name not in HARMLESS and value not in (None, False, []):
            raise StandardFault("standard.rule-forbidden", text=_excerpt(node), name=name)
    found: list[Any] = []
    for name in names:
        value = node.args.get(name)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _exactly(node: Any, *names: str) -> list[Any]:
    """One part of each of those names; a half-written form is refused."""
    found = _parts(node, *names)
    if len(found) != len(names):
        raise StandardFault("standard.rule-syntax", text=_excerpt(node), near=str(node.key).upper())
    return found


def _listed(node: Any) -> list[Any]:
    """What stands before IN, and the items behind it, of which there has to be one."""
    found = _parts(node, "this", "expressions")
    if len(found) < 2:
        raise StandardFault("standard.rule-syntax", text=_excerpt(node), near="IN")
    return found


def _read(node: Any, scope: Scope) -> tuple[Tree, str]:
    """The tree of one node and its kind."""
    if scope.depth > DEEPEST:
        raise StandardFault("standard.rule-too-deep", text=_excerpt(node), limit=DEEPEST)
    scope = replace(scope, depth=scope.depth + 1)
    name = type(node).__name__
    if name in CHAINS:
        return _chain(node, scope)
    if name in COMPARISONS:
        return _same(COMPARISONS[name], _exactly(node, "this", "expression"), node, scope), "boolean"
    if name in ARITHMETIC:
        return _arithmetic(ARITHMETIC[name], node, scope)
    if name in CALLS:
        ours, parts = CALLS[name]
        return _call(ours, _parts(node, *parts), node, scope)
    if name in READERS:
        return READERS[name](node, scope)
    called = node.this if name == "Anonymous" else node.sql_name() if hasattr(node, "sql_name") else ""
    if called and isinstance(called, str):
        known = sorted({*FUNCTIONS, *(AGGREGATES if scope.dataset else ())})
        near = difflib.get_close_matches(called.lower(), known, 1)
        raise StandardFault("standard.rule-function", name=called.lower(), near=near[0] if near else ", ".join(known))
    raise StandardFault("standard.rule-forbidden", text=_excerpt(node), name=str(node.key).upper())


def _chain(node: Any, scope: Scope) -> tuple[Tree, str]:
    """`a AND b AND c` lies flat, however long it is."""
    kind_of_node, terms = type(node), []
    while type(node) is kind_of_node:
        left, right = _exactly(node, "this", "expression")
        terms.append(right)
        node = left
    operation, kind = CHAINS[kind_of_node.__name__]
    return [operation, *(_as(kind, each, scope) for each in (node, *reversed(terms)))], kind


def _as(kind: str, node: Any, scope: Scope) -> Tree:
    """The tree of a node that has to be of that kind."""
    tree, found = _read(node, scope)
    if found not in (kind, "null"):
        raise StandardFault(
            "standard.rule-type",
            text=_excerpt(node),
            left=SQL_NAMES[kind],
            right=SQL_NAMES[found],
            cast=SQL_NAMES[kind],
        )
    return tree


def _same(operation: str, nodes: list[Any], node: Any, scope: Scope) -> Tree:
    read = [_read(each, scope) for each in nodes]
    unify([kind for _, kind in read], _excerpt(node))
    return [operation, *(tree for tree, _ in read)]


def _arithmetic(operation: str, node: Any, scope: Scope) -> tuple[Tree, str]:
    left, right = _exactly(node, "this", "expression")
    if operation == "+" and type(left).__name__ == "Interval":
        left, right = right, left
    if type(right).__name__ == "Interval" and operation in "+-":
        return _shift(left, right, 1 if operation == "+" else -1, scope)
    return [operation, _as("number", left, scope), _as("number", right, scope)], "number"


def _shift(moment: Any, interval: Any, sign: int, scope: Scope) -> tuple[Tree, str]:
    amount, unit = _exactly(interval, "this", "unit")
    name = unit.name.lower().removesuffix("s")
    if type(amount).__name__ == "Neg":
        amount, sign = amount.this, -sign
    written = amount.name if type(amount).__name__ == "Literal" else ""
    if name not in UNITS or not re.fullmatch(r"-?[0-9]{1,6}", written):
        raise StandardFault("standard.rule-interval", text=_excerpt(interval))
    tree, kind = _read(moment, scope)
    if kind not in ("date", "datetime", "null"):
        raise StandardFault(
            "standard.rule-type", text=_excerpt(moment), left="DATE", right=SQL_NAMES[kind], cast="DATE"
        )
    return ["shift", tree, sign * int(written), name], kind


def _call(name: str, nodes: list[Any], node: Any, scope: Scope) -> tuple[Tree, str]:
    """A function of the vocabulary, its arguments held against the table."""
    gathers = name in AGGREGATES
    if gathers and (not scope.dataset or scope.gathered):
        raise StandardFault("standard.rule-aggregate", name=name, text=_excerpt(node))
    inner = replace(scope, gathered=True) if gathers else scope
    read = [_read(each, inner) for each in nodes]
    kind = fit(name, read, _excerpt(node))
    return [name, *(tree for tree, _ in read)], kind


def _column(node: Any, scope: Scope) -> tuple[Tree, str]:
    (identifier,) = _exactly(node, "this")
    name = identifier.name
    if name not in scope.kinds:
        near = difflib.get_close_matches(name, scope.kinds, 1, 0.4)
        raise StandardFault("standard.rule-column", name=name, near=near[0] if near else ", ".join([*scope.kinds][:20]))
    if scope.dataset and not scope.gathered:
        raise StandardFault("standard.rule-ungathered", name=name)
    return ["column", name], scope.kinds[name]


def _literal(node: Any, scope: Scope) -> tuple[Tree, str]:
    return (["text", node.name], "text") if node.is_string else (number_of(node.name), "number")


def _negative(node: Any, scope: Scope) -> tuple[Tree, str]:
    (inner,) = _exactly(node, "this")
    tree = _as("number", inner, scope)
    if tree[0] == "number":
        return ["number", tree[1][1:] if tree[1].startswith("-") else "-" + tree[1]], "number"
    return ["-", ["number", "0"], tree], "number"


def _not(node: Any, scope: Scope) -> tuple[Tree, str]:
    return ["not", _as("boolean", _exactly(node, "this")[0], scope)], "boolean"


def _paren(node: Any, scope: Scope) -> tuple[Tree, str]:
    return _read(_exactly(node, "this")[0], scope)


def _is(node: Any, scope: Scope) -> tuple[Tree, str]:
    left, right = _exactly(node, "this", "expression")
    if type(right).__name__ == "Null":
        return ["is-null", _read(left, scope)[0]], "boolean"
    if type(right).__name__ == "Boolean":
        return ["is", _as("boolean", left, scope), bool(right.this)], "boolean"
    raise StandardFault("standard.rule-forbidden", text=_excerpt(node), name="IS")


def _like(node: Any, scope: Scope) -> tuple[Tree, str]:
    """LIKE, with or without ESCAPE; newer versions of sqlglot keep NOT in the node."""
    escape = ""
    if type(node).__name__ == "Escape":
        node, sign = _exactly(node, "this", "expression")
        escape = sign.name
        if type(node).__name__ != "Like" or len(escape) != 1:
            raise StandardFault("standard.rule-forbidden", text=_excerpt(node), name="ESCAPE")
    left, right = _parts(node, "this", "expression", *(["negate"] if node.args.get("negate") else []))[:2]
    pattern, kind = _read(right, scope)
    if pattern[0] != "text" or kind != "text":
        raise StandardFault("standard.rule-constant", name="LIKE", text=_excerpt(right))
    tree = ["like", _as("text", left, scope), pattern, *([["text", escape]] if escape else [])]
    return (["not", tree] if node.args.get("negate") else tree), "boolean"


def _case(node: Any, scope: Scope) -> tuple[Tree, str]:
    """CASE, both forms: `CASE x WHEN 1 …` is read as `CASE WHEN x = 1 …`."""
    if not node.args.get("ifs"):
        raise StandardFault("standard.rule-syntax", text=_excerpt(node), near="CASE")
    _parts(node, "this", "ifs", "default")
    results: list[tuple[Tree, str]] = []
    conditions: list[Tree] = []
    for each in node.args["ifs"]:
        condition, result = _exactly(each, "this", "true")
        subject = node.args.get("this")
        conditions.append(
            _as("boolean", condition, scope) if subject is None else _same("=", [subject, condition], node, scope)
        )
        results.append(_read(result, scope))
    otherwise = _read(node.args["default"], scope) if node.args.get("default") is not None else (["null"], "null")
    kind = unify([kind for _, kind in (*results, otherwise)], _excerpt(node))
    pairs = [[condition, tree] for condition, (tree, _) in zip(conditions, results)]
    return ["case", *(part for pair in pairs for part in pair), otherwise[0]], kind


def _if(node: Any, scope: Scope) -> tuple[Tree, str]:
    """`if(a, b)` says NOT a OR b."""
    condition, *result = _parts(node, "this", "true")
    if len(result) != 1:
        raise StandardFault("standard.rule-arguments", name="if", text=_excerpt(node), expected="if(boolean, boolean)")
    return ["or", ["not", _as("boolean", condition, scope)], _as("boolean", result[0], scope)], "boolean"


def _trim(node: Any, scope: Scope) -> tuple[Tree, str]:
    position = str(node.args.get("position") or "BOTH").upper()
    name = {"LEADING": "ltrim", "TRAILING": "rtrim", "BOTH": "trim"}[position]
    parts = _parts(node, "this", "expression", *(["position"] if node.args.get("position") else []))
    return _call(name, [part for part in parts if not isinstance(part, str)], node, scope)


def _date_diff(node: Any, scope: Scope) -> tuple[Tree, str]:
    later, earlier, unit = _exactly(node, "this", "expression", "unit")
    if unit.name.lower() not in UNITS:
        raise StandardFault("standard.rule-interval", text=_excerpt(node))
    read = [_read(earlier, scope), _read(later, scope)]
    kind = fit("date_diff", [(["text", unit.name.lower()], "text"), *read], _excerpt(node))
    return ["date_diff", ["text", unit.name.lower()], *(tree for tree, _ in read)], kind


def _count(node: Any, scope: Scope) -> tuple[Tree, str]:
    (inner,) = _parts(node, "this") or [None]
    if inner is None or type(inner).__name__ == "Star":
        return _call("count", [], node, scope)
    if type(inner).__name__ != "Distinct":
        return _call("count", [inner], node, scope)
    values = _parts(inner, "expressions")
    if len(values) != 1:
        raise StandardFault("standard.rule-arguments", name="count", text=_excerpt(node), expected="count(DISTINCT x)")
    tree, kind = _call("count", values, node, scope)
    return ["count-distinct", *tree[1:]], kind


def _anonymous(node: Any, scope: Scope) -> tuple[Tree, str]:
    """Functions that sqlglot has no class of its own for."""
    name = node.this.lower() if isinstance(node.this, str) else ""
    if name != "below":
        near = difflib.get_close_matches(name, [*FUNCTIONS, *AGGREGATES], 1)
        raise StandardFault(
            "standard.rule-function", name=name or _excerpt(node), near=near[0] if near else ", ".join(FUNCTIONS)
        )
    return _call(name, _parts(node, "this", "expressions")[1:], node, scope)


def _cast(node: Any, scope: Scope) -> tuple[Tree, str]:
    value, target = _exactly(node, "this", "to")
    return cast_of(_read(value, scope), target, _excerpt(node))


READERS = {
    "Anonymous": _anonymous,
    "Between": lambda node, scope: (_same("between", _exactly(node, "this", "low", "high"), node, scope), "boolean"),
    "Boolean": lambda node, scope: (["boolean", bool(node.this)], "boolean"),
    "Case": _case,
    "Cast": _cast,
    "Column": _column,
    "Count": _count,
    "DateDiff": _date_diff,
    "Escape": _like,
    "If": _if,
    "In": lambda node, scope: (_same("in", _listed(node), node, scope), "boolean"),
    "Is": _is,
    "Like": _like,
    "Literal": _literal,
    "Neg": _negative,
    "Not": _not,
    "Null": lambda node, scope: (["null"], "null"),
    "Paren": _paren,
    "Trim": _trim,
    "TryCast": _cast,
}
