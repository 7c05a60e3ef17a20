"""The cell that lists a resource's files: `a.csv; b.xlsx`, or with keys of one's own: `main=a.csv`."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from gongshu.publishers.identity import slug
from gongshu.publishers.manifests.values import lines

MAIN = "main"  # key of the only file: a file that gets another name next month stays the same resource
_DATED = re.compile(r"[-_. （(]*(?:19|20)\d{2}(?:[-_.年]?\d{1,2}(?:[-_.月]?\d{1,2}日?|月)?|年)?[)）]*$")
_KEYED = re.compile(r"([\w-]{1,60})\s*=\s*(\S.*)", re.DOTALL)


def files_of(text: str, folder: Path) -> list[tuple[str, str]]:
    """Key and path of every file, in order. A path with backslashes is read as one of Windows."""
    entries = []
    for each in lines(text):
        keyed = _KEYED.fullmatch(each)
        if keyed is not None and not _there(folder, each):
            entries.append((keyed[1], _path(keyed[2], folder)))
        else:
            entries.append(("", _path(each, folder)))
    return list(zip(_keys(entries), [path for _, path in entries], strict=True))


def _path(text: str, folder: Path) -> str:
    plain = text.strip().strip("\"'“”").strip()
    return plain.replace("\\", "/") if "\\" in plain and not _there(folder, plain) else plain


def _there(folder: Path, name: str) -> bool:
    try:
        return (folder / name).exists()
    except (OSError, ValueError):
        return False


def _keys(entries: list[tuple[str, str]]) -> list[str]:
    """A key a file: the one given; `main` for a single file; else its name without ending and date, if they differ."""
    if len(entries) == 1:
        return [entries[0][0] or MAIN]
    stems = [PurePosixPath(path).stem for _, path in entries]
    undated = [_DATED.sub("", stem) or stem for stem in stems]
    chosen = undated if len({slug(each) for each in undated}) == len(undated) else stems
    return [key or stem for (key, _), stem in zip(entries, chosen, strict=True)]
