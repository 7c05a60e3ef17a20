"""Quotes that were read, though perhaps not as they were meant: rows swallowed by one, text behind or blanks before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from gongshu.validators.batch import Rows, Structural
from gongshu.validators.readers.blocks import CR, LF, QUOTE, Lines, Spans, inside, multi_line, spans_of
from gongshu.validators.readers.excerpts import excerpt, said

NOTHING: Rows = np.empty(0, np.int64)


def suspected(block: bytes, spans: Spans, lines: Lines, *, columns: int, delimiter: bytes) -> list[Structural]:
    """Multi-line records that look like several rows swallowed by a quote that was never meant to be closed so late.

    Every one of its lines has as many delimiters as a row needs (a warning), or text stands right behind the closing
    quote of the multi-line cell (an error).
    """
    needed = columns - 1
    cells = multi_line(block, spans)
    full = needed >= 2 and any(block.count(delimiter, a, b) >= needed for a, b in cells)
    if not (full or spans.stray):
        return []
    starts, ends = spans_of(block, spans)
    assert lines.line_of is not None  # noqa: S101 - the caller asked; says so to the type checker
    taken = np.diff(np.append(lines.line_of, lines.lines))
    ragged_close = _ragged_closes(block, spans, delimiter) if spans.stray else NOTHING
    found: dict[str, list[tuple[int, str, dict[str, int]]]] = {"error": [], "warning": []}
    for record in np.flatnonzero(taken > 1).tolist():
        start, end = int(starts[record]), int(ends[record])
        raw = block[start:end]
        torn = len(ragged_close) and np.searchsorted(ragged_close, start) < np.searchsorted(ragged_close, end)
        rows = raw.splitlines()
        if torn or (needed >= 2 and len(rows) > 1 and all(row.count(delimiter) >= needed for row in rows)):
            found["error" if torn else "warning"].append((record, excerpt(rows[0]), {"lines": int(taken[record])}))
    return [
        each
        for severity, told in found.items()
        for each in said("table.unclosed-quote", told, reason="suspected", severity=severity)
    ]


def _ragged_closes(block: bytes, spans: Spans, delimiter: bytes) -> Rows:
    """Closing quotes of multi-line cells that text follows."""
    data = np.frombuffer(block, np.uint8)
    closes = spans.closes
    after = data[np.minimum(closes + 1, len(data) - 1)]
    torn = (closes < len(data) - 1) & (after != delimiter[0]) & (after != LF) & (after != CR) & (after != QUOTE)
    multi = [
        close
        for open_, close in zip(spans.opens[torn].tolist(), closes[torn].tolist())
        if block.find(b"\n", open_, close) >= 0 or block.find(b"\r", open_, close) >= 0
    ]
    return np.asarray(multi, np.int64)


def strays(block: bytes, spans: Spans, delimiter: bytes, known: Sequence[Structural]) -> list[Structural]:
    """Quotes that were read, though perhaps not as they were meant (RFC 4180, 2.5 to 2.7), once a record."""
    starts, ends = spans_of(block, spans)
    torn = [each.rows for each in known if each.code == "table.unclosed-quote"]
    seen = set(np.concatenate(torn).tolist()) if torn else set()
    found = []
    for reason, places in stray_quotes(block, spans, delimiter).items():
        rows = np.unique(np.searchsorted(starts, np.asarray(places, np.int64), side="right") - 1).tolist()
        told: list[tuple[int, str, dict[str, int]]] = [
            (row, excerpt(block[starts[row] : ends[row]]), {}) for row in rows if row not in seen
        ]
        seen.update(rows)
        found += said("table.unclosed-quote", told, reason=reason, severity="warning")
    return found


def stray_quotes(block: bytes, spans: Spans, delimiter: bytes) -> dict[str, list[int]]:
    """Offsets of quotes in odd places, by reason: `stray` has text behind it, `blank` has blanks before it."""
    data = np.frombuffer(block, np.uint8)
    closes = spans.closes[spans.closes < len(data) - 1]
    after = data[closes + 1]
    torn = closes[(after != delimiter[0]) & (after != LF) & (after != CR) & (after != QUOTE)]
    blank = [
        match.end() for match in _blank_before(delimiter).finditer(block) if inside(spans, match.start() + 1) is None
    ]
    return {"stray": torn.tolist(), "blank": blank}


@cache
def _blank_before(delimiter: bytes) -> re.Pattern[bytes]:
    """Blanks between a delimiter and a quoted text; offsets are those of the first blank and the quote."""
    mark = re.escape(delimiter)
    blanks = rb"[ \t]+" if delimiter != b"\t" else b" +"
    return re.compile(rb"(?:\A|(?<=[" + mark + rb"\r\n]))" + blanks + rb'(?="[^"]*"[ \t]*(?:[' + mark + rb"\r\n]|\Z))")
