"""What a console that knows few characters prints in place of those it does not know."""

from __future__ import annotations

import codecs

PLAINER = "gongshu-plainer"  # name of the error handler of codecs
_PLAIN = {
    "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "·": "-", "→": "->", "×": "x",
    "，": ", ", "。": ". ", "：": ": ", "；": "; ", "、": ", ", "（": " (", "）": ")",
}  # fmt: skip


def plainer(fault: UnicodeError) -> tuple[str, int]:
    """Typographic marks give way to plain ones, everything else to a `\\u` escape; an error handler of codecs."""
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    text = fault.object[fault.start : fault.end]
    return "".join(_PLAIN.get(each) or each.encode("ascii", "backslashreplace").decode() for each in text), fault.end


codecs.register_error(PLAINER, plainer)
