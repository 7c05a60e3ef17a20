"""Examples that are binary, made where they are needed: code -> (name, bytes) of the bad and of the good one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import openpyxl

Example = tuple[str, bytes]
ROWS = [["a", "b"], ["x", "1"], ["y", "2"]]


def book(rows: list[list[Any]] = ROWS, change: Callable[[Any], None] | None = None) -> Example:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    if change is not None:
        change(made.active)
    made.save(out)
    return "data.xlsx", out.getvalue()


def torn() -> Example:
    """A workbook whose directory of parts is overwritten."""
    name, data = book()
    at = data.rindex(b"PK\x01\x02")
    return name, data[:at] + bytes(46) + data[at + 46 :]


def locked() -> Example:
    """The container in which Excel keeps an encrypted workbook."""
    stream = "EncryptedPackage".encode("utf-16-le")
    return "data.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + stream + b"\0" * 500


def bomb() -> Example:
    """A hundred million zeros packed into a few hundred bytes of archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("data.csv", b"0" * 100_000_000)
    return "data.zip", out.getvalue()


def small_zip() -> Example:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data.csv", "a,b\nx,1\n")
    return "data.zip", out.getvalue()


def _hide(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def _error(sheet: Any) -> None:
    sheet["B2"] = "#N/A"
    sheet["B2"].data_type = "e"


def places(shift: Any) -> Example:
    """Two pairs of coordinates in Wuhan; `shift` makes the second of the first."""
    chance = np.random.default_rng(1)
    true = (chance.uniform(113.7, 115, 20), chance.uniform(30, 31.3, 20))
    lines = ["经度,纬度,地图经度,地图纬度", *(",".join(f"{x:.6f}" for x in row) for row in zip(*true, *shift(*true)))]
    return "data.csv", "\n".join(lines).encode()


def examples(code: str) -> tuple[Example, Example]:
    """The bad and the good example of a code."""
    from gongshu.validators.shifts import gcj02

    number = [["a", "b"], [914201000000000123, "1"]]
    text = [["a", "b"], ["91420100MA0000007L", "1"]]
    return {
        "file.unreadable": lambda: (torn(), book()),
        "file.password": lambda: (locked(), book()),
        "file.too-large": lambda: (bomb(), small_zip()),
        "table.merged-cells": lambda: (book(change=lambda sheet: sheet.merge_cells("A2:A3")), book()),
        "table.hidden": lambda: (book(change=_hide), book()),
        "table.formula-error": lambda: (book(change=_error), book()),
        "cell.digits-lost": lambda: (book(number), book(text)),
        "geo.offset-system": lambda: (places(gcj02), places(lambda x, y: (x, y))),
    }[code]()
