"""Telephone numbers and postal codes."""

from __future__ import annotations

from gongshu.standards.identifiers.shape import DIGITS, misfit

PATTERNS = {
    "mobile": "1[3-9][0-9]{9}",
    "landline": "0[0-9]{2,3}-?[2-9][0-9]{6,7}(?:-[0-9]{1,6})?",
    "postcode": "[0-9]{6}",
}


def mobile(value: str) -> str | None:
    """None for a mobile number of 11 digits by the national numbering plan; a country code is not part of it."""
    return misfit(value, PATTERNS["mobile"], alphabet=DIGITS, lengths=(11,))


def landline(value: str) -> str | None:
    """None for a fixed line with its area code, an optional hyphen and extension. The area code is not looked up."""
    return misfit(value, PATTERNS["landline"], alphabet=DIGITS + "-")


def postcode(value: str) -> str | None:
    """None for six digits (YD/T 603)."""
    return misfit(value, PATTERNS["postcode"], alphabet=DIGITS, lengths=(6,))
