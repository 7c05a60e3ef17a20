"""One change between two versions, and the semver step that changes ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SENDERS, CONSUMERS = "senders", "consumers"
STEPS = ("none", "patch", "minor", "major")


class Level(StrEnum):
    """How far a change reaches."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    COSMETIC = "cosmetic"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its code (`diff.…` in the messages), where, from what to what, and for whom it matters."""

    level: Level
    code: str
    where: str = ""
    was: str = ""
    now: str = ""
    affects: tuple[str, ...] = ()

    @property
    def params(self) -> Mapping[str, Any]:
        """What the sentence of the change may name."""
        return {"where": self.where, "was": self.was or "—", "now": self.now or "—"}


def breaking(code: str, where: str = "", was: object = "", now: object = "", *, of: str = SENDERS) -> Change:
    """A change that breaks for senders or consumers."""
    return Change(Level.BREAKING, code, where, shown(was), shown(now), (of,))


def compatible(code: str, where: str = "", was: object = "", now: object = "", *, of: str = CONSUMERS) -> Change:
    """A change that breaks nothing; `of` may want to know it."""
    return Change(Level.COMPATIBLE, code, where, shown(was), shown(now), (of,))


def cosmetic(code: str, where: str = "", was: object = "", now: object = "") -> Change:
    """A change of words."""
    return Change(Level.COSMETIC, code, where, shown(was), shown(now))


def shown(value: object) -> str:
    """A value as a change names it; a long one is cut."""
    if value is None:
        return ""
    if isinstance(value, (tuple, list, set, frozenset)):
        parts = [shown(each) for each in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
        text = ", ".join(parts[:12]) + (f" … ({len(parts)})" if len(parts) > 12 else "")
    else:
        text = str(value)
    return text if len(text) <= 160 else text[:157] + "…"


def due(changes: Iterable[Change]) -> str:
    """The least step that the changes ask for: `none`, `patch`, `minor` or `major`."""
    steps = {Level.BREAKING: "major", Level.COMPATIBLE: "minor", Level.COSMETIC: "patch"}
    return max((steps[each.level] for each in changes), key=STEPS.index, default="none")


def step(before: str, after: str) -> str:
    """The step from one version to the other; `none` where it is no step up."""
    one, other = (tuple(int(part) if part.isdigit() else 0 for part in each.split(".")) for each in (before, after))
    if other <= one:
        return "none"
    one, other = (*one, 0, 0, 0)[:3], (*other, 0, 0, 0)[:3]
    return next((name for name, a, b in zip(("major", "minor", "patch"), one, other) if a != b), "none")


def enough(before: str, after: str, wanted: str) -> bool:
    """Whether the step from one version to the other is at least `wanted`. Before 1.0.0 a minor step may break."""
    made = step(before, after)
    if before.startswith("0.") and made == "minor":
        made = "major"
    return STEPS.index(made) >= STEPS.index(wanted)
