"""Workbooks whose cells lie far apart, or say that they repeat: refused in words before they take the memory."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from gongshu.validators.readers import odsscan, sheetreach, xlsbscan
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.report import Report
from gongshu.validators.validation import validate

MAIN = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
ODF = " ".join(
    f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text")
)


def refused(report: Report) -> bool:
    """Unreadable, for cells too far apart."""
    return report.verdict == "unreadable" and [(each.code, each.reason) for each in report.findings] == [
        ("file.too-large", "cells")
    ]


# ---------------------------------------------------------------- XLSX


def plain() -> bytes:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("表").write_row(0, 0, ["a", "b"])
    return out.getvalue()


def xlsx(rows: bytes) -> bytes:
    """A workbook whose sheet has these rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            sheet = MAIN + b"<sheetData>" + rows + b"</sheetData></worksheet>"
            new.writestr(part.filename, sheet if part.filename.endswith("sheet1.xml") else old.read(part))
    return out.getvalue()


def cell(place: bytes) -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>x</t></is></c>' % place


HEAD = b'<row r="1">' + cell(b"A1") + cell(b"B1") + b"</row>"
FAR = {
    "the last cell": b'<row r="1048576">' + cell(b"XFD1048576") + b"</row>",
    "out of order": b'<row r="1048576">' + cell(b"XFD1048576") + b'</row><row r="3">' + cell(b"A3") + b"</row>",
    "a row that tells no number": b"<row>" + cell(b"XFD900000") + b"</row>",
    "a row that tells another number": b'<row r="9">' + cell(b"XFD900000") + b"</row>",
    "small letters": b'<row r="9">' + cell(b"xfd900000") + b"</row>",
    "a near column far down, a far one above": b'<row r="2">' + cell(b"XFD2") + cell(b"B99999") + b"</row>",
    "single quotes": b"<row r='900000'><c r='XFD900000' t='inlineStr'><is><t>x</t></is></c></row>",
    "blanks around the sign": b"<row r='9'><c  r = 'XFD900000' t='inlineStr'><is><t>x</t></is></c></row>",
    "a sign in a value": b"<row r='9'><c t='>' r='XFD900000'><v>1</v></c></row>",
    "no column there is": b'<row r="2">' + cell(b"ZZZ4000000000") + b"</row>",
    "cells without a place": b'<row r="2"><c/><c r="XFD2"><v>1</v></c></row><row><c r="A900000"><v>1</v></c></row>',
    "a prefix": b'<x:row r="9"><x:c r="XFD900000"><v>1</v></x:c></x:row>' + cell(b"XFD900000"),
}


@pytest.mark.parametrize("kind", FAR)
def test_a_far_cell_of_an_xlsx_is_refused(kind: str) -> None:
    assert refused(validate(xlsx(HEAD + FAR[kind])))


def test_a_stray_cell_far_down_is_read() -> None:
    report = validate(xlsx(HEAD + b'<row r="70000">' + cell(b"B70000") + b"</row>"))
    assert report.files[0].rows == 69_999


def test_the_quick_look_and_the_exact_one_agree() -> None:
    sheet = b"".join(
        b'<row r="%d">' % row + cell(b"A%d" % row) + cell(b"AB%d" % row) + b"</row>" for row in range(1, 200_000, 997)
    )
    quick, exact = sheetreach.Reach(), sheetreach.Reach(exact=True)
    for each in (quick, exact):
        each.take(sheet)
    assert (quick.crowd.rows, quick.crowd.columns, quick.crowd.cells) == (
        exact.crowd.rows,
        exact.crowd.columns,
        exact.crowd.cells,
    )


def test_a_full_sheet_may_be_larger_than_an_empty_one() -> None:
    assert sheetreach.Crowd(1_000_000, 25, 25_000_000).fits()
    assert not sheetreach.Crowd(1_000_000, 25, 3).fits()
    assert not sheetreach.Crowd(1_000_000, 31, 31_000_000).fits()


def test_shared_texts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongshu.validators.readers.sheetscan.SUSPECT", 10)
    monkeypatch.setattr("gongshu.validators.readers.sheetscan.STRINGS", 1)
    report = validate(plain())
    assert [(each.code, each.reason) for each in report.findings] == [("file.too-large", "texts")]


# ---------------------------------------------------------------- ODS


def ods(rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", SPREADSHEET)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest/>')
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {ODF}><office:body><office:spreadsheet>'
            f'<table:table table:name="表">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def value(text: str, repeated: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{repeated}><text:p>{text}</text:p></table:table-cell>'


def row(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def empty(count: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{count}"/>'


WIDE = ' table:number-columns-repeated="16384"'
TOP = row(value("a") + value("b")) + row(value("1") + value("2"))
BOMBS = {
    "a row of values again and again": row(value("x", WIDE), 1_048_574),
    "single quotes": row(value("x", WIDE.replace('"', "'")), 1_048_574).replace('"1048574"', "'1048574'"),
    "a sign in a value": row(value("x", WIDE), 1_048_574).replace("-row ", '-row table:style-name=">" '),
    "a value far right, again and again": row(empty(16_000) + value("x"), 900_000),
    "a value far right and far down": row(empty(2), 1_048_570) + row(empty(16_380) + value("x")),
    "more rows than there are": row(value("x"), 4_000_000_000),
    "more than a number holds": row(value("x"), 99_999_999_999_999_999_999),
    "a comment that looks like a sheet": row(empty(2), 1_048_570)
    + "<!-- <table:table > -->"
    + row(empty(99) + value("x")),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_an_ods_that_repeats_too_much_is_refused(kind: str) -> None:
    assert refused(validate(ods(TOP + BOMBS[kind])))


@pytest.mark.parametrize(
    ("tail", "rows"),
    [("", 1), (row(empty(16_384), 1_048_574), 1), (row(value("x", WIDE.replace("16384", "2")), 50), 51)],
    ids=["nothing more", "empty rows to the end", "fifty equal rows"],
)
def test_an_ordinary_ods_is_read(tail: str, rows: int) -> None:
    report = validate(ods(TOP + tail))
    assert (report.verdict, report.files[0].rows) in {("conforms", rows), ("conforms", rows)}


def test_each_sheet_of_an_ods_counts_by_itself() -> None:
    with zipfile.ZipFile(
        io.BytesIO(ods(row(value("x"), 900_000) + "</table:table><table:table table:name='b'>"))
    ) as one:
        assert odsscan.fits(one)


# ---------------------------------------------------------------- XLSB


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind, len(body)]) + body


def xlsb(*cells: tuple[int, int]) -> zipfile.ZipFile:
    sheet = b"".join(
        record(0, struct.pack("<I", row) + b"\0" * 13) + record(2, struct.pack("<II", column, 0) + b"\0" * 4)
        for row, column in cells
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return zipfile.ZipFile(out)


@pytest.mark.parametrize(
    ("cells", "fits"),
    [
        ([(0, 0), (1, 1)], True),
        ([(0, 0), (1_048_575, 1)], True),
        ([(0, 0), (1_048_575, 16_383)], False),
        ([(0, 16_383), (4_000_000_000, 0), (3, 0)], False),
    ],
)
def test_the_reach_of_a_binary_workbook(cells: list[tuple[int, int]], fits: bool) -> None:
    assert xlsbscan.fits(xlsb(*cells)) is fits


def test_broken_records_are_said() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"\x82")
    with pytest.raises(ValueError, match="too early"):
        xlsbscan.fits(zipfile.ZipFile(out))


def test_a_far_cell_is_refused_where_all_sheets_are_asked_for_too() -> None:
    far = xlsx(HEAD + FAR["the last cell"])
    report = validate(far, options=ReadOptions(sheet="*"))
    assert refused(report)


@pytest.mark.parametrize(("columns", "verdict"), [(20_000, "conforms"), (20_001, "unreadable")])
def test_a_table_has_so_many_columns_at_most(columns: int, verdict: str) -> None:
    names = ",".join(f"c{number}" for number in range(columns))
    report = validate(f"{names}\n{','.join(['1'] * columns)}\n".encode())
    assert report.verdict == verdict
    assert [(each.code, each.reason) for each in report.findings] == (
        [("file.too-large", "columns")] if verdict == "unreadable" else []
    )
