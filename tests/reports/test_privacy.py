"""Planted people appear in no form of a report, change log or comparison; the copy of the user's cells is exempt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from gongshu.standards.registry import Registry
from gongshu.validators.comparison import compare
from gongshu.validators.repair import fix
from gongshu.validators.report import Report
from gongshu.validators.reports import FORMS, write
from gongshu.validators.reports.difference import difference_lines
from gongshu.validators.validation import validate

STANDARD = """
id: planted
version: 1.0.0
kind: table
title: {zh: 植入的个人信息, en: Planted people}
status: in-force
basis: [{title: 测试, confidence: high}]
fields:
  - {name: BH, title: {zh: 编号, en: Number}, type: string, constraints: {required: true, maxLength: 4}}
  - name: XM
    title: {zh: 姓名, en: Name}
    type: string
    constraints: {maxLength: 4}
    privacy: {category: personal, mask: name}
  - name: SFZ
    title: {zh: 身份证号, en: Identity number}
    type: string
    identifier: citizen-id
    constraints: {unique: true}
    privacy: {category: personal, mask: citizen-id}
  - name: SJ
    title: {zh: 手机, en: Mobile}
    type: string
    identifier: mobile
    privacy: {category: personal, mask: phone}
  - name: YX
    title: {zh: 邮箱, en: Email}
    type: string
    constraints: {pattern: "[a-z]+@example[.]org"}
    privacy: {category: personal, mask: email}
  - name: BZ
    title: {zh: 病史, en: Illness}
    type: string
    constraints: {enum: [无病史]}
    privacy: {category: sensitive}
primaryKey: [SFZ]
rules:
  - id: name-is-not-number
    fields: [XM, SFZ, SJ]
    check: "XM <> SJ AND length(SFZ) > 99"
    message: {zh: 姓名与手机不应相同, en: name and mobile must differ}
"""
# invented: birth dates are 1900-01-01, the numbers belong to nobody
PEOPLE = [
    ("0001", "欧阳测试甲", "110101190001019993", "13000000017", "Ouyang.Jia@example.org", "高血压甲"),
    ("0002", " 司马测试乙 ", "11010119000101888x", "1300000002７", "sima.yi@nowhere.test", "糖尿病乙"),
    ("0003", "诸葛测试丙", "110101190001019993", "130-0000-0037", "zhuge bing", "哮喘病丙"),
    (
        "00042",
        "１３０００００００４７",
        "１１０１０１１９０００１０１７７７４",
        "abc13000000047",
        "=cmd|zhuge",
        "抑郁症丁",
    ),
]
HEADER = ["编号", "姓名", "身份证号", "手机", "邮箱", "病史"]
BROKEN = '0005,上官测试戊,110101190001016666,13000000057,a@b.test,癫痫病戊,多出来的轩辕测试己\n0006,"夏侯测试庚'


def planted() -> set[str]:
    found = {cell.strip() for row in PEOPLE for cell in row[1:]}
    found |= {"130000000027", "13000000027", "13000000037", "13000000047", "110101190001017774", "11010119000101888X"}
    return found | {"上官测试戊", "110101190001016666", "13000000057", "癫痫病戊", "轩辕测试己", "夏侯测试庚"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("planted")
    (made / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    lines = [",".join(row) for row in (HEADER, *PEOPLE)]
    (made / "a.csv").write_text("\n".join(lines) + "\n" + BROKEN, encoding="utf-8")
    with xlsxwriter.Workbook(made / "a.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("人")
        for number, row in enumerate([HEADER, *PEOPLE]):
            sheet.write_row(number, 0, row)
    return made


def judged(folder: Path, name: str, **options: Any) -> Report:
    given = {"samples": None, "as_of": date(2026, 3, 31), "registry": Registry(builtin=False, installed=False)}
    return validate(folder / name, standard=folder / "standard.yaml", **{**given, **options})


def texts(form: str, content: bytes) -> Iterator[str]:
    """What a form holds, without the user's own cells."""
    if form != "xlsx":
        yield content.decode("utf-8")
        return
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        data = sheet.cell(1, 1).value == HEADER[0]
        for row in sheet.iter_rows():
            for cell in row:
                if not data or cell.column > len(HEADER):
                    yield str(cell.value or "")
                yield cell.comment.text if cell.comment else ""
                yield f"{cell.hyperlink.location} {cell.hyperlink.target}" if cell.hyperlink else ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name not in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
                yield archive.read(name).decode("utf-8", "replace")


def seen(text: str) -> list[str]:
    folded = text.casefold()
    return [value for value in planted() if value.casefold() in folded]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", sorted(FORMS))
def test_no_form_shows_a_planted_value(folder: Path, name: str, lang: str, form: str) -> None:
    report = judged(folder, name)
    assert report.counts["errors"] > 10
    out = io.BytesIO()
    write(report, out, form_name=form, lang=lang, sources=[folder / name], shown=10_000)
    found = list(texts(form, out.getvalue()))
    assert len("".join(found)) > 100
    for text in found:
        assert not seen(text), seen(text)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_the_change_log_and_a_comparison_do_not_either(folder: Path, name: str, tmp_path: Path) -> None:
    registry = Registry(builtin=False, installed=False)
    suffix = Path(name).suffix
    output = tmp_path / f"out{suffix}"
    options = {"as_of": date(2026, 3, 31), "registry": registry}
    repair = fix(folder / name, standard=folder / "standard.yaml", output=output, **options)  # type: ignore[arg-type]  # by name
    assert repair.cells >= 2
    assert not seen((tmp_path / "out.changes.csv").read_text(encoding="utf-8-sig"))
    assert not seen("\n".join(each.say("zh") for each in repair.shown))
    assert not seen("\n".join(difference_lines(compare(repair.before, repair.report), "zh")))


def test_unmask_shows_them(folder: Path) -> None:
    out = io.BytesIO()
    write(judged(folder, "a.csv", unmask=True), out, form_name="jsonl", lang="zh")
    assert seen(out.getvalue().decode())


STATED = """
id: stated
version: 1.0.0
kind: table
title: {zh: 标准自己的话, en: What the standard says}
status: in-force
basis: [{title: 测试, confidence: high}]
fields:
  - name: CSRQ
    title: {zh: 出生日期, en: Birth}
    type: date
    format: {write: "%Y%m%d", read: [iso, slash]}
    constraints: {minimum: "1895-06-07"}
    privacy: {category: sensitive}
  - name: MZ
    title: {zh: 民族, en: Nation}
    type: string
    constraints: {enum: [汉族, 回族]}
    privacy: {category: personal, mask: withhold}
  - name: XB
    title: {zh: 性别, en: Sex}
    type: string
    codelist: {list: gbt-2261-1-sex}
    privacy: {category: sensitive}
  - name: YB
    title: {zh: 邮编, en: Post}
    type: string
    constraints: {pattern: "4[0-9]{5}"}
    privacy: {category: personal}
  - {name: SG, title: {zh: 身高}, type: integer, constraints: {maximum: 271}, privacy: {category: sensitive}}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "json", "csv", "junit"])
def test_what_the_standard_says_is_no_secret(form: str, lang: str, tmp_path: Path) -> None:
    (tmp_path / "standard.yaml").write_text(STATED, encoding="utf-8")
    rows = "出生日期,民族,性别,邮编,身高\n1900/11/23,契丹族,8,51770077,29900017\n18881213,汉族,1,430000,180\n"
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    out = io.BytesIO()
    report = judged(tmp_path, "a.csv", registry=Registry(installed=False))
    write(report, out, form_name=form, lang=lang, shown=100)
    text = out.getvalue().decode()
    for stated in ("20240105" if form != "json" else "%Y%m%d", "1895-06-07", "汉族", "271", "gbt-2261-1-sex"):
        assert stated in text, stated
    for secret in ("1900/11/23", "19001123", "18881213", "1888-12-13", "契丹", "51770077", "29900017"):
        assert secret not in text, secret
    assert "“*”的样子" not in text
