"""One pass of repair over a workbook: cells of safe fixes written into the sheet, every other part byte for byte.

The change log is a sheet of its own behind the others; the list of sheets has to name it.

A cell whose value comes from a formula, and one that a merged cell covers, stays as it is.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import sentence
from gongshu.validators.mending import Blocked, Pass, edits_of, opened_table
from gongshu.validators.readers.sheetscan import BROKEN
from gongshu.validators.workbooks.changelog import add_changes
from gongshu.validators.workbooks.marked import opened
from gongshu.validators.workbooks.package import Package, Unpatchable
from gongshu.validators.workbooks.sheetxml import Edit, Sheet

if TYPE_CHECKING:
    from gongshu.validators.validation import Asked

LARGE = 10_000  # cells of a merged range beyond which they are not listed one by one


def write_mended_workbook(
    path: Path,
    mended: Path,
    changes: Path,
    sha256: str | None,
    asked: Asked,
    blocked: Blocked | None,
    bom: bool,
    lang: str,
) -> Pass:
    """Like `write_mended`, for an XLSX file. `blocked` None: the file is copied. `bom` says nothing of a workbook."""
    from gongshu.validators.engine import judge

    made = Pass()
    source, plan = opened_table(path, asked)
    try:
        with path.open("rb") as stream, changes.open("w", encoding="utf-8-sig", newline="") as file:
            log = csv.writer(file)
            log.writerow(sentence("fix.log-header", {}, lang).split(","))
            package = Package(stream)
            part, sheet, styles, _ = opened(package, source.shape.sheet or "")
            stays = _Staying(sheet)
            edits: dict[int, dict[int, Edit]] = {}
            for verdict in judge(source, plan, threads=asked.threads):
                if blocked is None:
                    continue
                found = edits_of(verdict, plan, asked.standard, blocked, made, log, lang, stays)
                for record, cells in found.items():
                    edits[record + verdict.line0] = {column + 1: Edit(text=text) for column, text in cells.items()}
            if edits:
                package.change(part, b"".join(sheet.edited(edits, styles.filled)))
                file.flush()
                add_changes(package, changes, lang)
            with mended.open("wb") as out:
                package.save(out)
        if source.sha256 is not None and source.sha256 != sha256:
            raise UsageFault("usage.fix-changed", name=path.name)
    except (Unpatchable, *BROKEN) as fault:
        raise UsageFault("usage.fix-unpatchable", name=path.name) from fault
    finally:
        source.close()
    return made


class _Staying:
    """Whether a cell, by sheet row (from 1) and column (from 0), must not be written to."""

    def __init__(self, sheet: Sheet) -> None:
        self._cells = {(row, column - 1) for row, column in sheet.formulas()}
        self._large: list[tuple[int, int, int, int]] = []
        for top, left, bottom, right in sheet.merged():
            if (bottom - top + 1) * (right - left + 1) > LARGE:
                self._large.append((top, left - 1, bottom, right - 1))
                continue
            covered = {(row, column - 1) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            self._cells |= covered - {(top, left - 1)}

    def __contains__(self, place: object) -> bool:
        if place in self._cells:
            return True
        return isinstance(place, tuple) and any(
            top <= place[0] <= bottom and left <= place[1] <= right and place != (top, left)
            for top, left, bottom, right in self._large
        )
