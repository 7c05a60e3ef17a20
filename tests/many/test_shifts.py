"""The shifted coordinate systems of web maps: their formulas, and when a table is suspected of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.shifts import bd09, bd09_of_gcj02, gcj02, inverse
from gongshu.validators.validation import validate

BEIJING = (np.array([116.404]), np.array([39.915]))


@pytest.mark.parametrize(
    ("shift", "longitude", "latitude"),
    [(gcj02, 116.41024449916938, 39.91640428150164), (bd09_of_gcj02, 116.41036949371029, 39.92133699351021)],
)
def test_points_that_coordtransform_publishes(shift, longitude, latitude) -> None:
    assert np.allclose(np.ravel(shift(*BEIJING)), [longitude, latitude], atol=1e-9)


def test_places_abroad_are_not_shifted() -> None:
    assert np.ravel(bd09(np.array([2.35]), np.array([48.86]))).tolist() == [2.35, 48.86]


@given(st.floats(74, 134), st.floats(18, 53), st.sampled_from([gcj02, bd09_of_gcj02, bd09]))
def test_the_inverse_comes_back(longitude: float, latitude: float, shift: Any) -> None:
    moved = shift(np.array([longitude]), np.array([latitude]))
    assert np.allclose(np.ravel(inverse(shift, *moved)), [longitude, latitude], atol=1e-7)


NAMES = ("经度", "纬度", "地图经度", "地图纬度")
STANDARD = {"fields": [{"name": name, "type": "number"} for name in NAMES]}


def told(shift: Any, *, count: int = 40, digits: int = 5, wrong: int = 0) -> list[Any]:
    chance = np.random.default_rng(1)
    true = (chance.uniform(113.7, 115, count), chance.uniform(30, 31.3, count))
    other = shift(*true)
    other[0][:wrong] += 0.01
    texts = [[f"{value:.{digits}f}" for value in column] for column in (*true, *other)]
    report = validate(pa.table(dict(zip(NAMES, texts))), standard=STANDARD)
    return [(each.code, each.reason, each.columns, each.severity.value) for each in report.files[0].findings]


@pytest.mark.parametrize(("shift", "reason"), [(gcj02, "gcj-02"), (bd09, "bd-09")])
@pytest.mark.parametrize("digits", [4, 7])
def test_a_pair_beside_the_true_one_is_told(shift, reason, digits) -> None:
    assert told(shift, digits=digits) == [("geo.offset-system", reason, NAMES[2:], "warning")]
    assert told(shift, digits=digits, wrong=1) == [("geo.offset-system", reason, NAMES[2:], "warning")]


def test_nothing_is_suspected_without_good_reason() -> None:
    assert told(gcj02, count=9) == []
    assert told(gcj02, wrong=10) == []
    assert told(lambda x, y: (x.copy(), y)) == []
    assert told(lambda x, y: (x + 0.005, y - 0.002)) == []
