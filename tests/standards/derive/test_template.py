"""The Excel template, read back: what an officer sees, and that what is filled in is judged."""

from __future__ import annotations

import io
import re
from datetime import date

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from gongshu.standards.derive import Options, derive
from gongshu.standards.registry import Registry
from gongshu.standards.sampling import sample
from gongshu.standards.sampling.spelling import read
from gongshu.validators.validation import validate

AS_OF = date(2026, 1, 1)
REGISTRY = Registry(installed=False)


def template(name, lang="zh"):
    made = derive(REGISTRY.get(name), "xlsx-template", REGISTRY, Options(lang=lang, as_of=AS_OF))
    return load_workbook(io.BytesIO(made.content))


def checks(sheet):
    """Title -> the check of its column."""
    found = {}
    for each in sheet.data_validations.dataValidation:
        column = re.match(r"[A-Z]+", str(each.sqref))[0]
        found[sheet[f"{column}1"].value] = each
    return found


def entries(book, name):
    place = book.defined_names[name].attr_text
    sheet, _, cells = place.partition("!")
    return [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]


def test_filled_with_sampled_rows_it_conforms(case):
    lang = "en" if case.standard.id.startswith("a") else "zh"  # either will do, and both are tried
    book = load_workbook(io.BytesIO(case.made("xlsx-template", lang).content))
    sheet = book.worksheets[0]
    assert sheet["A2"].value.startswith("〔示例〕")
    for number, row in enumerate(case.good.rows, 3):
        for at, text in enumerate(row, 1):
            if text:
                sheet.cell(number, at, text)
    out = io.BytesIO()
    book.save(out)
    report = validate(out.getvalue(), standard=case.standard, as_of=AS_OF, registry=REGISTRY).files[0]
    assert report.verdict == "conforms", [(each.code, each.columns) for each in report.findings]
    # The hidden sheet of codes and the example row are seen, and nothing else.
    assert {each.code for each in report.findings} <= {"table.hidden", "table.footer"}


def test_dates_and_numbers_typed_as_such_conform():
    standard = REGISTRY.get("administrative-penalty")
    book = template("administrative-penalty")
    sheet = book.worksheets[0]
    for number, row in enumerate(sample(standard, REGISTRY, rows=20, as_of=AS_OF, seed=4).rows, 3):
        for at, (field, text) in enumerate(zip(standard.table.fields, row), 1):
            value = read(field, text)
            if value is not None:
                cell = sheet.cell(number, at, float(value) if field.type == "number" else value)
                cell.number_format = sheet.column_dimensions[get_column_letter(at)].number_format
    out = io.BytesIO()
    book.save(out)
    assert validate(out.getvalue(), standard=standard, as_of=AS_OF, registry=REGISTRY).files[0].verdict == "conforms"


def test_its_header_and_widths():
    sheet = template("administrative-permit").worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert titles[:3] == ["*行政相对人名称", "*行政相对人类别", "统一社会信用代码"]
    assert sheet.freeze_panes == "A2"
    assert all(sheet.column_dimensions[get_column_letter(at)].width >= 12 for at in range(1, len(titles) + 1))


def test_text_stays_text_and_dates_are_dates():
    sheet = template("administrative-permit").worksheets[0]
    formats = {cell.value: sheet.column_dimensions[get_column_letter(cell.column)].number_format for cell in sheet[1]}
    assert formats["统一社会信用代码"] == "@"
    assert formats["证件号码"] == "@"
    assert formats["*许可决定日期"] == "yyyy/mm/dd"


def test_drop_downs_offer_what_the_validator_takes():
    book = template("administrative-permit")
    kind = checks(book.worksheets[0])["*行政相对人类别"]
    assert kind.type == "list"
    assert entries(book, kind.formula1) == ["自然人", "法人", "非法人组织", "个体工商户"]  # by: either, so by name
    book = template("resident-population")
    sex = checks(book.worksheets[0])["*性别"]
    assert entries(book, sex.formula1) == ["0", "1", "2", "9"]  # by: code
    assert "1=男性" in sex.prompt
    assert book["代码"].sheet_state == "hidden"


def test_a_list_depends_on_the_cell_beside():
    book = template("legal-entity-basic")
    found = checks(book.worksheets[0])
    section, industry = found["行业门类"], found["*行业代码"]
    name = re.fullmatch(r'INDIRECT\("(\w+)_"&MATCH\(\$[A-Z]+3,(\w+),0\)\)', industry.formula1)
    assert name[2] == section.formula1
    sections = entries(book, section.formula1)
    assert sections[:2] == ["A", "B"]
    codes = REGISTRY.codes("gbt-4754-2017-industry")
    for at, letter in enumerate(sections, 1):
        below = entries(book, f"{name[1]}_{at}")
        assert below == [
            code for code, row in codes.current(AS_OF).items() if row.level == "class" and codes.below(code, letter)
        ]


def test_counties_depend_on_the_prefecture():
    book = template("standard-address")
    found = checks(book.worksheets[0])
    prefecture, county = found["*地级"], found["*县级"]
    places = entries(book, re.search(r",(\w+),0", county.formula1)[1])
    name = re.match(r'INDIRECT\("(\w+)_"', county.formula1)[1]
    below = entries(book, f"{name}_{places.index('武汉市') + 1}")
    assert {"江岸区", "蔡甸区"} <= set(below)
    assert "黄州区" not in below
    assert prefecture.formula1.startswith("INDIRECT")
    assert county.errorStyle == "warning"  # not every division has a name that is its own


def test_hints_have_the_form_and_an_example():
    found = checks(template("administrative-permit").worksheets[0])
    date_hint = found["*许可决定日期"]
    assert date_hint.promptTitle == "*许可决定日期"
    assert "2024/05/01" in date_hint.prompt
    assert "必填" in date_hint.prompt
    assert all(len(each.prompt) <= 255 and len(each.promptTitle) <= 32 for each in found.values())
    assert found["统一社会信用代码"].type == "textLength"


def test_the_help_sheet_lists_items_and_rules():
    book = template("administrative-permit")
    text = [[cell.value for cell in row] for row in book["填写说明"].iter_rows()]
    names = [row[2] for row in text]
    table = REGISTRY.get("administrative-permit").table
    assert [each.name for each in table.fields] == [name for name in names if table.field(str(name))]
    said = {row[1] for row in text}
    assert {rule.message.zh for rule in table.rules} <= said


def test_the_same_bytes_each_time(case):
    assert case.made("xlsx-template").content == case.made("xlsx-template").content


def test_what_begins_with_an_equals_sign_is_no_formula(tmp_path):
    from gongshu.standards.loading import load_file

    path = tmp_path / "standard.yaml"
    path.write_text(
        'id: x\nversion: 1.0.0\nkind: table\ntitle: {zh: "=1+1"}\nfields:\n'
        '  - {name: a, title: {zh: "=2+2"}, type: string, constraints: {enum: ["=3+3", "b"]}}\n',
        encoding="utf-8",
    )
    book = load_workbook(io.BytesIO(derive(load_file(path), "xlsx-template", REGISTRY, Options()).content))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert "f" not in kinds
