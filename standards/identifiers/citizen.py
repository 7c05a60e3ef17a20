"""Citizen identification numbers (公民身份号码)."""

from __future__ import annotations

from datetime import date
from functools import partial
from operator import mul

from gongshu.standards.identifiers.checksums import MOD_11_2_CHECKS, MOD_11_2_WEIGHTS
from gongshu.standards.identifiers.dates import calendar_day
from gongshu.standards.identifiers.regions import RESIDENCE_PERMITS, exists
from gongshu.standards.identifiers.shape import DIGITS, misfit, or_case

WEIGHTS = MOD_11_2_WEIGHTS
CHECKS = MOD_11_2_CHECKS
PATTERNS = {"citizen-id": "[0-9]{17}[0-9X]", "citizen-id-15": "[0-9]{15}"}


def check_character(body: str) -> str:
    """The 18th character for the 17 digits before it (GB 11643-1999, 4.2.3)."""
    return CHECKS[sum(map(mul, map(int, body), WEIGHTS)) % 11]


def citizen_id(value: str, *, region: str = "any", today: date | None = None) -> str | None:
    """None for a citizen identification number by GB 11643-1999, clause 4.

    `region`: `any` accepts every division listed at some time, as the number keeps the code of its first issue;
    `province` asks only for a known province; `skip` asks nothing. With `today`, a later birth date is `future`.
    """
    return or_case(partial(_citizen_id, region=region, today=today), value)


def _citizen_id(value: str, *, region: str, today: date | None) -> str | None:
    reason = misfit(value, PATTERNS["citizen-id"], alphabet=DIGITS + "X", lengths=(18,))
    if reason:
        return reason
    reason = _region_and_birth(value[:6], value[6:14], region, today)
    if reason:
        return reason
    return None if value[17] == check_character(value[:17]) else "check-digit"


def citizen_id_15(value: str, *, region: str = "any", today: date | None = None) -> str | None:
    """None for a first-generation number by GB 11643-1989: region, birth date YYMMDD of the 1900s, serial, no check."""
    reason = misfit(value, PATTERNS["citizen-id-15"], alphabet=DIGITS, lengths=(15,))
    return reason or _region_and_birth(value[:6], "19" + value[6:12], region, today)


def _region_and_birth(code: str, birth: str, region: str, today: date | None) -> str | None:
    if not exists(code, region, RESIDENCE_PERMITS):
        return "region"
    born = calendar_day(birth)
    if born is None:
        return "date"
    return "future" if today is not None and born > today else None
