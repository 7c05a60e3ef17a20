"""Identifiers with right check characters, made at random: none is known to belong to anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from random import Random

from gongshu.standards.identifiers import checksums, citizen, organisation, pattern, regions
from gongshu.standards.sampling.patterns import matching

BIRTH = "19000101"  # of every synthetic person
PLACES = ("420102", "110101", "310104", "440103", "510104")  # listed now and for long
TOWNSHIP = "420102002"

Forced = tuple[int, str]  # from this position (0 first) these characters


def make(name: str, random: Random, forced: Forced = (0, "")) -> str:
    """A value of an identifier, with the characters asked for where that can be had. The caller checks it."""
    found = MAKERS.get(name)
    if found is not None:
        return found(random, forced)
    text = matching(pattern(name) or "[0-9]{8}", random)
    return _over(text, forced) if forced[1] else text


def _over(text: str, forced: Forced) -> str:
    start, part = forced
    return (text[:start] + part + text[start + len(part) :])[: len(text)]


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def citizen_id(random: Random, forced: Forced = (0, "")) -> str:
    """A citizen's number of somebody born on 1900-01-01."""
    body = _over(random.choice(PLACES) + BIRTH + _digits(random, 3), forced)
    return body[:17] + citizen.check_character(body[:17]) if body[:17].isdecimal() else body


def _citizen_15(random: Random, forced: Forced) -> str:
    return _over(random.choice(PLACES) + BIRTH[2:] + _digits(random, 3), forced)


def _org_code(random: Random, forced: Forced) -> str:
    body = _over("".join(random.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(8)), forced)
    return body + organisation.org_code_check(body)


def _uscc(random: Random, forced: Forced) -> str:
    authority = random.choice("159")
    head = authority + random.choice(organisation.CATEGORIES[authority]) + random.choice(PLACES)
    for _ in range(40):
        inner = "".join(random.choice(organisation.ALPHABET) for _ in range(8))
        body = _over(head + inner + "0", forced)
        body = body[:16] + organisation.org_code_check(body[8:16])
        if set(body) <= set(organisation.ALPHABET):
            return body + organisation.check_character(body)
    return head


def _business(random: Random, forced: Forced) -> str:
    body = _over(random.choice(PLACES) + _digits(random, 8), forced)
    return body + checksums.mod_11_10(body)


def _bank_card(random: Random, forced: Forced) -> str:
    body = _over("620000" + _digits(random, 12), forced)
    return next(body + last for last in "0123456789" if checksums.luhn(body + last))


@cache
def _places() -> tuple[str, ...]:
    return tuple(sorted(regions.listed()))


def _division(tail: Callable[[Random], str]) -> Callable[[Random, Forced], str]:
    return lambda random, forced: _over(random.choice(_places()) + tail(random), forced)


def _house(random: Random, forced: Forced) -> str:
    body = _over(
        TOWNSHIP + str(random.randint(1980, 2020)) + _digits(random, 4) + f"{random.randint(1, 99999):05d}", forced
    )
    return body + checksums.mod_11_2(body)


def _building(random: Random, forced: Forced) -> str:
    body = _over(TOWNSHIP + str(random.randint(1980, 2020)) + _digits(random, 4) + "00000", forced)
    return body + checksums.mod_11_2(body)


def _certificate(random: Random, forced: Forced) -> str:
    parts = ["110000000", _uscc(random, (0, "")), _digits(random, 8), "001"]
    return ".".join(["1.2.156.3005.2", *parts, checksums.mod_37_36("".join(parts))])


def _day(random: Random) -> date:
    return date.fromordinal(random.randint(date(2015, 1, 1).toordinal(), date(2024, 12, 31).toordinal()))


MAKERS: Mapping[str, Callable[[Random, Forced], str]] = {
    "bank-card": _bank_card,
    "business-reg-no": _business,
    "citizen-id": citizen_id,
    "citizen-id-15": _citizen_15,
    "date": lambda random, forced: _day(random).isoformat(),
    "date-basic": lambda random, forced: f"{_day(random):%Y%m%d}",
    "datetime": lambda random, forced: f"{_day(random).isoformat()}T08:{random.randint(0, 59):02d}:00+08:00",
    "division-12": _division(lambda random: f"{random.randint(1, 20):03d}{random.randint(1, 99):03d}"),
    "division-6": _division(lambda random: ""),
    "division-9": _division(lambda random: f"{random.randint(1, 99):03d}"),
    "ecert-id": _certificate,
    "house-building-code": _building,
    "house-unit-code": _house,
    "landline": lambda random, forced: f"027-8000{_digits(random, 4)}",
    "lonlat-cgcs2000": lambda random, forced: f"114.{_digits(random, 6)},30.{_digits(random, 6)}",
    "mobile": lambda random, forced: f"1380000{_digits(random, 4)}",
    "org-code": _org_code,
    "postcode": lambda random, forced: f"4300{_digits(random, 2)}",
    "uscc": _uscc,
}
