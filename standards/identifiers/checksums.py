"""Check characters that several identifiers share."""

from __future__ import annotations

from gongshu.standards.identifiers.shape import ALPHANUMERIC

MOD_11_2_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # of a citizen id's 17 digits
MOD_11_2_CHECKS = "10X98765432"  # by remainder


def mod_11_2(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2, `0` to `9` or `X`."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def mod_11_10(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def mod_37_36(text: str) -> str:
    """The check character of ISO 7064 MOD 37,36 over `0-9A-Z`."""
    product = 36
    for character in text:
        product = ((product + ALPHANUMERIC.index(character)) % 36 or 36) * 2 % 37
    return ALPHANUMERIC[(37 - product) % 36]


def luhn(digits: str) -> bool:
    """Whether the digits, the last being the check digit, agree by ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
