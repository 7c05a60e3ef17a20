"""Codes of buildings and housing units by JGJ/T 246-2012."""

from __future__ import annotations

from functools import partial

from gongshu.standards.identifiers.checksums import mod_11_2
from gongshu.standards.identifiers.shape import DIGITS, misfit, or_case

PATTERNS = {
    "house-building-code": "[0-9]{17}00000[0-9X]",
    "house-unit-code": "[0-9]{22}[0-9X]",
}


def house_building_code(value: str) -> str | None:
    """None for a building: 9 division, 4 year of completion, 4 serial, five zeros, ISO 7064 MOD 11-2."""
    return or_case(partial(_code, name="house-building-code"), value)


def house_unit_code(value: str) -> str | None:
    """None for a unit: as its building, but the five digits hold the household; all zeros is `structure`."""
    return or_case(partial(_code, name="house-unit-code"), value)


def _code(value: str, *, name: str) -> str | None:
    reason = misfit(value, PATTERNS[name], alphabet=DIGITS + "X", lengths=(23,))
    if reason:
        return reason
    if name == "house-unit-code" and value[17:22] == "00000":
        return "structure"
    return None if value[22] == mod_11_2(value[:22]) else "check-digit"
