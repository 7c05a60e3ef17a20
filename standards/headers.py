"""Column names as they are compared: what a person would call the same name is the same name."""

from __future__ import annotations

import re
import unicodedata

_BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_TAIL = re.compile(r"\((?:必填|选填)\)\Z")


def normal(name: str) -> str:
    """`name` after NFKC, without blanks and line breaks, a leading `*` and a trailing `(必填)`, `(选填)`, folded."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", name))
    text = text.lstrip("*")
    return _TAIL.sub("", text).casefold()
