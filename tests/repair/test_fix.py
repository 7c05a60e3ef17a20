"""`fix` applies safe repairs cell by cell and copies the rest; it repeats no key and brings no finding."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.repair import Repair, fix

PEOPLE = Path(__file__).parents[1] / "reports/goldens/people"
SITES = Path(__file__).parents[1] / "reports/goldens/titled"
BOM = b"\xef\xbb\xbf"


def mended(source: Path, output: Path | None, standard: Path = PEOPLE, **options: Any) -> Repair:
    return fix(
        source,
        standard=standard / "standard.yaml",
        output=output,
        as_of=date(2026, 3, 31),
        registry=Registry(builtin=False, installed=False),
        **options,
    )


def test_only_touched_cells_change(tmp_path: Path) -> None:
    source, output = PEOPLE / "input.csv", tmp_path / "out.csv"
    before = source.read_bytes()
    repair = mended(source, output)
    assert source.read_bytes() == before
    expected = before.decode().replace(" 张二 ", "张二").replace("2024/1/6", "2024-01-06")
    expected = expected.replace("2024年1月9日", "2024-01-09").replace("２", "2").replace("x,2024", "X,2024")
    assert output.read_bytes() == BOM + expected.encode()
    assert (repair.cells, repair.rows, repair.skipped) == (5, 3, 0)
    assert repair.report.files[0].name == "out.csv"
    assert repair.report.counts["errors"] < repair.before.counts["errors"]


def test_the_log_says_what_was_changed_and_hides_people(tmp_path: Path) -> None:
    mended(PEOPLE / "input.csv", tmp_path / "out.csv")
    raw = (tmp_path / "out.changes.csv").read_bytes()
    assert raw.startswith(BOM)
    header, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert header == ["记录", "行", "列", "改前", "改后", "代码", "原因"]
    assert ["2", "3", "登记日期", "2024/1/6", "2024-01-06", "cell.format"] in [row[:-1] for row in rows]
    assert "张二" not in raw.decode()
    assert len(rows) == 5


def test_titles_footers_and_blank_rows_stay(tmp_path: Path) -> None:
    source, output = SITES / "input.csv", tmp_path / "out.csv"
    mended(source, output, SITES, bom=False)
    changed = source.read_text(encoding="utf-8").replace("\n1102,", "\n001102,").replace('"1,234.5"', '"1234.5"')
    assert output.read_text(encoding="utf-8") == changed


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_any_encoding_becomes_utf_8(tmp_path: Path, encoding: str) -> None:
    source, text = tmp_path / "in.csv", (PEOPLE / "input.csv").read_bytes().decode()
    source.write_bytes(text.encode(encoding))
    repair = mended(source, tmp_path / "out.csv")
    mended(PEOPLE / "input.csv", tmp_path / "same.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "same.csv").read_bytes()
    assert (repair.transcoded is None) == encoding.startswith("utf-8")


def test_mending_twice_changes_nothing(tmp_path: Path) -> None:
    mended(PEOPLE / "input.csv", tmp_path / "one.csv")
    again = mended(tmp_path / "one.csv", tmp_path / "two.csv")
    assert again.cells == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_no_key_is_repeated_by_a_fix(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    number = "110101190001010014"
    source.write_text(
        f"姓名,公民身份号码,登记日期,家庭人数\n张一,{number},,\n张二,{number} ,2024/1/1,\n", encoding="utf-8"
    )
    repair = mended(source, tmp_path / "out.csv", bom=False)
    assert f"张二,{number} ,2024-01-01," in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert (repair.cells, repair.skipped) == (1, 1)


def test_no_row_becomes_the_twin_of_another(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("站点编码,类别,面积,备注\n001101,公园,1,\n1101,公园,1,\n1102,公园,1,\n", encoding="utf-8")
    repair = mended(source, tmp_path / "out.csv", SITES, bom=False)
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "\n1101,公园" in text
    assert "\n001102,公园" in text
    assert (repair.cells, repair.skipped) == (1, 1)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    repair = mended(PEOPLE / "input.csv", None, dry_run=True)
    assert list(tmp_path.iterdir()) == []
    assert len(repair.shown) == repair.cells == 5
    assert repair.output is None


def test_the_original_is_never_the_output(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes((PEOPLE / "input.csv").read_bytes())
    with pytest.raises(UsageFault) as fault:
        mended(source, tmp_path / "." / "in.csv")
    assert fault.value.code == "usage.output-is-input"


def test_garbled_bytes_are_not_thrown_away(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes((PEOPLE / "input.csv").read_bytes() + "张九,".encode() + b"\xff\xfe\x81,2024/1/1,1\r\n")
    with pytest.raises(UsageFault) as fault:
        mended(source, tmp_path / "out.csv")
    assert fault.value.code == "usage.fix-encoding"
    assert [each.name for each in tmp_path.iterdir()] == ["in.csv"]


def test_random_damage_is_mended_and_nothing_new_comes(tmp_path: Path) -> None:
    chance = random.Random(7)
    clean = [f"{number:06d},公园,{number}.5,x" for number in range(1, 400)]
    damage = [
        lambda t: f" {t}",
        lambda t: t.replace("1", "１"),
        lambda t: t + "\u3000",
        lambda t: f'"{t}"',
        lambda t: t,
    ]
    lines = []
    for line in clean:
        parts = line.split(",")
        at = chance.randrange(3)
        parts[at] = chance.choice(damage)(parts[at])
        lines.append(",".join(parts))
    source = tmp_path / "in.csv"
    source.write_text("站点编码,类别,面积,备注\n" + "\n".join(lines) + "\n", encoding="utf-8")
    repair = mended(source, tmp_path / "out.csv", SITES)
    had = {(each.code, each.columns) for each in repair.before.findings}
    assert {(each.code, each.columns) for each in repair.report.findings} - {("file.bom", ())} <= had
    assert repair.report.counts["errors"] == 0
    rows = list(csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))[1:]
    assert [",".join(row) for row in rows] == clean


KEYED = "姓名,公民身份号码,登记日期,家庭人数\n"


@pytest.mark.parametrize(
    ("rows", "readings", "cells", "skipped"),
    [
        # the repeated key needs no fix, so what was written along with the first judgement may stay
        ("张一,110101190001010014,2024/1/5,3\n张二,110101190001010014,2024-01-06,3\n", 2, 1, 0),
        # mended, two keys would be one: they stay, and the text is written once more
        ("张一,11010119000101009x,2024/1/5,3\n张二,11010119000101009X,2024-01-06,3\n", 3, 1, 1),
        # a key is mended, and meets no other
        ("张一,11010119000101009x,2024/1/5,3\n张二,110101190001010014,2024-01-06,3\n", 2, 2, 0),
    ],
)
def test_a_file_is_read_no_more_often_than_it_needs(
    rows: str, readings: int, cells: int, skipped: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongshu.validators import engine, tables

    judged: list[int] = []

    def counted(*given: Any, **named: Any) -> Any:
        judged.append(1)
        return judge(*given, **named)

    judge = engine.judge
    monkeypatch.setattr(engine, "judge", counted)
    monkeypatch.setattr(tables, "judge", counted)
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(KEYED + rows + "\r\n\n", encoding="utf-8")
    repair = mended(source, output)
    assert (len(judged), repair.cells, repair.skipped) == (readings, cells, skipped)
    assert output.read_text(encoding="utf-8-sig").endswith("3\n\n\n")
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n", "\r\n,,,\r\n", "\n \n\n"])
def test_what_stands_behind_the_last_record_stays(encoding: str, tail: str, tmp_path: Path) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    text = KEYED + "张一,110101190001010014,2024/1/5,3" + tail
    source.write_bytes(text.encode(encoding))
    mended(source, output)
    assert output.read_bytes().decode("utf-8-sig") == text.replace("2024/1/5", "2024-01-05")
