"""The files in a zip or gzip, unpacked one by one into a file without a name, never as a whole and never by its name.

Limits hold while unpacking, whatever the archive says of itself. Archives within archives are refused.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from gongshu.standards.faults import SourceFault
from gongshu.validators.readers.content import Content, spooled
from gongshu.validators.readers.cut import damaged
from gongshu.validators.readers.sniffing import PROMISES, format_of

MEMBERS = 10_000  # files in one archive
TOTAL = 8 << 30  # bytes of one unpacked file
RATIO = 250  # times the packed size; text packs to a twentieth, a bomb to a thousandth
FREE = 64 << 20  # bytes below which no ratio is looked at
COPY = 1 << 20
ARCHIVES = ("zip", "gzip")
DATA = frozenset(PROMISES) - {".txt", ".gz", ".zip"}  # endings of what is data among other things
BROKEN = (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive; `open` unpacks it."""

    name: str  # relative, without `..`
    open: Callable[[], Content]


def members(source: Callable[[], Content], kind: str) -> list[Member]:
    """The data files of an archive in its order. `source` gives the archive anew each time.

    Raises SourceFault `file.empty` where there is none, `file.unreadable`, `file.too-large` for too many.
    """
    content = source()
    try:
        if kind == "gzip":
            name = PurePosixPath(content.name.replace("\\", "/")).name
            inner = name[:-3] if name.lower().endswith(".gz") else name
            return [Member(inner, partial(_unpack_gzip, source, inner))]
        with zipfile.ZipFile(content.stream) as archive:
            files = [each for each in archive.infolist() if not each.is_dir() and not _passed_over(_name(each))]
        if len(files) > MEMBERS:
            raise SourceFault("file.too-large", name=content.name, reason="rows", limit=f"{MEMBERS:,}")
        data = [each for each in files if PurePosixPath(_name(each)).suffix.lower() in DATA]
        chosen = data or files
        if not chosen:
            raise SourceFault("file.empty", name=content.name, reason="blank")
        return [Member(_safe(_name(each)), partial(_unpack_zip, source, each.filename)) for each in chosen]
    except BROKEN as fault:
        raise damaged(content) from fault
    finally:
        content.close()


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; one that does not say it is UTF-8 is GB 18030 where it reads as that (Windows in China)."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _safe(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if parts and parts[0].endswith(":"):
        parts = parts[1:]
    return "/".join("".join(char for char in part if char.isprintable()) for part in parts) or "data"


def _passed_over(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith((".", "~$")) and part not in (".", "..") for part in parts)


def _unpack_zip(source: Callable[[], Content], name: str) -> Content:
    outer = source()
    try:
        with zipfile.ZipFile(outer.stream) as archive:
            info = archive.getinfo(name)
            label = _safe(_name(info))
            if info.flag_bits & 1:
                raise SourceFault("file.password", name=label)
            with archive.open(info) as stream:
                return _copied(stream, label, info.compress_size)  # type: ignore[arg-type]  # it reads like a BinaryIO
    except BROKEN as fault:
        raise SourceFault("file.unreadable", name=outer.name, reason="corrupt") from fault
    finally:
        outer.close()


def _unpack_gzip(source: Callable[[], Content], name: str) -> Content:
    outer = source()
    try:
        outer.stream.seek(0)
        with gzip.GzipFile(fileobj=outer.stream) as stream:
            return _copied(stream, name, outer.size)  # type: ignore[arg-type]  # it reads like a BinaryIO
    except EOFError as fault:
        raise SourceFault("file.truncated", name=outer.name, reason="container") from fault
    except BROKEN as fault:
        raise SourceFault("file.unreadable", name=outer.name, reason="corrupt") from fault
    finally:
        outer.close()


def _copied(stream: BinaryIO, name: str, packed: int) -> Content:
    """The stream's bytes in a file without a name, within the limits; no archive."""
    copy = spooled()
    size = 0
    try:
        while chunk := stream.read(COPY):
            size += len(chunk)
            _within(size, packed, name)
            copy.write(chunk)
        content = Content(copy, size=size, name=name)
        _plain(content)
    except BaseException:
        copy.close()
        raise
    return content


def _within(size: int, packed: int, name: str) -> None:
    if size > TOTAL:
        raise SourceFault("file.too-large", name=name, reason="bytes", limit=f"{TOTAL >> 30} GiB")
    if size > FREE and size > RATIO * max(packed, 1):
        raise SourceFault("file.too-large", name=name, reason="ratio", limit=f"{RATIO} : 1")


def _plain(content: Content) -> None:
    if content.size and format_of(content) in ARCHIVES:
        raise SourceFault("file.unreadable", name=content.name, reason="nested")
