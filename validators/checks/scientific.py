"""A spreadsheet wrote a long number as 4.20102E+17; its last digits may be lost."""

from __future__ import annotations

import re
from decimal import Decimal

CODE = "cell.scientific"

_ANY = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]{1,4}")
_SHOWN = re.compile(
    r"[0-9]\.[0-9]+E\+[0-9]{2,3}"
)  # as a spreadsheet shows it; free text may hold a model name like 3E5


def scientific(text: str, *, free: bool = False) -> bool:
    """Whether the text is a number in scientific notation."""
    return bool((_SHOWN if free else _ANY).fullmatch(text))


def plain(text: str) -> str | None:
    """The same number in plain digits; None where that would be absurdly long."""
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > 40:
        return None
    return format(value, "f")
