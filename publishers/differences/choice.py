"""Which two versions are meant: by number, by a day, or by default the newest one and the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from gongshu.standards.faults import UsageFault

if TYPE_CHECKING:
    from gongshu.publishers.ledger import Head


def chosen(versions: Sequence[Head], old: str = "", new: str = "") -> tuple[Head, Head]:
    """The two versions, older one first as asked. `versions` are oldest first, of one dataset.

    Each is a number (`2`, `2.1`) or a day (`2026-03-31`: the state at its end). Without `new` it is the newest; without
    `old` the one before `new`. Raises `UsageFault` where there is none.
    """
    after = _version(versions, new) if new else versions[-1]
    if old:
        return _version(versions, old), after
    place = [each.number for each in versions].index(after.number)
    if place == 0:
        raise UsageFault("usage.version-first", code=after.code, number=after.number)
    return versions[place - 1], after


def _version(versions: Sequence[Head], wanted: str) -> Head:
    found = next((each for each in versions if each.number == wanted), None)
    if found is None and len(wanted) == len("2026-03-31"):
        try:
            day = date.fromisoformat(wanted).isoformat()
        except ValueError:
            day = ""
        if day:
            found = next((each for each in reversed(versions) if each.published_at[:10] <= day), None)
    if found is None:
        known = ", ".join(each.number for each in versions)
        raise UsageFault("usage.version-unknown", code=versions[0].code, number=wanted, known=known)
    return found
