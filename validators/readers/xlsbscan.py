"""A look through the sheets of a binary workbook (MS-XLSB) before they are read: do their cells lie within reach?

Row headers carry the row and cells their column, each a number of 32 bits that a damaged file may set to anything.
Structures: MS-XLSB 2.1.4 (records), 2.5.23 (BrtRowHdr), 2.4.x (cells).
"""

from __future__ import annotations

import zipfile

from gongshu.validators.readers.sheetreach import Crowd

SHEETS = "xl/worksheets/"
LARGEST = 1 << 30  # bytes of one sheet
ROW = 0


def fits(archive: zipfile.ZipFile) -> bool:
    """Whether every sheet's values lie in a rectangle that can be laid out. Raises `ValueError` for broken records."""
    for part in archive.infolist():
        if part.filename.lower().startswith(SHEETS) and part.filename.lower().endswith(".bin"):
            if part.file_size > LARGEST:
                return False
            if not _crowd(archive.read(part)).fits():
                return False
    return True


def _crowd(data: bytes) -> Crowd:
    crowd = Crowd()
    at, end, row, right, cells = 0, len(data), 0, 0, 0
    try:
        while at < end:
            kind = data[at]
            at += 1
            if kind & 0x80:
                kind = kind & 0x7F | data[at] << 7
                at += 1
            length = data[at]
            at += 1
            if length & 0x80:
                length &= 0x7F
                for shift in (7, 14, 21):
                    length |= (data[at] & 0x7F) << shift
                    at += 1
                    if not data[at - 1] & 0x80:
                        break
            if kind < 12 and kind != 1 and length >= 4:
                number = int.from_bytes(data[at : at + 4], "little")
                if kind == ROW:
                    crowd.reach(row if right else 0, right, cells)
                    row, right, cells = number + 1, 0, 0
                else:
                    right, cells = max(right, number + 1), cells + 1
            at += length
    except IndexError as fault:
        raise ValueError("it ends too early") from fault
    crowd.reach(row if right else 0, right, cells)
    return crowd
