"""A standard exports itself: the library says what the command does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import gongshu


def test_a_standard_exports_itself(tmp_path: Path) -> None:
    standard = gongshu.standard("administrative-permit@1")
    losses = standard.export("json-schema", tmp_path / "permit.json")
    assert json.loads((tmp_path / "permit.json").read_text(encoding="utf-8"))["type"] == "object"
    assert losses
    standard.export("xlsx-template", tmp_path / "permit.xlsx")
    assert (tmp_path / "permit.xlsx").read_bytes().startswith(b"PK")


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    with pytest.raises(gongshu.UsageFault):
        gongshu.standard("administrative-permit").export("markdown", tmp_path / "nowhere" / "a.md")
    assert not list(tmp_path.iterdir())
