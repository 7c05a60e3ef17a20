"""Characters that steer a device or the writing direction and stand for nothing."""

from __future__ import annotations

CODE = "cell.control-char"

_CODES = [*range(0x20), 0x7F, *range(0x80, 0xA0), 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F)]
_ALL: dict[int, None] = dict.fromkeys([*_CODES, *range(0x2061, 0x2070)])
_FREE: dict[int, None] = {code: None for code in _ALL if code not in (9, 10, 13, 0x200C, 0x200D)}


def mended(text: str, *, free: bool = False) -> str:
    """The text without control characters; free text keeps line breaks, tabs and joiners inside."""
    return text.translate(_FREE if free else _ALL)
