"""What a target holds now, and which steps of plans are still open there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongshu.publishers.mirrors import mirror
from gongshu.publishers.plan import CATALOGUE
from gongshu.publishers.targets import reading, targets
from gongshu.standards.faults import UsageFault


@dataclass(frozen=True, slots=True)
class Status:
    """`datasets`: code, version, state, title; `unfinished`: plan, target, code, state. Plain data."""

    datasets: Sequence[Mapping[str, Any]]
    unfinished: Sequence[Mapping[str, Any]]


def look(target: str) -> Status:
    """The status of a catalogue or a mirror; a bare path is a catalogue. Nothing is made where nothing is."""
    kind, colon, _ = target.partition(":")
    if colon and kind != CATALOGUE:
        shown = sorted(mirror(target).read(None).items())
        told = [
            {
                "code": code,
                "version": each.version,
                "state": each.condition,
                "title": each.title,
                "address": each.address,
                "sha256": each.state,
            }
            for code, each in shown
        ]
        return Status(told, [])
    folder = targets([target if colon else f"{CATALOGUE}:{target}"]).folder
    if not folder.is_dir() or not any(folder.glob("*.sqlite")):
        raise UsageFault("catalogue.none", path=str(folder))
    with reading(folder) as ledger:
        datasets = [
            {"code": head.code, "version": head.number, "state": head.state, "title": head.title}
            for head in ledger.heads()
        ]
        open_steps = [
            {"plan": plan[:12], "target": where, "code": code, "state": state}
            for plan, where, code, state in _unfinished(ledger)
        ]
    return Status(datasets, open_steps)


def _unfinished(ledger: Any) -> list[tuple[str, str, str, str]]:
    """(plan, target, code, state) of steps that are not done, without writing anything."""
    if not ledger.knows("journal"):
        return []
    found = ledger.connection.execute(
        "SELECT plan, target, code, state FROM journal WHERE state <> 'done' ORDER BY plan, position"
    )
    return [(str(a), str(b), str(c), str(d)) for a, b, c, d in found]
