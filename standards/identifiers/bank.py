"""Bank card numbers."""

from __future__ import annotations

from gongshu.standards.identifiers.checksums import luhn
from gongshu.standards.identifiers.shape import DIGITS, misfit

PATTERNS = {"bank-card": "[0-9]{13,19}"}


def bank_card(value: str) -> str | None:
    """None for 13 to 19 digits whose last agrees by Luhn's formula (ISO/IEC 7812-1)."""
    reason = misfit(value, PATTERNS["bank-card"], alphabet=DIGITS, lengths=range(13, 20))
    if reason:
        return reason
    return None if luhn(value) else "check-digit"
