"""Polars frames are tables like any other."""

from __future__ import annotations

import datetime

import pytest

pl = pytest.importorskip("polars", reason="polars is not installed")


def test_a_polars_frame_is_read(read) -> None:
    frame = pl.DataFrame({"a": ["x", None], "n": [1, 2], "f": [1.0, 2.5], "d": [datetime.date(2026, 1, 31), None]})
    found = read(frame)
    assert found.shape.header.names == ("a", "n", "f", "d")
    assert found.cells == [("x", "1", "1", "2026-01-31"), ("", "2", "2.5", "")]
    assert read(frame.head(0)).cells == []
