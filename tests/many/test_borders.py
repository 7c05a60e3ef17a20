"""One set of coordinates against the box in which it has to lie: suspected where the box tells, else not checked."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.validators.borders import FEWEST, Border
from gongshu.validators.geometry import Bounds
from gongshu.validators.readers import ReadOptions
from gongshu.validators.shifts import bd09, gcj02
from gongshu.validators.validation import validate

WUHAN = "113.68,29.97,115.09,31.37"
BOX = Bounds(113.68, 29.97, 115.09, 31.37)
PAIR = {"fields": [{"name": "经度", "type": "number"}, {"name": "纬度", "type": "number"}]}
POINT = {"fields": [{"name": "位置", "type": "geopoint"}]}


def straight(longitude: Any, latitude: Any) -> Any:
    return longitude, latitude


def places(shift: Any, *, edge: int = 40, middle: int = 40) -> Any:
    """Points within 100 m of the eastern edge, and others well inside."""
    chance = np.random.default_rng(3)
    east = np.concatenate([chance.uniform(115.089, 115.09, edge), chance.uniform(114, 115, middle)])
    return shift(east, chance.uniform(30.1, 31.2, edge + middle))


def told(table: pa.Table, standard: Any, bounds: str | None) -> tuple[list[Any], list[Any]]:
    file = validate(table, standard=standard, bounds=bounds).files[0]
    found = [(each.reason, each.params["name"]) for each in file.findings if each.code == "geo.offset-system"]
    return found, [(each.reason, each.columns) for each in file.not_checked]


def pair(found: Any, names: tuple[str, str] = ("经度", "纬度")) -> pa.Table:
    return pa.table({name: [f"{value:.6f}" for value in column] for name, column in zip(names, found)})


@pytest.mark.parametrize(("shift", "name"), [(gcj02, "GCJ-02 / BD-09"), (bd09, "BD-09")], ids=["gcj-02", "bd-09"])
@pytest.mark.parametrize("bounds", [WUHAN, "420100"])
def test_points_that_come_back_into_the_box_are_suspected(shift: Any, name: str, bounds: str) -> None:
    found = places(shift)
    assert told(pair(found), PAIR, bounds) == ([("border", name)], [])
    points = pa.table({"位置": [f"{x:.6f},{y:.6f}" for x, y in zip(*found)]})
    assert told(points, POINT, bounds) == ([("border", name)], [])


def test_what_a_box_cannot_tell_is_not_checked() -> None:
    names = ("经度", "纬度")
    assert told(pair(places(straight, edge=0)), PAIR, WUHAN) == ([], [("offset-inside", names)])
    assert told(pair(places(gcj02, edge=0)), PAIR, WUHAN) == ([], [("offset-inside", names)])
    assert told(pair(places(gcj02)), PAIR, None) == ([], [("offset-alone", names)])
    assert told(pair(places(gcj02, edge=FEWEST - 1)), PAIR, WUHAN) == ([], [("offset-inside", names)])


def test_true_points_by_the_edges_rule_a_shift_out() -> None:
    chance = np.random.default_rng(5)
    sides = [
        (chance.uniform(*east, 20), chance.uniform(*north, 20))
        for east, north in (
            ((113.68, 113.681), (30.1, 31.2)),
            ((115.089, 115.09), (30.1, 31.2)),
            ((114, 115), (29.97, 29.971)),
            ((114, 115), (31.369, 31.37)),
        )
    ]
    assert told(pair(tuple(map(np.concatenate, zip(*sides)))), PAIR, WUHAN) == ([], [])


def test_points_that_are_simply_elsewhere_are_no_shift() -> None:
    east, north = places(straight)
    east[:30] += 0.5
    assert told(pair((east, north)), PAIR, WUHAN)[0] == []
    assert told(pair((east + 0.002, north)), PAIR, "113.68,29.97,114.5,31.37")[0] == []


def test_names_and_places_that_tell_need_no_doubt() -> None:
    table = pair(places(straight, edge=0), ("经度", "纬度"))
    titled = {"fields": [{**each, "title": f"{each['name']}（CGCS2000）"} for each in PAIR["fields"]]}
    assert told(table, titled, None) == ([], [])
    assert told(pair((np.array([2.35]), np.array([48.86]))), PAIR, None) == ([], [])
    assert told(pair(((), ())), PAIR, None) == ([], [])


def document(found: Any, **members: Any) -> bytes:
    points = [{"type": "Point", "coordinates": [round(x, 6), round(y, 6)]} for x, y in zip(*found)]
    features = [{"type": "Feature", "properties": {}, "geometry": each} for each in points]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def test_documents() -> None:
    def said(data: bytes, bounds: str | None) -> tuple[list[str | None], list[str]]:
        file = validate(data, options=ReadOptions(name="a.geojson"), bounds=bounds).files[0]
        codes = [each.reason for each in file.findings if each.code == "geo.offset-system"]
        return codes, [each.reason for each in file.not_checked if each.code == "geo.offset-system"]

    assert said(document(places(bd09)), WUHAN) == (["border"], [])
    assert said(document(places(gcj02, edge=0)), WUHAN) == ([], ["offset-inside"])
    assert said(document(places(gcj02)), None) == ([], ["offset-alone"])
    assert said(document(places(gcj02), crs="GCJ-02"), None) == (["declared"], [])
    assert said(document((np.array([2.35]), np.array([48.86]))), None) == ([], [])
    assert said(b'{"type": "Point", "coordinates": [' + b"1" * 350 + b", 30]}", WUHAN) == ([], [])


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(113, 116), st.floats(29, 32)), max_size=30), st.integers(0, 30))
def test_portions_do_not_matter(points: list[tuple[float, float]], cut: int) -> None:
    whole, parts = Border(BOX), Border(BOX)
    both = np.array(points, np.float64).reshape(-1, 2)
    whole.take(both[:, 0], both[:, 1])
    for part in (both[:cut], both[cut:]):
        parts.take(part[:, 0], part[:, 1])
    assert (whole.suspected(), whole.silent()) == (parts.suspected(), parts.silent())
