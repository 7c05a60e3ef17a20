"""Positions in columns: bounds that the call or the standard names, axis order, names of shifted systems."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from gongshu.standards.faults import UsageFault
from gongshu.validators.validation import validate

HEAD = "id: t\nversion: 1.0.0\nkind: table\ntitle: 表\n"
PAIR = "fields: [{name: jd, title: 经度, type: number, scale: 6}, {name: wd, title: 纬度, type: number, scale: 6}]\n"


def standard(tmp_path: Any, body: str) -> Any:
    path = tmp_path / "t.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def found(table: pa.Table, **options: Any) -> list[tuple[str, str | None, list[int | None]]]:
    return [(each.code, each.reason, [s.row for s in each.samples]) for each in validate(table, **options).findings]


@pytest.mark.parametrize("ours", [True, False])
def test_bounds_of_a_division(tmp_path: Any, ours: bool) -> None:
    table = pa.table({"jd": ["114.3", "30.6", "116.4", ""], "wd": ["30.6", "114.3", "39.9", "30"]})
    path = standard(tmp_path, PAIR + ("bounds: 420100\n" if ours else ""))
    expected = [("geo.axis-order", "swapped", [2]), ("geo.out-of-bounds", "division", [3])]
    assert found(table, standard=path, bounds=None if ours else "420102") == expected
    if not ours:
        assert found(table, standard=path) == []


def test_geopoints_and_geojson_cells(tmp_path: Any) -> None:
    path = standard(tmp_path, "fields: [{name: p, type: geopoint}, {name: g, type: geojson}]\n")
    shape = '{"type": "Point", "coordinates": [114.3, 30.6]}'
    far = '{"type": "Point", "coordinates": [116.4, 39.9]}'
    table = pa.table({"p": ["114.3,30.6", "116.4,39.9"], "g": [shape, far]})
    assert found(table, standard=path, bounds="113,29,115,31") == [("geo.out-of-bounds", "division", [2])] * 2
    flipped = '{"type": "Polygon", "coordinates": [[[114, 30], [114, 30.1], [114.1, 30.1], [114, 30]]]}'
    plain = pa.table({"p": ["114.3,30.6"], "g": [flipped]})
    assert found(plain, standard=path) == [("geo.ring-order", "outer", [1])]


def test_a_name_that_says_the_system_is_shifted(tmp_path: Any) -> None:
    path = standard(tmp_path, "fields: [{name: x, title: 经度（GCJ-02）, type: number}, {name: b}]\n")
    table = pa.table({"x": ["114.3"], "b": ["y"]})
    assert ("geo.offset-system", "declared", []) in found(table, standard=path)


@pytest.mark.parametrize("text", ["x", "1,2,3", "999999", "5,4,3,2"])
def test_bounds_that_are_none(text: str) -> None:
    if text == "999999":
        text = "9"
    with pytest.raises(UsageFault):
        validate(pa.table({"a": ["x"]}), bounds=text)
