"""How many different texts: the same as a set says, however they are divided and whether or not they lie on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.validators.distinct import Distinct


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=5) | st.sampled_from(["a", "b", ""]), max_size=30)), st.integers(1, 400))
def test_distinct_counts_as_a_set_does(portions: list[list[str]], budget: int) -> None:
    counter = Distinct(budget=budget)
    try:
        for each in portions:
            counter.add(pa.array(each, pa.string()))
        assert counter.count() == len({text for each in portions for text in each})
    finally:
        counter.close()


def test_many_texts_go_to_disk_and_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    counter = Distinct(budget=1 << 16)
    for start in range(0, 200_000, 10_000):
        counter.add(pa.array([str(each % 150_000) for each in range(start, start + 10_000)]))
    assert any(tmp_path.iterdir())
    assert counter.count() == 150_000
    counter.close()
    assert not any(tmp_path.iterdir())


def test_few_texts_stay_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    counter = Distinct(budget=1 << 16)
    for _ in range(100):
        counter.add(pa.array([str(each) for each in range(1000)]))
    assert counter.count() == 1000
    assert not any(tmp_path.iterdir())
