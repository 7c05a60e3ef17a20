"""Blanks around a value, or blanks that nobody sees or types (U+3000, U+00A0, U+200B)."""

from __future__ import annotations

CODE = "cell.whitespace"

BLANKS = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_INNER = str.maketrans({"\u3000": " ", "\xa0": " ", "\u200b": None, "\u2060": None, "\ufeff": None})


_STRAIGHT = BLANKS.replace("\n", "").replace("\r", "")


def mended(text: str, *, free: bool = False) -> str:
    """The text without surrounding blanks and zero-width characters; wide and hard blanks inside become plain ones.

    Line breaks at the edges are damage too, but not in free text, where they only give it air.
    """
    edges = _STRAIGHT if free else BLANKS
    return text.strip(edges).translate(_INNER).strip(edges)


def blank(text: str) -> bool:
    """Whether there is nothing but blanks."""
    return not text.strip(BLANKS)
