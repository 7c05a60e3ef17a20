"""CSVW metadata (W3C Tabular Metadata) of a CSV file with these columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid, whole_key
from gongshu.standards.model import Standard, Text

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "type", "length", "pattern", "bounds", "enum", "keys")
TYPES = {
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "integer": "integer",
    "number": "decimal",
    "time": "time",
    "year": "gYear",
}
DATES = {"%Y": "yyyy", "%m": "MM", "%d": "dd", "%H": "HH", "%M": "mm", "%S": "ss", "%F": "yyyy-MM-dd"}


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The metadata as JSON (UTF-8), for a file `<id>.csv` whose header has the columns' names."""
    table = table_of(standard, "csvw")
    columns = columns_of(table, registry)
    made: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": options.lang}],
        "url": f"{standard.id}.csv",
        "dc:title": _words(standard.title),
        "dc:identifier": standard.reference,
        "tableSchema": {
            "columns": [_column(each) for each in columns],
            "primaryKey": list(whole_key(table, columns)),
        },
    }
    if not made["tableSchema"]["primaryKey"]:
        del made["tableSchema"]["primaryKey"]
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), tuple(unsaid(standard, columns, SAYS)))


def _words(text: Text) -> dict[str, str]:
    return {lang: words for lang, words in (("zh", text.zh), ("en", text.en)) if words}


def _column(column: Column) -> dict[str, Any]:
    each, held = column.field, column.held
    kind: dict[str, Any] = {"base": TYPES.get(column.type, "string")}
    if column.type == "string":
        kind |= {"minLength": held.min_length, "maxLength": held.max_length}
        patterns = [*column.patterns]
        if column.values is not None:  # CSVW has no enumerations: alternatives of a pattern say the same
            patterns.append("|".join(_escaped(value) for value in column.values))
        kind["format"] = patterns[0] if len(patterns) == 1 else _all(patterns)
    elif column.kind in ("date", "datetime") and each.format.write:
        kind["format"] = _stamp(each.format.write)
    if column.kind in ("number", "date"):
        kind |= {
            "minimum": held.minimum,
            "maximum": held.maximum,
            "minExclusive": held.exclusive_minimum,
            "maxExclusive": held.exclusive_maximum,
        }
    made: dict[str, Any] = {
        "name": column.name,
        "titles": [column.name, *[title for title in (each.title.zh, each.title.en) if title]],
        "dc:description": each.description.zh or each.description.en,
        "datatype": {key: value for key, value in kind.items() if value is not None},
    }
    if column.required:
        made["required"] = True
    return {key: value for key, value in made.items() if value not in ("", [])}


def _escaped(value: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\.^$*+?()[]{}|" else sign for sign in value)


def _all(patterns: list[str]) -> str | None:
    return "".join(f"(?=(?:{pattern})$)" for pattern in patterns) + ".*" if patterns else None


def _stamp(write: str) -> str:
    form = write.replace("T", "'T'")
    for directive, written in DATES.items():
        form = form.replace(directive, written)
    return form
