"""A rule's tree as an SQL condition, or None where a database would not mean the same by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongshu.standards.derive.ddl.dialects import Dialect, literal
from gongshu.standards.expressions import Tree
from gongshu.standards.expressions.tree import LEAVES, branches

INFIX = ("%", "*", "+", "-", "<", "<=", "<>", "=", ">", ">=")
STRICT = ("<", ">", "<>", "=")


def condition(tree: Tree, dialect: Dialect, types: Mapping[str, str]) -> str | None:
    """The condition, for columns of these Table Schema types. None where one of its forms is not safe there."""
    for branch in branches(tree):
        name = branch[0]
        if name in LEAVES:
            if name == "today" or (name == "column" and branch[1] not in types):
                return None
            if name in ("datetime", "time", "boolean") and dialect.name == "sqlite":
                return None
        elif name not in dialect.forms:
            return None
        elif not dialect.exact and name in (*STRICT, "in", "nullif") and _decimal(branch, types):
            return None  # two numbers that differ in the 17th digit may be one here
    return _sql(tree, dialect)


def _decimal(tree: Tree, types: Mapping[str, str]) -> bool:
    return any(each[0] == "column" and types[each[1]] == "number" for each in branches(tree))


def _sql(tree: Tree, dialect: Dialect) -> str:
    name = tree[0]
    if name in LEAVES:
        return _leaf(name, tree[1:], dialect)
    parts = [_sql(part, dialect) if isinstance(part, list) else str(part) for part in tree[1:]]
    if name in INFIX:
        return f"({parts[0]} {name} {parts[1]})"
    if name in ("and", "or"):
        return "(" + f" {name.upper()} ".join(parts) + ")"
    if name == "||" and dialect.name == "mysql":
        return f"concat({', '.join(parts)})"
    if name == "||":
        return "(" + " || ".join(parts) + ")"
    return _form(name, tree, parts, dialect)


def _form(name: str, tree: Tree, parts: list[str], dialect: Dialect) -> str:
    match name:
        case "not":
            return f"(NOT {parts[0]})"
        case "between":
            return f"({parts[0]} BETWEEN {parts[1]} AND {parts[2]})"
        case "in":
            return f"({parts[0]} IN ({', '.join(parts[1:])}))"
        case "is-null":
            return f"({parts[0]} IS NULL)"
        case "is":
            return f"({parts[0]} IS {'TRUE' if tree[2] else 'FALSE'})"
        case "like":
            none = " ESCAPE ''" if dialect.name == "postgres" else ""  # elsewhere nothing escapes unless said
            escape = f" ESCAPE {parts[2]}" if len(parts) > 2 else none
            return f"({parts[0]} LIKE {parts[1]}{escape})"
        case "case":
            pairs = " ".join(f"WHEN {when} THEN {then}" for when, then in zip(parts[:-1:2], parts[1:-1:2]))
            return f"(CASE {pairs} ELSE {parts[-1]} END)"
        case "length":
            return f"{dialect.length}({parts[0]})"
    return f"{name}({', '.join(parts)})"


def _leaf(name: str, values: list[Any], dialect: Dialect) -> str:
    match name:
        case "column":
            return dialect.quoted(values[0])
        case "text":
            return literal(values[0], dialect)
        case "number":
            return str(values[0])
        case "boolean":
            return "TRUE" if values[0] else "FALSE"
        case "null":
            return "NULL"
    if dialect.name == "sqlite":
        return literal(values[0], dialect)
    word = {"date": "DATE", "datetime": "TIMESTAMP", "time": "TIME"}[name]
    return f"{word} {literal(values[0], dialect)}"
