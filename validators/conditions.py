"""Rows of which a condition of the policy surely holds, or surely does not: doubt never opens anything.

A condition is in doubt where it is NULL, where a column that it names is missing or did not parse, and everywhere when
it cannot be read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gongshu.standards.faults import Fault, StandardFaults
from gongshu.standards.model import Rule, Table

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable

Rows: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
Judge: TypeAlias = Callable[[Mapping[str, Any], int], Rows]  # judged columns and how many rows -> True where sure


def surely_false(condition: str, table: Table, codes: Callable[[str], CodeTable], today: date) -> Judge:
    """Where the condition is FALSE; nowhere when it cannot be read."""
    return _judge(condition, table, codes, today)


def surely_true(condition: str, table: Table, codes: Callable[[str], CodeTable], today: date) -> Judge:
    """Where the condition is TRUE; nowhere when it cannot be read."""
    return _judge(f"NOT ({condition})", table, codes, today)


def fault(condition: str, table: Table) -> Fault | None:
    """Why a condition cannot be read; None when it can."""
    try:
        _tree(condition, table)
    except StandardFaults as faults:
        first = faults.exceptions[0]
        return first if isinstance(first, Fault) else None
    except Fault as found:
        return found
    return None


def _tree(condition: str, table: Table) -> Any:
    from gongshu.standards.expressions import kind_of, parse

    return parse(condition, {each.name: kind_of(each.type) for each in table.fields})


def _judge(condition: str, table: Table, codes: Callable[[str], CodeTable], today: date) -> Judge:
    from gongshu.standards.expressions import columns, kind_of
    from gongshu.validators.rules import compile_rule

    try:
        tree = _tree(condition, table)
        kinds = {each.name: kind_of(each.type) for each in table.fields}
        scales = {each.name: each.scale or 0 for each in table.fields}
        rule = compile_rule(Rule("condition", condition, tree), kinds, scales, codes)
    except (Fault, StandardFaults):
        return _nowhere

    def sure(judged: Mapping[str, Any], rows: int) -> Rows:
        named = {name: judged[name] for name in columns(tree) if name in judged}
        found: Rows = rule.violations({name: each.values for name, each in named.items()}, rows, today=today)
        for each in named.values():
            if each.failed is not None:
                found = found & ~each.failed
        return found

    return sure


def _nowhere(judged: Mapping[str, Any], rows: int) -> Rows:
    return np.zeros(rows, np.bool_)
