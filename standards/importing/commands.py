"""`gongshu standards diff`: what changed between two versions, for whom, and the semver step due."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.session import Session, everywhere

if TYPE_CHECKING:
    from gongshu.standards.versions import Change


@click.command()
@everywhere
@click.argument("old")
@click.argument("new")
def diff(session: Session, old: str, new: str) -> int:
    """比较两个版本，说明应升哪一级 / What changed, what breaks, and the semver step due"""
    from gongshu.standards.faults import StandardFault, StandardFaults
    from gongshu.standards.versions import diff as compared
    from gongshu.standards.versions import due
    from gongshu.standards.versions.change import enough

    registry = session.registry()
    one, other = registry.resolve(old), registry.resolve(new)

    def codes(wanted: Any) -> Any:
        try:
            return registry.codes(wanted)
        except (StandardFault, StandardFaults):
            return None

    changes = compared(one, other, codes)
    step = due(changes)
    fits = one.id != other.id or one.version == other.version or enough(one.version, other.version, step)
    if session.json:
        body = [_plain(session, each) for each in changes]
        session.emit({"old": one.reference, "new": other.reference, "due": step, "fits": fits, "changes": body})
        return 0
    if not changes:
        session.say("diff.none", old=one.reference, new=other.reference)
        return 0
    for each in changes:
        if not session.quiet:
            click.echo(_line(session, each))
    counts = Counter(each.level.value for each in changes)
    levels = {name: counts.get(name, 0) for name in ("breaking", "compatible", "cosmetic")}
    click.echo(session.words("diff.due", step=session.words(f"diff.step.{step}"), **levels))
    if not fits:
        words = session.words(f"diff.step.{step}")
        session.note("diff.step-short", old=one.version, new=other.version, step=words)
    return 0


def _line(session: Session, change: Change) -> str:
    level = session.words(f"diff.level.{change.level.value}")
    who = ", ".join(session.words(f"diff.affects.{each}") for each in change.affects)
    said = session.words(f"diff.{change.code}", **change.params)
    return f"[{level}] {said}" + (f" ({who})" if who else "")


def _plain(session: Session, change: Change) -> dict[str, Any]:
    return {
        "level": change.level.value,
        "code": change.code,
        "where": change.where,
        "was": change.was,
        "now": change.now,
        "affects": list(change.affects),
        "message": session.words(f"diff.{change.code}", **change.params),
    }
