"""A spreadsheet kept a number of 16 or more digits: it is not what was typed, and nothing can mend it."""

from __future__ import annotations

from gongshu.validators.batch import DIGITS_LOST

CODE = "cell.digits-lost"


def lost(mark: int) -> bool:
    """Whether the cell's origin says so."""
    return mark == DIGITS_LOST
