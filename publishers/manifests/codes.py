"""Resources without a code get one: their class, and the catalogue's next number in it.

Planned again, the same rows get the same codes. A dataset that is in the catalogue already (its code could not be
written back) is known again by its provider and name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from gongshu.publishers.identity import slug
from gongshu.publishers.ledger import Head, Ledger
from gongshu.publishers.manifest import Item, Manifest
from gongshu.standards.faults import Fault, PublishFault

DIGITS = 6  # of a number where the class has none yet
_CODE = re.compile(r"([1-3][0-9]{5}[0-9A-Za-z]*)/([0-9]+)")
Class = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The manifest with a code at every dataset, and what is to be said of them."""

    manifest: Manifest
    spots: Mapping[str, str] = field(default_factory=dict)  # code that was given -> where it is to be written
    notes: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)  # by code
    blocks: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)  # by code


def give(manifest: Manifest, ledger: Ledger, as_of: date) -> Given:
    """Codes, and the release dates that a workbook has no column for: the day of the first publication."""
    if all(item.code and not item.assumed for item in manifest.items):
        return Given(manifest)
    heads = list(ledger.heads())
    counter = _Counter([*_coded(heads), *((item.code, _class(item.metadata)) for item in manifest.items if item.code)])
    own = {item.code for item in manifest.items if item.code}
    there: dict[tuple[str, str], list[str]] = {}
    for head in heads:
        if head.code not in own:
            there.setdefault(_identity(head.metadata), []).append(head.code)
    released = {head.code: head.metadata.get("releaseDate") for head in heads}
    classes = {head.code: head.metadata.get("resourceClass") for head in heads}
    items: list[Item] = []
    spots: dict[str, str] = {}
    notes: dict[str, tuple[Fault, ...]] = {}
    blocks: dict[str, tuple[Fault, ...]] = {}
    seen: dict[tuple[str, str], Item] = {}
    for item in manifest.items:
        if not item.code:
            who = _identity(item.metadata)
            known = there.get(who, [])
            first = seen.setdefault(who, item)
            code = known[0] if len(known) == 1 and first is item else counter.next(_class(item.metadata))
            if first is not item:
                fault = PublishFault("plan.code-same", title=who[1], place=_place(item), other=_place(first))
                blocks[code] = (fault,)
            elif len(known) > 1:
                fault = PublishFault("plan.code-several", title=who[1], codes=", ".join(known), place=_place(item))
                blocks[code] = (fault,)
            else:
                said = "plan.code-known" if known else "plan.code-given"
                notes[code] = (PublishFault(said, code=code, place=_place(item)),)
                spots[code] = item.spot
            item = replace(item, code=code, metadata={**item.metadata, "resourceCode": code})
        if "resourceClass" in item.assumed and (stands := classes.get(item.code)):
            item = replace(item, metadata={**item.metadata, "resourceClass": stands})
        if "releaseDate" in item.assumed:
            day = released.get(item.code) or as_of.isoformat()
            item = replace(item, metadata={**item.metadata, "releaseDate": day})
        if item.assumed:
            notes[item.code] = (*notes.get(item.code, ()), *_told(item))
        items.append(item)
    return Given(replace(manifest, items=tuple(items)), spots, notes, blocks)


def _told(item: Item) -> Iterable[Fault]:
    """What was filled in because the workbook has no column for it."""
    if "releaseDate" in item.assumed:
        yield PublishFault("plan.assumed-date", value=str(item.metadata["releaseDate"]))
    if "resourceClass" in item.assumed:
        found = item.metadata["resourceClass"][0]
        yield PublishFault("plan.assumed-class", value="/".join(str(each) for each in found.values() if each))


def _place(item: Item) -> str:
    return item.places.get("resourceCode") or item.places.get("", "")


def _identity(metadata: Mapping[str, Any]) -> tuple[str, str]:
    return str(metadata.get("providerCode") or metadata.get("provider") or ""), str(metadata.get("title") or "")


def _coded(heads: Iterable[Head]) -> Iterable[tuple[str, Class]]:
    return ((head.code, _class(head.metadata)) for head in heads)


def _class(metadata: Mapping[str, Any]) -> Class:
    listed = metadata.get("resourceClass")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], Mapping) else {}
    return tuple(str(first.get(name) or "") for name in ("lei", "xiang", "mu", "ximu"))


class _Counter:
    """The numbers that are taken, class by class."""

    def __init__(self, coded: Iterable[tuple[str, Class]]) -> None:
        self._slugs: set[str] = set()
        self._last: dict[str, int] = {}
        self._digits: dict[str, int] = {}
        self._used: dict[Class, Counter[str]] = {}
        for code, of_class in coded:
            self._take(code, of_class)

    def _take(self, code: str, of_class: Class) -> None:
        self._slugs.add(slug(code))
        found = _CODE.fullmatch(code)
        if found is None:
            return
        prefix, number = found[1], found[2]
        if int(number) >= self._last.get(prefix, 0):
            self._last[prefix] = int(number)
            self._digits[prefix] = len(number)
        self._used.setdefault(of_class, Counter())[prefix] += 1

    def next(self, of_class: Class) -> str:
        """The next code of a class: under the part that datasets of this class have, else the one it spells."""
        used = self._used.get(of_class)
        prefix = min(used, key=lambda each: (-used[each], each)) if used else _prefix(of_class)
        number = self._last.get(prefix, 0)
        while True:
            number += 1
            code = f"{prefix}/{number:0{self._digits.get(prefix, DIGITS)}d}"
            if slug(code) not in self._slugs:
                self._take(code, of_class)
                return code


def _prefix(of_class: Class) -> str:
    """类 1 digit, 项 2, 目 3, 细目 any: zeros where a level has no code of that form, for names are no codes."""
    lei, xiang, mu, ximu = (*of_class, "", "", "", "")[:4]
    head = lei if lei in ("1", "2", "3") else "3"
    second = xiang if re.fullmatch(r"[0-9]{2}", xiang) else "00"
    third = mu if re.fullmatch(r"[0-9]{3}", mu) and second == xiang else "000"
    return head + second + third + (ximu if re.fullmatch(r"[0-9A-Za-z]+", ximu) and third == mu else "")
