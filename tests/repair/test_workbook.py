"""`fix` of a workbook: cells of safe fixes alone change; repaired twice is repaired once; nothing gets worse."""

from __future__ import annotations

import csv
import sys
import tempfile
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "workbooks"))  # its rich workbook serves as data here
from test_marked import HEADER, PEOPLE, ROWS, parts, rich

from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.repair import Repair, fix


def mended(source: Path, output: Path | None, **options: Any) -> Repair:
    registry = Registry(builtin=False, installed=False)
    given = {"as_of": date(2026, 3, 31), "registry": registry, **options}
    return fix(source, standard=PEOPLE / "standard.yaml", output=output, **given)


def cells(path: Path, sheet: str) -> dict[tuple[int, int], Any]:
    rows = python_calamine.load_workbook(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row) if value != ""}


def test_only_touched_cells_change(tmp_path: Path) -> None:
    source, output = rich(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    raw = source.read_bytes()
    repair = mended(source, output)
    assert source.read_bytes() == raw
    before, after = parts(source), parts(output)
    listing = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}  # they name the change log
    assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet1.xml", *listing}
    assert set(after) - set(before) == {"xl/worksheets/gongshu1.xml"}
    was, now = cells(source, "人员'A表"), cells(output, "人员'A表")
    changed = {place: now.get(place) for place in was if was[place] != now.get(place)}
    assert changed == {
        (3, 0): "张二",
        (3, 2): "2024-01-06",
        (6, 2): "2024-01-09",
        (6, 3): "2",
        (8, 1): "11010119000101009X",
    }
    assert (repair.cells, repair.rows) == (5, 3)
    assert repair.report.counts["errors"] < repair.before.counts["errors"]
    log = (tmp_path / "b.changes.csv").read_text(encoding="utf-8-sig")
    assert "张二" not in log
    assert len(log.splitlines()) == 6
    told = [list(each) for each in openpyxl.load_workbook(output)["改动记录"].iter_rows(values_only=True)]
    assert [[str(cell or "") for cell in row] for row in told] == list(csv.reader(log.splitlines()))
    assert openpyxl.load_workbook(output).sheetnames[:2] == openpyxl.load_workbook(source).sheetnames
    style = openpyxl.load_workbook(source)["人员'A表"]["D7"].style_id
    assert openpyxl.load_workbook(output)["人员'A表"]["D7"].style_id == style


def test_repaired_twice_is_repaired_once(tmp_path: Path) -> None:
    mended(rich(tmp_path / "a.xlsx"), tmp_path / "b.xlsx")
    again = mended(tmp_path / "b.xlsx", tmp_path / "c.xlsx")
    assert again.cells == 0
    assert parts(tmp_path / "b.xlsx") == parts(tmp_path / "c.xlsx")


def test_formulas_and_covered_cells_stay(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["张一", "110101190001010014", "2024-01-05", 3])
        sheet.write_row(2, 0, ["张二", "110101190001010022"])
        sheet.write_formula(2, 2, '="2024/1/6"', None, "2024/1/6")
        sheet.write(2, 3, 4)
        sheet.write_row(3, 0, ["张三", "11010119000101009x", None, 4])
        sheet.write_row(4, 0, ["张四", "110101190001010065", None, 4])
        sheet.merge_range("C4:C5", "2024/1/7")
    repair = mended(source, tmp_path / "b.xlsx")
    was, now = cells(source, "S"), cells(tmp_path / "b.xlsx", "S")
    changed = {place: now.get(place) for place in was if was[place] != now.get(place)}
    assert changed == {(3, 1): "11010119000101009X", (3, 2): "2024-01-07"}
    assert repair.skipped == 2
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        assert b'<f>"2024/1/6"</f><v>2024/1/6</v>' in archive.read("xl/worksheets/sheet1.xml")


def test_a_workbook_is_saved_as_one(tmp_path: Path) -> None:
    with pytest.raises(UsageFault) as fault:
        mended(rich(tmp_path / "a.xlsx"), tmp_path / "b.csv")
    assert fault.value.code == "usage.fix-suffix"
    repair = mended(tmp_path / "a.xlsx", None, dry_run=True)
    assert repair.cells == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.xlsx"]


VALUES = st.one_of(
    st.sampled_from([value for row in ROWS for value in row]),
    st.sampled_from(
        ["", " ", "/", "２０２４－１－５", "2024.1.5", "1,234", 20240105, 12.5, True, "＝1", "_x0041_", "a&<b>"]
    ),
    st.text(max_size=6),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(VALUES, min_size=4, max_size=4), min_size=1, max_size=6))
def test_it_brings_no_finding_and_changes_what_it_logs_alone(rows: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        source, output = Path(name) / "a.xlsx", Path(name) / "b.xlsx"
        with xlsxwriter.Workbook(source, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("S")
            sheet.write_row(0, 0, HEADER)
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    if value != "":
                        sheet.write(number, column, value)
        repair = mended(source, output, samples=None)
        if repair.output is None:
            return
        had, has = Counter[Any](), Counter[Any]()
        for report, counts in ((repair.before, had), (repair.report, has)):
            for each in report.findings:
                counts[each.code, each.columns, each.rule, each.reason] += each.count
        assert not has - had
        was, now = cells(source, "S"), cells(output, "S")
        places = {place for place in was.keys() | now.keys() if was.get(place) != now.get(place)}
        log = (Path(name) / "b.changes.csv").read_text(encoding="utf-8-sig").count("\n") - 1
        assert len(places) <= repair.cells <= log
        fixes = {(s.line, f.columns[0]) for f in repair.before.findings for s in f.samples if s.fix and s.fix.safe}
        titles = dict(zip(HEADER, ("XM", "GMSFHM", "DJRQ", "RS")))
        header = (repair.before.files[0].header_line or 1) - 1
        for row, column in places:
            assert (row + 1, titles[str(was[header, column])]) in fixes
        assert mended(output, Path(name) / "c.xlsx").cells == 0
