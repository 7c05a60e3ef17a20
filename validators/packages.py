"""A Data Package as pieces: every resource under its own schema, foreign keys across its resources.

A resource in several files (`path` is a list) is one table, named as the resource; its places name their file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from gongshu.standards.faults import UsageFault
from gongshu.standards.model import Standard
from gongshu.standards.packageschema import descriptor_schema, is_package
from gongshu.standards.recordschema import record_standard
from gongshu.validators import records
from gongshu.validators.asking import Asked
from gongshu.validators.pieces import Piece, of_source
from gongshu.validators.readers.joined import Parts

PACKAGE = "datapackage.json"
LARGEST = 64 << 20
HEAD = 64 << 10  # bytes in which a package of another name must mention its resources


def package_pieces(path: Path, asked: Asked) -> Iterator[Piece]:
    """One piece a resource; a resource without a schema is judged as the caller asked.

    The descriptor is a piece of its own, and the first, where it breaks the rules of Data Package.
    Raises `UsageFault` for a descriptor that is none, and for a path that leads out of its folder or onto the network.
    """
    document, resources = _resources(path)
    rules = record_standard(descriptor_schema(document), name="data-package")
    if any(records.judge(document, descriptor_schema(document))):
        yield of_source(path, path.name, replace(asked, standard=rules, references=None))
    sources = {name: _source(each, path, name) for name, each in resources.items()}
    references = {name: source for name, (_, source) in sources.items()}
    for name, resource in resources.items():
        standard = _standard(resource, path, name)
        others = {other: source for other, source in references.items() if other != name}
        told = replace(asked, references={**others, **(asked.references or {})})
        if standard is not None:
            told = replace(told, standard=standard)
        dialect = resource.get("dialect")
        delimiter = dialect.get("delimiter") if isinstance(dialect, Mapping) else None
        options = replace(
            told.options,
            encoding=told.options.encoding or _word(resource.get("encoding")),
            delimiter=told.options.delimiter or _word(delimiter),
        )
        label, source = sources[name]
        yield of_source(source, label, replace(told, options=options))


def is_descriptor(path: Path) -> bool:
    """Whether a file is a Data Package: by its name, or by what a JSON file of another name says."""
    if path.name == PACKAGE:
        return path.is_file()
    if path.suffix.lower() != ".json" or not path.is_file() or path.stat().st_size > LARGEST:
        return False
    try:
        with path.open("rb") as file:
            if b'"resources"' not in file.read(HEAD):
                return False
        return is_package(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, RecursionError):
        return False


def _resources(path: Path) -> tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageFault("usage.package", path=path.name, detail=f"> {LARGEST >> 20} MiB")
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise UsageFault("usage.package", path=path.name, detail=str(fault)) from fault
    found = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise UsageFault("usage.package", path=path.name, detail="resources")
    named = {str(each.get("name") or f"resource-{number}"): each for number, each in enumerate(found, 1)}
    if len(named) < len(found):
        raise UsageFault("usage.package", path=path.name, detail="resources: name")
    return document, named


def _source(resource: Mapping[str, Any], path: Path, name: str) -> tuple[str, Any]:
    """(display name, source) of a resource: its file, its files as one, or its inline data."""
    given = resource.get("path")
    listed = given if isinstance(given, list) else [given] if given is not None else []
    inside = [_inside(str(each), path, name) for each in listed]
    if len(inside) > 1:
        return name, Parts(tuple(each.as_posix() for each in inside), tuple(path.parent / each for each in inside))
    if inside:
        return inside[0].as_posix(), path.parent / inside[0]
    if "data" in resource:
        return f"{name}.json", json.dumps(_objects(resource["data"]), ensure_ascii=False).encode()
    raise UsageFault("usage.package", path=path.name, detail=f"{name}: path")


def _inside(text: str, path: Path, name: str) -> PurePosixPath:
    """The path within the package's folder. Raises `UsageFault` for one that leads out of it."""
    inside = PurePosixPath(text.replace("\\", "/"))
    if "://" in text or inside.is_absolute() or ".." in inside.parts or text[1:2] == ":":
        raise UsageFault("usage.package-path", path=path.name, resource=name, given=text)
    return inside


def _objects(data: Any) -> Any:
    """Rows given as arrays under a first row of names become objects."""
    if isinstance(data, list) and data and all(isinstance(each, list) for each in data):
        names, *rows = data
        return [dict(zip(map(str, names), row)) for row in rows]
    return data


def _standard(resource: Mapping[str, Any], path: Path, name: str) -> Standard | None:
    from gongshu.standards.descriptors import from_descriptor

    schema = resource.get("schema")
    if isinstance(schema, str):
        inside = PurePosixPath(schema.replace("\\", "/"))
        if "://" in schema or inside.is_absolute() or ".." in inside.parts:
            raise UsageFault("usage.package-path", path=path.name, resource=name, given=schema)
        try:
            schema = json.loads((path.parent / inside).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError) as fault:
            raise UsageFault("usage.package", path=path.name, detail=f"{name}: {fault}") from fault
    if not isinstance(schema, Mapping) or not schema:
        return None
    return from_descriptor({**schema}, name=name, origin=f"{path.name}#{name}")


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
