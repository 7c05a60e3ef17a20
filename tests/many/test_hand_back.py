"""A folder of many departments: who has most to mend, and what each gets back."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from click.testing import CliRunner

from gongshu.cli import gongshu, main
from gongshu.validators.departments import departments
from gongshu.validators.report import Report
from gongshu.validators.reports.loading import load_report
from gongshu.validators.validation import validate

SCHEMA = {"fields": [{"name": "n", "type": "integer"}, {"name": "t", "type": "string"}]}
GOOD, BAD, WORSE = "n,t\n1,x\n", "n,t\ny,x\n", "n,t\ny,x\nz,x\nw,x\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    files = {
        "交/教育局/a.csv": BAD,
        "交/民政局/a.csv": WORSE,
        "交/民政局/旧/b.csv": BAD,
        "交/民政局/c.csv": GOOD,
        "交/水务局/a.csv": GOOD,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with xlsxwriter.Workbook(tmp_path / "交/教育局/b.xlsx") as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["n", "t"])
        sheet.write_row(1, 0, ["q", "x"])
    return tmp_path


def folder() -> Report:
    return validate("交", standard=SCHEMA)


def test_departments_are_the_first_level_and_ranked() -> None:
    found = departments(folder())
    assert [(each.name, len(each.files), each.faulty, each.count("error")) for each in found] == [  # type: ignore[arg-type]  # a StrEnum
        ("民政局", 3, 2, 4),
        ("教育局", 2, 2, 2),
        ("水务局", 1, 0, 0),
    ]
    assert departments(validate("交/教育局/a.csv", standard=SCHEMA)) == []


def test_files_of_one_name_are_told_apart_wherever_the_folder_lies(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = here / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)
    names = [each.name for each in validate(here / "交", standard=SCHEMA).files]
    assert len(set(names)) == len(names)
    assert "教育局/a.csv" in names


def test_a_manifest_names_the_publisher(here: Path) -> None:
    (here / "m.yaml").write_text(
        "datasets:\n"
        "- publisher: {name: 教育局}\n  files: [{path: 交/教育局/a.csv, standard: t.json}]\n"
        "- provider: 水务局\n  files: [{path: 交/水务局/a.csv, standard: t.json}]\n",
        encoding="utf-8",
    )
    assert [each.department for each in validate("m.yaml").files] == ["教育局", "水务局"]


def test_departments_come_back_from_json(here: Path) -> None:
    report = folder()
    report.save(here / "r.json")
    assert [each.department for each in load_report(here / "r.json").files] == [
        each.department for each in report.files
    ]


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_the_summary_ranks_departments_and_files(form: str) -> None:
    arguments = ["validate", "交", "-s", "t.json", "-f", form, "--lang", "zh"]
    text = CliRunner().invoke(gongshu, arguments).output.partition("</title>")[2 if form == "html" else 0]
    assert text.index("民政局") < text.index("教育局") < text.index("水务局")
    assert text.index("民政局/a.csv") < text.index("教育局/a.csv")


def test_each_department_gets_its_faulty_files_marked(here: Path) -> None:
    done = CliRunner().invoke(gongshu, ["validate", "交", "-s", "t.json", "--hand-back", "退", "--lang", "zh"])
    assert "4 份标注好的工作簿" in done.output
    made = sorted(each.relative_to(here / "退").as_posix() for each in (here / "退").rglob("*") if each.is_file())
    assert made == sorted(["教育局/a.xlsx", "教育局/b.xlsx", "民政局/a.xlsx", "民政局/旧-b.xlsx"])
    sheet = openpyxl.load_workbook(here / "退/教育局/b.xlsx")["表"]
    assert sheet["C1"].value == "问题"
    assert "校验结果" in openpyxl.load_workbook(here / "退/民政局/a.xlsx").sheetnames


def test_a_single_faulty_file_is_one_workbook(here: Path) -> None:
    (here / "交/教育局/b.xlsx").unlink()
    assert main(["validate", "交", "-s", "t.json", "--hand-back", "退", "-q"]) == 1
    assert (here / "退/教育局.xlsx").is_file()


def test_nothing_to_send_back_and_what_cannot_be_read(here: Path) -> None:
    done = CliRunner().invoke(gongshu, ["validate", "交/水务局", "-s", "t.json", "--hand-back", "退", "--lang", "en"])
    assert "nothing to send back" in done.output
    assert not (here / "退").exists()
    (here / "交/教育局/空.csv").write_bytes(b"")
    done = CliRunner().invoke(gongshu, ["validate", "交", "-s", "t.json", "--hand-back", "退", "--lang", "zh"])
    assert "空.csv" in done.output.rpartition("不能做成工作簿")[2]


@pytest.mark.parametrize("where", ["交", ".", "交/教育局"])
def test_a_hand_back_never_lies_among_the_data(where: str) -> None:
    assert main(["validate", "交", "-s", "t.json", "--hand-back", where, "-q"]) == 3
