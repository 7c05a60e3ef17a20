"""Words typed wrongly are said in the language asked for, with what would be right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gongshu.cli import main


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["validate"], "缺少 FILE", "FILE|FOLDER|GLOB|URL… is missing."),
        (["publish", "plan", "a", "b"], "多出了不认识的词：b。", "Unexpected words: b."),
        (["validate", "a.csv", "--standrd", "x"], "最接近的是：--standard", "The nearest is: --standard"),
        (["validate", "a.csv", "--standard"], "“--standard” 后面要写一个值。", "'--standard' needs a value"),
        (["validate", "a.csv", "--threads", "0"], "应为 x>=1 的整数。", "an integer is due, x>=1."),
        (["standards", "sample", "x", "--seed", "q"], "“--seed” 的值不对，应为整数。", "an integer is due."),
        (["standards", "list", "--kind", "q"], "可用的有：", "There are: "),
        (["standards", "lst"], "最接近的是：list", "The nearest is: list"),
        (["validat"], "最接近的是：validate", "The nearest is: validate"),
    ],
)
def test_in_both_languages(
    words: list[str], zh: str, en: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang, said in (("zh", zh), ("en", en)):
        monkeypatch.setenv("GONGSHU_LANG", lang)
        assert main(words) == 3
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [["qqqqqq"], ["validate", "/nowhere/at/all.csv"], ["standards", "show", "qqqqqq"]])
def test_where_nothing_is_near_no_near_word_is_announced(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang, announced in (("zh", "最接近"), ("en", "nearest")):
        monkeypatch.setenv("GONGSHU_LANG", lang)
        assert main(words) == 3
        assert announced not in capsys.readouterr().err


def test_a_closed_or_full_output_is_no_fault_of_ours(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'from gongshu.cli import main; raise SystemExit(main())' standards list --lang zh"
    for redirection, code, said in ((">&-", 0, ""), (">/dev/full", 3, "磁盘已满")):
        if redirection.startswith(">/dev") and not Path("/dev/full").exists():
            continue
        done = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"],
            stderr=subprocess.PIPE,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        assert done.returncode == code
        assert said in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_without_end_is_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "/dev/zero", "--lang", "en"]) == 2
    assert "file.unreadable" in capsys.readouterr().out


def test_a_link_to_nowhere_is_not_the_nearest_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lost.csv").symlink_to(tmp_path / "gone")
    assert main(["validate", str(tmp_path / "lost.csv"), "--lang", "en"]) == 3
    assert "nearest" not in capsys.readouterr().err


def test_an_empty_name_is_not_this_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "", "--lang", "en"]) == 3
    assert capsys.readouterr().out == ""
