"""The encoding of a text file, settled over the whole of it, and the decoding of its blocks.

Strict UTF-8 first. Otherwise every candidate pays for each line that it cannot read and for rare characters that it
yields; the cheapest wins, UTF-8 before GB18030 before Windows-1252 where they cost the same. UTF-16 is told by its mark
or by its NULs, and is copied to UTF-8 before anything else looks at it.
"""

from __future__ import annotations

import codecs
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.batch import Rows
from gongshu.validators.kernels import buffers
from gongshu.validators.readers.content import Content, spooled
from gongshu.validators.readers.guessing import LIKELY, cheapest, rarity, reads

CHUNK = 4 << 20
STRETCH = 1 << 20  # what is looked at at a time for UTF-8: it stays in the processor's cache
WORKERS = 2
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# raw bytes of these may be cut at line breaks, quotes and delimiters (GB18030: not at "|")
SPLITTABLE = {"utf-8", "gb18030", "cp1252", "ascii", "iso8859-1", "iso8859-15", "koi8-r"}


@dataclass(slots=True)
class Settled:
    """What one pass over the file told."""

    encoding: str
    start: int = 0  # bytes of the mark at the file's start
    bom: bool = False
    clean: bool = False  # every byte was seen to be valid UTF-8
    broken: list[int] = field(default_factory=list)  # offsets of bytes that the copy could not read


def settle(content: Content, declared: str | None = None) -> Settled:
    """The encoding (found, or as declared), and whether it is clean UTF-8."""
    wanted = _known(declared) if declared else None
    head = content.read(0, 64 << 10)
    mark = next(((mark, name) for mark, name in BOMS if head.startswith(mark)), None)
    valid = _valid(content, len(mark[0]) if mark and mark[1] == "utf-8" else 0)
    if mark is not None and (
        wanted is None or wanted == mark[1] or (wanted in ("utf-16", "utf-32") and mark[1].startswith(wanted))
    ):
        encoding = mark[1]
        start = len(mark[0])
    else:
        encoding = wanted or _sided(head) or ("utf-8" if valid else cheapest(content))
        start = len(mark[0]) if mark is not None and mark[1] == "utf-8" and encoding == "utf-8" else 0
        encoding = "utf-16-le" if encoding == "utf-16" else "utf-32-le" if encoding == "utf-32" else encoding
    return Settled(encoding, start, start > 0, valid and encoding == "utf-8")


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError) as fault:
        raise UsageFault("usage.encoding-unknown", encoding=name) from fault
    return {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf-8-sig": "utf-8"}.get(found, found)


def _valid(content: Content, start: int) -> bool:
    """Whether the bytes from `start` on are UTF-8; several stretches are looked at at a time."""
    if content.size - start <= CHUNK:
        return is_utf8(content.read(start, content.size))
    at = start
    waiting: deque[Future[bool]] = deque()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="gongshu-utf8") as pool:
        try:
            while chunk := content.read(at, STRETCH):
                final = at + len(chunk) >= content.size
                cut = len(chunk) if final else _whole_characters(chunk)
                waiting.append(pool.submit(is_utf8, chunk, cut))
                if len(waiting) > WORKERS and not waiting.popleft().result():
                    return False
                if final:
                    break
                at += cut
            return all(each.result() for each in waiting)
        finally:
            for each in waiting:
                each.cancel()


def _whole_characters(data: bytes) -> int:
    """Where the last UTF-8 character that may be whole ends."""
    cut = len(data)
    for back in range(1, min(4, len(data)) + 1):
        if data[-back] >= 0xC0:
            return cut - back
        if data[-back] < 0x80:
            break
    return cut


def is_utf8(data: bytes, size: int | None = None) -> bool:
    """Whether the first `size` bytes are UTF-8: Arrow's own validation is several times as fast as decoding."""
    offsets = np.array([0, len(data) if size is None else size], np.int32)
    text = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _sided(head: bytes) -> str | None:
    """UTF-16 without a mark: NULs, and nearly all of them in every second place."""
    nul = head.count(0)
    if nul < 2 or nul < len(head) * 0.02:
        return None
    even = head[::2].count(0)
    if even >= 0.85 * nul:
        return "utf-16-be"
    return "utf-16-le" if nul - even >= 0.85 * nul else None


# ---------------------------------------------------------------- decoding


@dataclass(frozen=True, slots=True)
class BadBytes:
    """Bytes of one record that its file's encoding cannot read."""

    record: int  # local
    offset: int  # of the first of them, in the block
    raw: bytes  # the record
    at: int  # the same, in the record
    size: int


def decode(raw: bytes, encoding: str, starts: Rows, ends: Rows) -> tuple[bytes, list[BadBytes]]:
    """A block as UTF-8 with as many records as before, and the first bad bytes of each record that has any."""
    whole = _strict(raw, encoding)
    if whole is not None:
        return whole, []
    out: list[bytes] = []
    bad: list[BadBytes] = []
    at = 0
    for record, (start, end) in enumerate(zip(starts.tolist(), ends.tolist())):
        out.append(raw[at:start])
        line = raw[start:end]
        try:
            out.append(line if line.isascii() else line.decode(encoding).encode())
        except UnicodeDecodeError as fault:
            bad.append(BadBytes(record, start + fault.start, line, fault.start, fault.end - fault.start))
            out.append(line.decode(encoding, "replace").encode())
        at = end
    out.append(raw[at:])
    return b"".join(out), bad


def transcoded(column: pa.Array, encoding: str) -> pa.Array:
    """A column of texts in another encoding than UTF-8, none of which holds a NUL, as UTF-8.

    Raises `UnicodeDecodeError`, whose places mean nothing, where the encoding cannot read a cell.
    """
    rows = len(column)
    bounds = buffers.offsets(column)
    data = buffers.content(column)
    if not len(data) or data.max() < 0x80:
        return column
    edges, joined = np.arange(rows, dtype=np.int64), np.zeros(len(data) + rows, np.uint8)
    kept = np.ones(len(joined), bool)
    kept[bounds[1:] + edges] = False  # a NUL behind each cell: it ends a character that is cut short, too
    joined[kept] = data
    text = joined.tobytes().decode(encoding).encode()
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == 0)
    places = np.zeros(rows + 1, np.int32)
    places[1:] = ends - edges
    return pa.StringArray.from_buffers(rows, pa.py_buffer(places), pa.py_buffer(text.replace(b"\0", b"")))


def _strict(raw: bytes, encoding: str) -> bytes | None:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return raw if encoding == "utf-8" else text.encode()


def readings(bad: BadBytes, encoding: str) -> dict[str, str]:
    """How the words around the bad bytes would read in each other likely encoding that can read them."""
    found = {}
    for name in LIKELY:
        if name != encoding and reads(bad.raw, name):
            found[name] = _around(bad, name)
    if not found:
        for name in LIKELY:
            if name != encoding:
                found[name] = _around(bad, name)
    return found


def _around(bad: BadBytes, encoding: str) -> str:
    """The cell-like stretch around the bad bytes, at most 40 characters."""
    start = max(bad.raw.rfind(mark, 0, bad.at) for mark in (b",", b"\t", b";", b'"', b"\n")) + 1
    stops = [place for mark in (b",", b"\t", b";", b'"', b"\n") if (place := bad.raw.find(mark, bad.at + 1)) > 0]
    start = max(start, bad.at - 60)
    return bad.raw[start : min([*stops, start + 120, len(bad.raw)])].decode(encoding, "replace")[:40]


def other_encoding(bad: BadBytes, encoding: str) -> str | None:
    """The encoding in which the whole record was plainly written, when it is not the file's; else None."""
    if encoding != "utf-8" and reads(bad.raw, "utf-8"):
        return "utf-8"
    if encoding == "gb18030" or not reads(bad.raw, "gb18030"):
        return None
    return "gb18030" if rarity(bad.raw.decode("gb18030")) <= 0.34 else None


def as_utf8(content: Content, settled: Settled) -> Content:
    """A copy of the text in UTF-8; what cannot be read becomes U+FFFD and its offset is kept in `settled.broken`."""
    copy = spooled()
    size = 0
    decoder = codecs.getincrementaldecoder(settled.encoding)("strict")
    lenient = codecs.getincrementaldecoder(settled.encoding)("replace")
    at = settled.start
    while at < content.size:
        chunk = content.read(at, CHUNK)
        if not chunk:
            raise SourceFault("file.unreadable", name=content.name, reason="corrupt")
        state = decoder.getstate()
        final = at + len(chunk) >= content.size
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as fault:
            settled.broken.append(at - len(state[0]) + fault.start)
            lenient.setstate(state)
            text = lenient.decode(chunk, final)
            decoder.setstate(lenient.getstate())
        except UnicodeError as fault:  # stateful codecs without a decoder for pieces
            raise SourceFault("file.unreadable", name=content.name, reason="corrupt") from fault
        if size == 0:
            text = text.removeprefix("\ufeff")
        size += copy.write(text.encode("utf-8", "replace"))
        at += len(chunk)
    return Content(copy, size=size, name=content.name)
