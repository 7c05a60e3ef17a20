"""A reader who has gone, as in `gongshu … | head`, ends a run quietly, and never looks like a verdict."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gongshu.cli import gone

CONFORMING = "名称,数量\n" + "某处,1\n" * 20_000
STANDARD = """
id: pipe-test
version: 1.0.0
kind: table
title: {zh: 管道}
status: in-force
basis: [{title: 测试, confidence: high}]
fields:
  - {name: 名称, title: {zh: 名称}, type: string}
  - {name: 数量, title: {zh: 数量}, type: integer, constraints: {maximum: 0}}
"""


def run_into_nothing(arguments: list[str], folder: Path, *, both: bool = False) -> tuple[int, bytes]:
    """Exit code and standard error of a run whose standard output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gongshu.cli", *arguments]
    with os.fdopen(writer, "wb") as out:
        done = subprocess.run(command, stdout=out, stderr=out if both else subprocess.PIPE, cwd=folder, timeout=120)
    return done.returncode, done.stderr or b""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(CONFORMING, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(STANDARD, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="pipes of Windows are closed otherwise")
@pytest.mark.parametrize("form", ["terminal", "json", "jsonl", "csv", "html", "markdown", "sarif", "junit", "github"])
def test_a_report_that_nobody_reads(folder: Path, form: str) -> None:
    asked = ["validate", "a.csv", "--standard", "s.yaml", "--format", form, "--samples", "500"]
    assert run_into_nothing(asked, folder) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="pipes of Windows are closed otherwise")
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["validate", "--help"], ["explain"], ["validate", "a.csv"], ["standards", "list"]]
)
def test_help_and_lists_that_nobody_reads(folder: Path, arguments: list[str], both: bool) -> None:
    assert run_into_nothing(arguments, folder, both=both) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="pipes of Windows are closed otherwise")
@pytest.mark.parametrize("arguments", [["validate", "no-such-file.csv"], ["no-such-command"], ["validate"]])
def test_a_complaint_that_nobody_reads(folder: Path, arguments: list[str]) -> None:
    assert run_into_nothing(arguments, folder, both=True) == (141, b"")


def test_what_counts_as_gone() -> None:
    assert gone(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert gone(OSError(errno.EINVAL, "Invalid argument"), "nt")
    assert not gone(OSError(errno.EINVAL, "Invalid argument"), "posix")
    assert not gone(OSError(errno.EINVAL, "Invalid argument", "a?.csv"), "nt")
    assert not gone(FileNotFoundError(errno.ENOENT, "No such file"))
