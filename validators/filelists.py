"""A list of files in YAML: paths with the standard and the sheet of each.

Two spellings: `files: [a.csv, {path: b.xlsx, standard: id, sheet: 名称, encoding, delimiter, header_row}]` with
an optional `standard:` for all, and the publishers' manifest, of which only
`datasets: [{provider, files: [{path, standard, sheet}]}]` is looked at here. Paths are relative to the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gongshu.standards.faults import UsageFault
from gongshu.validators.asking import Asked
from gongshu.validators.departments import publisher_of
from gongshu.validators.pieces import Piece, of_source

LISTS = ("manifest.yaml", "manifest.yml")
LARGEST = 16 << 20


def is_list(path: Path) -> bool:
    """Whether a path names a list of files."""
    return path.suffix.lower() in (".yaml", ".yml") and path.is_file()


def listed(path: Path, asked: Asked) -> Iterator[Piece]:
    """The pieces of a list. Raises `UsageFault` where it is none."""
    document = _read(path)
    default = document.get("standard")
    files = document.get("files")
    if files is None and isinstance(document.get("datasets"), list):
        files = [file for each in document["datasets"] if isinstance(each, Mapping) for file in _published(each)]
    if not isinstance(files, list) or not files:
        raise UsageFault("usage.list-shape", path=path.name)
    for entry in files:
        found = {"path": entry} if isinstance(entry, str) else entry
        if not isinstance(found, Mapping) or not isinstance(found.get("path"), str):
            raise UsageFault("usage.list-shape", path=path.name)
        yield replace(_piece(path, found, default, asked), department=publisher_of(found, document))


def _piece(path: Path, found: Mapping[str, Any], default: Any, asked: Asked) -> Piece:
    source = path.parent / found["path"]
    standard = found.get("standard") or default
    told = asked
    if standard is not None:
        beside = path.parent / str(standard)
        told = replace(told, standard=asked.registry.resolve(beside if beside.exists() else str(standard)))
    else:
        told = replace(told, detect=asked.standard is None)
    row = found.get("header_row")
    options = replace(
        told.options,
        sheet=_text(found.get("sheet")) or told.options.sheet,
        encoding=_text(found.get("encoding")) or told.options.encoding,
        delimiter=_text(found.get("delimiter")) or told.options.delimiter,
        header_row=row if isinstance(row, int) and row > 0 else told.options.header_row,
    )
    return of_source(source, Path(found["path"]).as_posix(), replace(told, options=options))


def _published(dataset: Mapping[str, Any]) -> list[Any]:
    """The files of a dataset; each knows the publisher of the dataset where it names none itself."""
    files, publisher = dataset.get("files"), publisher_of(dataset, dataset.get("metadata"))
    if not isinstance(files, list):
        return []
    if publisher is None:
        return files
    named = [{"path": each} if isinstance(each, str) else each for each in files]
    return [{"publisher": publisher, **each} if isinstance(each, Mapping) else each for each in named]


def _read(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        if path.stat().st_size > LARGEST:
            raise UsageFault("usage.list-shape", path=path.name)
        found = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as fault:
        raise UsageFault("usage.list-unreadable", path=path.name, detail=str(fault).partition("\n")[0]) from fault
    if not isinstance(found, Mapping):
        raise UsageFault("usage.list-shape", path=path.name)
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
