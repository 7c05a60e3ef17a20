"""Two versions held against each other: what stands at the head, then the body of the kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from gongshu.standards.model import Reference, Standard, Status
from gongshu.standards.versions.change import CONSUMERS, SENDERS, Change, Level, breaking, compatible, cosmetic
from gongshu.standards.versions.codes import codes_changed
from gongshu.standards.versions.documents import document_changed
from gongshu.standards.versions.tables import table_changed

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable

Codes = Callable[[Reference], "CodeTable | None"]

ORDER = {Level.BREAKING: 0, Level.COMPATIBLE: 1, Level.COSMETIC: 2}
WEIGHT: Mapping[str, int] = {"ignore": 0, "info": 1, "warning": 2, "error": 3}


def diff(old: Standard, new: Standard, codes: Codes | None = None) -> list[Change]:
    """Every change from `old` to `new`, the gravest first. The version number itself is no change.

    `codes` gives the code list of a reference, so that a list whose version moved is looked into; without it another
    major version, or another list, counts as breaking.
    """
    changes = list(_head(old, new))
    if old.kind is not new.kind:
        changes.append(breaking("kind-changed", "", old.kind.value, new.kind.value))
    elif old.table is not None and new.table is not None:
        changes.extend(table_changed(old.table, new.table, codes))
    elif old.codes is not None and new.codes is not None:
        changes.extend(codes_changed(old.codes, new.codes))
    else:
        changes.extend(document_changed(old.document or {}, new.document or {}))
    changes.sort(key=lambda each: ORDER[each.level])
    return changes


def _head(old: Standard, new: Standard) -> Iterator[Change]:
    if old.id != new.id:
        yield breaking("id-changed", "", old.id, new.id, of=CONSUMERS)
    for name in ("title", "description"):
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield cosmetic("words-changed", name, one.get("zh"), other.get("zh"))
    for name in ("issuer", "valid_from", "valid_to", "replaced_by"):
        if getattr(old, name) != getattr(new, name):
            yield cosmetic("head-changed", name, getattr(old, name), getattr(new, name))
    if old.basis != new.basis:
        yield cosmetic("basis-changed", "basis")
    if old.status is not new.status:
        withdrawn = new.status is Status.WITHDRAWN
        yield (breaking if withdrawn else compatible)("status-changed", "status", old.status.value, new.status.value)
    yield from _profiles(old.profiles, new.profiles)


def _profiles(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> Iterator[Change]:
    """A profile that went away cannot be asked for; an entry that became an error refuses what passed."""
    for name in (*old, *(each for each in new if each not in old)):
        where = f"profiles.{name}"
        if name not in new:
            yield breaking("profile-removed", where)
        elif name not in old:
            yield compatible("profile-added", where, of=SENDERS)
        else:
            for code in sorted({*old[name], *new[name]}):
                one, other = old[name].get(code, ""), new[name].get(code, "")
                if one != other:
                    softer = bool(other) and WEIGHT.get(other, 3) < WEIGHT.get(one, 0)
                    made = compatible if softer or (WEIGHT.get(other, 3) < WEIGHT["error"] and other) else breaking
                    yield made("profile-changed", f"{where}.{code}", one, other)
