"""Zeros in front went missing because a spreadsheet took a code for a number."""

from __future__ import annotations

import importlib

CODE = "cell.leading-zero-lost"


def padded(text: str, width: int | None) -> str | None:
    """The text with its zeros back; None where the length is not fixed, or it is no shorter run of digits."""
    if width is None or not text or len(text) >= width or not (text.isascii() and text.isdigit()):
        return None
    return text.zfill(width)


def fixed_width(pattern: str | None) -> int | None:
    """The one length that a pattern allows, if there is one."""
    if pattern is None:
        return None
    try:
        low, high = importlib.import_module("re._parser").parse(pattern).getwidth()
    except Exception:  # whatever the parser of the running Python dislikes has no known width
        return None
    return int(low) if low == high else None
