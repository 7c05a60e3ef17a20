"""Workbooks: values as text with their origin, and what the cells do not show."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.batch import BOOLEAN, DATE, DIGITS_LOST, ERROR, NUMBER


def book(fill) -> bytes:
    made = openpyxl.Workbook()
    fill(made.active)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_values_become_text_and_say_what_they_were(read) -> None:
    moment = datetime.datetime

    def fill(sheet):
        sheet.append(["a", "b", "c", "d", "e"])
        sheet.append(["x", 12.0, moment(2024, 1, 2), True, 440301199001011234])
        sheet.append(["007", 0.1, moment(2024, 1, 2, 3, 4, 5), False, 1e-7])
        sheet["B2"].number_format = "0%"

    found = read(book(fill))
    assert found.cells == [
        ("x", "12", "2024-01-02", "TRUE", "440301199001011300"),
        ("007", "0.1", "2024-01-02T03:04:05", "FALSE", "0.0000001"),
    ]
    marks = {column: origin.tolist() for column, origin in found.marks[0].items()}
    assert marks == {1: [NUMBER] * 2, 2: [DATE] * 2, 3: [BOOLEAN] * 2, 4: [DIGITS_LOST, NUMBER]}
    assert (found.shape.format, found.shape.addressed, found.shape.column_letters) == ("xlsx", True, tuple("ABCDE"))


def test_the_1904_calendar_is_kept(read) -> None:
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    made.active.append(["日期"])
    made.active.append([datetime.date(2024, 2, 29)])
    out = io.BytesIO()
    made.save(out)
    assert read(out.getvalue()).cells == [("2024-02-29",)]


def test_places_are_those_of_the_sheet(read) -> None:
    def fill(sheet):
        sheet["B3"], sheet["C3"] = "名", "数"
        sheet["B4"], sheet["C4"] = "甲", "1"
        sheet["B6"], sheet["C6"] = "乙", "2"
        sheet["A1"] = "一览表"

    found = read(book(fill))
    assert found.rows == [(1, 4, ("", "甲", "1")), (3, 6, ("", "乙", "2"))]
    assert found.faults == [("table.row-blank", None, 2, 5, "error")]
    assert found.shape.header.title_rows == ("一览表",)


def test_merged_cells_read_as_their_first_one(read) -> None:
    def fill(sheet):
        for row in (["区", "街"], ["江岸区", "一元街"], [None, "二七街"], ["武昌区", "粮道街"]):
            sheet.append(row)
        sheet.merge_cells("A2:A3")

    found = read(book(fill))
    assert found.cells == [("江岸区", "一元街"), ("江岸区", "二七街"), ("武昌区", "粮道街")]
    said = found.shape.findings[0]
    assert (said.code, said.count, said.samples[0].params["range"]) == ("table.merged-cells", 1, "A2:A3")


def test_footers_end_the_data(read) -> None:
    def fill(sheet):
        for row in (["名", "数"], ["〔示例〕甲", 1], ["甲", 1], [None, None], ["合计", 1], ["注:单位为万元", None]):
            sheet.append(row)

    found = read(book(fill))
    assert found.cells == [("甲", "1")]
    assert [fault[1:4] for fault in found.faults] == [("example", 1, 2), ("total", 4, 5), ("note", 5, 6)]


def test_errors_and_uncalculated_formulas_are_said(read, acceptance) -> None:
    found = read(acceptance / "china/damaged/formula_and_error.xlsx")
    assert [fault[:4] for fault in found.faults] == [
        ("table.formula-error", "error", 210, 211),
        ("table.formula-error", "no-value", 174, 175),
    ]
    assert found.structural[0].params[0] == {"cell": "B211"}
    assert [found.marks[0][1][row] for row in (209, 173)] == [ERROR, ERROR]
    assert [fault[4] for fault in found.faults] == ["error", "warning"]
    assert [(each.reason, each.columns) for each in found.shape.not_checked] == [("not-calculated", ("name",))]


def test_hidden_parts_are_said(read, acceptance) -> None:
    found = read(acceptance / "china/damaged/hidden.xlsx")
    assert {(each.reason, each.count) for each in found.shape.findings} == {("sheet", 1), ("column", 1), ("row", 3)}


def test_the_sheet_is_the_one_asked_for_or_the_one_that_fits(read) -> None:
    made = openpyxl.Workbook()
    made.active.append(["说明"])
    made.create_sheet("数据").append(["a", "b"])
    out = io.BytesIO()
    made.save(out)
    raw = out.getvalue()
    assert read(raw, fit=lambda names: float("a" in names)).shape.sheet == "数据"
    assert read(raw).shape.sheets == ("Sheet", "数据")
    assert read(raw, sheet="数据").shape.header.names == ("a", "b")
    with pytest.raises(UsageFault) as caught:
        read(raw, sheet="数剧")
    assert caught.value.params["near"] == "数据"


def test_old_and_open_formats_say_what_they_cannot_show(read, acceptance) -> None:
    folder = acceptance / "frictionless/frictionless-py/data"
    for name, kind in (("table.xls", "xls"), ("table.ods", "ods")):
        found = read(folder / name)
        assert (found.shape.format, found.cells) == (kind, [("1", "english"), ("2", "中国人")])
        assert "table.formula-error" in {each.code for each in found.shape.not_checked}


def test_a_far_cell_cannot_use_up_the_memory(read) -> None:
    def fill(sheet):
        sheet["A1"], sheet["XFD1048576"] = "a", 1

    with pytest.raises(SourceFault) as caught:
        read(book(fill))
    assert caught.value.code == "file.too-large"


def test_a_bomb_is_not_unpacked(read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (80 << 20))
    with pytest.raises(SourceFault) as caught:
        read(out.getvalue())
    assert caught.value.params["reason"] == "ratio"


def test_a_password_and_a_broken_archive_are_faults(read) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    with pytest.raises(SourceFault) as caught:
        read(ole)
    assert caught.value.code == "file.password"
    whole = book(lambda sheet: sheet.append(["a"]))
    with pytest.raises(SourceFault) as caught:
        read(whole[: len(whole) // 2])
    assert caught.value.code == "file.truncated"


def test_a_workbook_under_another_name_is_read_and_said(read, tmp_path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(book(lambda sheet: sheet.append(["a", "b"])))
    found = read(path)
    assert found.shape.format == "xlsx"
    assert found.shape.findings[0].code == "file.format-mismatch"


def test_a_merged_heading_does_not_run_into_the_data(read) -> None:
    def fill(sheet):
        sheet.append(["名", "数"])
        sheet.append([None, "1"])
        sheet.merge_cells("A1:A2")

    found = read(book(fill))
    assert (found.cells, found.shape.findings) == ([("", "1")], [])
