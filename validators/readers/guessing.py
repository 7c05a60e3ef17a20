"""Which encoding a text is in that is not UTF-8 throughout: the one that reads it with the least damage.

Every candidate pays for each line that it cannot read and for rare characters that it yields; the cheapest wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np

from gongshu.validators.readers.blocks import LONGEST
from gongshu.validators.readers.content import Content

CHUNK = 4 << 20
STRETCH = 1 << 20
LIKELY = ("utf-8", "gb18030", "cp1252")  # order settles a tie
UNDEFINED_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
LARGE = 8 << 20  # a larger file's encoding is told by lines from all over it, where those agree
WINDOW = 32 << 10  # what is taken of each stretch of it
ENOUGH = 500  # lines beyond ASCII that have to be among them
CLEAR = 5  # times as much has every other candidate to pay


def cheapest(source: Content) -> str:
    """The cheapest candidate: by lines taken from all over the file where those leave no doubt, else by all lines."""
    if source.size > LARGE:
        cost, foreign = _paid(_windows(source))
        best, second = sorted(cost.values())[:2]
        if foreign >= ENOUGH and best * CLEAR <= second:
            return min(LIKELY, key=lambda name: cost[name])
    cost, _ = _paid(_line_chunks(source))
    return min(LIKELY, key=lambda name: cost[name])


def _paid(chunks: Iterable[bytes]) -> tuple[dict[str, float], int]:
    """What each candidate pays for these lines, and how many of them have anything beyond ASCII."""
    cost, lines = dict.fromkeys(LIKELY, 0.0), 0
    for chunk in chunks:
        paid, foreign = _costs(chunk)
        lines += foreign
        for name, each in paid.items():
            cost[name] += each
    return cost, lines


def _windows(source: Content) -> Iterator[bytes]:
    """Whole lines from every stretch of the file."""
    for at in range(0, source.size, STRETCH):
        got = source.read(at, WINDOW)
        start = got.find(b"\n") + 1 if at else 0
        end = got.rfind(b"\n") + 1
        if end > start:
            yield got[start:end]


def _line_chunks(content: Content) -> Iterator[bytes]:
    at, carry = 0, b""
    while got := content.read(at, CHUNK):
        at += len(got)
        data = carry + got
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        if not cut and len(data) < LONGEST:
            carry = data
            continue
        cut = cut or len(data)
        yield data[:cut]
        carry = data[cut:]
    if carry:
        yield carry


def _costs(chunk: bytes) -> tuple[dict[str, float], int]:
    data = np.frombuffer(chunk, np.uint8)
    high = data >= 0x80
    if not high.any():
        return {}, 0
    breaks = np.flatnonzero((data == 10) | (data == 13))
    starts = np.concatenate([[0], breaks[breaks < len(data) - 1] + 1])
    foreign = int(np.logical_or.reduceat(high, starts).sum())  # lines with anything beyond ASCII
    beside = np.zeros(len(data), bool)
    beside[1:] |= high[:-1]
    beside[:-1] |= high[1:]
    undefined = np.isin(data, UNDEFINED_1252)
    western = int(np.logical_or.reduceat(undefined, starts).sum()) + 0.5 * foreign * int((high & beside).sum()) / int(
        high.sum()
    )
    found = {"utf-8": float(_bad_utf8(chunk, data, starts)), "gb18030": _cost_gb(chunk, foreign), "cp1252": western}
    return found, foreign


def _bad_utf8(chunk: bytes, data: Any, starts: Any) -> int:
    """Lines that are not UTF-8: counted exactly where they are few, else not fewer than this."""
    lead = data >= 0xC0
    follows = np.zeros(len(data), bool)
    follows[:-1] = (data[1:] & 0xC0) == 0x80
    least = int(np.logical_or.reduceat(lead & ~follows, starts).sum())
    if least * 4 > len(starts):
        return least
    return sum(not reads(line, "utf-8") for line in chunk.splitlines())


def reads(line: bytes, encoding: str) -> bool:
    if line.isascii():
        return True
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _cost_gb(chunk: bytes, foreign: int) -> float:
    try:
        text = chunk.decode("gb18030")
        bad = 0
    except UnicodeDecodeError:
        bad = sum(not reads(line, "gb18030") for line in chunk.splitlines())
        text = chunk.decode("gb18030", "replace")
    return bad + 0.5 * foreign * rarity(text)


@cache
def _common() -> Any:
    """One bool a UTF-16 unit: what Chinese text is made of (GB 2312 level 1, punctuation, full-width)."""
    table = np.zeros(1 << 16, bool)
    rows = [*range(0xA1, 0xA4), *range(0xB0, 0xD8)]
    raw = b"".join(bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    table[[ord(char) for char in raw.decode("gb2312", "ignore")]] = True
    return table


def rarity(text: str) -> float:
    """Share of rare characters among those beyond ASCII, 0 where there are none."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    units = units[units >= 0x80]
    return float((~_common()[units]).sum()) / len(units) if len(units) else 0.0
