"""A marked workbook is the user's own: touched cells get a fill, every other part keeps its bytes."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.report import Report
from gongshu.validators.reports import write
from gongshu.validators.validation import validate

PEOPLE = Path(__file__).parents[1] / "reports/goldens/people"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HEADER = ["姓名", "公民身份号码", "登记日期", "家庭人数"]
ROWS = [
    ["张一", "110101190001010014", "2024-01-05", 3],
    [" 张二 ", "110101190001010022", "2024/1/6", 4],
    ["张三", "110101190001010031", "2024-01-07", 5],
    ["", "110101190001010049", "2024-01-08", 60],
    ["张五", "110101190001010057", "2024年1月9日", "２"],
    ["张六", "110101190001010014", "1930-01-01", "x"],
    ["张七", "11010119000101009x", "2024-13-01", 1],
]


def rich(path: Path, rows: list[list[Any]] = ROWS) -> Path:
    """A workbook with everything that must survive: chart, picture, sparkline, formats, formulas, notes, a table."""
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("人员'A表"), book.add_worksheet("图")
        bold = book.add_format({"bold": True, "bg_color": "#DDDDDD"})
        money = book.add_format({"num_format": "#,##0.00", "italic": True})
        sheet.merge_range("A1:D1", "人员登记表", bold)
        sheet.write_row(1, 0, HEADER, bold)
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value, money if column == 3 and isinstance(value, int) else None)
        sheet.set_column("A:D", 20)
        sheet.freeze_panes(2, 0)
        sheet.write_comment("C3", "旧批注")
        sheet.conditional_format("D3:D9", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("D3:D9", {"type": "cell", "criteria": ">", "value": 50, "format": bold})
        sheet.data_validation("C3:C9", {"validate": "date", "criteria": ">", "value": date(1949, 10, 1)})
        sheet.insert_image("H2", "p.png", {"image_data": io.BytesIO(PIXEL)})
        sheet.set_footer("&C&P")
        other.write_row("A1", [1, 2, 3])
        other.write_formula("E1", "=SUM(A1:C1)", None, 6)
        other.add_sparkline("F1", {"range": "A1:C1"})
        other.add_table("H1:I3", {"data": [[1, 2], [3, 4]]})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=图!$A$1:$C$1"})
        other.insert_chart("A5", chart)
        book.define_name("范围", "=图!$A$1:$C$1")
    return path


def judged(path: Path, **options: Any) -> Report:
    registry = Registry(builtin=False, installed=False)
    given = {"samples": None, "as_of": date(2026, 3, 31), "registry": registry, **options}
    return validate(path, standard=PEOPLE / "standard.yaml", **given)


def marked(path: Path, target: Path, lang: str = "zh") -> Path:
    with target.open("wb") as out:
        write(judged(path), out, form_name="xlsx", lang=lang, sources=[path])
    return target


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_part_that_needs_no_mark_keeps_its_bytes(tmp_path: Path) -> None:
    before, after = parts(rich(tmp_path / "a.xlsx")), parts(marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    assert set(after) - set(before) == {"xl/worksheets/gongshu1.xml"}
    for name in ("chart", "drawing", "media", "table", "sharedStrings", "sheet2"):
        assert [part for part in after if name in part and part not in changed], name
    tail = before["xl/worksheets/sheet1.xml"].partition(b"</sheetData>")[2]
    assert after["xl/worksheets/sheet1.xml"].endswith(tail)


def test_bad_cells_are_coloured_and_said(tmp_path: Path) -> None:
    before = openpyxl.load_workbook(rich(tmp_path / "a.xlsx"))["人员'A表"]
    book = openpyxl.load_workbook(marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx"))
    sheet = book["人员'A表"]
    assert sheet["E2"].value == "问题"
    assert sheet["E2"].font.bold
    assert sheet["C4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A6"].fill.fgColor.rgb == "FFFFC7CE"  # an empty cell that was not in the file
    assert sheet["A4"].fill.fgColor.rgb == "FFFFEB9C"
    assert sheet["D6"].fill.fgColor.rgb == "FFFFC7CE"
    assert (sheet["D6"].number_format, sheet["D6"].font.italic, sheet["D6"].value) == ("#,##0.00", True, 60)
    assert sheet["D3"].fill.fgColor.rgb == before["D3"].fill.fgColor.rgb
    assert sheet["C3"].comment.text.endswith("旧批注")
    assert "2024-01-06" in sheet["C4"].comment.text
    assert "2024-01-06" in sheet["E4"].value
    assert sheet["E3"].value is None
    for row in before.iter_rows():
        for cell in row:
            assert sheet[cell.coordinate].value == cell.value
    assert sheet.freeze_panes == before.freeze_panes
    assert sheet.conditional_formatting
    assert book.sheetnames == ["人员'A表", "图", "校验结果"]


def test_the_summary_links_to_cells(tmp_path: Path) -> None:
    rich(tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx"))["校验结果"]
    assert sheet["A1"].value.startswith("不合格")
    links = {cell.value: cell.hyperlink.location for (cell,) in sheet["E1:E80"] if cell.hyperlink}
    assert links["C4"] == "'人员''A表'!C4"
    assert len(links) >= 8


def test_cached_values_of_formulas_stay(tmp_path: Path) -> None:
    rich(tmp_path / "a.xlsx")
    marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)["图"]["E1"].value == 6
    assert python_calamine.load_workbook(tmp_path / "b.xlsx").get_sheet_by_name("图").to_python()[0][4] == 6


def test_personal_values_stand_in_the_users_own_cells_alone(tmp_path: Path) -> None:
    rich(tmp_path / "a.xlsx")
    made = parts(marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx"))
    planted = [str(row[at]).strip() for row in ROWS for at in (0, 1) if row[at]]
    for name, content in made.items():
        text = content.decode("utf-8", "replace")
        if name == "xl/sharedStrings.xml":
            continue
        for value in planted:
            assert value not in text, (name, value)
            assert value.upper() not in text, (name, value)


def test_comments_end_at_a_thousand_and_it_is_said(tmp_path: Path) -> None:
    rich(tmp_path / "a.xlsx", [["张", f"1101011900010{number:05}", "x", "y"] for number in range(700)])
    made = marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx", "en")
    texts = parts(made)
    assert texts["xl/comments1.xml"].count(b"<comment ") <= 1001
    assert b"1000 cells" in texts["xl/worksheets/gongshu1.xml"]
    sheet = openpyxl.load_workbook(made)["人员'A表"]
    assert sheet["D702"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["D702"].comment is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_of_styles_and_ids_are_consistent(tmp_path: Path, lang: str) -> None:
    rich(tmp_path / "a.xlsx")
    made = parts(marked(tmp_path / "a.xlsx", tmp_path / "b.xlsx", lang))
    styles = made["xl/styles.xml"].decode()
    for outer, inner in (("fonts", "font"), ("fills", "fill"), ("cellXfs", "xf")):
        body = re.search(rf'<{outer} count="(\d+)"[^>]*>(.*?)</{outer}>', styles, re.S)
        assert body is not None
        assert int(body[1]) == len(re.findall(rf"<{inner}[\s>/]", body[2]))
    used = {int(each) for each in re.findall(r'<c [^>]*s="(\d+)"', made["xl/worksheets/sheet1.xml"].decode())}
    assert max(used) < len(re.findall(r"<xf ", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0]))
    shapes = re.findall(r'<v:shape id="([^"]+)"', made["xl/drawings/vmlDrawing1.vml"].decode())
    assert len(shapes) == len(set(shapes)) == made["xl/comments1.xml"].count(b"<comment ")


def test_a_csv_becomes_a_new_workbook(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text((PEOPLE / "input.csv").read_text(encoding="utf-8") + '"=1+1",x,"a\nb",3\n', encoding="utf-8")
    book = openpyxl.load_workbook(marked(source, tmp_path / "b.xlsx"))
    assert book.sheetnames == ["数据", "校验结果"]
    sheet = book["数据"]
    assert [cell.value for cell in sheet[1]] == [*HEADER, "问题"]
    assert sheet["C3"].value == "2024/1/6"
    assert sheet["C3"].fill.fgColor.rgb == "00FFC7CE" or sheet["C3"].fill.fgColor.rgb == "FFFFC7CE"
    assert "2024-01-06" in sheet["C3"].comment.text
    assert (sheet["A9"].value, sheet["A9"].data_type) == ("=1+1", "s")
    links = [
        cell.hyperlink.location or cell.hyperlink.target for (cell,) in book["校验结果"]["E1:E80"] if cell.hyperlink
    ]
    assert any(link.endswith("'数据'!C3") for link in links)


def test_it_needs_the_file_that_was_judged(tmp_path: Path) -> None:
    report = judged(rich(tmp_path / "a.xlsx"))
    with pytest.raises(UsageFault, match="xlsx"):
        write(report, io.BytesIO(), form_name="xlsx", lang="zh")
    rich(tmp_path / "a.xlsx", ROWS[:2])
    with pytest.raises(UsageFault) as fault:
        write(report, io.BytesIO(), form_name="xlsx", lang="zh", sources=[tmp_path / "a.xlsx"])
    assert fault.value.code == "usage.form-changed"


def test_a_marked_workbook_that_comes_back_is_not_blamed_for_its_marks(tmp_path: Path) -> None:
    first = marked(rich(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    report = judged(first)
    (own,) = [each for each in report.findings if each.code == "table.column-extra"]
    assert (own.columns, str(own.severity)) == (("问题",), "info")
    assert report.counts["warnings"] == judged(tmp_path / "a.xlsx").counts["warnings"]
    again = marked(first, tmp_path / "c.xlsx", lang="en")
    sheet = openpyxl.load_workbook(again)["人员'A表"]
    headings = [cell.value for cell in sheet[2] if cell.value]
    assert headings == [*HEADER, "Problems"]  # the column is used again
    options = ReadOptions(sheet="*")
    assert [each.sheet for each in judged(again, options=options).files] == ["人员'A表", "图"]


def mended_by_hand(path: Path, target: Path, through: str) -> Path:
    """What an officer sends back: two cells mended in the marked copy, saved by another program."""
    book = openpyxl.load_workbook(path)
    sheet = book["人员'A表"]
    sheet["A4"], sheet["C4"] = "张二", "2024-01-06"
    book.save(target)
    if through == "openpyxl":
        return target
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    command = [program, f"-env:UserInstallation=file://{target.parent}/office", "--headless", "--convert-to", "xlsx"]
    made = target.parent / "converted"
    subprocess.run([*command, "--outdir", made, target], check=True, capture_output=True, timeout=120)
    return made / target.name


@pytest.mark.parametrize("through", ["openpyxl", "libreoffice"])
def test_marks_of_the_last_time_give_way_to_new_ones(through: str, tmp_path: Path) -> None:
    source = rich(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(source)
    green = openpyxl.styles.PatternFill("solid", fgColor="FF00B050")
    for place in ("A4", "C4", "B3"):
        book["人员'A表"][place].fill = green
    book.save(source)
    first = marked(source, tmp_path / "b.xlsx")
    assert fill(openpyxl.load_workbook(first)["人员'A表"]["A4"]) == "FFFFEB9C"
    back = mended_by_hand(first, tmp_path / "back.xlsx", through)
    second = marked(back, tmp_path / "c.xlsx", "en")
    book = openpyxl.load_workbook(second)
    sheet = book["人员'A表"]
    assert len(book.sheetnames) == 3
    assert book.sheetnames[-1] != openpyxl.load_workbook(first).sheetnames[-1]  # the same sheet, by its English name
    # mended cells look as before their first marking; a program that keeps no colour under another leaves none
    before = "FF00B050" if through == "openpyxl" else None
    assert [fill(sheet[place]) for place in ("A4", "C4")] == [before, before]
    assert [sheet[place].comment for place in ("A4", "C4")] == [None, None]
    assert sheet["C3"].comment.text.endswith("旧批注")
    assert [sheet.cell(row, 5).value for row in (2, 4)] == ["Problems", None]
    report = judged(back)
    assert "cell.whitespace" not in {each.code for each in report.findings}
    for place in ("A6", "D6", "C9"):  # what is still wrong
        assert fill(sheet[place]) == "FFFFC7CE", place
        assert len(sheet[place].comment.text) > 5


def fill(cell: Any) -> str | None:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type else None


def test_marking_again_and_again_changes_nothing(tmp_path: Path) -> None:
    first = marked(rich(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    second = marked(first, tmp_path / "c.xlsx")
    third = marked(second, tmp_path / "d.xlsx")
    assert sorted(parts(first)) == sorted(parts(second)) == sorted(parts(third))
    looks = []
    for path in (first, second, third):
        sheet = openpyxl.load_workbook(path)["人员'A表"]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        looks.append(
            {each.coordinate: (each.value, fill(each), each.comment.text if each.comment else "") for each in cells}
        )
    assert looks[0] == looks[1] == looks[2]
    assert len(parts(third)["xl/comments1.xml"]) == len(parts(first)["xl/comments1.xml"])
    drawings = [name for name in parts(first) if name.endswith(".vml")]
    shapes = [[parts(path)[name].count(b"<v:shape ") for name in drawings] for path in (first, third)]
    assert shapes[0] == shapes[1]


def test_a_csv_marked_as_a_workbook_may_come_back_too(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("\n".join(",".join(map(str, row)) for row in [HEADER, *ROWS]), encoding="utf-8")
    first = marked(source, tmp_path / "b.xlsx")
    second = marked(first, tmp_path / "c.xlsx")
    one, two = openpyxl.load_workbook(first), openpyxl.load_workbook(second)
    assert one.sheetnames == two.sheetnames
    data = one.sheetnames[0]
    assert [[fill(cell) for cell in row] for row in one[data]] == [[fill(cell) for cell in row] for row in two[data]]


def test_without_a_standard_old_marks_give_way_too(tmp_path: Path) -> None:
    first = marked(rich(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    report = validate(first, as_of=date(2026, 3, 31))
    with (tmp_path / "c.xlsx").open("wb") as out:
        write(report, out, form_name="xlsx", lang="zh", sources=[first])
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert len(book.sheetnames) == 3
    sheet = book["人员'A表"]
    assert fill(sheet["A6"]) is None
    assert [cell.value for cell in sheet[2]].count("问题") == 1
    assert "FFFFC7CE" not in {fill(cell) for row in sheet.iter_rows() for cell in row}
