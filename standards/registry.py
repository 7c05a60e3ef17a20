"""Where standards are found: built-in packs, folders given, installed packages. Asking for one reads that one only."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gongshu.standards.codelists import CodeTable
from gongshu.standards.compiling import CODES_FILE, STANDARD_FILE, Compiled, compiled, file_hash, ready
from gongshu.standards.entries import Entry, head, named, pack_folders
from gongshu.standards.faults import StandardFault
from gongshu.standards.fingerprint import fingerprint
from gongshu.standards.model import Kind, Reference, Standard, Status

_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}\Z")
_ID = re.compile(r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*\Z")
_FILE_ENDINGS = (".yaml", ".yml", ".json")

GROUP = "gongshu.standards"  # entry points of packages that bring standards
LONGEST_ID = 200  # longer ones are no name of a file either

Version = tuple[int, ...]


def packs() -> Path:
    """The folder of the built-in packs."""
    from gongshu.standards import packs as package

    return Path(next(iter(package.__path__)))


def numbers(version: str) -> Version:
    """A version for comparison; what is no number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


class Registry:
    """All standards there are. What was loaded is kept, so asking again costs nothing."""

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        builtin: bool = True,
        installed: bool = True,
        cache: Path | None = None,
    ) -> None:
        """`cache`: where compiled forms of packs without one are kept between processes; None keeps none."""
        self._builtin = packs() if builtin else None
        self._installed = installed
        self._cache = cache
        self._given = tuple(Path(each) for each in folders)
        for each in self._given:
            if not each.is_dir():
                raise StandardFault("standard.folder-missing", name=str(each))
        self._standards: dict[Path, Standard] = {}
        self._codes: dict[str, CodeTable] = {}
        self._heads: dict[Path, Entry] = {}

    def get(self, reference: str | Reference) -> Standard:
        """The standard of that id and version: `@1` the newest 1.x, none the newest in force, else the newest draft.

        Raises `StandardFault` where there is none or two that differ, `StandardFaults` where it is wrong.
        """
        wanted = Reference.parse(reference) if isinstance(reference, str) else reference
        version, folders = self._choose(wanted)
        found = [self.sealed(folder) for folder in folders]
        different = next((each for each in found if each.fingerprint != found[0].fingerprint), None)
        if different is not None:
            name = f"{wanted.id}@{version}"
            raise StandardFault("standard.two-fingerprints", name=name, one=found[0].origin, other=different.origin)
        return found[0]

    def resolve(self, asked: str | Path | Mapping[str, Any] | Standard) -> Standard:
        """What was given as a standard: itself, an id, a folder, a file, a descriptor, `datapackage.json#name`."""
        if isinstance(asked, Standard):
            return asked if asked.fingerprint else self._seal(asked)
        if isinstance(asked, Mapping):
            from gongshu.standards.descriptors import from_descriptor

            return from_descriptor(asked, name=str(asked.get("name") or "schema"))
        text = str(asked)
        if not isinstance(asked, Path) and not _looks_like_path(text) and self._versions(Reference.parse(text).id):
            return self.get(text)
        path, _, part = text.partition("#")
        if (
            isinstance(asked, Path)
            or _looks_like_path(path)
            or (len(path) <= LONGEST_ID and path and Path(path).exists())
        ):
            return self._from_path(Path(path), part)
        return self.get(text)

    def _from_path(self, path: Path, part: str) -> Standard:
        if path.is_dir() and not (path / STANDARD_FILE).is_file() and (path / "datapackage.json").is_file():
            path = path / "datapackage.json"
        if path.is_dir():
            return self._alone(path)
        if path.suffix in (".yaml", ".yml"):
            from gongshu.standards.loading import load_file

            return self._alone(path.parent) if path.name == STANDARD_FILE else self._seal(load_file(path))
        from gongshu.standards.descriptors import read_file

        return read_file(path, part)

    def _alone(self, folder: Path) -> Standard:
        """The pack in a folder, which must not differ from one of the same id and version that is known already."""
        standard = self.sealed(folder)
        for known in self._versions(standard.id).get(standard.version, ()):
            if self.sealed(known).fingerprint != standard.fingerprint:
                params = {"name": standard.reference, "one": self.sealed(known).origin, "other": standard.origin}
                raise StandardFault("standard.two-fingerprints", **params)
        return standard

    def entries(self) -> list[Entry]:
        """Every standard, by id and version; bodies are not loaded. The same version found twice is listed once."""
        found: dict[str, Entry] = {}
        for folder in self._all_folders():
            entry = self.head(folder)
            found.setdefault(entry.reference, entry)
        return sorted(found.values(), key=lambda each: (each.id, numbers(each.version)))

    def codes(self, reference: str | Reference) -> CodeTable:
        """The code list of that reference, ready for questions. Raises `StandardFault` where it is another kind."""
        asked = str(reference)
        if asked not in self._codes:
            standard = self.get(reference)
            if standard.kind is not Kind.CODELIST:
                params = {"name": standard.reference, "kind": standard.kind.value, "expected": Kind.CODELIST.value}
                raise StandardFault("standard.kind-wrong", **params)
            known = self._codes.get(standard.reference)
            self._codes[asked] = self._codes[standard.reference] = known or CodeTable(standard)
        return self._codes[asked]

    def near(self, name: str) -> list[str]:
        """The ids most like `name`, and those whose title has its words; at most five."""
        import difflib

        entries = self.entries()
        text = Reference.parse(name).id.casefold()
        ids = list(dict.fromkeys(each.id for each in entries))
        spelled = difflib.get_close_matches(text, ids, 3, 0.55)
        words = [word for word in re.split(r"[\s\-_/]+", text) if word]
        titled = [each.id for each in entries if text and _titled(each, words)]
        return list(dict.fromkeys([*spelled, *titled]))[:5]

    def folder(self, reference: str | Reference) -> Path:
        """The folder that `get` would read first."""
        wanted = Reference.parse(reference) if isinstance(reference, str) else reference
        return self._choose(wanted)[1][0]

    def versions(self, name: str) -> dict[str, Path]:
        """Every version of an id with the folder that `get` would read."""
        return {version: folders[0] for version, folders in self._versions(name).items()}

    def lists(self, standard: Standard) -> list[Reference]:
        """The code lists that a table draws on, in order, each once."""
        fields = standard.table.fields if standard.table else ()
        return list(dict.fromkeys(each.codelist.list for each in fields if each.codelist))

    def sealed(self, folder: Path, *, fresh: bool = False) -> Standard:
        """The standard in a folder with its final fingerprint; from its sources alone where `fresh`."""
        if folder in self._standards and not fresh:
            return self._standards[folder]
        form = None if fresh else compiled(folder) or self._recalled(folder)
        if form is not None:
            standard = ready(folder, form)
            if standard.table is not None and self._unchanged(form.lists):
                standard = replace(standard, fingerprint=form.fingerprint)
        else:
            from gongshu.standards.loading import load_folder

            standard = load_folder(folder)
        self._agrees(folder, standard)
        if not standard.fingerprint or (form is None and standard.table is not None):
            standard = self._seal(standard)
        if form is None and self._cache is not None and not fresh:
            from gongshu.standards.remembering import remember

            remember(self._cache, folder, standard, self.list_hashes(standard))
        self._standards[folder] = standard
        return standard

    def _recalled(self, folder: Path) -> Compiled | None:
        if self._cache is None:
            return None
        from gongshu.standards.remembering import recall

        return recall(self._cache, folder)

    def list_hashes(self, standard: Standard) -> dict[str, str | None]:
        """SHA-256 (hex) of the file of each code list that a table draws on, by reference."""
        return {str(each): file_hash(self.folder(each) / CODES_FILE) for each in self.lists(standard)}

    def head(self, folder: Path) -> Entry:
        """The list's line for the pack in a folder."""
        if folder not in self._heads:
            self._heads[folder] = head(folder)
        return self._heads[folder]

    def _seal(self, standard: Standard) -> Standard:
        """The standard with its fingerprint over the code lists it draws on. Raises where one is missing."""
        hashes = {}
        for each in self.lists(standard):
            if not self._versions(each.id):
                near = ", ".join(self.near(each.id))
                raise StandardFault("standard.codelist-missing", name=str(each), near=near, place=standard.origin)
            hashes[str(each)] = self.codes(each).sha256
        return replace(standard, fingerprint=fingerprint(standard, hashes))

    def _unchanged(self, lists: Mapping[str, str]) -> bool:
        """Whether every code list is still the one that the compiled form was sealed with."""
        try:
            return all(file_hash(self.folder(name) / CODES_FILE) == held for name, held in lists.items())
        except StandardFault:
            return False

    def _agrees(self, folder: Path, standard: Standard) -> None:
        """Built-in packs are found by the names of their folders, so the names must be true."""
        if self._builtin is not None and folder.parent.parent == self._builtin:
            named = f"{folder.parent.name}@{folder.name}"
            if named != standard.reference:
                params = {"folder": named, "name": standard.reference, "place": standard.origin}
                raise StandardFault("standard.folder-name", **params)

    def _choose(self, wanted: Reference) -> tuple[str, list[Path]]:
        versions = self._versions(wanted.id)
        if not versions:
            near = ", ".join(self.near(wanted.id))
            raise StandardFault("standard.unknown", name=str(wanted), near=near)
        if wanted.version is not None and not _VERSION.match(wanted.version):
            raise StandardFault("standard.version-wrong", name=wanted.id, version=wanted.version)
        newest = sorted(versions, key=numbers, reverse=True)
        if wanted.version is None:
            chosen = self._newest_in_force(newest, versions)
        else:
            prefix = numbers(wanted.version)
            chosen = next((each for each in newest if numbers(each)[: len(prefix)] == prefix), "")
        if not chosen:
            known = ", ".join(newest)
            raise StandardFault("standard.version-unknown", name=wanted.id, version=wanted.version, known=known)
        return chosen, versions[chosen]

    def _newest_in_force(self, newest: Sequence[str], versions: Mapping[str, list[Path]]) -> str:
        if len(newest) == 1:
            return newest[0]
        status = {each: self.head(versions[each][0]).status for each in newest}
        for wanted in (Status.IN_FORCE, Status.DRAFT):
            found = next((each for each in newest if status[each] is wanted), None)
            if found:
                return found
        return newest[0]

    def _versions(self, name: str) -> dict[str, list[Path]]:
        """The versions of an id, each with the folders that hold it."""
        found: dict[str, list[Path]] = {}
        if self._builtin is not None and len(name) <= LONGEST_ID and _ID.match(name):
            for folder in sorted((self._builtin / name).glob(f"*/{STANDARD_FILE}")):
                found.setdefault(folder.parent.name, []).append(folder.parent)
        for version, folder in self._others.get(name, ()):
            held = found.setdefault(version, [])
            if folder.resolve() not in [each.resolve() for each in held]:
                held.append(folder)
        return found

    @cached_property
    def _others(self) -> Mapping[str, list[tuple[str, Path]]]:
        """id -> versions with folders, of what is not built in; heads are read, bodies not."""
        found: dict[str, list[tuple[str, Path]]] = {}
        for folder in self._other_folders():
            name, version = named(folder)
            found.setdefault(name, []).append((version, folder))
        return found

    def _other_folders(self) -> Iterator[Path]:
        for root in (*self._given, *(_installed() if self._installed else ())):
            yield from pack_folders(root)

    def _all_folders(self) -> Iterator[Path]:
        if self._builtin is not None:
            yield from sorted(each.parent for each in self._builtin.glob(f"*/*/{STANDARD_FILE}"))
        yield from self._other_folders()


def _announced() -> bool:
    """Whether an installed package may offer standards. Asking `importlib.metadata` costs more than loading a standard,
    so the files that it would read are looked at; where packages do not lie open in folders, it has to be asked."""
    for place in sys.path:
        try:
            if not os.path.isdir(place or "."):  # noqa: PTH112 - asked for every start, pathlib takes ten times as long
                if os.path.isfile(place):  # noqa: PTH113 - as above
                    return True
                continue
            for name in os.listdir(place or "."):  # noqa: PTH208 - as above
                if name.endswith((".dist-info", ".egg-info")) and _offers(f"{place or '.'}/{name}/entry_points.txt"):
                    return True
        except OSError:
            continue
    return False


def _offers(file: str) -> bool:
    try:
        with open(file, "rb") as held:  # noqa: PTH123 - as above
            return GROUP.encode() in held.read()
    except OSError:
        return False


def _installed() -> Iterable[Path]:
    """The folders that installed packages offer: a package, or an attribute that is a path."""
    if not _announced():
        return
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    for each in entry_points(group=GROUP):
        try:
            if each.attr:
                yield Path(str(each.load()))
                continue
            spec = find_spec(each.module)
            places = spec.submodule_search_locations if spec else None
        except (ImportError, AttributeError, ValueError) as error:
            raise StandardFault("standard.entry-point", name=each.name, detail=str(error)) from None
        if not places:
            raise StandardFault("standard.entry-point", name=each.name, detail=each.value)
        yield Path(next(iter(places)))


def _looks_like_path(text: str) -> bool:
    bare = text.partition("#")[0]
    return "/" in bare or "\\" in bare or bare.startswith(".") or bare.lower().endswith(_FILE_ENDINGS)


def _titled(entry: Entry, words: Sequence[str]) -> bool:
    title = f"{entry.title.zh} {entry.title.en}".casefold()
    return bool(words) and all(word in title for word in words)
