"""What can be met is documented: codes, commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gongshu.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def test_the_pages_of_findings_are_what_the_catalogue_says() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "docs" / "findings.py"), "--check"], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_every_command_stands_in_both_readmes() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        missing = [command for command in COMMANDS if f"gongshu {command}" not in text]
        assert not missing, (name, missing)
