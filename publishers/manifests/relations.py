"""Which table a file's foreign keys point to: named in the manifest, or the one dataset of it under that standard.

A reference is written as a file, as the code of a dataset (`307010/000001`, with `#key` for one of several files) or as
`catalogue:PATH#CODE`. A code is sought in the manifest first, so that datasets that come together are judged together,
then in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongshu.publishers.ledger import Head, Ledger
from gongshu.publishers.manifest import File, Item, Manifest
from gongshu.standards.faults import Fault, PublishFault
from gongshu.standards.model import ForeignKey, Standard

Opener = Callable[[str, str], Path]


@dataclass(frozen=True, slots=True)
class Related:
    """What foreign keys point to: name -> file; and from where each was taken, for people."""

    references: Mapping[str, str]
    found: Mapping[str, str]  # name -> code of the dataset, where nobody named it
    faults: tuple[Fault, ...] = ()


def related(
    file: File,
    standard: Standard,
    manifest: Manifest,
    ledger: Ledger,
    standards: Mapping[int, Standard],
    opener: Opener,
) -> Related:
    """The tables for the foreign keys of one file. `standards`: of the manifest's files, by their identity (`id`)."""
    references: dict[str, str] = {}
    faults: list[Fault] = []
    for name, where in file.references.items():
        path = _place(where, manifest, ledger, opener)
        if isinstance(path, Fault):
            faults.append(path)
        else:
            references[name] = str(path)
    found: dict[str, str] = {}
    for key in standard.table.foreign_keys if standard.table is not None else ():
        names = names_of(key)
        if not names or any(name in references for name in names):
            continue
        for code, other in _candidates(key, file, manifest, standards):
            references[names[0]], found[names[0]] = str(other.path), code
    return Related(references, found, tuple(faults))


def names_of(key: ForeignKey) -> tuple[str, ...]:
    """The names under which the table that a foreign key points to may be given; none where it is its own table."""
    wanted = (key.resource, str(key.standard) if key.standard else "", key.standard.id if key.standard else "")
    return tuple(dict.fromkeys(name for name in wanted if name))


def _candidates(
    key: ForeignKey, file: File, manifest: Manifest, standards: Mapping[int, Standard]
) -> Sequence[tuple[str, File]]:
    """The one file of the manifest that a foreign key can only mean; nothing where none or several fit."""
    fitting = []
    for item in manifest.items:
        for other in item.files:
            judge = standards.get(id(other))
            if other is file or judge is None or item.withdraw:
                continue
            by_standard = key.standard is not None and judge.id == key.standard.id
            by_name = bool(key.resource) and key.resource in (other.key, item.code, judge.id)
            if by_standard or by_name:
                fitting.append((item.code, other))
    return fitting if len(fitting) == 1 else []


def _place(where: str, manifest: Manifest, ledger: Ledger, opener: Opener) -> Path | Fault:
    scheme, colon, rest = where.partition(":")
    if colon and scheme == "catalogue":
        place, _, code = rest.rpartition("#")
        if place:
            try:
                return opener(place, code)
            except Fault as fault:
                return fault
            except LookupError as error:
                return PublishFault("gate.reference-unknown", where=where, detail=str(error))
        return _of_ledger(code, "", ledger) or PublishFault("gate.reference-unknown", where=where)
    try:
        path = (manifest.path.parent / where).resolve()
        if path.is_file():
            return path
    except (OSError, ValueError):
        pass
    code, _, key = where.partition("#")
    found = _of_manifest(code, key, manifest.items) or _of_ledger(code, key, ledger)
    return found or PublishFault("gate.reference-unknown", where=where)


def _of_manifest(code: str, key: str, items: Sequence[Item]) -> Path | None:
    files = [each for item in items if item.code == code for each in item.files if key in ("", each.key)]
    return files[0].path if len(files) == 1 else None


def _of_ledger(code: str, key: str, ledger: Ledger) -> Path | None:
    """The source of a published dataset: what its keys were before anything of it was masked."""
    head: Head | None = ledger.head(code)
    if head is None or head.state != "published":
        return None
    there = [each for each in head.resources if key in ("", each.key)]
    return ledger.object_path(there[0].source_sha256) if len(there) == 1 else None
