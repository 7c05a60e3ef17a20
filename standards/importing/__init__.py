"""Importers: another description of a table becomes the draft of a standard. One source per file.

`SOURCES` names, for each source, `module:function`; the function takes the path and the registry and gives the drafts
in the file, one for each table. A sample of data is no description: `sample.py` takes column names and values, whoever
has read the file.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, apart
from gongshu.standards.loading import text_of
from gongshu.standards.registry import Registry

SOURCES: Mapping[str, str] = {
    "datapackage": "gongshu.standards.importing.datapackage:drafts",
    "dictionary": "gongshu.standards.importing.dictionary:drafts",
    "json-schema": "gongshu.standards.importing.jsonschema:drafts",
    "odcs": "gongshu.standards.importing.odcs:drafts",
    "sql": "gongshu.standards.importing.sql:drafts",
    "table-schema": "gongshu.standards.importing.tableschema:drafts",
}
SAMPLE = "sample"
WORKBOOKS = (".xlsx", ".xls", ".ods", ".xlsb", ".xlsm")


def read(path: Path, source: str, registry: Registry | None = None) -> list[Draft]:
    """The drafts in a file that holds that source. Raises `StandardFault` or `StandardFaults` where it holds none."""
    if source not in SOURCES:
        near = difflib.get_close_matches(source, SOURCES, 1) or [*SOURCES, SAMPLE]
        raise StandardFault("standard.import-source", name=source, known=", ".join(near))
    module, _, name = SOURCES[source].partition(":")
    made: Callable[[Path, Registry], list[Draft]] = getattr(import_module(module), name)
    found = made(path, registry or Registry())
    if not found:
        raise StandardFault("standard.import-empty", place=str(path), source=source)
    return apart(found)


def recognise(path: Path) -> str:
    """Which source a file holds, by its content: one of `SOURCES`, or `sample`."""
    ending = path.suffix.lower()
    if ending in WORKBOOKS:
        from gongshu.standards.importing.dictionary import is_dictionary

        return "dictionary" if is_dictionary(path) else SAMPLE
    if ending in (".sql", ".ddl"):
        return "sql"
    if ending in (".yaml", ".yml"):
        return "odcs"
    if ending == ".json":
        return _of_json(text_of(path))
    return SAMPLE


def _of_json(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "table-schema"  # whose importer says where the JSON is wrong
    if not isinstance(found, dict):
        return SAMPLE
    if isinstance(found.get("fields"), list):
        return "table-schema"
    if isinstance(found.get("resources"), list) and "properties" not in found:
        return "datapackage"
    if found.get("kind") == "DataContract":
        return "odcs"
    if {"$schema", "properties", "$defs", "definitions", "allOf", "oneOf", "anyOf", "items"} & set(found):
        return "json-schema"
    return SAMPLE
