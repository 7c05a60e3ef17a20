"""The data dictionary as a Word document; needs the extra `docx` (python-docx)."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Options
from gongshu.standards.derive.document import Block, Grid, Heading, document
from gongshu.standards.faults import UsageFault
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

MOST_CODES = 500  # Word is slow with long tables; the page in HTML has them all
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write these


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The document; the same standard and options give the same bytes. Raises `UsageFault` without the extra."""
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
    except ImportError as error:
        raise UsageFault("usage.extra-missing", name="python-docx", extra="docx") from error
    blocks, losses = document(standard, registry, options.lang, most=MOST_CODES)
    paper: Any = Document()
    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE  # a data dictionary is wider than high
    section.page_width, section.page_height = section.page_height, section.page_width
    for block in blocks:
        _write(paper, block)
    return Derived(_timeless(paper), losses)


def _write(paper: Any, block: Block) -> None:
    if isinstance(block, Heading):
        paper.add_heading(_text(block.text), min(block.level, 9) - (block.level == 1))
        return
    if not isinstance(block, Grid):
        paper.add_paragraph(_text(block.text))
        return
    rows = ([block.head] if block.head else []) + list(block.rows)
    if not rows:
        return
    width = max(len(row) for row in rows)
    table = paper.add_table(rows=len(rows), cols=width, style="Table Grid")
    cells = list(table._cells)  # asking the table for each cell anew takes a time that grows with its square
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            cells[at * width + column].text = _text(text)
    if block.head:
        for cell in cells[:width]:
            for run in cell.paragraphs[0].runs:
                run.bold = True


def _text(text: str) -> str:
    return _CONTROL.sub("", text)


def _timeless(paper: Any) -> bytes:
    """The document's file without the time of its making."""
    made, out = io.BytesIO(), io.BytesIO()
    paper.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
