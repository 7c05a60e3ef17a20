"""A data contract by the Open Data Contract Standard 3.1 (YAML)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Loss, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid, whole_key
from gongshu.standards.model import Rule, Standard, Status

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "unique", "type", "length", "pattern", "bounds", "keys", "privacy", "rules")
TYPES = {
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "integer": "integer",
    "number": "number",
    "time": "time",
    "year": "integer",
    "array": "array",
    "list": "array",
    "object": "object",
}
STATUS = {Status.DRAFT: "draft", Status.IN_FORCE: "active", Status.WITHDRAWN: "retired"}
DATES = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss", "%F": "yyyy-MM-dd"}
CLASSES = {"none": "public", "personal": "restricted", "sensitive": "restricted"}


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The contract in UTF-8. Rules over a row stand as text: no tool runs them."""
    import yaml

    table = table_of(standard, "odcs")
    columns = columns_of(table, registry)
    made: dict[str, Any] = {
        "kind": "DataContract",
        "apiVersion": "v3.1.0",
        "id": f"urn:gongshu:standard:{standard.id}",
        "name": standard.title.get(options.lang) or standard.id,
        "version": standard.version,
        "status": STATUS[standard.status],
        "description": {"purpose": standard.description.get(options.lang) or standard.title.get(options.lang)},
        "schema": [
            {
                "name": standard.id,
                "logicalType": "object",
                "businessName": standard.title.get(options.lang),
                "properties": [_property(each, whole_key(table, columns), options.lang) for each in columns],
            }
        ],
    }
    rules = [_rule(each, options.lang) for each in table.rules]
    if rules:
        made["schema"][0]["quality"] = rules
    losses = [
        *unsaid(standard, columns, SAYS),
        *(Loss(each.id, f"rule: {each.check} (as text only)") for each in table.rules),
    ]
    text = yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=110)
    return Derived(text.encode(), tuple(losses))


def _rule(rule: Rule, lang: str) -> dict[str, str]:
    words = " ".join(rule.message.get(lang).split())
    return {"name": rule.id, "type": "text", "description": f"{words} [{rule.check}]" if words else rule.check}


def _property(column: Column, key: tuple[str, ...], lang: str) -> dict[str, Any]:
    each = column.field
    made: dict[str, Any] = {
        "name": column.name,
        "businessName": each.title.get(lang),
        "description": each.description.get(lang),
        "logicalType": TYPES.get(column.type, "string"),
        "required": column.required,
    }
    if column.unique:
        made["unique"] = True
    if column.name in key:
        made |= {"primaryKey": True, "primaryKeyPosition": key.index(column.name) + 1}
    options = _options(column)
    if options:
        made["logicalTypeOptions"] = options
    if each.privacy.category != "none":
        made["classification"] = CLASSES[each.privacy.category]
        made["tags"] = [f"privacy:{each.privacy.category}"]
    if each.example:
        made["examples"] = [each.example]
    if column.values is not None:
        values = ", ".join(column.values[:50])
        made["quality"] = [
            {"type": "text", "description": f"one of: {values}{' …' if len(column.values) > 50 else ''}"}
        ]
    return {name: value for name, value in made.items() if value not in ("", None)}


def _options(column: Column) -> dict[str, Any]:
    held = column.held
    if column.type == "string":
        found: dict[str, Any] = {"minLength": held.min_length, "maxLength": held.max_length}
        if column.patterns:
            found["pattern"] = f"^(?:{column.patterns[0]})$"
    elif column.kind == "number":
        from gongshu.standards.derive.jsonschema import number

        found = {
            "minimum": number(held.minimum),
            "maximum": number(held.maximum),
            "exclusiveMinimum": number(held.exclusive_minimum),
            "exclusiveMaximum": number(held.exclusive_maximum),
        }
    elif column.kind in ("date", "datetime") and column.field.format.write:
        found = {"format": _stamp(column.field.format.write)}
    else:
        found = {}
    return {name: value for name, value in found.items() if value is not None}


def _stamp(write: str) -> str:
    form = write.replace("T", "'T'")
    for directive, written in DATES.items():
        form = form.replace(directive, written)
    return form
