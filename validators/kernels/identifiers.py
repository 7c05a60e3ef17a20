"""Identifier rules over whole columns. A kernel only accepts; what it does not accept goes to the pure rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np

from gongshu.standards.identifiers import citizen, organisation, regions
from gongshu.validators.kernels.buffers import Bytes, Ints, Mask, matrix, spread
from gongshu.validators.kernels.stamps import months

Kernel = Callable[[Any], Mask | None]


def kernel(name: str, options: Mapping[str, str], today: date | None) -> Kernel | None:
    """The kernel of an identifier with its options, where there is one."""
    if name == "citizen-id":
        return partial(_over, 18, partial(_citizen_id, region=options.get("region", "any"), today=today))
    if name == "uscc":
        return partial(_over, 18, partial(_uscc, region=options.get("region", "province")))
    if name == "org-code":
        return partial(_over, 9, _org_code)
    if name == "mobile":
        return partial(_over, 11, _mobile)
    if name in ("division-6", "division-9", "division-12"):
        width = int(name.removeprefix("division-"))
        region = options.get("region", "any")
        return partial(_over, width, partial(_division, region=region))
    return None


def _over(width: int, judge: Callable[[Bytes], Mask], column: Any) -> Mask | None:
    cells, rows = matrix(column, width)
    good = judge(cells)
    return None if rows is None and good.all() else spread(good, rows, len(column))


def _digits(cells: Bytes, at: int, count: int, good: Mask) -> Ints:
    """The number that some places spell; `good` loses the rows where one of them is no digit."""
    total = np.zeros(len(cells), np.int32)
    for j in range(at, at + count):
        digit = cells[:, j] - np.uint8(48)
        np.logical_and(good, digit <= 9, out=good)
        total *= 10
        total += digit
    return total


@cache
def _places(region: str, also: frozenset[str]) -> Mask:
    """Which of the numbers 0 .. 999999 will do as a division."""
    found = np.zeros(1_000_000, bool)
    if region == "skip":
        found[:] = True
    elif region == "province":
        for code in regions.provinces():
            found[int(code) * 10_000 : (int(code) + 1) * 10_000] = True
    else:
        found[[int(code) for code in regions.listed()]] = True
    found[[int(code) for code in also]] = True
    return found


def _citizen_id(cells: Bytes, *, region: str, today: date | None) -> Mask:
    good = np.ones(len(cells), bool)
    total = np.zeros(len(cells), np.int32)
    digits = []
    for j, weight in enumerate(citizen.WEIGHTS):
        digit = cells[:, j] - np.uint8(48)
        np.logical_and(good, digit <= 9, out=good)
        total += digit * np.int32(weight)
        digits.append(digit)
    checks = np.frombuffer(citizen.CHECKS.encode(), np.uint8)
    good &= checks[total % 11] == cells[:, 17]
    place, year, month, day = (_joined(digits[start:end]) for start, end in ((0, 6), (6, 10), (10, 12), (12, 14)))
    good &= _places(region, regions.RESIDENCE_PERMITS)[np.where(good, place, 0)]
    start, days = months()
    at_month = np.where(good & (month <= 12), year * 16 + month, 0)
    good &= (day >= 1) & (day <= days[at_month])
    if today is not None:
        good &= start[at_month] + day - 1 <= (today - date(1970, 1, 1)).days
    return good


def _joined(digits: list[Ints]) -> Ints:
    total = digits[0].astype(np.int32)
    for digit in digits[1:]:
        total *= 10
        total += digit
    return total


_ORG_VALUE = np.full(256, 255, np.uint8)
for _value, _letter in enumerate(organisation.ORG_CODE_ALPHABET):
    _ORG_VALUE[ord(_letter)] = _value
_USCC_VALUE = np.full(256, 255, np.uint8)
for _value, _letter in enumerate(organisation.ALPHABET):
    _USCC_VALUE[ord(_letter)] = _value
_HEADS = np.zeros((256, 256), bool)
for _authority, _kinds in organisation.CATEGORIES.items():
    _HEADS[ord(_authority), [ord(kind) for kind in _kinds]] = True


def _org_check(cells: Bytes, at: int, good: Mask) -> Mask:
    """Whether the ninth place from `at` is right for the eight before it."""
    total = np.zeros(len(cells), np.int32)
    for j, weight in enumerate(organisation.ORG_CODE_WEIGHTS):
        value = _ORG_VALUE[cells[:, at + j]]
        np.logical_and(good, value != 255, out=good)
        total += value * np.int32(weight)
    checks = np.frombuffer(organisation.ORG_CODE_CHECKS.encode(), np.uint8)
    found: Mask = checks[total % 11] == cells[:, at + 8]
    return found


def _org_code(cells: Bytes) -> Mask:
    good = np.ones(len(cells), bool)
    right = _org_check(cells, 0, good)
    return good & right


def _uscc(cells: Bytes, *, region: str) -> Mask:
    good: Mask = _HEADS[cells[:, 0], cells[:, 1]]
    place = _digits(cells, 2, 6, good)
    good &= _places(region, frozenset({regions.STATE}))[np.where(good, place, 0)]
    total = np.zeros(len(cells), np.int32)
    for j, weight in enumerate(organisation.WEIGHTS):
        value = _USCC_VALUE[cells[:, j]]
        np.logical_and(good, value != 255, out=good)
        total += value * np.int32(weight)
    alphabet = np.frombuffer(organisation.ALPHABET.encode(), np.uint8)
    right = _org_check(cells, 8, good)
    good &= right & (alphabet[-total % 31] == cells[:, 17])
    return good


def _mobile(cells: Bytes) -> Mask:
    good: Mask = (cells[:, 0] == ord("1")) & (cells[:, 1] >= ord("3"))
    _digits(cells, 1, 10, good)
    return good


def _division(cells: Bytes, *, region: str) -> Mask:
    good = np.ones(len(cells), bool)
    place = _digits(cells, 0, 6, good)
    width = cells.shape[1]
    if width == 6:
        good &= (cells[:, 0] >= ord("1")) & (cells[:, 0] <= ord("8"))
    elif width == 9:
        township = _digits(cells, 6, 3, good)
        good &= (township >= 1) & (township <= 599)
    else:
        _digits(cells, 6, width - 6, good)
    good &= _places(region, frozenset())[np.where(good, place, 0)]
    return good
