"""What an administrator wants published, read whole, with every fault of its shape told at once.

Two forms say the same: YAML, and the 目录编制 workbook that departments keep. What the metadata say is judged later,
dataset by dataset, by the gate: a missing abstract blocks its dataset, not the others. Here only what makes the
manifest itself unreadable is a fault.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.canonical import digest
from gongshu.publishers.identity import slug
from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import language

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

LONGEST_CODE = 128  # characters
TABLES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods", ".csv", ".tsv")  # what is read as a workbook


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset."""

    key: str
    path: Path  # a relative path in the manifest is the manifest's
    name: str  # as people call it: without folders
    standard: str  # '' = the one that its header looks like
    sheet: str | None = None
    title: str = ""
    line: int = 0
    receipt: Path | None = None  # somebody else's word on it; a hint, unless its signer is trusted
    references: Mapping[str, str] = field(default_factory=dict)  # what its foreign keys point to, as written
    date: str = ""  # the day that its data are of, CCYY-MM-DD; '' = the day of the file
    scope: Mapping[str, str] = field(default_factory=dict)  # audience -> condition: only rows where it is true leave


@dataclass(frozen=True, slots=True)
class Item:
    """One dataset."""

    code: str  # '' = it is given one
    metadata: Mapping[str, Any]  # JSON names of the core metadata, spelled as the profile wants them
    files: tuple[File, ...] = ()
    withdraw: str = ""  # the reason, where the dataset is to be withdrawn
    line: int = 0
    spot: str = ""  # where its code stands or would stand: a cell, or the number of the dataset
    places: Mapping[str, str] = field(default_factory=dict)  # element -> its place, for people: `目录!E8`, `line 12`
    named: tuple[str, ...] = ()  # data items that it says it has
    assumed: tuple[str, ...] = ()  # elements that this workbook has no column for and that are filled in
    absent: tuple[str, ...] = ()  # columns that this workbook has not
    also: tuple[str, ...] = ()  # elements of a further metadata profile


@dataclass(frozen=True, slots=True)
class Manifest:
    """All datasets of one manifest, in its order."""

    path: Path
    items: tuple[Item, ...]
    catalogue: str = ""  # as written; relative paths are the manifest's
    profile: str = ""  # the metadata profile beside the core metadata; '' = none
    stale: str = ""  # what becomes of data older than their update cycle: warn | block | ignore; '' = warn
    sheet: str = ""  # of a workbook

    def digest(self, spots: Sequence[str]) -> str:
        """SHA-256 of what it says, whatever codes stand at these spots."""
        blanked = [
            replace(item, code="", metadata={**item.metadata, "resourceCode": ""}) if item.spot in spots else item
            for item in self.items
        ]
        # lines and places move when a code is written into YAML; they say nothing that is published
        plain = [
            [
                *(item.code, item.withdraw, item.spot, list(item.named)),
                {name: each for name, each in item.metadata.items() if name not in item.assumed},
                [
                    [each.key, str(each.path), each.standard, each.sheet, each.title, each.date, dict(each.scope)]
                    for each in item.files
                ],
            ]
            for item in blanked
        ]
        return digest([self.sheet, self.catalogue, self.profile, plain])


class ManifestFaults(UsageFault):
    """Everything that is wrong with the shape of one manifest."""

    def __init__(self, code: str = "manifest.faults", /, *, faults: tuple[UsageFault, ...] = (), **params: Any) -> None:
        super().__init__(code, faults=faults, **params)
        self.faults = faults

    def say(self, lang: str | None = None) -> str:
        """One line a fault."""
        spoken = lang or language()
        return "\n".join(fault.say(spoken) for fault in self.faults)


def read(path: Path, registry: Registry | None = None, *, profile: str = "") -> Manifest:
    """The manifest in that file: a workbook, or else YAML.

    `profile`: a metadata profile in place of the manifest's own, to be found in the registry.

    Raises `ManifestFaults` with everything that is wrong, each with its line or cell; `SourceFault` for a workbook that
    cannot be opened.
    """
    if not path.exists():
        raise UsageFault("usage.path-missing", path=str(path))
    if path.is_dir():
        raise UsageFault("usage.path-folder", path=str(path))
    from gongshu.standards.registry import Registry

    known = registry or Registry()
    if path.suffix.lower() in TABLES or _zipped(path):
        from gongshu.publishers.manifests.table import read as read_table

        return read_table(path, known, profile)
    from gongshu.publishers.manifests.document import read as read_document

    return read_document(path, known, profile)


def _zipped(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UsageFault("manifest.unopened", file=path.name, detail=detail) from error


def code_fault(code: str, place: str) -> UsageFault | None:
    """Why a code cannot be one, if so: a resource code is one line of at most `LONGEST_CODE` characters."""
    if len(code) > LONGEST_CODE:
        return UsageFault("manifest.code-long", place=place, code=f"{code[:40]}…", length=len(code), most=LONGEST_CODE)
    if not code.isprintable():
        return UsageFault("manifest.code-characters", place=place, code=code.encode("unicode_escape").decode()[:60])
    return None


def repeated(items: Sequence[Item], name: str) -> list[UsageFault]:
    """A fault for every dataset whose code another one has already."""
    seen: dict[str, Item] = {}
    found = []
    for item in items:
        if item.code and (first := seen.setdefault(item.code, item)) is not item:
            where = item.places.get("resourceCode", f"{name}:{item.line}")
            before = first.places.get("resourceCode", f"{name}:{first.line}")
            found.append(UsageFault("manifest.code-twice", place=where, line=item.line, code=item.code, first=before))
    return found


def same_key(files: Sequence[File], place: Callable[[File], str], dataset: str) -> list[UsageFault]:
    """A fault for every file whose key another one of the dataset has; they name files of a mirror, so as slugs."""
    seen: set[str] = set()
    found = []
    for each in files:
        if slug(each.key) in seen:
            found.append(
                UsageFault("manifest.file-twice", place=place(each), line=each.line, dataset=dataset, key=each.key)
            )
        seen.add(slug(each.key))
    return found


def resolved(folder: Path, name: str) -> Path | None:
    """The file of that name beside the manifest; None for a name that no file can have."""
    try:
        return (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a null, a loop of links
        return None


def is_day(text: str) -> bool:
    """Whether it is a date as CCYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
