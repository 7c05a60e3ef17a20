"""Finding datasets by words: Chinese as overlapping pairs of characters, so that 停车 and 人口 are found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_HAN = "㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff〇"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>(?:(?![{_HAN}])[^\W_])+)")


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Runs of Chinese characters (True) and words in other scripts (False), in order."""
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield match["han"] is not None, match[0]


def tokens(text: str) -> list[str]:
    """What stands in the index for a text: every pair of neighbouring Chinese characters, and every other word."""
    found: list[str] = []
    for chinese, run in _runs(text):
        if chinese:
            found.extend(run[i : i + 2] for i in range(len(run)))  # the last one is a single character
        else:
            found.append(run)
    return found


def query(text: str) -> str:
    """The FTS5 query for what a person typed; every part must be found. Empty when nothing in it can be searched for.

    Each part is quoted, so no character that was typed is ever read as FTS5 syntax.
    """
    parts = []
    for chinese, run in _runs(text):
        if chinese and len(run) > 1:
            parts.append('"' + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + '"')
        else:
            parts.append(f'"{run}"*')
    return " AND ".join(parts)


def indexed(text: Iterable[str]) -> str:
    """The words of several texts as one column of the index."""
    return " ".join(token for each in text for token in tokens(each))


def words(code: str, slug: str, metadata: Mapping[str, Any], columns: Iterable[str]) -> list[str]:
    """What besides its title a dataset is found by: code, provider, abstract, class, standard's items, columns."""
    found = [code, slug]
    found += [str(metadata.get(name, "")) for name in ("provider", "providerCode", "abstract")]
    found += [str(part) for each in metadata.get("resourceClass") or () for part in dict(each).values()]
    found += [str(item.get("name", "")) for item in metadata.get("items") or ()]
    return [*found, *columns]
