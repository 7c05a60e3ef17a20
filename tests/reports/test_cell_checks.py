"""One cell and every check that it met: the same verdict as in the report, in every way of naming the cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from gongshu.cli import gongshu
from gongshu.standards.registry import Registry
from gongshu.validators.validation import validate

PEOPLE = Path(__file__).parent / "goldens/people"
STANDARD = PEOPLE / "standard.yaml"


def asked(where: str, path: Path = PEOPLE / "input.csv", *more: str) -> tuple[int, dict[str, object]]:
    arguments = ["validate", str(path), "-s", str(STANDARD), "--explain-cell", where, "--json", "--as-of", "2026-03-31"]
    done = CliRunner().invoke(gongshu, [*arguments, *more], standalone_mode=False)
    return done.return_value, json.loads(done.output)


def statuses(found: dict[str, object]) -> list[tuple[str, str]]:
    return [(each["code"], each["status"]) for each in found["checks"]]  # type: ignore[attr-defined]  # JSON  # JSON


def test_checks_come_in_order_with_limits_and_basis() -> None:
    code, found = asked("5:家庭人数")
    assert code == 1
    assert statuses(found) == [
        ("cell.whitespace", "passed"),
        ("cell.type", "passed"),
        ("cell.minimum", "passed"),
        ("cell.maximum", "failed"),
    ]
    assert [each["limit"] for each in found["checks"]][2:] == ["1", "20"]  # type: ignore[attr-defined]  # JSON  # JSON
    assert {each["basis"]["title"] for each in found["checks"]} == {"测试"}  # type: ignore[attr-defined]  # JSON  # JSON


def test_what_cannot_be_judged_says_why() -> None:
    _, empty = asked("5:姓名")
    assert statuses(empty)[0] == ("cell.required", "failed")
    assert ("cell.length", "skipped") in statuses(empty)
    _, unread = asked("8:登记日期")
    assert ("cell.type", "failed") in statuses(unread)
    assert ("row.rule", "skipped") in statuses(unread)


def test_keys_rules_and_masks() -> None:
    code, found = asked("7:公民身份号码")
    assert (code, statuses(found)[-1]) == (1, ("key.duplicate", "failed"))
    assert "110101190001010014" not in json.dumps(found)
    assert asked("7:登记日期")[1]["checks"][-1]["limit"] == (  # type: ignore[index]  # JSON
        "registered-after-1900 DJRQ >= DATE '1949-10-01'"
    )


def test_every_finding_of_the_report_is_met_at_its_cell() -> None:
    registry = Registry(builtin=False, installed=False)
    report = validate(PEOPLE / "input.csv", standard=STANDARD, samples=None, as_of="2026-03-31", registry=registry)
    for finding in report.findings:
        for sample in finding.samples:
            found = asked(f"{sample.line}:{finding.columns[0]}")[1]
            said = [one["code"] for each in found["checks"] for one in each["findings"]]  # type: ignore[attr-defined]  # JSON
            assert finding.code in said, (finding.code, sample)


def test_a_workbook_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "人员.xlsx"
    lines = (PEOPLE / "input.csv").read_text(encoding="utf-8").splitlines()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 1, "人员登记表")
        for number, line in enumerate(lines[:5], 2):
            for at, text in enumerate(line.split(","), 1):
                sheet.write_string(number, at, text)
    code, found = asked("C5", path)
    assert (code, found["column"]) == (0, "公民身份号码")
    assert dict(statuses(found))["cell.identifier"] == "passed"
    assert asked("e7", path)[0] == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_for_people(lang: str) -> None:
    arguments = ["validate", str(PEOPLE / "input.csv"), "-s", str(STANDARD), "--explain-cell", "3:姓名", "--lang", lang]
    text = CliRunner().invoke(gongshu, arguments).output
    assert "cell-checks." not in text
    assert "cell.whitespace" in text
    assert "张二" not in text


@pytest.mark.parametrize("where", ["1:姓名", "99:姓名", "3:无此列", "C3", "姓名", "A0", ":", "3:"])
def test_no_such_cell_is_wrong_usage(where: str) -> None:
    arguments = ["validate", str(PEOPLE / "input.csv"), "-s", str(STANDARD), "--explain-cell", where]
    done = CliRunner().invoke(gongshu, arguments, standalone_mode=False)
    assert done.exception is not None or done.return_value == 3
    assert "usage.explain-cell" in getattr(done.exception, "code", "") or "explain-cell" not in done.output
