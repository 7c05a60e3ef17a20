"""A Data Package with one resource, the table; its schema is that of `table-schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options
from gongshu.standards.derive.tableschema import to_table_schema
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The descriptor as JSON (UTF-8); the data are expected beside it, as `<id>.csv`."""
    schema, losses = to_table_schema(standard, registry, form="datapackage")
    resource = {
        "name": standard.id,
        "path": f"{standard.id}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }
    made = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": standard.id,
        "version": standard.version,
        "title": standard.title.get(options.lang),
        "description": standard.description.get(options.lang),
        "resources": [resource],
    }
    text = json.dumps({key: value for key, value in made.items() if value}, ensure_ascii=False, indent=2) + "\n"
    return Derived(text.encode(), tuple(losses))
