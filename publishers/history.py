"""What became of one dataset: its versions, an old one again as a new one, withdrawal and recall."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.audience import scopes
from gongshu.publishers.harvest import origin
from gongshu.publishers.ledger import Head, Ledger
from gongshu.publishers.manifest import File, Item, Manifest
from gongshu.publishers.plan import Plan
from gongshu.publishers.targets import DEFAULT_FOLDER, clock, ledger_at, reading, targets
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault, UsageFault

if TYPE_CHECKING:
    from datetime import date

    from gongshu.standards.registry import Registry


def folder_of(where: str | None) -> Path:
    """The catalogue's folder, by path or `catalogue:PATH`; it must be there."""
    folder = targets([where if ":" in where else f"catalogue:{where}"]).folder if where else Path(DEFAULT_FOLDER)
    if not folder.is_dir() or not any(folder.glob("*.sqlite")):
        raise UsageFault("catalogue.none", path=str(folder))
    return folder.resolve()


def versions(folder: Path, code: str) -> list[Head]:
    """Every version of a dataset, newest first."""
    with reading(folder) as ledger:
        return list(reversed(ledger.versions(_head(ledger, code).code)))


def rollback(
    folder: Path,
    code: str,
    number: str,
    *,
    to: Sequence[str] = (),
    as_of: date | str | None = None,
    allow_draft: bool = False,
    registry: Registry | None = None,
) -> Plan:
    """The plan that publishes the content of version `number` again, as a new version and through today's gate.

    Metadata are today's, except the data items, which belong to the content. The standard is the newest of its id.
    """
    with ledger_at(folder) as ledger:
        now = _head(ledger, code)
        told = origin(now)
        if told is not None:
            raise PublishFault("rollback.harvested", code=now.code, source=str(told.get("source")))
        old = next((each for each in ledger.versions(now.code) if each.number == number), None)
        if old is None:
            known = ", ".join(each.number for each in ledger.versions(now.code))
            raise UsageFault("usage.version-unknown", code=now.code, number=number, known=known)
        files = tuple(_file(each, now, ledger, folder) for each in old.resources)
    metadata = {name: value for name, value in now.metadata.items() if name != "items"}
    manifest = Manifest(folder / "rollback", (Item(now.code, metadata, files),))
    where = [f"catalogue:{folder}", *to]
    return make_plan(manifest, where, as_of=as_of, allow_draft=allow_draft, registry=registry)


def recalled(ledger: Any) -> set[str]:
    """Hashes of what was purged; the catalogue stands to the right of this room, so it is named and not imported."""
    found: set[str] = importlib.import_module("gongshu.catalogue.upkeep").recalled(ledger)
    return found


def _file(resource: Any, head: Head, ledger: Ledger, folder: Path) -> File:
    """The stored source under the name that people gave it: a reader may need it to tell the format."""
    source = ledger.object_path(resource.source_sha256)
    if not source.is_file():
        if resource.source_sha256 in recalled(ledger):
            raise PublishFault("catalogue.recalled", code=head.code, sha256=resource.source_sha256)
        raise PublishFault("catalogue.object-missing", code=head.code, sha256=resource.source_sha256)
    path = folder / "rollback" / resource.source_sha256 / resource.source_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)
    today = next((each for each in head.resources if each.key == resource.key), resource)
    return File(
        resource.key,
        path,
        resource.source_name,
        resource.standard.partition("@")[0],
        None,
        resource.title,
        scope=scopes(today.record),  # rows that nobody may see today are not brought back by an older version
    )


def withdraw(
    folder: Path, code: str, *, reason: str, recall: bool = False, actor: str = "", now: Callable[[], str] = clock
) -> tuple[Head, Any]:
    """Leave a tombstone; with `recall` every version's bytes are purged, and what that did is told.

    Mirrors follow with the next plan.
    """
    with ledger_at(folder) as ledger:
        head = _head(ledger, code)
        if recall:
            done = ledger.recall(head.code, reason=reason, at=now(), actor=actor)
            return replace(head, state="withdrawn"), done
        expected = (head.version, head.edit)
        return ledger.withdraw(head.code, reason=reason, at=now(), actor=actor, expected=expected), None


def _head(ledger: Ledger, code: str) -> Head:
    head = ledger.head(code)
    if head is None:
        import difflib

        near = difflib.get_close_matches(code, [each.code for each in ledger.heads()], 1)
        raise UsageFault("catalogue.unknown", code=code, near=near[0] if near else "")
    return head
