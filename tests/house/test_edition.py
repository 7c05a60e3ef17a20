"""The version that reports name is the package's."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gongshu.standards.edition import VERSION


def test_one_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION
