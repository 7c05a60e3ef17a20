"""A bare number where a date is due: a spreadsheet's count of days (1900 system)."""

from __future__ import annotations

import re
from datetime import date, timedelta

CODE = "cell.date-serial"

_SERIAL = re.compile(r"[2-7][0-9]{4}|80000")
_EPOCH = date(1899, 12, 30)  # counts from 1 March 1900 on, past the day that the 1900 system invents


def day(text: str) -> date | None:
    """The day of a serial from 20000 (1954) to 80000 (2119); None for any other text."""
    return _EPOCH + timedelta(days=int(text)) if _SERIAL.fullmatch(text) else None
