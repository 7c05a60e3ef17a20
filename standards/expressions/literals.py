"""Constants of a rule, and the kinds that a value may be cast to."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from gongshu.standards.expressions.tree import Tree
from gongshu.standards.expressions.vocabulary import SQL_NAMES
from gongshu.standards.faults import StandardFault

# SQL type as sqlglot names it -> kind
TARGETS = {
    "BIGINT": "number",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL": "number",
    "INT": "number",
    "TEXT": "text",
    "TIMESTAMP": "datetime",
    "TIMESTAMPNTZ": "datetime",
    "VARCHAR": "text",
}
# how many digits an INTEGER and a BIGINT may have in SQL; the bound itself is checked by the engine
WHOLE = {"INT": "INTEGER", "BIGINT": "BIGINT"}
CASTABLE = {
    ("text", kind) for kind in ("text", "number", "date", "datetime", "boolean")
} | {("number", "number"), ("number", "text"), ("number", "boolean"), ("boolean", "text"), ("boolean", "number"),
     ("boolean", "boolean"), ("date", "text"), ("date", "date"), ("date", "datetime"), ("datetime", "text"),
     ("datetime", "date"), ("datetime", "datetime"), ("time", "text")}  # fmt: skip
MOMENTS = {
    "DATE": ("date", date),
    "TIMESTAMP": ("datetime", datetime),
    "TIMESTAMPNTZ": ("datetime", datetime),
    "TIME": ("time", time),
}
SPELLED = {
    "date": r"\d{4}-\d\d-\d\d",
    "datetime": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?",
    "time": r"\d\d:\d\d:\d\d(\.\d{1,6})?",
}


def number_of(written: str) -> Tree:
    """A number literal: digits with or without a point."""
    if not re.fullmatch(r"[0-9]{1,60}(\.[0-9]{0,60})?|\.[0-9]{1,60}", written):
        raise StandardFault("standard.rule-syntax", text=written, near=written)
    return ["number", "0" + written if written.startswith(".") else written.rstrip(".")]


def cast_of(value: tuple[Tree, str], target: Any, text: str) -> tuple[Tree, str]:
    """CAST and TRY_CAST; of a literal text to DATE, TIMESTAMP or TIME (`DATE '2024-01-31'`) the constant itself.

    `["cast", value, kind]`, and for numbers `["cast", value, "number", precision, scale]`, with "INTEGER" or "BIGINT"
    in place of the precision where the bounds are those of 32 or 64 bits.
    """
    tree, kind = value
    name = target.this.name if hasattr(target.this, "name") else str(target.this)
    if tree[0] == "text" and name in MOMENTS:
        return _moment(tree[1], *MOMENTS[name], text)
    wanted = TARGETS.get(name)
    parameters = [each.name for each in target.expressions]
    if wanted is None or (parameters and name != "DECIMAL"):
        raise StandardFault("standard.rule-cast", text=text, target=target.sql(dialect="duckdb"))
    if kind != "null" and (kind, wanted) not in CASTABLE:
        raise StandardFault("standard.rule-cast", text=text, target=f"{SQL_NAMES[kind]} -> {SQL_NAMES[wanted]}")
    if wanted != "number":
        return ["cast", tree, wanted], wanted
    if name in WHOLE:
        return ["cast", tree, "number", WHOLE[name], 0], "number"
    precision, scale = [*(int(each) for each in parameters if each.isdigit()), *(() if parameters else (18, 3)), 0][:2]
    if not 1 <= precision <= 38 or not 0 <= scale <= precision or len(parameters) > 2:
        raise StandardFault("standard.rule-cast", text=text, target=target.sql(dialect="duckdb"))
    return ["cast", tree, "number", precision, scale], "number"


def _moment(written: str, kind: str, reader: Any, text: str) -> tuple[Tree, str]:
    try:
        good = re.fullmatch(SPELLED[kind], written, re.ASCII) is not None
        reader.fromisoformat(written)
    except ValueError:
        good = False
    if not good:
        raise StandardFault("standard.rule-value", name=SQL_NAMES[kind], text=text, value=written)
    return [kind, written.replace("T", " ")], kind
