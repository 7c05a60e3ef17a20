"""The keys of the tables that foreign keys point to, read before the table that points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.standards.model import Constraints, Field, ForeignKey, Kind, Standard, Table
from gongshu.validators.batch import Shape
from gongshu.validators.engine import judge
from gongshu.validators.finding import Severity
from gongshu.validators.headers import fit
from gongshu.validators.keys import KeyRows, KeyStore
from gongshu.validators.plan import KeyPlan, Plan, Terms, compile_plan, reference_given
from gongshu.validators.whole import Whole

if TYPE_CHECKING:
    from gongshu.validators.asking import Asked


def add_parents(whole: Whole, plan: Plan, asked: Asked, terms: Terms) -> None:
    """Read the tables that foreign keys point to; their cells are understood as the fields that point to them."""
    table = plan.table
    if table is None:
        return
    for number, key in enumerate(plan.keys):
        if key.role == "foreign" and key.resource:
            pointing = next(
                each
                for each in table.foreign_keys
                if each.fields == key.fields and reference_given(each, terms.references) == key.resource
            )
            whole.parents[number] = whole.enter(_parent_keys(pointing, key, table, asked, terms))


def _parent_keys(pointing: ForeignKey, key: KeyPlan, table: Table, asked: Asked, terms: Terms) -> KeyStore:
    from gongshu.validators.readers import open_table
    from gongshu.validators.readers.options import ReadOptions

    target = Table(
        fields=tuple(_pointed_at(table, ours, theirs) for ours, theirs in zip(key.fields, pointing.reference_fields)),
        missing_values=table.missing_values,
        strict=table.strict,
    )
    source = (asked.references or {})[key.resource]
    try:
        opened = open_table(source, options=ReadOptions(fit=fit(target), name=key.resource))
    except SourceFault as fault:  # nothing can be said of the file that points there
        raise UsageFault("usage.reference-unreadable", name=key.resource, detail=fault.code) from fault
    store = KeyStore(budget=asked.budget)
    try:
        plan = _plan(target, opened.shape, key.resource, terms)
        plan = replace(plan, keys=(KeyPlan("parent", pointing.reference_fields, None, None),))
        for verdict in judge(opened, plan, threads=asked.threads):
            (keys,) = verdict.keys
            store.add(KeyRows(keys.text, keys.digest, *verdict.places(keys.rows)))
    except BaseException:
        store.close()
        raise
    finally:
        opened.close()
    return store


def _plan(target: Table, shape: Shape, name: str, terms: Terms) -> Plan:
    plain = replace(terms, severity=_as_written, references=frozenset())
    plan = compile_plan(Standard("reference", "0", Kind.TABLE, table=target), shape, plain)
    if len(plan.header.columns) < len(target.fields):
        raise UsageFault("usage.reference-columns", name=name, columns=", ".join(each.name for each in target.fields))
    return plan


def _as_written(code: str, rule: str | None, default: str) -> Severity | None:
    return None if default == "ignore" else Severity(default)


def _pointed_at(table: Table, ours: str, theirs: str) -> Field:
    field = table.field(ours)
    assert field is not None  # noqa: S101 - loading refuses a foreign key of a field that does not exist
    return replace(field, name=theirs, constraints=Constraints(), identifier=None, codelist=None, label_of=None)
