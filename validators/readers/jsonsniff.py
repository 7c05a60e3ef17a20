"""Whether a text is JSON, JSON Lines or neither: told by how it begins, with the name for a hint."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import PurePath

from gongshu.validators.readers.content import Content

HEAD = 64 << 10
NAMES = frozenset({".json", ".geojson", ".topojson"})
LINE_NAMES = frozenset({".jsonl", ".ndjson", ".jsonlines", ".geojsonl"})

_SURE = re.compile(r'\{\s*(?:"(?:[^"\\\r\n]|\\.){0,200}"\s*:|\}\s*$)|\[\s*(?:\{\s*(?:"|\})|\[|\]\s*$)')
_LIKELY = re.compile(r'[\[{"]|-?\d|(?:true|false|null)\b')


def json_kind(content: Content) -> str | None:
    """`json`, `jsonl`, or None for a text that is something else.

    A name that ends in `.json` makes JSON of every text that could begin as JSON, so that a broken one is told as what
    it was meant to be; other names have to be outdone by an unmistakable beginning.
    """
    head = _text(content)
    start = head.lstrip("\ufeff \t\r\n")
    suffix = PurePath(content.name).suffix.lower()
    if suffix in LINE_NAMES:
        return "jsonl" if not start or _LIKELY.match(start) else None
    if suffix in NAMES:
        if start and not _LIKELY.match(start) and _tabular(start):
            return None
        return "jsonl" if _is_lines(start) else "json"
    if not _SURE.match(start):
        return None
    return "jsonl" if _is_lines(start) else "json"


def _text(content: Content) -> str:
    head = content.read(0, HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _tabular(start: str) -> bool:
    first = start.splitlines()[0]
    return any(mark in first for mark in ",;\t|")


def _is_lines(start: str) -> bool:
    """The first line is one whole object, and another one follows it."""
    lines = [line for line in start.splitlines() if line.strip()][:2]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{") or not lines[1].lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(lines[0]), dict)
    except (ValueError, RecursionError):
        return False
