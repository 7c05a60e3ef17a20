"""The words of validate, fix, explain and receipt, as a user says them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from gongshu.cli import main

HERE = Path(__file__).parents[1]
PEOPLE = HERE / "reports/goldens/people"
SCHEMA = json.loads((HERE.parent / "validators/report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("input.csv", "standard.yaml"):
        shutil.copy(PEOPLE / name, tmp_path / name)
    clean = "姓名,公民身份号码,登记日期,家庭人数\n张一,110101190001010014,2024-01-05,3\n"
    (tmp_path / "good.csv").write_text(clean, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> int:
    return main([*words])


def test_verdicts_are_exit_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", "good.csv", "-s", "standard.yaml", "--lang", "zh") == 0
    assert capsys.readouterr().out.startswith("合格")
    assert run("validate", "input.csv", "-s", "standard.yaml", "--lang", "en") == 1
    assert capsys.readouterr().out.startswith("Does not conform: 11 errors in 6 rows.")
    assert run("validate", "good.csv", "input.csv", "-s", "standard.yaml", "--lang", "zh") == 1
    assert "共 2 个文件：1 个合格，1 个不合格，0 个读不了。" in capsys.readouterr().out


def test_json_is_the_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--json"], ["--format", "json"]):
        assert run("validate", "input.csv", "-s", "standard.yaml", *words) == 1
        report = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator(SCHEMA).validate(report)
        assert report["summary"]["errors"] == 11


def test_reproducible_means_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = []
    for threads in ("1", "3"):
        run("validate", "input.csv", "-s", "standard.yaml", "--json", "--reproducible", "--threads", threads)
        made.append(capsys.readouterr().out)
    assert made[0] == made[1]
    assert "generated" not in json.loads(made[0])


def test_a_report_goes_to_a_file_whole(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", "input.csv", "-s", "standard.yaml", "-o", "faults.csv", "--lang", "zh") == 1
    assert capsys.readouterr().out == "不合格：有 11 处错误，涉及 6 行。\n"
    assert (folder / "faults.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert run("validate", "input.csv", "-s", "standard.yaml", "-o", "input.csv") == 3
    assert run("validate", "input.csv", "-s", "standard.yaml", "-o", "no/such/folder.json") == 3
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_personal_values_are_shown_on_request_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("validate", "input.csv", "-s", "standard.yaml")
    assert "110101190001010031" not in capsys.readouterr().out
    run("validate", "input.csv", "-s", "standard.yaml", "--unmask")
    assert "110101190001010031" in capsys.readouterr().out


def test_quiet_says_the_verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("validate", "input.csv", "-s", "standard.yaml", "-q", "--lang", "zh")
    assert capsys.readouterr().out == "不合格：有 11 处错误，涉及 6 行。\n"


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["--format", "jsn"], "json"),
        (["--samples", "many"], "--samples"),
        (["--as-of", "31.3.2026"], "2026-03-31"),
        (["--profile", "publicaton"], "publication"),
    ],
)
def test_wrong_words_get_the_right_one(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], near: str
) -> None:
    assert run("validate", "good.csv", "-s", "standard.yaml", *words) == 3
    said = capsys.readouterr().err
    assert near in said
    assert len(said.strip().splitlines()) == 1


def test_receipt_of_a_run_holds_until_a_byte_changes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", "good.csv", "-s", "standard.yaml", "--receipt", "r.json", "--lang", "zh") == 0
    capsys.readouterr()
    assert run("receipt", "verify", "r.json", "good.csv", "--lang", "zh") == 0
    assert capsys.readouterr().out.startswith("有效")
    with (folder / "good.csv").open("ab") as file:
        file.write(b"\n")
    assert run("receipt", "verify", "r.json", "good.csv", "--lang", "zh") == 1
    assert "文件内容已改动" in capsys.readouterr().out
    assert run("receipt", "show", "r.json") == 0
    assert json.loads(capsys.readouterr().out)["statement"]["verdict"] == "conforms"


def test_fix_says_what_it_did(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fix", "input.csv", "-s", "standard.yaml", "--lang", "zh") == 3
    assert run("fix", "input.csv", "-o", "out.csv", "--lang", "zh") == 3
    capsys.readouterr()
    assert run("fix", "input.csv", "-s", "standard.yaml", "--dry-run", "--lang", "zh") == 1
    said = capsys.readouterr().out
    assert "第 3 行 登记日期：“2024/1/6” → “2024-01-06”" in said
    assert "没有写任何文件" in said
    assert run("fix", "input.csv", "-s", "standard.yaml", "-o", "out.csv", "--lang", "zh") == 1
    assert "改了 5 格（3 行）" in capsys.readouterr().out
    assert run("fix", "input.csv", "-s", "standard.yaml", "-o", "out.csv", "--json") == 1
    assert json.loads(capsys.readouterr().out)["cells"] == 5


def test_fix_of_a_workbook_gives_a_workbook(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "公民身份号码"])
        sheet.write_row(1, 0, ["张一 ", "110101190001010014"])
    assert run("fix", "a.xlsx", "-s", "standard.yaml", "-o", "out.xlsx", "--lang", "zh") == 0
    assert "改了 1 格" in capsys.readouterr().out
    assert (folder / "out.xlsx").read_bytes().startswith(b"PK")
    assert run("fix", "a.xlsx", "-s", "standard.yaml", "-o", "out.csv", "--lang", "zh") == 3
    assert ".xlsx" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_explain_knows_every_code(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    from gongshu.validators.vocabulary import CODES

    for code in CODES:
        assert run("explain", code, "--lang", lang) == 0
        said = capsys.readouterr().out
        assert said.startswith(code)
        assert "{" not in said.replace('{"', "").replace("{}", "")
    assert run("explain", "--lang", lang) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CODES)
    assert run("explain", "cell.maximun", "--lang", lang) == 3
    assert "cell.maximum" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_any_console(folder: Path, encoding: str, lang: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    words = ["validate", "input.csv", "-s", "standard.yaml", "--lang", lang]
    done = subprocess.run(
        [sys.executable, "-m", "gongshu.cli", *words], capture_output=True, cwd=folder, env=environment, check=False
    )
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    done.stdout.decode(encoding)
