"""A form with a file, read piece by piece: the file goes to disk as it comes, memory stays at a few hundred KB."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path

from gongshu.standards.faults import UsageFault

PIECE = 256 << 10
HEADERS = 8 << 10  # bytes of one part's headers
FIELD = 4 << 10  # bytes of a field that is no file
FIELDS = 20
NAME = 100  # characters of a file's name
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
_PARAMETER = re.compile(r'[;\s](name|filename)="([^"]*)"')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10))}


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: the fields, and the path of the file, None where none was chosen."""

    fields: dict[str, str]
    file: Path | None


def boundary_of(content_type: str | None) -> bytes:
    """What parts the form. Raises `UsageFault` where it is no form with a file."""
    found = _BOUNDARY.match(content_type or "")
    if found is None:
        raise UsageFault("page.form-broken")
    return found[1].encode("ascii", "replace")


def receive(
    stream: BufferedReader | BytesIO,
    length: int,
    boundary: bytes,
    folder: Path,
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Form:
    """The form of `length` bytes in `stream`; its file is written into `folder`, under a name that is safe there.

    Raises `UsageFault` where the form is broken or ends early, `TimeoutError` where it takes longer than `seconds`.
    """
    feed = _Feed(stream, length, clock() + seconds, clock)
    mark = b"\r\n--" + boundary
    feed.until(mark, lambda _: None)  # what stands before the first part means nothing
    fields: dict[str, str] = {}
    file: Path | None = None
    for _ in range(FIELDS):
        ending = feed.take(2)
        if ending == b"--":
            return Form(fields, file)
        if ending != b"\r\n":
            break
        head = bytearray()
        feed.unread(b"\r\n")  # so that a part without headers ends its headers at once
        feed.until(b"\r\n\r\n", _within(head, HEADERS))
        named = dict(_PARAMETER.findall(head.decode("utf-8", "replace")))
        if "filename" not in named:
            text = bytearray()
            feed.until(mark, _within(text, FIELD))
            fields[named.get("name", "")] = text.decode("utf-8", "replace")
        elif not named["filename"] or file is not None:
            feed.until(mark, lambda _: None)
        else:
            file = folder / safe_name(named["filename"])
            with file.open("xb") as out:
                feed.until(mark, out.write)
    raise UsageFault("page.form-broken")


def safe_name(given: str) -> str:
    """The last part of a file's name, so that it is a plain file in any folder of any system."""
    name = re.split(r"[/\\]", given.replace("%22", '"'))[-1]
    name = "".join("_" if each in '<>:"|?*' or not each.isprintable() else each for each in name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(ending) > 10 or not stem:
        stem, dot, ending = name, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > 200 or len(stem) > NAME:
        stem = stem[:-1]
    stem = f"_{stem}" if stem.partition(".")[0].lower() in _DEVICES or not stem else stem
    return f"{stem}{dot}{ending}"


def _within(kept: bytearray, most: int) -> Callable[[bytes], object]:
    def keep(piece: bytes) -> None:
        if len(kept) + len(piece) > most:
            raise UsageFault("page.form-broken")
        kept.extend(piece)

    return keep


class _Feed:
    """The bytes of a request, looked through for marks that may lie across two reads."""

    def __init__(self, stream: BufferedReader | BytesIO, length: int, until: float, clock: Callable[[], float]) -> None:
        self._stream, self._left, self._until, self._clock = stream, length, until, clock
        self._held = bytearray(b"\r\n")  # the first mark may stand at the very start

    def unread(self, piece: bytes) -> None:
        self._held[:0] = piece

    def take(self, count: int) -> bytes:
        while len(self._held) < count:
            self._more()
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def until(self, mark: bytes, sink: Callable[[bytes], object]) -> None:
        """Give `sink` what comes before the mark, and pass the mark."""
        while (at := self._held.find(mark)) < 0:
            surely = len(self._held) - len(mark) + 1
            if surely > 0:
                sink(bytes(self._held[:surely]))
                del self._held[:surely]
            self._more()
        if at:
            sink(bytes(self._held[:at]))
        del self._held[: at + len(mark)]

    def _more(self) -> None:
        if self._clock() > self._until:
            raise TimeoutError
        piece = self._stream.read1(min(PIECE, self._left)) if self._left > 0 else b""
        if not piece:
            raise UsageFault("page.form-broken")
        self._left -= len(piece)
        self._held.extend(piece)
