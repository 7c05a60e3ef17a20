"""What an XLSX sheet's XML says and its cell values do not: errors, formulas never calculated, hidden parts, reach.

One pass of regular expressions over the unpacked XML, piece by piece; no parser, so no entity can grow.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from gongshu.standards.faults import SourceFault
from gongshu.validators.readers.sheetreach import NEAR, SPARSE, Crowd, Reach, column_number

PIECE = 1 << 20
UNPACKED = 2 << 30  # bytes of all parts together
RATIO, SUSPECT = 400, 64 << 20  # a part above SUSPECT bytes may not be packed better than this
WORKBOOK = 16 << 20  # bytes of workbook.xml and its relations
STRINGS = 20_000_000  # texts that cells share
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, KeyError, NotImplementedError, RuntimeError)

_ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b([^>/]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)"
)
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d+)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_BOUND = re.compile(rb'\b(min|max)="(\d+)"')


@dataclass(slots=True)
class SheetScan:
    """Places are 0-based (row, column) of the sheet."""

    errors: list[tuple[int, int, str]] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    reach: Crowd = field(default_factory=Crowd)


def check_archive(stream: BinaryIO, name: str) -> None:
    """Nothing when the archive unpacks to a bearable size, else SourceFault `file.too-large` (`ratio` or `bytes`)."""
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except BROKEN as fault:
        raise SourceFault("file.unreadable", name=name, reason="corrupt") from fault
    if sum(part.file_size for part in parts) > UNPACKED:
        raise SourceFault("file.too-large", name=name, reason="bytes", limit=f"{UNPACKED >> 30} GiB")
    for part in parts:
        if part.file_size > SUSPECT and part.file_size > RATIO * max(part.compress_size, 1):
            raise SourceFault("file.too-large", name=name, reason="ratio", limit=f"{RATIO}:1")
        if part.file_size > SUSPECT and part.filename.lower().endswith("sharedstrings.xml"):
            _check_strings(stream, part, name)


def _check_strings(stream: BinaryIO, part: zipfile.ZipInfo, name: str) -> None:
    """Nothing where the shared texts are not too many: an empty one is five bytes in the file and many in memory."""
    count = 0
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(part) as strings:
            while got := strings.read(PIECE):
                count += got.count(b"<si") + got.count(b":si")
    except BROKEN as fault:
        raise SourceFault("file.unreadable", name=name, reason="corrupt") from fault
    if count > STRINGS:
        raise SourceFault("file.too-large", name=name, reason="texts", limit=f"{STRINGS:,}")


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the part that holds it."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            relation = next(
                (value for key, value in attributes.items() if key.rpartition(":")[2] == "id" and ":" in key), ""
            )
            sheets[attributes.get("name", "")] = relation

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _walk(archive, "xl/workbook.xml", sheet)
    _walk(archive, "xl/_rels/workbook.xml.rels", relation)
    found = {}
    for name, identifier in sheets.items():
        target = targets.get(identifier, "")
        found[name] = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return found


def counts_from_1904(archive: zipfile.ZipFile) -> bool:
    """Whether the workbook's days are counted from 1904, as old Excel for the Mac did."""
    found: list[bool] = []

    def properties(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "workbookPr":
            found.append(attributes.get("date1904", "") in ("1", "true", "on"))

    _walk(archive, "xl/workbook.xml", properties)
    return any(found)


def _walk(archive: zipfile.ZipFile, part: str, started: Callable[[str, dict[str, str]], None]) -> None:
    with archive.open(part) as stream:
        text = stream.read(WORKBOOK + 1)
    if len(text) > WORKBOOK or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ValueError("a workbook's list of sheets has no reason for that")
    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    try:
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise ValueError(str(fault)) from fault


def scan_sheet(archive: zipfile.ZipFile, part: str) -> SheetScan:
    """The scan of one sheet; raises what zipfile raises for a damaged part."""
    scan, reach = SheetScan(), Reach()
    for number, piece in enumerate(_pieces(archive, part)):
        if b't="e"' in piece:
            for match in _ERROR.finditer(piece):
                value = _VALUE.search(match.group(2))
                if place := _place(match.group(1)):
                    scan.errors.append((*place, value.group(1).decode("utf-8", "replace") if value else ""))
        if reach.take(piece):
            for match in _UNCALCULATED.finditer(piece):
                if b't="str"' not in match.group(1) and (place := _place(match.group(1))):
                    scan.uncalculated.append(place)
        if b"hidden=" in piece:
            scan.hidden_rows += [int(row) - 1 for row in _HIDDEN_ROW.findall(piece)]
            if number == 0:
                scan.hidden_columns += _hidden_columns(piece)
    scan.reach = reach.crowd
    if scan.reach.columns * NEAR > SPARSE and not reach.exact:  # rows were not looked at one by one: now they are
        exact = Reach(exact=True)
        for piece in _pieces(archive, part):
            exact.take(piece)
        scan.reach = exact.crowd
    return scan


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML in pieces that end between two rows."""
    carry = b""
    with archive.open(part) as stream:
        while got := stream.read(PIECE):
            data = carry + got
            cut = data.rfind(b"row>") + 4
            if cut < 4:
                carry = data
                if len(carry) > 64 * PIECE:
                    raise ValueError("a row without end")
                continue
            yield data[:cut]
            carry = data[cut:]
    if carry:
        yield carry


def _place(attributes: bytes) -> tuple[int, int] | None:
    found = _PLACE.search(attributes)
    return (int(found.group(2)) - 1, column_number(found.group(1).decode())) if found else None


def _hidden_columns(piece: bytes) -> list[int]:
    found: list[int] = []
    for match in _HIDDEN_COLUMN.finditer(piece):
        bounds = {key: int(value) for key, value in _BOUND.findall(match.group(0))}
        low, high = bounds.get(b"min", 1), bounds.get(b"max", 1)
        found += range(low - 1, min(high, 16_384))
    return found


def column_letters(number: int) -> str:
    """A for 0, AA for 26."""
    letters, number = "", number + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
