"""Lines of mixed Chinese and Latin text, broken by the columns they take on a console; commands stay whole."""

from __future__ import annotations

import re

from rich.cells import cell_len

# A command, to be copied, is one piece: behind a colon all that follows, else up to the next Chinese or its quote
_COMMAND = r"(?:(?<=[:：])|(?<=[:：] ))gongshu .+$|`gongshu [^`]+`|(?<!`)\bgongshu(?: [!-~]+)+"
# a Latin word keeps together; every wide character is a place to break
_PIECES = re.compile(_COMMAND + r"|[^\s\u2e80-\uffff]+|[\u2e80-\uffff]|\s+")
_WHOLE = re.compile(r"\W*gongshu ")
_NOT_FIRST = frozenset("，。、；：！？）》”’」』〕】…")
_NOT_LAST = frozenset("（《“‘「『〔【")


def wrap(text: str, width: int, *, indent: str = "", hanging: str | None = None) -> list[str]:
    """The text in lines of at most `width` console columns; `hanging` starts every line but the first.

    A command that is longer than a line has a line of its own, however long: a break in it would be copied along.
    """
    following = indent if hanging is None else hanging
    lines: list[str] = []
    line, started = indent, False
    for piece in _glued(_PIECES.findall(text.replace("\n", " "))):
        if started and cell_len(line) + cell_len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, started = following, False
        if not started and piece.isspace():
            continue
        while (
            not _WHOLE.match(piece)
            and cell_len(line) + cell_len(piece) > width
            and cell_len(piece.rstrip()) > width - cell_len(line)
        ):
            head = _fitting(piece, max(2, width - cell_len(line)))
            lines.append(line + head)
            line, piece = following, piece[len(head) :]
        line, started = line + piece, True
    if started or not lines:
        lines.append(line.rstrip())
    return lines


def pad(text: str, width: int) -> str:
    """The text filled with blanks to so many console columns."""
    return text + " " * max(0, width - cell_len(text))


def _glued(pieces: list[str]) -> list[str]:
    """Closing marks join what stands before them, opening marks what follows."""
    found: list[str] = []
    for piece in pieces:
        if found and not found[-1].isspace() and (piece[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _fitting(text: str, width: int) -> str:
    taken = 1
    while taken < len(text) and cell_len(text[: taken + 1]) <= width:
        taken += 1
    return text[:taken]
