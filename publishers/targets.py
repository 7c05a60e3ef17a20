"""Words like `catalogue:shared` and `files:site` as a ledger and mirrors; planning and applying from words alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongshu.publishers import apply as applying
from gongshu.publishers.gate import Terms
from gongshu.publishers.manifest import Manifest, read
from gongshu.publishers.mirrors import Mirror, kinds, mirror
from gongshu.publishers.plan import CATALOGUE, Plan
from gongshu.publishers.progress import Progress
from gongshu.publishers.sums import remembered
from gongshu.standards.faults import UsageFault
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

# the catalogue stands to the right of this room, so it is named and not imported
LEDGER = "gongshu.catalogue.store:open_ledger"
REFERENCE = "gongshu.catalogue.references:reference"
DEFAULT_FOLDER = "catalogue"


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a plan goes: the ledger's folder, and mirrors as written."""

    folder: Path
    mirrors: tuple[str, ...] = ()


def targets(to: Sequence[str], manifest: Manifest | None = None) -> Targets:
    """The targets named by `to`; the manifest's catalogue, or one beside it, when `to` names none."""
    folder: Path | None = None
    mirrors: list[str] = []
    for target in to:
        kind, colon, address = target.partition(":")
        if kind == CATALOGUE and colon and address:
            if folder is not None:
                raise UsageFault("usage.target-twice", target=target)
            folder = Path(address)
        elif colon and address:
            if kind not in kinds():
                raise UsageFault("usage.target", target=target, known=", ".join([CATALOGUE, *kinds()]))
            mirrors.append(_absolute(target))
        else:
            raise UsageFault("usage.target", target=target, known="catalogue:PATH, ckan:URL, files:PATH")
    if folder is None:
        base = manifest.path.parent if manifest is not None else Path()
        named = (manifest.catalogue if manifest is not None else "").removeprefix(f"{CATALOGUE}:")
        folder = base / (named or DEFAULT_FOLDER)
    return Targets(folder.resolve(), tuple(mirrors))


def _absolute(target: str) -> str:
    """A plan can be applied from another folder, so a local path in it is absolute."""
    kind, _, address = target.partition(":")
    return f"{kind}:{Path(address).resolve()}" if kind == "files" and "://" not in address else target


@contextmanager
def ledger_at(folder: Path, at: Callable[[str], None] = applying.nothing) -> Iterator[Any]:
    """The catalogue in that folder, open for writing for the block."""
    module, _, attribute = LEDGER.partition(":")
    ledger = getattr(importlib.import_module(module), attribute)(folder, at=at)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def reading(folder: Path) -> Iterator[Any]:
    """The catalogue in that folder, open for the block for looking only: nothing is made, nothing is written."""
    found = importlib.import_module(LEDGER.partition(":")[0]).Store(folder)
    try:
        yield found
    finally:
        found.close()


def plan(
    manifest: Manifest | Path | str,
    to: Sequence[str] | str = (),
    *,
    as_of: date | str | None = None,
    allow_draft: bool = False,
    registry: Registry | None = None,
    states: Sequence[Path] = (),
    profile: str = "",
    stale: str = "",
    progress: Progress | None = None,
    rehash: bool = False,
) -> Plan:
    """The plan that brings the targets to what the manifest says; nothing is published. `as_of` defaults to today.

    `states`: exported states that stand for mirrors which cannot be reached from here. `profile`: a metadata profile in
    place of the manifest's. `stale`: what becomes of data older than their update cycle (warn, block, ignore).
    `rehash`: files are hashed even where size, dates and inode are those of the last time.
    """
    from gongshu.publishers import planning  # `apply` starts sooner without

    known = registry or _registry()
    found = manifest if isinstance(manifest, Manifest) else read(Path(manifest), known, profile=profile)
    where = targets([to] if isinstance(to, str) else to, found)
    terms = Terms(known, _day(as_of), allow_draft, stale=stale)
    mirrors: list[Mirror] = [_remembered(states, each) or mirror(each) for each in where.mirrors]
    with ledger_at(where.folder) as ledger, remembered(rehash=rehash) as hashed:
        asked = replace(terms, trusts=ledger.trusts, keep=ledger.keep_pass)
        return planning.make(
            found,
            ledger,
            mirrors,
            asked,
            folder=where.folder,
            progress=progress,
            opener=_elsewhere,
            hashed=hashed,
        )


def apply_plan(
    plan: Plan,
    *,
    registry: Registry | None = None,
    actor: str = "",
    now: Callable[[], str] | None = None,
    at: Callable[[str], None] = applying.nothing,
    progress: Progress | None = None,
) -> applying.Outcome:
    """Carry the plan out; `now` gives the time that versions are stamped with, `at` hears of each durable step."""
    mirrors = {name: mirror(name) for name in plan.targets if name != CATALOGUE}
    terms = Terms(registry or _registry(), plan.as_of, plan.allow_draft)
    with ledger_at(Path(plan.catalogue), at) as ledger:
        hands = applying.Hands(
            ledger,
            mirrors,
            replace(terms, trusts=ledger.trusts, passed=ledger.passed),
            now or clock,
            actor,
            at=at,
            progress=progress or Progress(),
        )
        outcome = applying.apply(plan, hands)
    if not plan.manifest:
        return outcome
    from gongshu.publishers.manifests.writing import write_back

    done = {each.code for each in outcome.steps if each.target == CATALOGUE and each.state == "done"}
    return replace(outcome, notes=tuple(write_back(plan.manifest, done, terms.registry)))


def _elsewhere(place: str, code: str) -> Path:
    """The file of a dataset of another catalogue."""
    module, _, attribute = REFERENCE.partition(":")
    found: Path = getattr(importlib.import_module(module), attribute)(place, code)
    return found


def _remembered(states: Sequence[Path], target: str) -> Mirror | None:
    """The mirror as one of the exported states tells of it."""
    from gongshu.publishers.exchange import Remembered, target_of

    for path in states:
        if target_of(path) == target:
            return Remembered(path, target)
    return None


def clock() -> str:
    """The time now, in the zone of the settings, to the second."""
    return datetime.now(ZoneInfo(setting("timezone").value)).isoformat(timespec="seconds")


def _day(as_of: date | str | None) -> date:
    if isinstance(as_of, date):
        return as_of
    if as_of is None:
        return datetime.now(ZoneInfo(setting("timezone").value)).date()
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageFault("usage.as-of", value=as_of) from error


def _registry() -> Registry:
    from gongshu.standards.registry import Registry

    return Registry()
