"""Which sheets of a workbook hold data; those that we have put there ourselves do not."""

from __future__ import annotations

from typing import Any

from gongshu.standards.faults import SourceFault
from gongshu.validators.ownmarks import own_sheet
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.workbook import _guarded, opened, scanned

HEAD = 16  # first rows, among which our own sheets have their header


def filled_sheets(content: Content) -> list[str]:
    """Names of the sheets that are not empty and not our own, in the workbook's order; the first where all are."""
    book, parts = opened(content)

    def filled(name: str) -> bool:
        scan, _ = scanned(content, name, parts)
        if scan is not None and not scan.reach.fits():
            return True  # not read here: it is refused in words when its turn comes
        sheet: Any = book.get_sheet_by_name(name)
        return bool(sheet.height) and not own_sheet(name, sheet.to_python(nrows=HEAD))

    names = [sheet.name for sheet in book.sheets_metadata]
    if not names:
        raise SourceFault("file.empty", name=content.name, reason="blank")
    return [name for name in names if _guarded(content, filled, name)] or names[:1]
