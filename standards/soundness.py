"""What is wrong with a standard that loads: rules settled beforehand, what is opened too far, words that lack in one
language, a version that steps too short, what is withdrawn. A remark is a fault, or a note that refuses nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.consistency import Problem
from gongshu.standards.constancy import settled
from gongshu.standards.entries import named, pack_folders
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.model import Code, Field, Reference, Standard, Status, Table, Text

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

WIDE: Mapping[str, int] = {"none": 0, "conditional": 1, "unconditional": 2}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say of a standard; a `note` refuses nothing."""

    problem: Problem
    note: bool = False


def remarks(standard: Standard, registry: Registry) -> Iterator[Remark]:
    """Everything to say of a standard that has no fault of form."""
    yield from _words(standard)
    yield from _chain(standard, registry)
    yield from _step(standard, registry)
    if standard.table is not None:
        yield from _rules(standard.table, registry)
        yield from _opened(standard.table)
        yield from _withdrawn_lists(standard, standard.table, registry)
    if standard.codes is not None:
        yield from _alike(standard.codes)


def _fault(path: tuple[str | int, ...], code: str, **params: Any) -> Remark:
    return Remark(Problem(path, f"standard.{code}", params))


def _note(path: tuple[str | int, ...], code: str, **params: Any) -> Remark:
    return Remark(Problem(path, f"standard.{code}", params), note=True)


def _rules(table: Table, registry: Registry) -> Iterator[Remark]:
    """Rules that can never fail are no rules, and those that never hold refuse every table."""

    def values(field: Field) -> Sequence[str] | None:
        use = field.codelist
        if use is None:
            return None
        try:
            rows = registry.codes(use.list).standard.codes or ()
        except (StandardFault, StandardFaults):
            return None
        codes = [each.code for each in rows] if use.by != "name" else []
        names = [name for each in rows for name in (each.name_zh, each.name_en) if name] if use.by != "code" else []
        return list(dict.fromkeys([*codes, *names]))

    for place, rule in enumerate(table.rules):
        if rule.tree is not None:
            found = settled(rule.tree, table, values)
            if found is not None:
                yield _fault(("rules", place, "check"), f"rule-{found}-fails", rule=rule.id, check=rule.check)


def _opened(table: Table) -> Iterator[Remark]:
    """What departments may not have, the public may not either; and persons are not opened without a condition."""
    for place, each in enumerate(table.fields):
        path = ("fields", place, "opening")
        if each.sharing and each.opening and WIDE[each.opening] > WIDE[each.sharing]:
            yield _fault(path, "opening-wider", name=each.name, opening=each.opening, sharing=each.sharing)
        if each.opening == "unconditional" and each.privacy.category != "none":
            if each.privacy.category == "sensitive" or not each.privacy.mask:
                yield _fault(path, "opening-personal", name=each.name, category=each.privacy.category)
            else:
                yield _note(path, "opening-masked", name=each.name, mask=each.privacy.mask)


def _words(standard: Standard) -> Iterator[Remark]:
    """A standard in force that speaks two languages speaks them throughout; in a draft it is noted."""
    texts: list[tuple[tuple[str | int, ...], Text]] = [(("title",), standard.title)]
    if standard.table is not None:
        texts += [(("fields", place, "title"), each.title) for place, each in enumerate(standard.table.fields)]
        for group, rules in (("rules", standard.table.rules), ("dataset_rules", standard.table.dataset_rules)):
            texts += [((group, place, "message"), each.message) for place, each in enumerate(rules)]
    if not (standard.title.zh and standard.title.en):
        yield _note(("title",), "one-language", language="zh" if standard.title.zh else "en")
        return
    binding = standard.status is Status.IN_FORCE
    for path, text in texts:
        missing = [name for name in ("zh", "en") if not getattr(text, name)]
        if missing:
            made = _fault if binding else _note
            yield made(path, "untranslated", languages=", ".join(missing))


def _alike(codes: Sequence[Code]) -> Iterator[Remark]:
    """Codes that people cannot tell apart, and names that two codes in force together share."""
    spelled: dict[str, str] = {}
    names: dict[tuple[str, str], Code] = {}  # by name and parent: every city has a 市辖区
    shared: list[tuple[str, Code, Code]] = []
    for each in codes:
        folded = unicodedata.normalize("NFKC", each.code).casefold().strip()
        other = spelled.setdefault(folded, each.code)
        if other != each.code:
            yield _fault(("codes.csv", each.code), "codes-alike", one=other, other=each.code)
        for name in sorted({each.name_zh, each.name_en} - {""}):
            held = names.setdefault((name, each.parent), each)
            if held.code != each.code and _together(held, each):
                shared.append((name, held, each))
    if shared:
        name, first, second = shared[0]
        params = {"name": name, "one": first.code, "other": second.code, "count": len({each[0] for each in shared})}
        yield _note(("codes.csv", second.code), "codes-one-name", **params)


def _together(one: Code, other: Code) -> bool:
    starts_late = one.valid_to is not None and other.valid_from is not None and other.valid_from > one.valid_to
    ends_early = other.valid_to is not None and one.valid_from is not None and one.valid_from > other.valid_to
    return not (starts_late or ends_early)


def _chain(standard: Standard, registry: Registry) -> Iterator[Remark]:
    """Who is replaced is withdrawn, and what replaces him is not."""
    if not standard.replaced_by:
        return
    if standard.status is not Status.WITHDRAWN:
        yield _note(("replaced_by",), "replaced-in-force", by=standard.replaced_by)
    entry = _head(Reference.parse(standard.replaced_by), registry)
    if entry is not None and entry.status is Status.WITHDRAWN and not entry.replaced_by:
        yield _fault(("replaced_by",), "replaced-by-withdrawn", by=standard.replaced_by)


def _head(wanted: Reference, registry: Registry) -> Any:
    try:
        return registry.head(registry.folder(wanted))
    except StandardFault:
        return None


def _withdrawn_lists(standard: Standard, table: Table, registry: Registry) -> Iterator[Remark]:
    """What binds does not draw on what no longer does; on a draft only with care."""
    uses: list[tuple[tuple[str | int, ...], Reference]] = [
        (("fields", place, "codelist"), each.codelist.list) for place, each in enumerate(table.fields) if each.codelist
    ]
    uses += [
        (("foreignKeys", place, "reference", "standard"), each.standard)
        for place, each in enumerate(table.foreign_keys)
        if each.standard is not None
    ]
    for path, wanted in uses:
        entry = _head(wanted, registry)
        if entry is None or standard.status is Status.WITHDRAWN:
            continue
        if entry.status is Status.WITHDRAWN:
            yield _fault(path, "uses-withdrawn", name=str(wanted), by=entry.replaced_by or "—")
        elif entry.status is Status.DRAFT and standard.status is Status.IN_FORCE:
            yield _note(path, "uses-draft", name=str(wanted))


def _step(standard: Standard, registry: Registry) -> Iterator[Remark]:
    """The version is as far from the one before as the changes ask for."""
    from gongshu.standards.registry import numbers
    from gongshu.standards.versions import diff, due, step
    from gongshu.standards.versions.change import STEPS, enough

    here = numbers(standard.version)
    beside = Path(standard.origin).parent.parent  # other versions of a pack that is looked at alone
    known = {numbers(version): folder for version, folder in registry.versions(standard.id).items()}
    for folder in pack_folders(beside) if beside.name == standard.id else ():
        name, version = named(folder)
        if name == standard.id:
            known.setdefault(numbers(version), folder)
    before = max((each for each in known if each < here), default=None)
    if before is None:
        return
    try:
        old = registry.sealed(known[before])
    except (StandardFault, StandardFaults):
        return  # said where that one is linted

    def codes(wanted: Reference) -> Any:
        try:
            return registry.codes(wanted)
        except (StandardFault, StandardFaults):
            return None

    changes = diff(old, standard, codes)
    wanted = due(changes)
    if not enough(old.version, standard.version, wanted):
        asking = [
            each for each in changes if STEPS.index(due([each])) > STEPS.index(step(old.version, standard.version))
        ]
        params = {"old": old.version, "new": standard.version, "due": wanted, "count": len(asking)}
        yield _fault(("version",), "step-short", where=asking[0].where or asking[0].code, **params)
