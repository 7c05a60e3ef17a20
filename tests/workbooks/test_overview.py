"""Several files as a workbook: one that ranks and lists them, or a folder of marked ones; never a fault."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gongshu.cli import main
from gongshu.standards.messages import sentence

PEOPLE = Path(__file__).parents[1] / "reports/goldens/people"
NAMES = ("民政局/一.csv", "民政局/二 三.csv", "公安局/四.csv", "公安局/=五.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PEOPLE / "input.csv", path)
    good = "姓名,公民身份号码,登记日期,家庭人数\n张一,110101190001010014,2024-01-05,3\n"
    (tmp_path / "data" / NAMES[2]).write_text(good, encoding="utf-8")
    return tmp_path


def validated(folder: Path, output: Path, lang: str) -> int:
    standard = str(PEOPLE / "standard.yaml")
    asked = ["validate", str(folder / "data"), "--standard", standard, "--format", "xlsx", "-o", str(output)]
    return main([*asked, "--as-of", "2026-03-31", "--lang", lang])


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_several_files_are_ranked_and_listed(folder: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = folder / "out.xlsx"
    assert validated(folder, output, lang) == 1
    assert sentence("report.overview-only", {}, lang) in capsys.readouterr().err
    book = openpyxl.load_workbook(output)
    first, second = book.worksheets
    assert book.sheetnames == [sentence("report.sheet-name", {}, lang), sentence("report.found-sheet", {}, lang)]
    ranked = [row for row in rows(first) if str(row[0]).endswith(".csv")]
    assert [row[2] for row in ranked] == [11, 11, 11, 0]
    assert [row[5] for row in ranked] == ["公安局", "民政局", "民政局", "公安局"]
    departments = [row for row in rows(first) if row[0] in ("民政局", "公安局")]
    assert [row[:4] for row in departments] == [("民政局", 2, 2, 22), ("公安局", 2, 1, 11)]
    listed = rows(second)
    assert {str(row[0]).split("/")[-1] for row in listed[1:]} == {"一.csv", "二 三.csv", "=五.csv"}
    for cell in (cell for row in first.iter_rows() for cell in row if cell.hyperlink):
        sheet, _, at = cell.hyperlink.target.removeprefix("#").rpartition("!")
        assert book[sheet.strip("'")][at].value == cell.value
    text = "".join(str(value) for sheet in book for row in rows(sheet) for value in row)
    for planted in ("110101190001010014", "张二", "张,六", "11010119000101009"):
        assert planted not in text
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_folder_gets_the_overview_and_the_marked_files(folder: Path, lang: str) -> None:
    output = folder / "back"
    output.mkdir()
    assert validated(folder, output, lang) == 1
    made = {path.relative_to(output).as_posix() for path in output.rglob("*.xlsx")}
    title = sentence("report.sheet-name", {}, lang)
    assert made == {f"{title}.xlsx", "民政局/一.xlsx", "民政局/二 三.xlsx", "公安局.xlsx"}
    assert len(openpyxl.load_workbook(output / "民政局/一.xlsx").worksheets) == 2


def test_a_folder_among_the_data_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validated(folder, folder / "data", "zh") == 3
    assert "data" in capsys.readouterr().err
    assert not list((folder / "data").rglob("*.xlsx"))
