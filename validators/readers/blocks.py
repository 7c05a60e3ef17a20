"""Delimited text cut into blocks of whole records, and each block into records and physical lines.

The rules are those of pyarrow's parser: a quote opens a quoted field only at the start of a field; inside, a doubled
quote is a quote; after the closing quote what follows is literal; LF, CRLF and a lone CR outside quotes end a record.
Offsets are bytes. UTF-8, GB18030 and one-byte encodings may be cut raw, as none of their trail bytes is one of these
marks (GB18030 has `|` as a trail byte, so that delimiter needs UTF-8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gongshu.validators.batch import Rows

LF, CR, QUOTE = 10, 13, 34
LONGEST = 64 << 20  # a longer record is not read: its quote never closes, or the file has no line breaks
FEW = 4096  # up to so many quoted fields a block are looked at one by one


@dataclass(frozen=True, slots=True)
class Spans:
    """Quoted stretches of a block: bytes of the opening and the closing quote; the block's length where none closes.

    A doubled quote ends one stretch and begins the next. `stray` is True where some quote stands in no regular place.
    """

    opens: Rows
    closes: Rows
    stray: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records of a file, or (when `unclosed`) one line whose quote never closes and which is no record."""

    raw: bytes
    offset: int  # of the first byte in the file
    spans: Spans | None = None  # None: no quotes
    unclosed: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Records of a block and the physical lines on which they start. `line_of` None: every record is one line."""

    records: int
    lines: int
    line_of: Rows | None


class RecordTooLong(Exception):
    """A record without quotes is longer than LONGEST; `line_offset` is where it starts."""


@cache
def _quoted(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(rb'"(?<![^' + re.escape(delimiter) + rb'\r\n]")[^"]*(?:""[^"]*)*("|\Z)')


def quoted_spans(block: bytes, delimiter: bytes = b",") -> Spans | None:
    """Every quoted stretch, or None where the block has no quote. The block starts at a record's start."""
    if b'"' not in block:
        return None
    data = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == QUOTE)
    opens, closes = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opens - 1, 0)]
    after = data[np.minimum(closes + 1, len(data) - 1)]
    mark = delimiter[0]
    sound_open = (before == mark) | (before == LF) | (before == CR) | (before == QUOTE) | (opens == 0)
    sound_close = (after == mark) | (after == LF) | (after == CR) | (after == QUOTE) | (closes == len(data) - 1)
    if sound_open.all() and sound_close.all():  # then plain parity is exact
        return Spans(opens, closes if len(closes) == len(opens) else np.append(closes, len(data)), False)
    found = [
        (match.start(), match.end() - 1 if match.group(1) else len(block))
        for match in _quoted(delimiter).finditer(block)
    ]
    return Spans(np.array([a for a, _ in found], np.int64), np.array([b for _, b in found], np.int64), True)


def inside(spans: Spans | None, position: int) -> int | None:
    """Where the quoted stretch around this byte opens; None outside quotes."""
    if spans is None:
        return None
    nearest = int(np.searchsorted(spans.opens, position)) - 1
    return int(spans.opens[nearest]) if nearest >= 0 and spans.closes[nearest] > position else None


def last_end(block: bytes, spans: Spans | None, *, final: bool) -> int:
    """Where the last whole record ends, its line break included; else 0. A CR at the end may be half a CRLF."""
    limit = len(block)
    while True:
        usable = limit if final else min(limit, len(block) - 1)
        cut = max(block.rfind(b"\n", 0, limit), block.rfind(b"\r", 0, usable)) + 1
        if not cut:
            return 0
        opened = inside(spans, cut - 1)
        if opened is None:
            return cut + 1 if block[cut - 1] == CR and block[cut : cut + 1] == b"\n" else cut
        limit = opened


def first_end(block: bytes, start: int = 0) -> int:
    """Where the physical line at `start` ends, its line break included."""
    ends = [place for place in (block.find(b"\n", start), block.find(b"\r", start)) if place >= 0]
    if not ends:
        return len(block)
    end = min(ends)
    return end + 2 if block[end : end + 2] == b"\r\n" else end + 1


def pieces(
    read: Callable[[int, int], bytes],
    start: int,
    end: int,
    size: int,
    delimiter: bytes = b",",
    *,
    longest: int = LONGEST,
) -> Iterator[Piece]:
    """The bytes from `start` to `end` as pieces of about `size` bytes, in order, nothing left out.

    A quote that never closes costs its own line only: that line is a piece of its own (`unclosed`), and reading goes on
    after it. So does a quote whose record would be longer than `longest`. Raises RecordTooLong for a line without end.
    """
    offset, at, carry = start, start, b""  # offset: of carry's first byte; at: what to read next
    while at < end or carry:
        got = read(at, min(max(size, len(carry)), end - at)) if at < end else b""
        at = at + len(got) if got else end
        data = carry + got if carry else got
        if not data:
            return
        final = at >= end
        spans = quoted_spans(data, delimiter)
        open_at = _never_closed(spans, len(data))
        if final and open_at is None:
            yield Piece(data, offset, spans)
            return
        cut = last_end(data, spans, final=final)
        if cut:
            yield Piece(data[:cut], offset, _within(spans, cut))
        elif open_at is not None and (final or len(data) > longest):
            cut = first_end(data, open_at)
            yield Piece(data[:cut], offset, unclosed=True)
        elif len(data) > longest:
            raise RecordTooLong
        carry, offset = data[cut:], offset + cut


def _never_closed(spans: Spans | None, length: int) -> int | None:
    """Where the quote opens that does not close in these bytes; a doubled quote in between closes nothing."""
    if spans is None or not len(spans.opens) or spans.closes[-1] < length:
        return None
    last = len(spans.opens) - 1
    while last and spans.closes[last - 1] == spans.opens[last] - 1:
        last -= 1
    return int(spans.opens[last])


def _within(spans: Spans | None, cut: int) -> Spans | None:
    if spans is None:
        return None
    kept = int(np.searchsorted(spans.opens, cut))
    return Spans(spans.opens[:kept], spans.closes[:kept], spans.stray) if kept else None


def line_breaks(block: bytes) -> Rows:
    """The last byte of every physical line break: LF, or a CR without LF behind it."""
    data = np.frombuffer(block, np.uint8)
    feeds = np.flatnonzero(data == LF)
    if b"\r" not in block or block.count(b"\r") == block.count(b"\r\n"):
        return feeds
    returns = np.flatnonzero(data == CR)
    following = data[np.minimum(returns + 1, len(data) - 1)]
    lone = returns[(following != LF) | (returns == len(data) - 1)]
    return np.union1d(feeds, lone)


def _record_breaks(block: bytes, spans: Spans | None) -> tuple[Rows, Any]:
    """All line breaks, and a mask of those that end a record (None: all do)."""
    breaks = line_breaks(block)
    if spans is None or not len(spans.opens):
        return breaks, None
    first, last = np.searchsorted(breaks, spans.opens), np.searchsorted(breaks, spans.closes)
    crossing = np.flatnonzero(last > first)
    if not len(crossing):
        return breaks, None
    depth = np.zeros(len(breaks) + 1, np.int32)
    np.add.at(depth, first[crossing], 1)
    np.add.at(depth, last[crossing], -1)
    return breaks, np.cumsum(depth[:-1]) == 0


def multi_line(block: bytes, spans: Spans) -> list[tuple[int, int]]:
    """The quoted stretches that hold a line break."""
    if len(spans.opens) <= FEW:
        pairs = zip(spans.opens.tolist(), spans.closes.tolist())
        lone = b"\r" in block
        return [(a, b) for a, b in pairs if block.find(b"\n", a, b) >= 0 or (lone and block.find(b"\r", a, b) >= 0)]
    breaks = line_breaks(block)
    crossing = np.searchsorted(breaks, spans.closes) > np.searchsorted(breaks, spans.opens)
    return list(zip(spans.opens[crossing].tolist(), spans.closes[crossing].tolist()))


def record_spans(block: bytes, delimiter: bytes = b",") -> tuple[Rows, Rows]:
    """Start and end (without its line break) of every record of a block; blank lines are records.

    Record i with its line break is `block[starts[i]:starts[i + 1]]`, the last one up to the block's end.
    """
    return spans_of(block, quoted_spans(block, delimiter))


def spans_of(block: bytes, spans: Spans | None) -> tuple[Rows, Rows]:
    """As `record_spans`, where the quoted stretches are known already."""
    breaks, outside = _record_breaks(block, spans)
    lasts = breaks if outside is None else breaks[outside]
    starts = np.concatenate([[0], lasts + 1]).astype(np.int64)
    if starts[-1] >= len(block):
        starts = starts[:-1]
    stops = np.append(lasts, len(block)) if len(lasts) < len(starts) else lasts
    ends = stops.astype(np.int64)
    if b"\r\n" in block:
        data = np.frombuffer(block, np.uint8)
        known = ends[: len(lasts)]
        crlf = (
            (known > 0) & (data[known] == LF) & (data[np.maximum(known - 1, 0)] == CR) & (known > starts[: len(lasts)])
        )
        ends[: len(lasts)] -= crlf
    return starts, ends


def lines_of(block: bytes, spans: Spans | None) -> Lines:
    """How many records and lines a block has, and on which line each record starts."""
    if spans is None or not len(spans.opens):
        lone = block.count(b"\r") - block.count(b"\r\n") if b"\r" in block else 0
        count = int(np.count_nonzero(_feeds(block))) + lone + (block[-1:] not in (b"\n", b"\r", b""))
        return Lines(count, count, None)
    if len(spans.opens) <= FEW and b"\r" not in block:
        return _few_lines(block, spans)
    breaks, outside = _record_breaks(block, spans)
    tail = not len(breaks) or breaks[-1] != len(block) - 1
    lines = len(breaks) + tail
    if outside is None:
        return Lines(lines, lines, None)
    ends = np.flatnonzero(outside)
    starts = np.concatenate([[0], ends + 1]).astype(np.int64)
    if not tail and outside[-1]:
        starts = starts[:-1]
    return Lines(len(starts), lines, starts)


def _feeds(block: bytes) -> Any:
    """Which bytes are line feeds: counted so, they cost a fifth of `bytes.count`, which is made for what is seldom."""
    return np.frombuffer(block, np.uint8) == LF


def _few_lines(block: bytes, spans: Spans) -> Lines:
    """The same where LF alone breaks lines and quotes are few: only they are looked at."""
    feeds = _feeds(block)
    total, at, seen = int(np.count_nonzero(feeds)), 0, 0
    records: list[int] = []
    extra: list[int] = []
    inside = 0
    for opened, closed in zip(spans.opens.tolist(), spans.closes.tolist()):
        if block.find(b"\n", opened, closed) < 0:
            continue
        seen += int(np.count_nonzero(feeds[at:opened]))
        within = block.count(b"\n", opened, closed)
        records.append(seen - inside)  # the record this stretch lies in
        extra.append(within)
        inside += within
        seen += within
        at = closed
    ended = block.endswith(b"\n") and not (len(spans.closes) and spans.closes[-1] >= len(block))
    lines = total + (not block.endswith(b"\n"))
    count = total - inside + (not ended)
    if not records:
        return Lines(count, lines, None)
    shift = np.zeros(count + 1, np.int64)
    np.add.at(shift, np.asarray(records, np.int64) + 1, np.asarray(extra, np.int64))
    return Lines(count, lines, np.arange(count, dtype=np.int64) + np.cumsum(shift[:count]))


@cache
def _field(delimiter: bytes) -> re.Pattern[bytes]:
    mark = re.escape(delimiter)
    return re.compile(rb'(?:"([^"]*(?:""[^"]*)*)("|\Z))?([^' + mark + rb"]*)(" + mark + rb"|\Z)", re.DOTALL)


def fields(record: bytes, delimiter: bytes = b",") -> list[bytes]:
    """The cells of one record (without its line break), by the same rules as the blocks' parser."""
    if b'"' not in record:
        return record.split(delimiter)
    found: list[bytes] = []
    at, pattern = 0, _field(delimiter)
    while True:
        match = pattern.match(record, at)
        if match is None:  # cannot happen: every text matches
            return found
        quoted, _, rest, mark = match.groups()
        found.append((quoted.replace(b'""', b'"') if quoted is not None else b"") + rest)
        at = match.end()
        if not mark:
            return found
