"""The tool starts at once, and answers every console."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def best(command: list[str], times: int = 7) -> float:
    """Processor seconds of the quickest of several runs: what a start costs, whoever else uses the machine."""
    runs = []
    for _ in range(times):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        runs.append(used.ru_utime + used.ru_stime)
    return min(runs)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="processor time of a child needs wait4")
def test_help_costs_little_more_than_click() -> None:
    click = best([sys.executable, "-c", "import click"])
    ours = best([sys.executable, "-m", "gongshu.cli", "--help"])
    assert ours <= 2.5 * click


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="processor time of a child needs wait4")
def test_importing_the_package_costs_next_to_nothing() -> None:
    bare = best([sys.executable, "-c", "pass"])
    ours = best([sys.executable, "-c", "import gongshu"])
    assert ours - bare <= 0.030


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_word_is_one_line_on_any_console(encoding: str, lang: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "GONGSHU_LANG": lang}
    done = subprocess.run([sys.executable, "-m", "gongshu.cli", "validat"], capture_output=True, env=environment)
    assert done.returncode == 3
    assert done.stdout == b""
    assert b"validate" in done.stderr
    assert b"Traceback" not in done.stderr
