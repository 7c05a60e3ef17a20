"""A table standard as plain Table Schema that frictionless accepts, with the list of what Table Schema cannot say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Loss, Options, table_of
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.model import Constraints, Field, ForeignKey, HeaderPolicy, Rule, Standard, Table
from gongshu.standards.tableschema import BY_NAME, FALSE, MATCHES, TRUE, V2

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

MAX_ENUM = 1000  # a longer code list is left to the loss list: no tool shows such an enum

# Which constraints frictionless takes for a type, besides `required`, `unique` and `enum`.
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LENGTHS = ("minLength", "maxLength")
TAKES: dict[str, tuple[str, ...]] = {
    "any": (),
    "array": _LENGTHS,
    "boolean": (),
    "date": _BOUNDS,
    "datetime": _BOUNDS,
    "duration": (),
    "geojson": (),
    "geopoint": (),
    "integer": (*_BOUNDS, "pattern"),
    "list": _LENGTHS,
    "number": _BOUNDS,
    "object": _LENGTHS,
    "string": (*_LENGTHS, "pattern"),
    "time": _BOUNDS,
    "year": _BOUNDS,
    "yearmonth": _BOUNDS,
}
_NUMERIC = ("integer", "number", "year")


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The Table Schema as JSON (UTF-8). Raises `StandardFault` where the standard is no table."""
    descriptor, losses = to_table_schema(standard, registry)
    text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), tuple(losses))


def to_table_schema(
    standard: Standard, registry: Registry | None = None, *, form: str = "table-schema"
) -> tuple[dict[str, Any], list[Loss]]:
    """The descriptor and what it cannot say. What it accepts is never less than what the standard accepts."""
    table = table_of(standard, form)
    losses: list[Loss] = []
    made: dict[str, Any] = {"$schema": V2, "name": standard.id, "version": standard.version}
    _words(made, standard.title.zh or standard.title.en, standard.description.zh or standard.description.en)
    made["fields"] = [_field(each, table, registry, losses) for each in table.fields]
    lowered = {each.name for each in table.fields if each.severity not in (None, "error")}
    if table.primary_key and lowered & set(table.primary_key):
        losses.append(Loss("table", f"primaryKey: {', '.join(table.primary_key)}"))
    elif table.primary_key:
        made["primaryKey"] = list(table.primary_key)
    if table.unique_keys:
        made["uniqueKeys"] = [list(each) for each in table.unique_keys]
    if table.foreign_keys:
        keys = [_foreign(each, losses) for each in table.foreign_keys]
        made["foreignKeys"] = [each for each in keys if each]
    made["missingValues"] = [""] if table.missing_values is None else list(table.missing_values)
    match = _match(table.header)
    if match:
        made["fieldsMatch"] = match
    if not table.strict:
        losses.extend(_of_table(table))
    return made, losses


def _words(made: dict[str, Any], title: str, description: str) -> None:
    if title:
        made["title"] = title
    if description:
        made["description"] = description


def _match(header: HeaderPolicy) -> str | None:
    return None if header == BY_NAME else next((word for word, policy in MATCHES.items() if policy == header), None)


def _of_table(table: Table) -> Iterator[Loss]:
    if any(tier in table.header.match for tier in ("title", "alias")):
        yield Loss("table", "header: title, alias")
    rules: tuple[Rule, ...] = (*table.rules, *table.dataset_rules)
    for rule in rules:
        yield Loss(rule.id, f"rule: {rule.check}")
    yield Loss("table", "blank cells, other spellings and their safe fixes")


def _field(each: Field, table: Table, registry: Registry | None, losses: list[Loss]) -> dict[str, Any]:
    if each.severity not in (None, "error"):
        losses.append(Loss(each.name, f"severity: {each.severity} (none of its checks is here)"))
        each = Field(each.name, title=each.title, description=each.description, example=each.example)
    made: dict[str, Any] = {"name": each.name, "type": each.type}
    _words(made, each.title.zh or each.title.en, each.description.zh or each.description.en)
    if each.format.write:
        made["format"] = each.format.write
    if each.example:
        made["example"] = each.example
    _literal(made, each)
    limits = _constraints(each, losses)
    _codelist(limits, each, registry, losses)
    _identifier(limits, each, losses)
    if limits:
        made["constraints"] = limits
    if table.strict:
        return made
    if each.format.read:
        losses.append(Loss(each.name, f"format.read: {', '.join(each.format.read)}"))
    if each.label_of:
        losses.append(Loss(each.name, f"label_of: {each.label_of}"))
    if each.precision is not None or each.scale is not None:
        losses.append(Loss(each.name, f"precision, scale: {each.precision}, {each.scale}"))
    if each.privacy.category != "none":
        losses.append(Loss(each.name, f"privacy: {each.privacy.category}"))
    return made


def _literal(made: dict[str, Any], each: Field) -> None:
    """What tells how values are spelled, where it is not what Table Schema takes for granted."""
    if each.decimal_char != ".":
        made["decimalChar"] = each.decimal_char
    if each.group_char:
        made["groupChar"] = each.group_char
    if not each.bare_number:
        made["bareNumber"] = False
    if each.type == "boolean":
        if each.true_values and each.true_values != TRUE:
            made["trueValues"] = list(each.true_values)
        if each.false_values and each.false_values != FALSE:
            made["falseValues"] = list(each.false_values)
    if each.missing_values is not None:
        made["missingValues"] = list(each.missing_values)


def _constraints(each: Field, losses: list[Loss]) -> dict[str, Any]:
    held: Constraints = each.constraints
    made: dict[str, Any] = {}
    if held.required:
        made["required"] = True
    if held.unique:
        made["unique"] = True
    others = {
        "minLength": held.min_length,
        "maxLength": held.max_length,
        "pattern": held.pattern,
        "minimum": _bound(each.type, held.minimum),
        "maximum": _bound(each.type, held.maximum),
        "exclusiveMinimum": _bound(each.type, held.exclusive_minimum),
        "exclusiveMaximum": _bound(each.type, held.exclusive_maximum),
    }
    for name, value in others.items():
        if value is None:
            continue
        if name in TAKES.get(each.type, ()):
            made[name] = value
        else:
            losses.append(Loss(each.name, f"{name}: {value}"))
    if held.enum is not None:
        made["enum"] = [_bound(each.type, value) for value in held.enum]
    return made


def _bound(kind: str, text: str | None) -> Any:
    """A number where the type is one and JSON keeps it exactly; else the text as written, which means the same."""
    if text is None or kind not in _NUMERIC:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    plain = int(number) if number == number.to_integral_value() and "." not in text else float(number)
    exact = format(Decimal(repr(plain)) if isinstance(plain, float) else Decimal(plain), "f")
    return plain if exact == text else text


def _codelist(limits: dict[str, Any], each: Field, registry: Registry | None, losses: list[Loss]) -> None:
    use = each.codelist
    if use is None:
        return
    losses.append(Loss(each.name, f"codelist: {use.list} (by {use.by}, dates, hierarchy)"))
    if "enum" in limits or registry is None or each.type not in ("string", "any"):
        return
    try:
        codes = registry.codes(use.list).standard.codes or ()
    except (StandardFault, StandardFaults):
        return
    values: dict[str, None] = {}
    for code in codes:
        # A name given for its code, and a code for its name, are findings with a safe fix: accepted here too.
        values.update(dict.fromkeys(value for value in (code.code, code.name_zh, code.name_en) if value))
    if 0 < len(values) <= MAX_ENUM:
        limits["enum"] = list(values)


def _identifier(limits: dict[str, Any], each: Field, losses: list[Loss]) -> None:
    if each.identifier is None:
        return
    losses.append(Loss(each.name, f"identifier: {each.identifier.name}"))
    if "pattern" in limits or each.type != "string":
        return
    from gongshu.standards import identifiers

    pattern = getattr(identifiers, "pattern", None)
    found = pattern(each.identifier.name) if pattern is not None else None
    if found:
        limits["pattern"] = found


def _foreign(key: ForeignKey, losses: list[Loss]) -> dict[str, Any] | None:
    if key.standard is not None and not key.resource:
        losses.append(Loss(", ".join(key.fields), f"foreign key into {key.standard}"))
        return None
    return {
        "fields": list(key.fields),
        "reference": {"resource": key.resource, "fields": list(key.reference_fields)},
    }
