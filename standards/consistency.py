"""What can be wrong with a table standard although every key is right: names, patterns, bounds, rules.

Each problem is a path into the document, a code and parameters; who loaded the document knows the lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.headers import normal
from gongshu.standards.model import Constraints, Field, Rule, Table
from gongshu.standards.yamlsource import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, and where in the document."""

    path: Path
    code: str
    params: dict[str, Any] = field(default_factory=dict)


def near(name: str, known: Sequence[str]) -> str:
    """The known names most like `name`, for a message; where none is like it, the first of them all."""
    return ", ".join(difflib.get_close_matches(name, known, 3, 0.5) or known[:8])


def problems(table: Table) -> Iterator[Problem]:
    """Everything wrong within the table, in no special order. Rules are looked at by `parsed_rules`."""
    yield from _twice(table)
    if not table.strict:
        yield from _alike(table)
    yield from _missing(table)
    yield from _label_cycles(table)
    for place, each in enumerate(table.fields):
        yield from (replace(found, path=("fields", place, *found.path)) for found in _field(each))


def _twice(table: Table) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, each in enumerate(table.fields):
        if each.name and each.name in seen:
            yield Problem(("fields", place, "name"), "standard.field-twice", {"name": each.name})
        seen.add(each.name)


def _alike(table: Table) -> Iterator[Problem]:
    """One header would fit two fields. A name beats a title and a title an alias, so only equals can clash."""
    for tier in table.header.match:
        owners: dict[str, int] = {}
        for place, each in enumerate(table.fields):
            for name in _names(each, tier):
                owner = owners.setdefault(normal(name), place)
                if owner != place and normal(name) and table.fields[owner].name != each.name:
                    key = "aliases" if tier == "alias" else tier
                    params = {"name": name, "one": table.fields[owner].name, "other": each.name}
                    yield Problem(("fields", place, key), "standard.field-alike", params)


def _names(each: Field, tier: str) -> tuple[str, ...]:
    if tier == "name":
        return (each.name,)
    if tier == "title":
        return tuple(dict.fromkeys(name for name in (each.title.zh, each.title.en) if name))
    return each.aliases


def _missing(table: Table) -> Iterator[Problem]:
    names = [each.name for each in table.fields if each.name]
    known = frozenset(names)

    def absent(wanted: Sequence[str], *path: str | int) -> Iterator[Problem]:
        for name in wanted:
            if name not in known:
                yield Problem(path, "standard.field-missing", {"name": name, "near": near(name, names)})

    yield from absent(table.primary_key, "primaryKey")
    for place, key in enumerate(table.unique_keys):
        yield from absent(key, "uniqueKeys", place)
    for place, foreign in enumerate(table.foreign_keys):
        yield from absent(foreign.fields, "foreignKeys", place, "fields")
        if not foreign.resource and foreign.standard is None:
            yield from absent(foreign.reference_fields, "foreignKeys", place, "reference")
        if len(foreign.fields) != len(foreign.reference_fields):
            yield Problem(("foreignKeys", place), "standard.foreign-key-width", {})
    for place, each in enumerate(table.fields):
        if each.label_of:
            yield from absent((each.label_of,), "fields", place, "label_of")
        if each.codelist and each.codelist.as_of:
            yield from absent((each.codelist.as_of,), "fields", place, "codelist")
    if table.freshness is not None:
        yield from absent((table.freshness.field,), "freshness", "field")
    for group, rules in (("rules", table.rules), ("dataset_rules", table.dataset_rules)):
        for place, rule in enumerate(rules):
            yield from absent(rule.fields, group, place, "fields")


def _label_cycles(table: Table) -> Iterator[Problem]:
    labels = {each.name: each.label_of for each in table.fields if each.label_of}
    by_name = {each.name: each for each in table.fields}
    for place, each in enumerate(table.fields):
        here, trail = each.name, [each.name]
        while (after := labels.get(here)) is not None and after not in trail:
            trail.append(after)
            here = after
        if after == each.name and each.name == min(trail):
            yield Problem(("fields", place, "label_of"), "standard.cycle", {"trail": " → ".join([*trail, each.name])})
        elif each.label_of in by_name and after is None and by_name[each.label_of].codelist is None:
            yield Problem(("fields", place, "label_of"), "standard.label-without-list", {"name": each.label_of})


def _field(each: Field) -> Iterator[Problem]:
    yield from (
        replace(found, path=("constraints", *found.path))
        for found in _constraints(each.type, each.constraints, each.format.write)
    )
    if each.identifier is not None:
        yield from _identifier(each.identifier.name)
    if each.scale is not None and each.precision is not None and each.scale > each.precision:
        params = {"low": f"precision {each.precision}", "high": f"scale {each.scale}"}
        yield Problem(("scale",), "standard.bounds", params)


def _identifier(name: str) -> Iterator[Problem]:
    from gongshu.standards import identifiers

    known = getattr(identifiers, "IDENTIFIERS", None)
    if known is not None and name not in known:
        yield Problem(("identifier",), "standard.identifier-unknown", {"name": name, "near": near(name, list(known))})


def _constraints(kind: str, found: Constraints, write: str | None) -> Iterator[Problem]:
    if found.pattern is not None:
        import regex

        try:
            regex.compile(found.pattern)
        except regex.error as error:
            yield Problem(("pattern",), "standard.pattern", {"pattern": found.pattern, "detail": str(error)})
    if found.min_length is not None and found.max_length is not None and found.min_length > found.max_length:
        params = {"low": f"minLength {found.min_length}", "high": f"maxLength {found.max_length}"}
        yield Problem(("minLength",), "standard.bounds", params)
    bounds = {
        "minimum": found.minimum,
        "exclusiveMinimum": found.exclusive_minimum,
        "maximum": found.maximum,
        "exclusiveMaximum": found.exclusive_maximum,
    }
    read: dict[str, Any] = {}
    for name, text in bounds.items():
        if text is None:
            continue
        if kind not in _BOUNDED:
            yield Problem((name,), "standard.bound-without-order", {"type": kind})
            continue
        read[name] = _bound(kind, text, write)
        if read[name] is None:
            yield Problem((name,), "standard.bound", {"value": text, "type": kind})
    for low in ("minimum", "exclusiveMinimum"):
        for high in ("maximum", "exclusiveMaximum"):
            one, other = read.get(low), read.get(high)
            strict = low != "minimum" or high != "maximum"
            if one is not None and other is not None and (one > other or (strict and one == other)):
                params = {"low": f"{low} {bounds[low]}", "high": f"{high} {bounds[high]}"}
                yield Problem((low,), "standard.bounds", params)


_BOUNDED = frozenset(["integer", "number", "date", "datetime", "time", "year", "yearmonth"])


def _bound(kind: str, text: str, write: str | None) -> Any:
    """A bound made comparable, in the spelling `write` of the data or in the type's own; None where it is no value."""
    try:
        if kind in ("date", "datetime") and write is not None and "%" in write:
            with suppress(ValueError):  # then it is in the type's own spelling
                moment = datetime.strptime(text, write).replace(tzinfo=None)  # noqa: DTZ007 - data tell no zone
                return moment.date() if kind == "date" else moment
        if kind in ("integer", "number", "year"):
            number = Decimal(text)
            return number if number.is_finite() else None
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "datetime":
            return datetime.fromisoformat(text).replace(tzinfo=None)
    except (InvalidOperation, ValueError):
        return None
    return text  # of a time or a month


def parsed_rules(table: Table) -> tuple[Table, list[Problem]]:
    """The table with the tree of every rule, and what is wrong with the rules. sqlglot is needed only if it has any."""
    conditions = [(place, each) for place, each in enumerate(table.fields) if each.privacy.when]
    if not (table.rules or table.dataset_rules or conditions):
        return table, []
    from gongshu.standards import expressions

    kinds = {each.name: expressions.kind_of(each.type) for each in table.fields if each.name}
    listed = {each.name for each in table.fields if each.codelist}
    found: list[Problem] = []
    ids: set[str] = set()
    for place, each in conditions:
        try:
            expressions.parse(each.privacy.when or "", kinds)
        except StandardFault as fault:
            found.append(Problem(("fields", place, "privacy", "when"), fault.code, fault.params))

    def parsed(group: str, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        made = []
        for place, rule in enumerate(rules):
            if rule.id and rule.id in ids:
                found.append(Problem((group, place, "id"), "standard.rule-twice", {"name": rule.id}))
            ids.add(rule.id)
            try:
                tree = expressions.parse(rule.check, kinds, dataset=group == "dataset_rules") if rule.check else None
            except StandardFault as fault:
                found.append(Problem((group, place, "check"), fault.code, {"rule": rule.id, **fault.params}))
                tree = None
            columns = expressions.columns(tree) if tree is not None else ()
            for name in expressions.codelists_of(tree) if tree is not None else ():
                if name in kinds and name not in listed:
                    found.append(Problem((group, place, "check"), "standard.below-without-list", {"name": name}))
            made.append(replace(rule, tree=_listed(tree), fields=rule.fields or tuple(columns)))
        return tuple(made)

    ready = replace(
        table, rules=parsed("rules", table.rules), dataset_rules=parsed("dataset_rules", table.dataset_rules)
    )
    return ready, found


def _listed(tree: Any) -> Any:
    return [_listed(each) for each in tree] if isinstance(tree, (list, tuple)) else tree
