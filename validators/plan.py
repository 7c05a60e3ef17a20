"""A standard and the columns that a file has, made into ordered checks; and what could not be checked, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from gongshu.standards.faults import UsageFault
from gongshu.standards.model import EMPTY, Field, ForeignKey, Reference, Rule, Standard, Table
from gongshu.validators.batch import Shape
from gongshu.validators.finding import NotChecked, Severity
from gongshu.validators.headers import HeaderMatch, Severities, match, structure

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable
    from gongshu.validators.column import ColumnPlan, Judged
    from gongshu.validators.fault import Fault
    from gongshu.validators.rules import DatasetRule, RowRule

# A check that a caller brings along: judged columns by field name and the number of rows -> faults of one batch
Check: TypeAlias = "Callable[[Mapping[str, Judged], int], Iterable[Fault]]"

PUBLICATION = "publication"  # the built-in profile: the standard as it stands; only it makes data publishable
ROW = "row"


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything besides file and standard that a verdict depends on."""

    as_of: date
    timezone: str
    codes: Callable[[Reference], CodeTable]
    severity: Severities
    references: frozenset[str] = frozenset()  # names of the tables given for foreign keys
    checks: tuple[Check, ...] = ()  # further checks that the caller brought along


@dataclass(frozen=True, slots=True)
class ColumnAt:
    """A field, its column number, and the checks of its cells."""

    field: Field
    index: int
    judge: ColumnPlan
    typed: bool = False  # numbers of the format itself, which no decimal or group character of the field spells


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule over one row."""

    id: str
    judge: RowRule
    columns: tuple[str, ...]  # every column it names: judged only where all parsed
    fields: tuple[str, ...]  # columns at fault
    severity: Severity
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """A rule over all rows."""

    id: str
    judge: DatasetRule
    fields: tuple[str, ...]
    severity: Severity
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """Columns compared over all rows. `severity` None: collected, not reported."""

    role: str  # primary-key | unique-key | unique | row | foreign | parent
    fields: tuple[str, ...]
    rule: str | None
    severity: Severity | None
    missing: Severity | None = None  # of an absent part
    required: frozenset[str] = frozenset()  # fields whose absence `cell.required` reports already
    parent: int = -1  # of a foreign key into this table: the number of the key it points to
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be looked at, in order."""

    as_of: date
    table: Table | None
    header: HeaderMatch
    columns: tuple[ColumnAt, ...] = ()
    rules: tuple[RulePlan, ...] = ()
    dataset_rules: tuple[DatasetPlan, ...] = ()
    keys: tuple[KeyPlan, ...] = ()
    checks: tuple[Check, ...] = ()
    checked: int = 0
    not_checked: tuple[NotChecked, ...] = ()


def compile_plan(standard: Standard | None, shape: Shape, terms: Terms) -> Plan:
    """The checks of `standard` that the columns of `shape` allow; without a standard, the header's structure alone."""
    table = standard.table if standard is not None else None
    if table is None:
        return Plan(terms.as_of, None, structure(shape), checked=1)
    header = match(shape, table, terms.severity)
    if not header.columns:
        return Plan(terms.as_of, table, header, checked=1)
    columns, skipped = _columns(table, header, shape.native, terms)
    rules, unjudged = _rules(table, header, terms)
    dataset_rules, unheld = _dataset_rules(table, header, terms)
    keys, uncompared = _keys(table, header, terms)
    checks = len(table.fields) + sum(each.judge.checks for each in columns) + len(rules) + len(dataset_rules)
    return Plan(
        as_of=terms.as_of,
        table=table,
        header=header,
        columns=tuple(columns),
        rules=tuple(rules),
        dataset_rules=tuple(dataset_rules),
        keys=tuple(keys),
        checks=terms.checks,
        checked=checks + len(terms.checks) + sum(each.role != "parent" for each in keys),
        not_checked=(*skipped, *unjudged, *unheld, *uncompared),
    )


def _kind(of: Field) -> str:
    from gongshu.standards.expressions import kind_of

    return kind_of(of.type)


# --- columns -----------------------------------------------------------------------------------------------------


def _typed(field: Field, native: str) -> bool:
    """Whether the format gives numbers where the field's text has its own decimal or group character."""
    spelled = field.decimal_char != "." or field.group_char is not None
    return spelled and native.startswith(("int", "uint", "float", "double", "halffloat", "decimal"))


def _columns(
    table: Table, header: HeaderMatch, native: Mapping[int, str], terms: Terms
) -> tuple[list[ColumnAt], list[NotChecked]]:
    """Columns after those that they need; where a needed column is missing, that is said."""
    from gongshu.validators.column import Context, compile_column

    context = Context(as_of=terms.as_of, codes=terms.codes, severity=terms.severity, timezone=terms.timezone)
    left = {
        each.name: ColumnAt(
            each,
            header.columns[each.name],
            compile_column(each, table, context),
            _typed(each, native.get(header.columns[each.name], "")),
        )
        for each in table.fields
        if each.name in header.columns
    }
    skipped = [
        NotChecked("column-missing", code=_needing(each.field), columns=(name, need))
        for name, each in left.items()
        for need in each.judge.needs
        if need not in header.columns
    ]
    ordered: list[ColumnAt] = []
    while left:
        ready = [each for each in left.values() if not any(need in left for need in each.judge.needs)]
        for each in ready or list(left.values())[:1]:  # a circle is broken where it starts
            ordered.append(left.pop(each.field.name))
    return ordered, skipped


def _needing(of: Field) -> str:
    return "row.label-differs" if of.label_of else "cell.code-unknown"


# --- rules -------------------------------------------------------------------------------------------------------


def _lacking(names: tuple[str, ...], table: Table, header: HeaderMatch) -> tuple[str, ...]:
    """Required columns among `names` that the file does not have."""
    gone = (name for name in names if name not in header.columns)
    return tuple(name for name in gone if (of := table.field(name)) is None or _required(of, table))


def _required(of: Field, table: Table) -> bool:
    return of.constraints.required or of.name in table.primary_key


def _due(
    rules: tuple[Rule, ...], code: str, table: Table, header: HeaderMatch, terms: Terms
) -> tuple[list[tuple[Rule, tuple[str, ...], Severity]], list[NotChecked]]:
    """The rules that can be judged, each with the columns it names and its severity; and those that cannot be."""
    if not rules:
        return [], []
    from gongshu.standards.expressions import columns as named

    due, skipped = [], []
    for rule in rules:
        names = tuple(named(rule.tree))
        level = terms.severity(code, rule.id, rule.severity)
        if level is None:
            continue
        if _lacking(names, table, header):
            skipped.append(NotChecked("column-missing", rule.id, code, names, level))
        else:
            due.append((rule, names, level))
    return due, skipped


def _rules(table: Table, header: HeaderMatch, terms: Terms) -> tuple[list[RulePlan], list[NotChecked]]:
    due, skipped = _due(table.rules, "row.rule", table, header, terms)
    if not due:
        return [], skipped
    from gongshu.validators.rules import compile_rule

    plans = []
    for rule, names, level in due:
        judge = compile_rule(rule, _kinds(table), _scales(table), _lists(table, terms))
        plans.append(RulePlan(rule.id, judge, names, rule.fields or names, level, _words(rule)))
    return plans, skipped


def _dataset_rules(table: Table, header: HeaderMatch, terms: Terms) -> tuple[list[DatasetPlan], list[NotChecked]]:
    due, skipped = _due(table.dataset_rules, "dataset.rule", table, header, terms)
    if not due:
        return [], skipped
    from gongshu.validators.rules import compile_dataset_rule

    plans = []
    for rule, names, level in due:
        judge = compile_dataset_rule(rule, _kinds(table), _scales(table), _lists(table, terms))
        plans.append(DatasetPlan(rule.id, judge, rule.fields or names, level, _words(rule)))
    return plans, skipped


def _kinds(table: Table) -> dict[str, str]:
    return {each.name: _kind(each) for each in table.fields}


def _scales(table: Table) -> dict[str, int]:
    return {each.name: each.scale or 0 for each in table.fields}


def _lists(table: Table, terms: Terms) -> Callable[[str], CodeTable]:
    """The code list of a field by the field's name."""
    uses = {each.name: each.codelist for each in table.fields if each.codelist is not None}
    return lambda name: terms.codes(uses[name].list)


def _words(rule: Rule) -> dict[str, Any]:
    return {"check": rule.check, "message": {"zh": rule.message.zh, "en": rule.message.en}}


# --- keys --------------------------------------------------------------------------------------------------------


def _keys(table: Table, header: HeaderMatch, terms: Terms) -> tuple[list[KeyPlan], list[NotChecked]]:
    plans: list[KeyPlan] = []
    skipped: list[NotChecked] = []
    duplicate = terms.severity("key.duplicate", None, "error")
    absent = terms.severity("key.missing", None, "error")
    required = frozenset(each.name for each in table.fields if each.constraints.required)
    wanted = [("primary-key", table.primary_key, absent)] if table.primary_key else []
    wanted += [("unique-key", fields, None) for fields in table.unique_keys]
    wanted += [
        ("unique", (each.name,), None)
        for each in table.fields
        if each.constraints.unique and (each.name,) != table.primary_key
    ]
    for role, fields, missing in wanted:
        gone = tuple(name for name in fields if name not in header.columns)
        if gone and not (role == "unique" and not _lacking(gone, table, header)):
            skipped.append(NotChecked("column-missing", role, "key.duplicate", gone, duplicate or Severity.ERROR))
        elif not gone and duplicate is not None:
            plans.append(KeyPlan(role, fields, role, duplicate, missing, required))
    if not table.primary_key:
        level = terms.severity("row.duplicate", None, "warning")
        if level is not None:
            plans.append(KeyPlan(ROW, tuple(header.columns), None, level))
    for each in table.foreign_keys:
        _foreign(each, table, header, terms, plans, skipped)
    return plans, skipped


def _foreign(
    key: ForeignKey,
    table: Table,
    header: HeaderMatch,
    terms: Terms,
    plans: list[KeyPlan],
    skipped: list[NotChecked],
) -> None:
    level = terms.severity("key.foreign", None, "error")
    if level is None:
        return
    inside = not key.resource and key.standard is None
    name = key.resource or (str(key.standard) if key.standard else "")
    gone = tuple(each for each in key.fields if each not in header.columns)
    if inside:
        gone += tuple(each for each in key.reference_fields if each not in header.columns)
    if gone:
        if _lacking(gone, table, header) or inside:
            skipped.append(NotChecked("column-missing", name or None, "key.foreign", gone, level))
    elif inside:
        plans.append(KeyPlan("parent", key.reference_fields, None, None))
        plans.append(KeyPlan("foreign", key.fields, None, level, parent=len(plans) - 1))
    elif given := reference_given(key, terms.references):
        plans.append(KeyPlan("foreign", key.fields, name, level, resource=given))
    else:
        skipped.append(NotChecked("reference-missing", name, "key.foreign", key.fields, level))


def reference_given(key: ForeignKey, given: frozenset[str]) -> str | None:
    """The name under which the table that a foreign key points to was given: its resource, or its standard's id."""
    wanted = (key.resource, str(key.standard) if key.standard else "", key.standard.id if key.standard else "")
    return next((name for name in wanted if name and name in given), None)


# --- terms -------------------------------------------------------------------------------------------------------


def severities(standard: Standard | None, profile: str | None) -> Severities:
    """How bad each code is, under a profile if one is named. Raises `UsageFault` for one that is not there."""
    from gongshu.validators.severities import UNREADABLE, severity_of

    known = {PUBLICATION: EMPTY, **(standard.profiles if standard is not None else {})}
    if profile is not None and profile not in known:
        raise UsageFault("usage.profile-unknown", name=profile, known=", ".join(sorted(known)))
    entries: Mapping[str, str] = known[profile] if profile is not None else EMPTY

    def severity(code: str, rule: str | None, default: str) -> Severity | None:
        if code in UNREADABLE and default != "error":  # said of a file that could be read all the same
            return Severity(default)
        if default == "ignore":
            if code not in entries and (rule is None or rule not in entries):
                return None
            return severity_of(code, rule, profile=entries)
        return severity_of(code, rule, profile=entries, default=Severity(default))

    return severity
