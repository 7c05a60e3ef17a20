"""Administrative divisions by number of digits, and the urban-rural class."""

from __future__ import annotations

from gongshu.standards.identifiers.regions import exists
from gongshu.standards.identifiers.shape import DIGITS, misfit

PATTERNS = {
    "division-6": "[1-8][0-9]{5}",
    "division-9": "[0-9]{6}(?:00[1-9]|0[1-9][0-9]|[1-5][0-9]{2})",
    "division-12": "[0-9]{12}",
    "urban-rural-3": "111|112|121|122|123|210|220",
}


def division_6(value: str, *, region: str = "any") -> str | None:
    """None for a code of GB/T 2260 that was listed at some time since 1980, whether or not it still is."""
    reason = misfit(value, PATTERNS["division-6"], alphabet=DIGITS, lengths=(6,))
    return reason or _region(value, region)


def division_9(value: str, *, region: str = "any") -> str | None:
    """None for a township code by GB/T 10114-2003: a county listed at some time, and 001 to 599."""
    reason = misfit(value, PATTERNS["division-9"], alphabet=DIGITS, lengths=(9,))
    return reason or _region(value, region)


def division_12(value: str, *, region: str = "any") -> str | None:
    """None for a statistical division code (国统字〔2009〕91号) of a county listed at some time.

    A tail of zeros stands for a higher level.
    """
    reason = misfit(value, PATTERNS["division-12"], alphabet=DIGITS, lengths=(12,))
    return reason or _region(value, region)


def _region(value: str, region: str) -> str | None:
    return None if exists(value[:6], region) else "region"


def urban_rural_3(value: str) -> str | None:
    """None for one of the seven urban-rural classes of the statistics bureau."""
    return misfit(value, PATTERNS["urban-rural-3"], alphabet=DIGITS, lengths=(3,))
