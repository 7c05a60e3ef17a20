"""Sheets that other programs write: prefixed tags, cells without addresses, empty rows left out, odd packages."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

sys.path.insert(0, str(Path(__file__).parent))  # the rows of its neighbour serve as data here
from test_marked import HEADER, ROWS, marked

PLAIN = [HEADER, *ROWS]


def plain(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate(PLAIN):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    return path


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def prefixed(xml: str) -> str:
    xml = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", xml)
    return xml.replace("xmlns=", "xmlns:x=", 1)


def unaddressed(xml: str) -> str:
    """No `r` where the place follows from the order: rows, and the cells of rows that are full."""
    full = re.compile(r'(<row r="\d+"[^>]*>)((?:<c (?:(?!</row>).)*?r="D\d+"(?:(?!</row>).)*?</c>))(?=</row>)', re.S)
    xml = full.sub(lambda found: found[1] + re.sub(r'(<c) r="[A-Z]+\d+"', r"\1", found[2]), xml)
    return re.sub(r'<row r="\d+" spans="[^"]*"', "<row", xml)


def single_quoted(xml: str) -> str:
    return re.sub(r'(<c r=)"([A-Z]+\d+)"', r"\1'\2'", xml)


@pytest.mark.parametrize("spelling", [prefixed, single_quoted, str], ids=["prefixed", "single-quoted", "plain"])
def test_other_spellings_are_marked_too(spelling: Callable[[str], str], tmp_path: Path) -> None:
    source = rewritten(plain(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", spelling)
    book = openpyxl.load_workbook(marked(source, tmp_path / "b.xlsx"))
    sheet = book["S"]
    assert book.sheetnames == ["S", "校验结果"]
    assert [cell.value for cell in sheet[1]] == [*HEADER, "问题"]
    assert sheet["C3"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A5"].fill.fgColor.rgb == "FFFFC7CE"
    assert "2024-01-06" in sheet["C3"].comment.text
    assert "2024-01-06" in sheet["E3"].value
    assert [[cell.value or "" for cell in row[:4]] for row in sheet.iter_rows(min_row=2)] == ROWS


def test_rows_without_addresses_are_counted(tmp_path: Path) -> None:
    from gongshu.validators.workbooks.sheetxml import Edit, Sheet

    with zipfile.ZipFile(plain(tmp_path / "a.xlsx")) as archive:
        xml = unaddressed(archive.read("xl/worksheets/sheet1.xml").decode()).encode()
    assert b"<row>" in xml
    sheet = Sheet.of(xml)
    assert [number for number, *_ in sheet.rows()] == list(range(1, 9))
    changed = b"".join(sheet.edited({3: {3: Edit(text="2024-01-06")}, 12: {2: Edit(text="x")}}, lambda style, _: style))
    assert b'<c r="C3" t="inlineStr"><is><t xml:space="preserve">2024-01-06</t></is></c>' in changed
    assert b'<row r="12"><c r="B12"' in changed


@pytest.mark.parametrize(
    "damage",
    [
        lambda xml: xml.replace("<sheetData>", "<!-- here --><sheetData>"),
        lambda xml: xml.replace("schemas.openxmlformats.org/spreadsheetml", "purl.oclc.org/ooxml/spreadsheetml"),
    ],
    ids=["comment", "strict"],
)
def test_what_cannot_be_patched_becomes_a_new_workbook(damage: Callable[[str], str], tmp_path: Path) -> None:
    source = rewritten(plain(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", damage)
    try:
        book = openpyxl.load_workbook(marked(source, tmp_path / "b.xlsx"))
    except ValueError:
        pytest.skip("the reader does not take it either")
    assert book.sheetnames == ["数据", "校验结果"]
    assert any("另建" in str(cell.value) for (cell,) in book["校验结果"]["A1:A12"])
