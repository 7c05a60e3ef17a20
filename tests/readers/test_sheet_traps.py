"""What a sheet hides: rows and columns out of sight, errors, the calendar of 1904, apostrophes before digits."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from gongshu.validators.batch import DATE, ERROR, NUMBER, PLAIN
from gongshu.validators.validation import validate


def book(fill, epoch=None) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    if epoch is not None:
        made.epoch = epoch
    fill(made.active)
    made.save(out)
    return out.getvalue()


def findings(shape, code):
    return [
        (each.reason, [(sample.row, sample.line, sample.cell) for sample in each.samples], each.columns)
        for each in shape.findings
        if each.code == code
    ]


def test_hidden_rows_and_columns_are_read_and_said(read) -> None:
    def fill(sheet) -> None:
        for row in (["a", "b", "c", "d"], ["1", "2", "3", "4"], ["5", "6", "7", "8"]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions.group("B", "C", hidden=True)

    found = read(book(fill))
    assert found.cells == [("1", "2", "3", "4"), ("5", "6", "7", "8")]
    assert findings(found.shape, "table.hidden") == [
        ("column", [(None, 1, "B1"), (None, 1, "C1")], ("b", "c")),
        ("row", [(2, 3, None)], ()),
    ]


def test_rows_that_a_filter_hides_are_hidden(read) -> None:
    def fill(sheet) -> None:
        for row in (["a", "b"], ["x", "1"], ["y", "2"]):
            sheet.append(row)
        sheet.auto_filter.ref = "A1:B3"
        sheet.row_dimensions[2].hidden = True

    assert findings(read(book(fill)).shape, "table.hidden") == [("row", [(1, 2, None)], ())]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"])
def test_every_error_is_said_at_its_cell(read, error) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "b"])
        sheet.append(["x", "1"])
        sheet["B2"].value, sheet["B2"].data_type = error, "e"

    found = read(book(fill))
    (said,) = found.structural
    assert (said.code, said.reason, said.column, said.values) == ("table.formula-error", "error", 1, (error,))
    assert (dict(said.params[0]), found.marks[0][1].tolist()) == ({"cell": "B2"}, [ERROR])


def test_a_text_that_looks_like_an_error_is_a_text(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "b"])
        sheet.append(["x", "1"])
        sheet["B2"].value, sheet["B2"].data_type = "#N/A", "s"

    assert (read(book(fill)).cells, read(book(fill)).faults) == ([("x", "#N/A")], [])


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904], ids=["1900", "1904"])
@pytest.mark.parametrize("day", [datetime.date(1904, 1, 2), datetime.date(1999, 12, 31), datetime.date(2024, 2, 29)])
def test_both_calendars_give_the_day_that_was_meant(read, epoch, day) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "日期", "时刻"])
        sheet.append(["x", day, datetime.datetime.combine(day, datetime.time(13, 5, 30))])

    found = read(book(fill, epoch))
    assert found.cells == [("x", day.isoformat(), f"{day.isoformat()}T13:05:30")]
    assert [found.marks[0][column].tolist() for column in (1, 2)] == [[DATE], [DATE]]


def test_an_apostrophe_makes_a_text_and_is_no_part_of_it(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "b", "c"])
        sheet.append(["007", "x", 7])
        sheet["A2"].quotePrefix = True
        sheet.append(["440301199001011234", "x", "7"])

    found = read(book(fill))
    assert found.cells == [("007", "x", "7"), ("440301199001011234", "x", "7")]
    assert {column: origin.tolist() for column, origin in found.marks[0].items()} == {2: [NUMBER, PLAIN]}


def test_an_apostrophe_that_was_typed_twice_stays_and_is_judged() -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "b"])
        sheet.append(["'12", "x"])

    report = validate(book(fill), standard={"fields": [{"name": "a", "type": "integer"}, {"name": "b"}]})
    assert [(each.code, each.samples[0].value) for each in report.files[0].findings] == [("cell.type", "'12")]


def test_a_date_serial_of_1904_without_a_format_is_a_number(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "日期"])
        sheet.append(["x", 44000])

    assert read(book(fill, CALENDAR_MAC_1904)).cells == [("x", "44000")]


@pytest.mark.parametrize(("epoch", "day"), [(None, "2020-06-18"), (CALENDAR_MAC_1904, "2024-06-19")])
def test_a_bare_serial_in_a_date_column_is_the_day_of_its_calendar(epoch, day, tmp_path) -> None:
    def fill(sheet) -> None:
        sheet.append(["a", "n"])
        sheet.append([44000, 5])

    (tmp_path / "standard.yaml").write_text(
        "{id: case, version: 1.0.0, kind: table, title: {zh: 例, en: Case}, status: draft,"
        " fields: [{name: a, type: date}, {name: n, type: number}]}",
        "utf-8",
    )
    (finding,) = validate(book(fill, epoch), standard=tmp_path).files[0].findings
    assert (finding.code, finding.samples[0].fix.value) == ("cell.date-serial", day)


def test_a_hidden_attribute_in_any_order_is_seen(read) -> None:
    def fill(sheet) -> None:
        for row in (["a", "b"], ["x", "1"], ["y", "2"]):
            sheet.append(row)

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(fill))) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.infolist():
            data = old.read(each)
            if each.filename.endswith("sheet1.xml"):
                assert b'<row r="2"' in data
                data = data.replace(b'<row r="2"', b'<row hidden="1" spans="1:2" r="2"')
            new.writestr(each, data)
    assert findings(read(out.getvalue()).shape, "table.hidden") == [("row", [(1, 2, None)], ())]
