"""What a column's values are: an identifier by its structure and check digit, or the codes or names of a code list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.identifiers import identifier
from gongshu.standards.model import Kind, Reference, Status

if TYPE_CHECKING:
    from gongshu.standards.entries import Entry
    from gongshu.standards.registry import Registry

# What says much goes first: a check character or a listed region leaves little to chance. Rules that half of all
# numbers pass (a date, a three-digit code) recognise nothing and are not asked.
TELLING = (
    *("citizen-id", "uscc", "realestate-unit-28", "cadastral-parcel-19", "component-16", "plate", "division-12"),
    *("division-9", "division-6", "mobile", "org-code", "citizen-id-15", "bank-card"),
)
# These say something only where the column's name says it too.
HINTED = {"landline": r"电话|phone|tel", "postcode": r"邮编|邮政编码|postcode|zip", "business-reg-no": r"注册号|登记号"}

ENOUGH = 3  # distinct values, below which nothing is recognised
SHARE = 0.9  # of the values that have to fit: real files have faults
LOOKED_AT = 500  # distinct values
LARGEST = 20_000  # codes; a longer list is known by its identifier


@dataclass(frozen=True, slots=True)
class Recognised:
    """What values are: the identifier's or code list's name, `by` code or name, and how many of them fit."""

    name: str
    fitting: int
    of: int
    by: str = ""
    title: str = ""


@cache
def rule(name: str) -> Callable[[str], str | None]:
    """The identifier's rule."""
    return identifier(name)


def distinct(values: Iterable[str]) -> list[str]:
    """The values that are there, each once, without blanks around them; no more than are looked at."""
    found: dict[str, None] = {}
    for each in values:
        text = each.strip()
        if text:
            found[text] = None
            if len(found) >= LOOKED_AT:
                break
    return list(found)


def identified(header: str, values: Sequence[str]) -> Recognised | None:
    """The identifier that the distinct values are, if one is; `header` is the column's name."""
    if len(values) < ENOUGH:
        return None
    hinted = [name for name, words in HINTED.items() if re.search(words, header, re.IGNORECASE)]
    for name in (*TELLING, *hinted):
        check = rule(name)
        first = values[:20]
        if sum(check(each) is None for each in first) < len(first) * SHARE / 2:
            continue
        fitting = sum(check(each) is None for each in values)
        if fitting >= max(ENOUGH, len(values) * SHARE):
            return Recognised(name, fitting, len(values))
    return None


def listed(header: str, values: Sequence[str], registry: Registry) -> Recognised | None:
    """The code list that the distinct values are drawn from, if one is.

    Names say it by themselves. Codes do only together with the column's name: `1` and `2` stand in every list.
    """
    if len(values) < 2:
        return None
    found: list[tuple[tuple[float, ...], Recognised]] = []
    for entry, codes, names in _lists(registry):
        akin = kindred(header, f"{entry.title.zh} {entry.title.en}")
        for by, known in (("name", names), ("code", codes)):
            fitting = sum(each in known for each in values)
            if fitting < 2 or fitting < len(values) * SHARE or (by == "code" and not akin):
                continue
            rank = (fitting / len(values), float(akin), len(values) / len(known))
            title = entry.title.zh or entry.title.en
            reference = f"{entry.id}@{entry.version.split('.')[0]}"
            found.append((rank, Recognised(reference, fitting, len(values), by, title)))
    return max(found, key=lambda each: each[0])[1] if found else None


def _lists(registry: Registry) -> Iterator[tuple[Entry, frozenset[str], frozenset[str]]]:
    for entry in registry.entries():
        if entry.kind is not Kind.CODELIST or entry.faulty or entry.status is Status.WITHDRAWN:
            continue
        try:
            rows = registry.codes(Reference(entry.id, entry.version)).standard.codes or ()
        except (StandardFault, StandardFaults):
            continue
        if len(rows) <= LARGEST:
            codes = frozenset(each.code for each in rows)
            yield (
                entry,
                codes,
                frozenset(name for each in rows for name in (each.name_zh, each.name_en) if name) - codes,
            )


def kindred(header: str, title: str) -> int:
    """The length of the longest run of Chinese signs that a column's name and a title share; 0 where under two.

    Words that every list has in its title (代码, 类别) say nothing. Latin words count as a whole.
    """
    bare = re.sub(r"代码|编码|类别|类型|分类|名称|标识|情况|表", "", header)
    best = 0
    for word in re.findall(r"[\u4e00-\u9fff]+", bare):
        for size in range(len(word), 1, -1):
            if any(word[at : at + size] in title for at in range(len(word) - size + 1)):
                best = max(best, size)
                break
    words = set(re.findall(r"[a-z]{3,}", title.casefold()))
    latin = [each for each in re.findall(r"[a-z]{3,}", header.casefold()) if each in words]
    return max([best, *map(len, latin)])
