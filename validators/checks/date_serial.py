"""A bare number where a date is due: a spreadsheet's count of days (1900 system, or 1904)."""

from __future__ import annotations

import re
from datetime import date, timedelta

CODE = "cell.date-serial"

_SERIAL = re.compile(r"[2-7][0-9]{4}|80000")
_EPOCH = date(1899, 12, 30)  # counts from 1 March 1900 on, past the day that the 1900 system invents
_LATER = 1462  # days by which the 1904 system counts less


def day(text: str, *, later: bool = False) -> date | None:
    """The day of a serial from 20000 (1954) to 80000 (2119); None for any other text. `later`: the 1904 system."""
    if later and text.isascii() and text.isdigit() and len(text) <= 5:
        text = str(int(text) + _LATER)
    return _EPOCH + timedelta(days=int(text)) if _SERIAL.fullmatch(text) else None
