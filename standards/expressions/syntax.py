"""Text of a rule -> what sqlglot makes of it: one expression, nothing hidden in it, not too long and not too deep."""

from __future__ import annotations

import re
from typing import Any

from gongshu.standards.faults import StandardFault

LONGEST = 10_000
DEEPEST = 100
SIGNS = frozenset(["(", ")", ",", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "::"])


def syntax(check: str) -> Any:
    """What sqlglot makes of one expression, after its words were looked at one by one."""
    from sqlglot.dialects.duckdb import DuckDB
    from sqlglot.errors import SqlglotError
    from sqlglot.expressions import Condition

    dialect = DuckDB()
    try:
        tokens = dialect.tokenize(check)
    except SqlglotError:
        raise StandardFault("standard.rule-syntax", text=check[:60], near="") from None
    depth = 0
    for token, after in zip(tokens, [*tokens[1:], None]):
        kind = token.token_type.name
        if token.comments:
            raise StandardFault("standard.rule-comment", text=token.comments[0].strip()[:60])
        if kind in ("STRING", "IDENTIFIER"):
            continue
        loose = token.text.upper() == "IF" and (
            after is None or after.text != "("
        )  # sqlglot would take it for a command, and say so
        if loose or (token.text not in SIGNS and not re.match(r"\w", token.text)):
            raise StandardFault("standard.rule-syntax", text=check[: token.start + 20], near=token.text)
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth > DEEPEST:
            raise StandardFault("standard.rule-too-deep", text=check[:60] + " …", limit=DEEPEST)
    try:
        found = dialect.parser().parse_into(Condition, tokens, check)
    except SqlglotError as error:
        where = (getattr(error, "errors", None) or [{}])[0]
        raise StandardFault("standard.rule-syntax", text=check[:200], near=where.get("highlight") or "") from None
    if len(found) != 1 or found[0] is None:
        raise StandardFault("standard.rule-syntax", text=check[:200], near=";" if len(found) > 1 else "")
    return found[0]
