"""A manifest made ready to be planned: codes, standards, references; and what each dataset's entry has to hear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gongshu.publishers import freshness
from gongshu.publishers.gate import Terms, standard_of
from gongshu.publishers.ledger import Ledger
from gongshu.publishers.manifest import File, Item, Manifest
from gongshu.publishers.manifests import codes, coverage
from gongshu.publishers.manifests.relations import related
from gongshu.publishers.manifests.writing import note_of
from gongshu.publishers.plan import BLOCKED, UNCHANGED, WITHDRAW, PlanItem, reason
from gongshu.publishers.profiles import Profile
from gongshu.publishers.profiles import faults as profile_faults
from gongshu.publishers.profiles import profile as profile_of
from gongshu.standards.faults import Fault, PublishFault, StandardFaults
from gongshu.standards.model import Kind, Standard

Reasons = tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The manifest with nothing left open, and by code what blocks a dataset and what to know of it."""

    manifest: Manifest
    note: Mapping[str, Any] = field(default_factory=dict)  # for the plan: where codes are to be written back
    blocks: Mapping[str, Reasons] = field(default_factory=dict)
    notes: Mapping[str, Reasons] = field(default_factory=dict)

    def told(self, item: PlanItem) -> PlanItem:
        """A dataset's part of the plan with what was found while preparing; what blocks it keeps it from acting."""
        if item.action == WITHDRAW or item.withdraw:
            return item
        found = self.blocks.get(item.code, ())
        blocks = tuple(map(reason, found))
        notes = tuple(map(reason, self.notes.get(item.code, ())))
        if item.action == UNCHANGED and all(each.code == "gate.stale" for each in found):
            # it is published and stays so; of its age people are told
            return replace(
                item, reasons=(*item.reasons, *blocks, *(each for each in notes if each["code"] == "gate.stale"))
            )
        if blocks:
            before = item.reasons if item.action == BLOCKED else ()
            return replace(item, action=BLOCKED, reasons=(*blocks, *before), changes={})
        if item.action == BLOCKED:
            return item
        return replace(item, reasons=(*item.reasons, *notes))


def prepare(manifest: Manifest, ledger: Ledger, terms: Terms, opener: Callable[[str, str], Path]) -> Prepared:
    """See `Prepared`. Nothing is written; a fault of one dataset stays with it."""
    as_read = manifest
    given = codes.give(manifest, ledger, terms.as_of)
    judge = profile_of(manifest.profile, terms.registry) if manifest.profile else None
    blocks: dict[str, list[Fault]] = {code: list(found) for code, found in given.blocks.items()}
    notes: dict[str, list[Fault]] = {code: list(found) for code, found in given.notes.items()}
    named = _Titles(terms)
    items = []
    nameless: set[str] = set()  # datasets whose files have no standard
    for item in given.manifest.items:
        files, said, wrong = _settled(item.files, terms, named)
        items.append(replace(item, files=files))
        notes.setdefault(item.code, []).extend(said)
        blocks.setdefault(item.code, []).extend(wrong)
        if item.files and not files:
            nameless.add(item.code)
    manifest = replace(given.manifest, items=tuple(items))
    standards = _standards(manifest, terms)
    done = []
    for item in manifest.items:
        with_tables: list[File] = []
        for file in item.files:
            standard = standards.get(id(file))
            if standard is None:
                with_tables.append(file)
                continue
            found = related(file, standard, manifest, ledger, standards, opener)
            blocks[item.code] += found.faults
            for name, code in found.found.items():
                notes[item.code].append(PublishFault("plan.related", key=file.key, name=name, code=code))
            with_tables.append(replace(file, references=found.references))
        of = [standard for file in item.files if (standard := standards.get(id(file))) is not None]
        wrong, said = _judged(item, of, judge, manifest, terms, nameless)
        blocks[item.code] += wrong
        notes[item.code] += said
        done.append(replace(item, files=tuple(with_tables)))
    return Prepared(
        replace(manifest, items=tuple(done)),
        note_of(as_read, given.spots),
        {code: tuple(found) for code, found in blocks.items()},
        {code: tuple(found) for code, found in notes.items()},
    )


def _settled(files: Sequence[File], terms: Terms, named: _Titles) -> tuple[tuple[File, ...], list[Fault], list[Fault]]:
    """Every file with a standard: the one named, by id or title, else the one that its header looks like."""
    settled: list[File] = []
    said: list[Fault] = []
    wrong: list[Fault] = []
    for file in files:
        if file.standard:
            settled.append(replace(file, standard=named.id_of(file.standard)))
            continue
        try:
            best = _likeness(file, terms)
        except Fault:  # a file that is not there or not readable is told of by the gate
            best = None
        if best is not None and best[1] >= 0.9:
            settled.append(replace(file, standard=best[0]))
            said.append(PublishFault("plan.standard-detected", key=file.key, standard=best[0]))
        elif not file.path.is_file():  # without a standard a file is no part of the dataset; why, stands in `wrong`
            wrong.append(PublishFault("gate.file-missing", key=file.key, name=file.name, line=file.line))
        else:
            near = best[0] if best is not None else ""
            wrong.append(PublishFault("gate.standard-none", key=file.key, name=file.name, near=near))
    return tuple(settled), said, wrong


def _likeness(file: File, terms: Terms) -> tuple[str, float] | None:
    from gongshu.validators.drafting import detect
    from gongshu.validators.readers.options import ReadOptions

    found = detect(file.path, terms.registry, options=ReadOptions(sheet=file.sheet), limit=1)
    return (found[0].id, found[0].score) if found else None


class _Titles:
    """Standards by what people call them."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._titles: dict[str, str] | None = None

    def id_of(self, name: str) -> str:
        """The id of the table standard with that title; a name that is none stays as it is."""
        if name.isascii():
            return name
        if self._titles is None:
            self._titles = {}
            for entry in self._terms.registry.entries():
                if entry.kind is Kind.TABLE:
                    for lang in ("zh", "en"):
                        self._titles.setdefault(str(entry.title.get(lang)), entry.id)
        return self._titles.get(name.strip(), name)


def _standards(manifest: Manifest, terms: Terms) -> dict[int, Standard]:
    """The standards of all files, by the identity of the file; those that cannot be had are told of by the gate."""
    found: dict[int, Standard] = {}
    for file in (each for item in manifest.items for each in item.files):
        try:
            found[id(file)] = standard_of(file, terms)
        except (Fault, StandardFaults):
            continue
    return found


def _judged(
    item: Item,
    standards: Sequence[Standard],
    judge: Profile | None,
    manifest: Manifest,
    terms: Terms,
    nameless: Set[str],
) -> tuple[list[Fault], list[Fault]]:
    """What blocks a dataset by its entry alone, and what to know of it."""
    wrong: list[Fault] = []
    said: list[Fault] = []
    if not item.files and not item.withdraw and item.code not in nameless:
        wrong.append(PublishFault("gate.no-files", place=item.places.get("files") or item.places.get("", "")))
    if judge is not None:
        wrong += profile_faults(item.metadata, judge, terms.registry, files=bool(item.files), places=item.places)
    if item.named and standards:
        said += coverage.named(item.named, standards, item.places.get("items", ""))
    policy = terms.stale or manifest.stale or freshness.WARN
    if policy != freshness.IGNORE:
        late = [fault for file in item.files if (fault := freshness.late(file, item.metadata, terms.as_of))]
        (wrong if policy == freshness.BLOCK else said).extend(late)
    return wrong, said
