"""One column of two versions held against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from gongshu.standards.headers import normal
from gongshu.standards.model import CodelistUse, Constraints, Field, Reference, Table
from gongshu.standards.versions.change import CONSUMERS, SENDERS, Change, breaking, compatible, cosmetic
from gongshu.standards.versions.codes import codes_changed

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable

Codes = Callable[[Reference], "CodeTable | None"]

OPEN: Mapping[str | None, int] = {None: 3, "unconditional": 2, "conditional": 1, "none": 0}
PRIVATE: Mapping[str, int] = {"none": 0, "personal": 1, "sensitive": 2}
WEIGHT: Mapping[str | None, int] = {None: 3, "error": 3, "warning": 2, "info": 1, "ignore": 0}


def field_changed(one: Field, other: Field, old: Table, new: Table, codes: Codes | None) -> Iterator[Change]:
    """Every change of one column; that it has another name is not said here."""
    where = other.name
    if one.type != other.type:
        yield breaking("type-changed", where, one.type, other.type, of=CONSUMERS)
    yield from _names(one, other, old, new)
    yield from _constraints(one.constraints, other.constraints, other.type, where)
    yield from _spelling(one, other)
    if one.identifier != other.identifier:
        yield _given("identifier", where, _identified(one), _identified(other))
    yield from _codelist(one.codelist, other.codelist, where, codes)
    if one.label_of != other.label_of:
        yield _given("label_of", where, one.label_of, other.label_of)
    if one.severity != other.severity:
        stricter = WEIGHT.get(other.severity, 3) == 3 and WEIGHT.get(one.severity, 3) < 3
        made = breaking if stricter else compatible
        yield made("severity-changed", where, one.severity or "—", other.severity or "—", of=SENDERS)
    if one.unit != other.unit:
        change = breaking("unit-changed", where, one.unit, other.unit)
        yield change if one.unit else cosmetic("unit-changed", where, "", other.unit)
    yield from _seen(one, other)
    for name in ("description", "example", "basis"):
        if getattr(one, name) != getattr(other, name):
            yield cosmetic("detail-changed", f"{where}.{name}")


def understood(field: Field, table: Table) -> set[str]:
    """The headers, in normal form, that name this column."""
    tiers = {"name": (field.name,), "title": (field.title.zh, field.title.en), "alias": field.aliases}
    return {normal(name) for tier in table.header.match for name in tiers.get(tier, ()) if name}


def _names(one: Field, other: Field, old: Table, new: Table) -> Iterator[Change]:
    """Titles and aliases are words, unless files are recognised by them."""
    before, after = understood(one, old), understood(other, new)
    tiers = [tier for tier in old.header.match if tier in new.header.match]  # a lost tier is said once, of the header
    lost = [name for name in _listed(one, tiers) if normal(name) not in after]
    if lost and before:
        yield breaking("name-lost", other.name, lost, "")
    gained = [name for name in _listed(other, tiers) if normal(name) not in before]
    if one.aliases != other.aliases and not lost:
        made = compatible if gained else cosmetic
        yield made("aliases-changed", other.name, one.aliases, other.aliases)
    if one.title != other.title:
        yield cosmetic("words-changed", f"{other.name}.title", one.title.get("zh"), other.title.get("zh"))


def _listed(field: Field, tiers: list[str]) -> list[str]:
    tier = {"name": (field.name,), "title": (field.title.zh, field.title.en), "alias": field.aliases}
    return [name for each in tiers for name in tier.get(each, ()) if name]


def _constraints(one: Constraints, other: Constraints, kind: str, where: str) -> Iterator[Change]:
    for name in ("required", "unique"):
        was, now = getattr(one, name), getattr(other, name)
        if was != now:
            yield breaking(f"{name}-added", where) if now else compatible(f"{name}-dropped", where)
    for name, key, low in _LIMITS:
        was, now = getattr(one, name), getattr(other, name)
        if was == now:
            continue
        order = _order(was, now, kind) if was is not None and now is not None else 0
        if order is not None and was is not None and now is not None and order == 0:
            yield cosmetic("limit-respelled", f"{where}.{key}", was, now)
            continue
        tighter = now is not None and (was is None or order is None or (order < 0 if low else order > 0))
        made = breaking if tighter else compatible
        yield made("limit-tightened" if tighter else "limit-loosened", f"{where}.{key}", was, now)
    if one.pattern != other.pattern:
        yield _given("pattern", where, one.pattern, other.pattern)
    yield from _enum(one.enum, other.enum, where)


_LIMITS = (
    ("min_length", "minLength", True),
    ("max_length", "maxLength", False),
    ("minimum", "minimum", True),
    ("maximum", "maximum", False),
    ("exclusive_minimum", "exclusiveMinimum", True),
    ("exclusive_maximum", "exclusiveMaximum", False),
)


def _order(was: Any, now: Any, kind: str) -> int | None:
    """-1, 0, 1 as the old bound lies below, at, above the new one; None where their order is not known."""
    if isinstance(was, int) and isinstance(now, int):
        return int(was > now) - int(was < now)
    try:
        if kind in ("integer", "number", "year"):
            one, other = Decimal(was), Decimal(now)
            return int(one > other) - int(one < other)
        if kind == "date":
            first, second = date.fromisoformat(was), date.fromisoformat(now)
            return int(first > second) - int(first < second)
    except (InvalidOperation, ValueError):
        return None
    return None


def _enum(was: tuple[str, ...] | None, now: tuple[str, ...] | None, where: str) -> Iterator[Change]:
    if was is None or now is None:
        if was != now:
            yield _given("enum", where, was, now)
        return
    lost = [each for each in was if each not in now]
    gained = [each for each in now if each not in was]
    if lost:
        yield breaking("enum-lost", where, lost, "")
    if gained:
        yield compatible("enum-gained", where, "", gained)
    if not lost and not gained and was != now:
        yield cosmetic("enum-moved", where, was, now)


def _given(name: str, where: str, was: Any, now: Any) -> Change:
    """A demand that came, went, or became another one that cannot be compared with it."""
    if was is None:
        return breaking("demand-added", f"{where}.{name}", "", now)
    if now is None:
        return compatible("demand-dropped", f"{where}.{name}", was, "")
    return breaking("demand-changed", f"{where}.{name}", was, now)


def _identified(field: Field) -> str | None:
    if field.identifier is None:
        return None
    options = ", ".join(f"{name}={held}" for name, held in field.identifier.options)
    return field.identifier.name + (f" ({options})" if options else "")


def _spelling(one: Field, other: Field) -> Iterator[Change]:
    where = other.name
    if one.format.write != other.format.write:
        yield breaking("format-changed", where, one.format.write or "—", other.format.write or "—")
    if set(one.format.read) != set(other.format.read):
        # Other spellings are findings before and after; what changes is whether they can be mended.
        yield compatible("format-read-changed", where, one.format.read, other.format.read, of=SENDERS)
    for name, key in (("precision", "precision"), ("scale", "scale")):
        was, now = getattr(one, name), getattr(other, name)
        if was != now:
            tighter = now is not None and (was is None or now < was)
            both = name == "scale" and one.precision is not None  # more decimals leave fewer digits before the point
            made = breaking if tighter or both else compatible
            yield made("limit-tightened" if tighter or both else "limit-loosened", f"{where}.{key}", was, now)
    for name in ("decimal_char", "group_char", "bare_number", "true_values", "false_values", "missing_values"):
        was, now = getattr(one, name), getattr(other, name)
        if was != now:
            yield breaking("spelling-changed", f"{where}.{name}", was, now)


def _codelist(was: CodelistUse | None, now: CodelistUse | None, where: str, codes: Codes | None) -> Iterator[Change]:
    if was is None or now is None:
        if was != now:
            yield _given("codelist", where, was and str(was.list), now and str(now.list))
        return
    if was.list != now.list:
        yield _list_changed(was.list, now.list, where, codes)
    if was.by != now.by:
        made = compatible if now.by == "either" else breaking
        yield made("codelist-by", where, was.by, now.by)
    for name in ("as_of", "level", "below"):
        one, other = getattr(was, name), getattr(now, name)
        if one != other:
            yield _given(f"codelist.{name}", where, one, other)


def _list_changed(was: Reference, now: Reference, where: str, codes: Codes | None) -> Change:
    """Another list or another version of it: by the codes where both are at hand, else by name and major version."""
    one, other = (codes(was), codes(now)) if codes is not None else (None, None)
    if one is not None and other is not None:
        inner = codes_changed(one.standard.codes or (), other.standard.codes or ())
        broken = any(each.level == "breaking" for each in inner)
    else:
        majors = [(each.version or "").split(".")[0] for each in (was, now)]
        broken = was.id != now.id or majors[0] != majors[1]
    return (breaking if broken else compatible)("codelist-changed", where, was, now)


def _seen(one: Field, other: Field) -> Iterator[Change]:
    """What consumers may see: fewer eyes break for them, more do not."""
    where = other.name
    for name in ("sharing", "opening"):
        was, now = getattr(one, name), getattr(other, name)
        if was != now:
            narrower = OPEN.get(now, 3) < OPEN.get(was, 3) and was is not None
            made = breaking if narrower else compatible
            yield made(f"{name}-changed", where, was or "—", now or "—", of=CONSUMERS)
    if one.privacy != other.privacy:
        was, now = one.privacy, other.privacy
        stricter = PRIVATE.get(now.category, 0) > PRIVATE.get(was.category, 0) or (
            now.category != "none" and was.category == now.category
        )
        words = [" ".join(part for part in (each.category, each.mask, each.when) if part) for each in (was, now)]
        yield (breaking if stricter else compatible)("privacy-changed", where, *words, of=CONSUMERS)
