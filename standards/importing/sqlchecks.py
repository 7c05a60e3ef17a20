"""CHECK constraints of SQL: what one column's constraints can say becomes one, the rest a rule, or is named as lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Drafted, DraftRule, identity
from gongshu.standards.model import Constraints, Field

BOUNDS = {"GTE": "minimum", "GT": "exclusive_minimum", "LTE": "maximum", "LT": "exclusive_maximum"}
FLIPPED = {"GTE": "LTE", "GT": "LT", "LTE": "GTE", "LT": "GT", "EQ": "EQ"}


def absorb(check: Any, fields: list[Drafted], name: str) -> tuple[list[Drafted], DraftRule | None, str]:
    """The fields with the check's demands in them, or the rule it becomes, or what was lost of it."""
    from sqlglot.expressions import Paren

    while isinstance(check, Paren):
        check = check.this
    parts = _parts(check)
    changed = list(fields)
    for each in parts:
        place, limits = _limit(each, changed)
        if limits is None:
            return fields, *_rule(check, fields, name)
        changed[place] = replace(changed[place], field=replace(changed[place].field, constraints=limits))
    return changed, None, ""


def _parts(check: Any) -> list[Any]:
    from sqlglot.expressions import And, Paren

    if isinstance(check, Paren):
        return _parts(check.this)
    return [*_parts(check.left), *_parts(check.right)] if isinstance(check, And) else [check]


def _limit(part: Any, fields: list[Drafted]) -> tuple[int, Constraints | None]:
    """The constraints of the one column that the part speaks of, tightened by it; None where it is no such part."""
    kind = type(part).__name__
    if kind == "In" and part.expressions:
        place, field = _column(part.this, fields)
        values = [_literal(each) for each in part.expressions]
        if field is not None and field.constraints.enum is None and None not in values:
            enum = tuple(str(each) for each in values)
            return place, replace(field.constraints, enum=enum)
    if kind == "Between":
        place, field = _column(part.this, fields)
        low, high = _literal(part.args["low"]), _literal(part.args["high"])
        if field is not None and low is not None and high is not None and _bounded(field):
            return place, replace(field.constraints, minimum=low, maximum=high)
    if kind in FLIPPED:
        return _compared(kind, part.left, part.right, fields)
    if kind in ("RegexpLike", "RegexpFullMatch"):
        place, field = _column(part.this, fields)
        pattern = _literal(part.expression)
        if field is not None and pattern and field.constraints.pattern is None:
            from gongshu.standards.importing.jsonschema import anchored

            return place, replace(
                field.constraints, pattern=pattern if kind == "RegexpFullMatch" else anchored(pattern)
            )
    if kind == "Not" and type(part.this).__name__ == "Is" and type(part.this.expression).__name__ == "Null":
        place, field = _column(part.this.this, fields)
        if field is not None:
            return place, replace(field.constraints, required=True)
    return -1, None


def _compared(kind: str, left: Any, right: Any, fields: list[Drafted]) -> tuple[int, Constraints | None]:
    value = _literal(right)
    if value is None:
        kind, left, value = FLIPPED[kind], right, _literal(left)
    if value is None:
        return -1, None
    if type(left).__name__ == "Length" and value.isdigit():
        place, field = _column(left.this, fields)
        number = int(value)
        sizes = {
            "EQ": (number, number),
            "LTE": (None, number),
            "LT": (None, number - 1),
            "GTE": (number, None),
            "GT": (number + 1, None),
        }
        low, high = sizes[kind]
        if field is not None and field.type == "string" and (high is None or high >= 0):
            held = field.constraints
            least = held.min_length if low is None else max(low, held.min_length or 0)
            most = (
                held.max_length if high is None else min(high, held.max_length if held.max_length is not None else high)
            )
            return place, replace(held, min_length=least, max_length=most)
        return -1, None
    place, field = _column(left, fields)
    if (
        field is None
        or kind not in BOUNDS
        or not _bounded(field)
        or getattr(field.constraints, BOUNDS[kind]) is not None
    ):
        return -1, None
    return place, _bound(field.constraints, BOUNDS[kind], value)


def _bound(held: Constraints, name: str, value: str) -> Constraints:
    if name == "minimum":
        return replace(held, minimum=value)
    if name == "maximum":
        return replace(held, maximum=value)
    return (
        replace(held, exclusive_minimum=value)
        if name == "exclusive_minimum"
        else replace(held, exclusive_maximum=value)
    )


def _bounded(field: Field) -> bool:
    return field.type in ("integer", "number", "date", "datetime")


def _column(node: Any, fields: list[Drafted]) -> tuple[int, Field | None]:
    if type(node).__name__ == "Column":
        for place, each in enumerate(fields):
            if each.field.name.casefold() == node.name.casefold():
                return place, each.field
    return -1, None


def _literal(node: Any) -> str | None:
    kind = type(node).__name__
    if kind == "Literal":
        return str(node.this)
    if kind == "Neg" and type(node.this).__name__ == "Literal":
        return f"-{node.this.this}"
    if kind == "Cast":
        return _literal(node.this)
    return None


def _rule(check: Any, fields: list[Drafted], name: str) -> tuple[DraftRule | None, str]:
    """The check as a rule, where the rules' language can say it."""
    from sqlglot.expressions import Column, Identifier

    from gongshu.standards.expressions import kind_of, parse

    known = {each.field.name.casefold(): each.field.name for each in fields}

    def named(node: Any) -> Any:
        if isinstance(node, Column):
            spelled = known.get(node.name.casefold(), node.name)
            return Column(this=Identifier(this=spelled, quoted=not spelled.isidentifier()))
        return node

    try:
        text = str(check.copy().transform(named).sql(dialect="duckdb"))
    except (
        Exception
    ):  # sqlglot stumbles over some casts of other dialects in many ways; the check is then lost, and said
        return None, ", ".join(dict.fromkeys(each.name for each in check.find_all(Column)))
    try:
        parse(text, {each.field.name: kind_of(each.field.type) for each in fields})
    except StandardFault:
        return None, text[:200]
    return DraftRule(identity(name), text), ""
