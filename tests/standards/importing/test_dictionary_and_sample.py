"""A data dictionary in Excel and a sample of data become drafts that lint accepts, with reasons in comments."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from gongshu.cli import main
from gongshu.standards.importing import read, recognise
from gongshu.standards.importing.sample import draft_of
from gongshu.standards.importing.types import Typed, typed
from gongshu.standards.importing.writing import render, write
from gongshu.standards.linting import lint
from gongshu.standards.loading import load_file
from gongshu.standards.model import Constraints, Field, Standard
from gongshu.standards.registry import Registry

PACKS = Path(__file__).resolve().parents[1] / "packs"


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def packs(path: Path, out: Path) -> dict[str, Standard]:
    assert recognise(path) == "dictionary"
    files = write(read(path, "dictionary", Registry(installed=False)), out, "zh")
    assert [each.say("en") for each in lint(out, Registry((out,), installed=False))[1]] == []
    return {each.title.zh: each for each in map(load_file, files)}


def field(standard: Standard, name: str) -> Field:
    assert standard.table is not None
    found = standard.table.field(name)
    assert found is not None
    return found


HEAD = ["序号", "名称", "短名", "类型", "长度", "约束", "值域", "备注"]
ROWS: list[list[object]] = [
    ["企业登记信息"],
    HEAD,
    [1, "统一社会信用代码", "TYSHXYDM", "字符型", 18, "必选", "GB 32100-2015", "主体标识"],
    [2, "企业名称", "QYMC", "C", "..200", "M", None, None],
    [3, "性别", "XB", "字符型", 1, "可选", "GB/T 2261.1", None],
    [4, "企业状态", "QYZT", "字符型", 1, "必填", "1-存续；2-注销；3-吊销", None],
    [5, "注册资本", "ZCZB", "数值型", "18,2", "O", ">=0", "万元"],
    [6, "成立日期", "CLRQ", "日期型", 8, "是", "YYYYMMDD", None],
    [7, "从业人数", "CYRS", "整数", None, "", "0-100000", None],
    [8, "注销原因", "ZXYY", "varchar(100)", None, "条件必选", None, "注销时填写"],
    [9, "登记机关", "DJJG", "字符型", 100, "否", "见机构名录", None],
]


def test_one_row_for_each_item(tmp_path: Path) -> None:
    made = packs(book(tmp_path / "dict.xlsx", {"说明": [["填表说明"]], "企业": ROWS}), tmp_path / "out")["企业登记信息"]
    assert made.table is not None
    assert [each.name for each in made.table.fields] == [str(row[2]) for row in ROWS[2:]]
    assert field(made, "TYSHXYDM").constraints == Constraints(required=True, max_length=18)
    assert field(made, "TYSHXYDM").identifier is not None
    assert field(made, "QYMC").constraints == Constraints(required=True, max_length=200)
    use = field(made, "XB").codelist
    assert use is not None
    assert use.list.id == "gbt-2261-1-sex"
    assert field(made, "QYZT").constraints == Constraints(required=True, max_length=1, enum=("1", "2", "3"))
    capital = field(made, "ZCZB")
    assert (capital.type, capital.precision, capital.scale, capital.constraints.minimum) == ("number", 18, 2, "0")
    assert (field(made, "CLRQ").type, field(made, "CLRQ").format.write) == ("date", "%Y%m%d")
    assert field(made, "CYRS").constraints == Constraints(minimum="0", maximum="100000")
    assert field(made, "ZXYY").constraints == Constraints(max_length=100)
    text = next((tmp_path / "out").rglob("standard.yaml")).read_text(encoding="utf-8")
    assert "条件必填" in text
    assert "见机构名录" in text


def test_other_headings_and_several_tables(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["表1 人员信息表"],
        ["字段名", "数据项名称", "数据类型", "是否必填", "备注"],
        ["ID", "编号", "varchar(20)", "是", None],
        ["DAY", "出生日期", "date", "否", "YYYY-MM-DD"],
        [],
        ["表2 单位信息表"],
        ["字段名", "数据项名称", "数据类型", "是否必填", "备注"],
        ["CODE", "代码", "char(9)", "√", None],
        ["CODE", "代码二", "int", "", None],
    ]
    made = packs(book(tmp_path / "d.xlsx", {"s": rows}), tmp_path / "out")
    assert set(made) == {"人员信息表", "单位信息表"}
    assert field(made["人员信息表"], "ID").constraints == Constraints(required=True, max_length=20)
    assert field(made["人员信息表"], "DAY").format.write == "%Y-%m-%d"
    assert field(made["单位信息表"], "CODE_2").type == "integer"


def test_a_column_of_table_names(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["表名", "表中文名", "字段名称", "字段描述", "字段类型", "是否为空", "主键"],
        ["T_A", "甲表", "ID", "编号", "bigint(20)", "否", "是"],
        ["T_A", "甲表", "NAME", "姓名", "varchar(50)", "是", ""],
        ["T_B", "乙表", "ID", "编号", "NUMBER(10)", "NOT NULL", "Y"],
    ]
    made = packs(book(tmp_path / "d.xlsx", {"s": rows}), tmp_path / "out")
    assert {each.id for each in made.values()} == {"t-a", "t-b"}
    assert made["甲表"].table is not None
    assert made["甲表"].table.primary_key == ("ID",)
    assert field(made["甲表"], "NAME").constraints == Constraints(max_length=50)
    assert field(made["乙表"], "ID").constraints.required


def test_a_table_of_data_is_no_dictionary(tmp_path: Path) -> None:
    path = book(tmp_path / "d.xlsx", {"s": [["姓名", "身份证号", "备注"], ["张三", "x", None]]})
    assert recognise(path) == "sample"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("varchar(50)", Typed("string", 50)),
        ("VARCHAR2(20 CHAR)", Typed("string", 20)),
        ("an18", Typed("string", 18, exact=True)),
        ("an..18", Typed("string", 18)),
        ("n..10,2", Typed("number", 10, 2)),
        ("decimal(10, 2)", Typed("number", 10, 2)),
        ("字符型", Typed("string")),
        ("日期型", Typed("date")),
        ("timestamp without time zone", Typed("datetime")),
        ("double precision", Typed("number")),
        ("int unsigned", Typed("integer")),
        ("", Typed()),
        ("blob", Typed(known=False, opaque=True)),
        ("whatever", Typed(known=False)),
    ],
)
def test_types_as_they_are_written(text: str, wanted: Typed) -> None:
    assert typed(text) == wanted


def test_a_sample_says_what_it_saw() -> None:
    registry = Registry(installed=False)
    rows = 30
    names = ["代码", "民族", "状态", "日期", "数量", "编号", "空", "备注", "代码"]
    columns = [
        ["420102", "420103", "420104", "420105", "420106"] * 6,
        ["汉族", "土家族", "回族"] * 10,
        ["在建", "完工"] * 15,
        ["2024/01/05", "2024/12/31"] * 15,
        ["1", "20.5", ""] * 10,
        [f"{place:06d}" for place in range(rows)],
        [""] * rows,
        [f"第 {place} 号" for place in range(rows)],
        ["x"] * rows,
    ]
    draft = draft_of(names, columns, registry, title="样例", source="样例.csv")
    made = {each.field.name: each for each in draft.fields}
    assert made["代码"].field.identifier is not None
    assert made["代码"].field.identifier.name == "division-6"
    assert made["民族"].field.codelist is not None
    assert made["民族"].field.codelist.by == "either"
    assert made["状态"].field.constraints == Constraints(required=True, enum=("在建", "完工"))
    assert (made["日期"].field.type, made["日期"].field.format.write) == ("date", "%Y/%m/%d")
    assert (made["数量"].field.type, made["数量"].field.constraints.required) == ("number", False)
    assert made["编号"].field.constraints == Constraints(required=True, unique=True, min_length=6, max_length=6)
    assert draft.primary_key == ("编号",)
    assert "代码_2" in made
    for lang in ("zh", "en"):
        text = render(draft, lang)
        assert "division-6" in text
        assert "draft." not in text


def test_the_command_makes_a_pack_that_validates_its_sample(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sample = PACKS / "administrative-permit" / "conforming.csv"
    out = tmp_path / "packs"
    assert main(["standards", "new", "my-permits", "--from", str(sample), "-o", str(out), "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)
    assert made["id"] == "my-permits"
    assert main(["standards", "lint", str(out), "--lang", "zh"]) == 0
    assert main(["validate", str(sample), "--standard", str(Path(made["file"]).parent)]) == 0
    capsys.readouterr()
    assert main(["standards", "new", "my-permits", "--from", str(sample), "-o", str(out)]) == 3
    assert "left alone" in capsys.readouterr().err


def test_an_empty_draft(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["standards", "new", "things", "-o", str(tmp_path)]) == 0
    assert main(["standards", "lint", str(tmp_path)]) == 0
    assert main(["standards", "new"]) == 3
    assert main(["standards", "new", "No Name"]) == 3
    assert main(["standards", "new", "--from", str(tmp_path / "none.sql")]) == 3
    assert main(["standards", "new", "--from", str(tmp_path)]) == 3
    assert "usage." not in capsys.readouterr().err
