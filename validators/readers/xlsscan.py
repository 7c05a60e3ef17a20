"""A look through an old Excel file (OLE2 holding BIFF records) before it is read: do its cells lie within a sheet?

The parser lays every sheet out as one rectangle around its cells. A damaged file that says "row 60,000, column 60,000"
would take all memory there is, so the places are checked first. Structures: MS-CFB sections 2.2 to 2.6, MS-XLS 2.1.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gongshu.validators.readers.sheetreach import Crowd

END = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
ROWS, COLUMNS = 65_536, 256  # of a BIFF8 sheet
SHEET_START, PASSWORD = 0x0809, 0x002F  # BOF, FILEPASS
SINGLE = {0x0006, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005}
MULTIPLE = {0x00BD, 0x00BE}  # MULRK, MULBLANK: the last column stands at the end


class Damaged(ValueError):
    """The container or its records do not hold together."""


@dataclass(frozen=True, slots=True)
class _Container:
    data: bytes
    size: int  # bytes of a sector
    table: list[int]  # the next sector of each sector

    def sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def chain(self, start: int) -> bytes:
        parts, number, steps = [], start, 0
        while number < END:
            if number >= len(self.table) or steps > len(self.table):
                raise Damaged("a chain of sectors leads out of the file or in a circle")
            parts.append(self.sector(number))
            number, steps = self.table[number], steps + 1
        return b"".join(parts)


def _opened(data: bytes) -> _Container:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise Damaged("a sector size that does not exist")
    size = 1 << shift
    listed = [number for number in struct.unpack_from("<109I", data, 76) if number < END]
    further, steps = struct.unpack_from("<I", data, 68)[0], 0
    while further < END and steps < len(data) // size:
        block = data[(further + 1) * size : (further + 2) * size]
        numbers = struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
        if not numbers:
            raise Damaged("a table of sectors lies outside the file")
        listed += [number for number in numbers[:-1] if number < END]
        further, steps = numbers[-1], steps + 1
    table: list[int] = []
    for number in listed:
        block = data[(number + 1) * size : (number + 2) * size]
        table += struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
    return _Container(data, size, table)


def _stream(data: bytes) -> bytes:
    """The workbook's own stream."""
    container = _opened(data)
    directory = container.chain(struct.unpack_from("<I", data, 48)[0])
    entries = {}
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise Damaged("no workbook in it")
    start, size = found
    if size >= struct.unpack_from("<I", data, 56)[0]:
        return container.chain(start)[:size]
    small = container.chain(struct.unpack_from("<I", data, 60)[0])
    table = list(struct.unpack(f"<{len(small) // 4}I", small[: len(small) // 4 * 4]))
    root = container.chain(entries["Root Entry"][0]) if "Root Entry" in entries else b""
    return _Container(b"\0" * 64 + root, 64, table).chain(start)[:size]


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, place of the body, length) of each record."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, length
        at += 4 + length


def fits(data: bytes) -> bool:
    """Whether every sheet's cells lie in a rectangle that can be laid out. Raises `Damaged` where none can tell."""
    try:
        stream = _stream(data)
        bottom = right = 0
        for kind, at, length in _records(stream):
            if kind == SHEET_START:
                bottom = right = 0
                continue
            if (kind not in SINGLE and kind not in MULTIPLE) or length < 6:
                continue
            row, column = struct.unpack_from("<HH", stream, at)
            if kind in MULTIPLE:
                column = max(column, struct.unpack_from("<H", stream, at + length - 2)[0])
            if column >= COLUMNS:
                raise Damaged("a cell stands right of the last column")
            bottom, right = max(bottom, row + 1), max(right, column + 1)
            if not Crowd(bottom, right).fits():
                return False
    except struct.error as fault:
        raise Damaged("it ends too early") from fault
    return True
