"""Full-width forms where the plain ones are meant."""

from __future__ import annotations

CODE = "cell.fullwidth"

_ALL = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FREE = {code: plain for code, plain in _ALL.items() if plain < 128 and chr(plain).isalnum()}


def mended(text: str, *, free: bool = False) -> str:
    """The text in plain forms; free text keeps its full-width punctuation, which is right in Chinese."""
    return text.translate(_FREE if free else _ALL)
