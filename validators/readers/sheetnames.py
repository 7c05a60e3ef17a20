"""Which sheets of a workbook hold anything."""

from __future__ import annotations

from typing import Any

from gongshu.standards.faults import SourceFault
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.workbook import _guarded, _load


def filled_sheets(content: Content) -> list[str]:
    """Names of the sheets that are not empty, in the workbook's order; the first where all are."""
    book = _guarded(content, _load, content)

    def filled(name: str) -> bool:
        sheet: Any = book.get_sheet_by_name(name)
        return bool(sheet.height)

    names = [sheet.name for sheet in book.sheets_metadata]
    if not names:
        raise SourceFault("file.empty", name=content.name, reason="blank")
    return [name for name in names if _guarded(content, filled, name)] or names[:1]
