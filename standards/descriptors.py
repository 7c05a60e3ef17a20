"""JSON documents that others use in place of a pack: a Table Schema, a JSON Schema, a resource of a Data Package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.loading import spelled, text_of
from gongshu.standards.model import Standard
from gongshu.standards.recordschema import is_record_schema, record_standard
from gongshu.standards.tableschema import plain_copy, standard_of
from gongshu.standards.yamlsource import Located, read


def from_descriptor(descriptor: Mapping[str, Any], *, name: str, origin: str = "", part: str = "") -> Standard:
    """The standard of a Table Schema, a JSON Schema, or of one resource (`part`) of a Data Package."""
    if is_record_schema(descriptor):
        return record_standard(plain_copy(descriptor, floats=True), name=name, origin=origin)
    source, wire, named = _body(
        plain_copy(descriptor), plain_copy(descriptor, floats=True), name, origin or name, part, None
    )
    return standard_of(source, wire, name=named, origin=origin)


def read_file(path: Path, part: str = "") -> Standard:
    """The standard in a JSON file: a Table Schema, a JSON Schema, or a Data Package of which `part` is a resource."""
    file = str(path)
    text = text_of(path)
    if path.suffix.lower() != ".json" and not text.lstrip().startswith("{"):
        raise StandardFault("standard.file-unsupported", name=file)
    try:
        exact = json.loads(text, parse_float=Decimal)
        wire = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        params = {"file": file, "line": line, "key": "", "place": f"{file}:{line}", "detail": str(error)}
        raise StandardFault("standard.json-syntax", **params) from None
    if not isinstance(exact, dict):
        raise StandardFault("standard.not-mapping", file=file, line=1, key="", place=file)
    if is_record_schema(wire):
        return record_standard(wire, name=path.stem, origin=file)
    source, body, name = _body(exact, wire, path.stem, file, part, path.parent)
    try:
        return standard_of(source, body, name=name, origin=file)
    except StandardFaults as faults:
        raise _with_lines(faults, text, file) from None


def _body(
    exact: dict[str, Any], wire: dict[str, Any], name: str, origin: str, part: str, folder: Path | None
) -> tuple[Located, dict[str, Any], str]:
    """The Table Schema within a document, exact and as frictionless takes it, and the name it goes by."""
    if "fields" in exact:
        return Located(data=exact), wire, str(exact.get("name") or name)
    resources = exact.get("resources")
    if not isinstance(resources, list):
        raise StandardFault("standard.file-unsupported", name=origin)
    names = [str(each.get("name") or place) if isinstance(each, dict) else "" for place, each in enumerate(resources)]
    known = ", ".join(names)
    if part and part not in names:
        raise StandardFault("standard.resource-missing", name=part, known=known, place=origin)
    if not part and len(names) != 1:
        raise StandardFault("standard.resource-which", known=known, place=origin)
    place = names.index(part) if part else 0
    chosen, chosen_wire = resources[place], wire["resources"][place]
    schema = chosen.get("schema") if isinstance(chosen, dict) else None
    if isinstance(schema, str) and folder is not None and _inside(folder, schema):
        text = text_of(folder / schema)
        try:
            return Located(data=json.loads(text, parse_float=Decimal)), json.loads(text), names[place]
        except ValueError as error:
            raise StandardFault("standard.json-syntax", detail=str(error), place=str(folder / schema)) from None
    if not isinstance(schema, dict):
        raise StandardFault("standard.resource-schema", name=names[place], place=origin)
    return Located(data=schema), chosen_wire["schema"], names[place]


def _inside(folder: Path, name: str) -> bool:
    """A descriptor may name files beside or below it, nothing else (Data Package: no absolute path, no `..`)."""
    outside = name.startswith(("/", "\\")) or ".." in Path(name).parts or "://" in name
    return not outside and (folder / name).is_file()


def _with_lines(faults: StandardFaults, text: str, file: str) -> StandardFaults:
    """The same faults with their lines, where the JSON also reads as YAML (nearly always)."""
    try:
        source = read(text.replace("\t", "  "), file=file)
    except StandardFault:
        return faults
    lines = {spelled(trail, source.data): line for trail, line in source.lines.items()}

    def placed(fault: StandardFault) -> StandardFault:
        key = fault.params.get("key", "")
        line = lines.get(key, fault.params.get("line", 1))
        return StandardFault(fault.code, **{**fault.params, "line": line, "place": f"{file}:{line} {key}".strip()})

    return StandardFaults(placed(each) for each in faults.exceptions if isinstance(each, StandardFault))
