"""A header spread over rows: group titles above items, in a CSV as in a workbook."""

from __future__ import annotations

import io

import openpyxl
import pytest

from gongshu.validators.validation import validate

FIELDS = ["序号", "行政相对人名称", "行政相对人代码", "法定代表人", "许可编号"]
STANDARD = {"fields": [{"name": name, "type": "string", "constraints": {"required": True}} for name in FIELDS]}
GROUPS = ["序号", "行政相对人", "", "", "许可编号"]
ITEMS = ["", "名称", "代码", "法定代表人", ""]
ROW = ["1", "甲公司", "001", "张三", "X1"]


def csv_of(rows) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


def book_of(rows, *merged) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append([cell or None for cell in row])
    for span in merged:
        made.active.merge_cells(span)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def told(report):
    (file,) = report.files
    return [(each.code, each.reason, each.count, [sample.line for sample in each.samples]) for each in file.findings]


TWO = [GROUPS, ITEMS, ROW]
REPEATED = [["序号", "行政相对人", "行政相对人", "行政相对人", "许可编号"], ITEMS, ROW]
MULTI = ("table.title-rows", "multi-row", 1, [1])


@pytest.mark.parametrize(
    "data",
    [csv_of(TWO), csv_of(REPEATED), book_of(TWO), book_of(REPEATED), book_of(TWO, "A1:A2", "B1:D1", "E1:E2")],
    ids=["csv", "csv-repeated", "xlsx", "xlsx-repeated", "xlsx-merged"],
)
def test_group_and_item_are_one_name(data) -> None:
    report = validate(data, standard=STANDARD)
    assert told(report) == [MULTI]
    assert (report.files[0].rows, report.files[0].header_line, report.files[0].columns) == (1, 2, 5)


@pytest.mark.parametrize("made", [csv_of, book_of])
def test_three_rows_and_a_title_above_them(made) -> None:
    top = [
        ["行政许可公示表", "", "", "", ""],
        ["序号", "行政相对人", "", "", "许可编号"],
        ["", "登记信息", "", "人员", ""],
        ITEMS,
    ]
    fields = ["序号", "行政相对人登记信息名称", "行政相对人登记信息代码", "法定代表人", "许可编号"]
    report = validate(made([*top, ROW]), standard={"fields": [{"name": name} for name in fields]})
    assert told(report) == [("table.title-rows", None, 1, [1]), ("table.title-rows", "multi-row", 2, [2, 3])]


@pytest.mark.parametrize("made", [csv_of, book_of])
def test_the_last_row_may_be_asked_for(made) -> None:
    from gongshu.validators.readers import ReadOptions

    report = validate(made(TWO), standard=STANDARD, options=ReadOptions(header_row=2))
    assert told(report) == [MULTI]


@pytest.mark.parametrize("made", [csv_of, book_of])
def test_a_header_of_one_row_stays_one(made) -> None:
    report = validate(made([["某局公示表", "", "", "", ""], FIELDS, ROW]), standard=STANDARD)
    assert told(report) == [("table.title-rows", None, 1, [1])]
    assert told(validate(made([FIELDS, ["", "", "", "", "许可编号"], ROW]), standard=STANDARD)) != [MULTI]


def test_values_below_are_judged_in_their_columns() -> None:
    report = validate(book_of([*TWO, ["2", "", "002", "李四", "X2"]]), standard=STANDARD)
    (finding,) = [each for each in report.files[0].findings if each.code == "cell.required"]
    assert (finding.columns, [sample.cell for sample in finding.samples]) == (("行政相对人名称",), ["B4"])


@pytest.mark.parametrize(
    ("text", "line", "rows"),
    [
        ("a,\n1,2\n3,4\n", 1, 2),  # a name left blank
        (",b\n1.5,-2\n", 1, 1),
        ("表,\n2019,2020\n3,4\n", 2, 1),  # years are names
        ("T,\nid,name\n1,x\n", 2, 1),  # a title above names
        ("T\n1,2\n3,4\n", 2, 1),  # no row of as many cells
        ("1,\n2,3\n4,5\n", 2, 1),  # no names anywhere
    ],
)
def test_a_row_of_numbers_is_no_header_below_names(read, text: str, line: int, rows: int) -> None:
    found = read(text.encode(), name="a.csv")
    assert (found.shape.header.line, len(found.rows)) == (line, rows)
