"""The hooks for pre-commit and the examples for code hosts say only what the command understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from gongshu.cli import COMMANDS, found, main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
CALLS = sorted(
    set(re.findall(r"gongshu (?:validate|standards) [^\n`|>#]*", "\n".join(re.findall(r"```.*?```", PAGE, re.S))))
)


def test_hooks_are_whole() -> None:
    for hook in HOOKS:
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["id"] in PAGE
        name = shlex.split(hook["entry"])[1]
        assert isinstance(found(COMMANDS[name][0]), click.Command)


def test_the_hook_is_a_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    header = "统计用区划代码,村级区划名称,乡级代码\n"
    good.write_text(header + "420102002003,保成社区,420102002\n", encoding="utf-8")
    bad.write_text(header + "42010200200,保成社区,420102002\n", encoding="utf-8")
    entry = next(shlex.split(hook["entry"]) for hook in HOOKS if hook["id"] == "gongshu-validate")
    words = [*entry[1:], "--standard", "division-12@1"]
    assert re.search(HOOKS[0]["files"], str(good))
    assert main([*words, str(good)]) == 0
    assert main([*words, str(good), str(bad)]) == 1
    capsys.readouterr()


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", PAGE, re.S))
def test_examples_are_yaml(block: str) -> None:
    assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize("call", CALLS)
def test_examples_use_words_that_exist(call: str) -> None:
    command = found(COMMANDS["validate"][0])
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    used = {word for word in shlex.split(call) if re.fullmatch(r"--?[a-z][a-z-]*", word)}
    assert used <= options
