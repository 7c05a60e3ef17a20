"""Two tables held against each other: columns, keys, header policy, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongshu.standards.headers import normal
from gongshu.standards.model import Field, HeaderPolicy, Reference, Rule, Table
from gongshu.standards.plainform import plain
from gongshu.standards.versions.change import CONSUMERS, SENDERS, Change, breaking, compatible, cosmetic
from gongshu.standards.versions.fields import field_changed, understood

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable

Codes = Callable[[Reference], "CodeTable | None"]
Key = tuple[Any, ...]

WEIGHT: Mapping[str, int] = {"ignore": 0, "info": 1, "warning": 2, "error": 3}


def table_changed(old: Table, new: Table, codes: Codes | None) -> Iterator[Change]:
    """Every change of the body."""
    pairs, gone, came = matched(old.fields, new.fields)
    for field in gone:
        yield breaking("field-removed", field.name, of=CONSUMERS)
    for field in came:
        yield _added(field, new)
    names = {one.name: other.name for one, other in pairs}
    for one, other in pairs:
        if one.name != other.name:
            yield breaking("field-renamed", other.name, one.name, other.name, of=CONSUMERS)
        yield from field_changed(one, other, old, new, codes)
    yield from _order(old, new, names)
    yield from _keys(old, new, names)
    yield from _header(old.header, new.header)
    if old.missing_values != new.missing_values:
        yield from _missing_values(old.missing_values, new.missing_values)
    if old.strict != new.strict:
        yield (breaking if new.strict else compatible)("strict-changed", "", old.strict, new.strict)
    yield from _rules(old.rules, new.rules, "rules", names)
    yield from _rules(old.dataset_rules, new.dataset_rules, "dataset_rules", names)


def matched(old: Sequence[Field], new: Sequence[Field]) -> tuple[list[tuple[Field, Field]], list[Field], list[Field]]:
    """Fields that are the same in both (by name, else renamed: by alias, then by title), those gone and those new."""
    by_name = {each.name: each for each in new}
    pairs = [(each, by_name[each.name]) for each in old if each.name in by_name]
    taken = {other.name for _, other in pairs}
    gone = [each for each in old if each.name not in by_name]
    came = [each for each in new if each.name not in taken]
    for tier in (_by_alias, _by_title):
        for each in list(gone):
            same = [other for other in came if tier(each, other)]
            if len(same) == 1:
                pairs.append((each, same[0]))
                gone.remove(each)
                came.remove(same[0])
    return pairs, gone, came


def _by_alias(one: Field, other: Field) -> bool:
    return normal(one.name) in {normal(name) for name in other.aliases}


def _by_title(one: Field, other: Field) -> bool:
    shared = {normal(name) for name in (one.title.zh, one.title.en) if name}
    return bool(shared & {normal(name) for name in (other.title.zh, other.title.en) if name})


def _added(field: Field, new: Table) -> Change:
    if field.constraints.required and new.header.missing == "error":
        return breaking("field-added-required", field.name)
    if new.header.missing_optional == "error":
        return breaking("field-added-strict", field.name)
    return compatible("field-added", field.name)


def _order(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[Change]:
    """The order of the columns that both have. It breaks only where the header policy makes order an error."""
    kept = [names[each.name] for each in old.fields if each.name in names]
    left = set(kept)
    now = [each.name for each in new.fields if each.name in left]
    if kept != now:
        made = breaking if new.header.order == "error" else cosmetic
        yield made("fields-moved", "fields", kept, now)


def _keys(old: Table, new: Table, names: Mapping[str, str]) -> Iterator[Change]:
    one, other = tuple(names.get(each, each) for each in old.primary_key), new.primary_key
    if set(one) != set(other):
        who = CONSUMERS if not other else SENDERS
        yield breaking("primary-key-changed", "primaryKey", one, other, of=who)
    elif one != other:
        yield cosmetic("key-order-changed", "primaryKey", one, other)
    before = {frozenset(names.get(name, name) for name in each) for each in old.unique_keys}
    after = {frozenset(each) for each in new.unique_keys}
    yield from (breaking("unique-key-added", "uniqueKeys", "", each) for each in sorted(after - before, key=sorted))
    yield from (compatible("unique-key-removed", "uniqueKeys", each) for each in sorted(before - after, key=sorted))
    foreign = {_foreign(each, names): each for each in old.foreign_keys}
    wanted = {_foreign(each, {}): each for each in new.foreign_keys}
    yield from (breaking("foreign-key-added", "foreignKeys", "", wanted[key].fields) for key in wanted.keys() - foreign)
    yield from (compatible("foreign-key-removed", "foreignKeys", foreign[k].fields) for k in foreign.keys() - wanted)


def _foreign(each: Any, names: Mapping[str, str]) -> Key:
    own = not each.resource and each.standard is None
    fields = tuple(names.get(name, name) for name in each.fields)
    reference = tuple(names.get(name, name) if own else name for name in each.reference_fields)
    return fields, reference, each.resource, str(each.standard or "")


def _header(old: HeaderPolicy, new: HeaderPolicy) -> Iterator[Change]:
    lost = [tier for tier in old.match if tier not in new.match]
    gained = [tier for tier in new.match if tier not in old.match]
    if lost:
        yield breaking("header-match-lost", "header.match", old.match, new.match)
    elif gained:
        yield compatible("header-match-gained", "header.match", old.match, new.match, of=SENDERS)
    elif old.match != new.match:
        yield cosmetic("header-match-order", "header.match", old.match, new.match)
    for name in ("extra", "missing", "missing_optional", "order"):
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            stricter = other == "error" and WEIGHT.get(one, 0) < WEIGHT["error"]
            made = breaking if stricter else compatible
            yield made("header-policy", f"header.{name}", one, other, of=SENDERS)


def _missing_values(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Iterator[Change]:
    """What counts as absent. A text fewer may turn absent cells into wrong values, one more may empty a required one:
    either way the same cell means something else."""
    yield breaking("missing-values-changed", "missingValues", old or "—", new or "—")


def _rules(old: Sequence[Rule], new: Sequence[Rule], group: str, names: Mapping[str, str]) -> Iterator[Change]:
    before, after = {each.id: each for each in old}, {each.id: each for each in new}
    for name in (*before, *(each for each in after if each not in before)):
        where = f"{group}[{name}]"
        if name not in after:
            yield compatible("rule-removed", where, before[name].check)
        elif name not in before:
            made = breaking if after[name].severity == "error" else compatible
            yield made("rule-added", where, "", after[name].check, of=SENDERS)
        else:
            yield from _rule(before[name], after[name], where, names)


def _rule(one: Rule, other: Rule, where: str, names: Mapping[str, str]) -> Iterator[Change]:
    same = renamed(plain(one.tree), names) == plain(other.tree)
    if not same:
        made = breaking if other.severity == "error" else compatible
        yield made("rule-changed", where, one.check, other.check, of=SENDERS)
    elif one.check != other.check:
        yield cosmetic("rule-respelled", where, one.check, other.check)
    if one.severity != other.severity:
        stricter = other.severity == "error"
        yield (breaking if stricter else compatible)(
            "severity-changed", where, one.severity, other.severity, of=SENDERS
        )
    if one.message != other.message:
        yield cosmetic("words-changed", f"{where}.message", one.message.get("zh"), other.message.get("zh"))
    if tuple(names.get(name, name) for name in one.fields) != other.fields:
        yield cosmetic("rule-fields-changed", f"{where}.fields", one.fields, other.fields)


def renamed(tree: Any, names: Mapping[str, str]) -> Any:
    """The tree with the columns' new names."""
    if not isinstance(tree, list):
        return tree
    if tree and tree[0] == "column":
        return ["column", names.get(tree[1], tree[1])]
    return [renamed(each, names) for each in tree]


__all__ = ["matched", "renamed", "table_changed", "understood"]
