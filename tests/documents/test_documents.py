"""JSON, JSON Lines and GeoJSON: codes, pointers, lines."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu import validate
from gongshu.standards.faults import StandardFault
from gongshu.validators.documents import document, json_lines
from gongshu.validators.geometry import Bounds
from gongshu.validators.jsontext import SyntaxFault, lines, parse

WUHAN = Bounds(113.7, 29.9, 115.1, 31.4)


def codes(text: str, **options: object) -> list[tuple[str, str | None, int, list[int | None]]]:
    findings, _ = document(text, **options)  # type: ignore[arg-type]  # a test passes options by name
    return [(each.code, each.reason, each.count, [sample.line for sample in each.samples]) for each in findings]


def polygon(*points: list[float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [list(points)]})


def test_a_syntax_fault_has_its_line() -> None:
    assert codes('{"a": 1,\n "b": }') == [("record.syntax", "syntax", 1, [2])]


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("  \n", "empty"), ("NaN", "constant"), ("[" * 100_000, "too-deep")]
)
def test_what_is_no_json_is_said(text: str, reason: str) -> None:
    assert [(code, why) for code, why, *_ in codes(text)] == [("record.syntax", reason)]


def test_a_member_written_twice_is_said_where_it_stands() -> None:
    assert codes('{\n "x": {"a": 1, "a": 2}}') == [("record.syntax", "member-twice", 1, [2])]


def test_an_open_ring() -> None:
    assert ("geo.ring-open", "open", 1, [1]) in codes(
        polygon([114.0, 30.0], [114.1, 30.0], [114.1, 30.1], [114.0, 30.1])
    )


def test_a_position_in_place_of_several_is_one_fault() -> None:
    assert codes('{"type": "Polygon", "coordinates": [[114.0, 30.0],\n[114.1, 30.0]]}') == [
        ("geo.geometry", "nesting", 2, [1, 2])
    ]


def test_swapped_axes_are_not_merely_out_of_bounds() -> None:
    text = '{"type": "Point", "coordinates": [30.5, 114.3]}'
    assert [code for code, *_ in codes(text)] == ["geo.axis-order"]
    assert codes('{"type": "Point", "coordinates": [114.3, 30.5]}') == []


def test_bounds_of_the_division() -> None:
    assert codes('{"type": "Point", "coordinates": [116.4, 39.9]}', bounds=WUHAN)[0][:2] == (
        "geo.out-of-bounds",
        "division",
    )


def test_ring_order_is_a_warning() -> None:
    findings, faulty = document(polygon([114.0, 30.0], [114.0, 30.1], [114.1, 30.1], [114.0, 30.0]))
    assert [(each.code, str(each.severity)) for each in findings] == [("geo.ring-order", "warning")]
    assert faulty == 0


def test_self_intersection() -> None:
    pytest.importorskip("shapely", reason="the extra `geo` is not installed")
    text = polygon([114.0, 30.0], [114.1, 30.1], [114.1, 30.0], [114.0, 30.2], [114.0, 30.0])
    assert ("geo.geometry", "self-intersection") in [each[:2] for each in codes(text)]


SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}}}


def test_records_have_pointers_and_lines() -> None:
    findings, faulty = document('{"a": "1",\n "b": "y"}', schema=SCHEMA)
    places = {(each.reason, each.samples[0].pointer, each.samples[0].line) for each in findings}
    assert places == {("type", "/a", 1), ("enum", "/b", 2)}
    assert faulty == 1


def test_json_lines_have_rows() -> None:
    findings, faulty, rows = json_lines(enumerate(['{"a": 1}', "", '{"b": "x"}', "{"], 1), schema=SCHEMA)
    assert {(each.code, each.samples[0].row, each.samples[0].line) for each in findings} == {
        ("record.schema", 2, 3),
        ("record.syntax", 3, 4),
    }
    assert (faulty, rows) == (2, 3)


def test_a_reference_elsewhere_is_never_fetched() -> None:
    with pytest.raises(StandardFault):
        document("1", schema={"$ref": "http://example.invalid/schema.json"})


GEO = "https://geojson.org/schema/"


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("FeatureCollection", {"type": "FeatureCollection", "features": []}, True),
        ("FeatureCollection", {"type": "FeatureCollection", "features": [{"type": "Feature"}]}, False),
        ("Feature", {"type": "Feature", "properties": None, "geometry": None}, True),
        ("GeoJSON", {"type": "Point", "coordinates": [1, 2]}, True),
        ("GeoJSON", {"type": "Point", "coordinates": [1]}, False),
        ("Geometry", {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}, True),
        ("MultiPolygon", {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [0, 0]]]]}, False),
    ],
)
@pytest.mark.parametrize("draft", ["http://json-schema.org/draft-07/schema#", None])
def test_the_schemas_of_geojson_are_known_without_a_network(draft, name, value, good) -> None:
    schema = {"$ref": f"{GEO}{name}.json"} | ({"$schema": draft} if draft else {})
    findings, _ = document(json.dumps(value), schema=schema)
    assert (not findings) == good


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, st.sampled_from([None, 1, 3]))
def test_parsing_agrees_with_the_standard_library(value: object, indent: int | None) -> None:
    assert parse(json.dumps(value, indent=indent)) == value


@given(VALUES)
def test_lines_are_where_the_values_are(value: object) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    pointers: dict[str, object] = {}

    def walk(each: object, at: str) -> None:
        pointers[at] = each
        if isinstance(each, dict):
            for name, inner in each.items():
                walk(inner, at + "/" + name.replace("~", "~0").replace("/", "~1"))
        elif isinstance(each, list):
            for number, inner in enumerate(each):
                walk(inner, f"{at}/{number}")

    walk(value, "")
    found = lines(text, set(pointers))
    rows = text.split("\n")
    for pointer, each in pointers.items():
        first = json.dumps(each, indent=1, ensure_ascii=False).split("\n")[0]
        assert first in rows[found[pointer] - 1]


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_syntax_fault(text: str) -> None:
    with contextlib.suppress(SyntaxFault):
        parse(text)


def test_a_file_named_geojson_is_judged_as_such(tmp_path) -> None:
    path = tmp_path / "没有类型.geojson"
    path.write_text('{"type": {}, "name": "x"}', encoding="utf-8")
    (found,) = validate(path).findings
    assert (found.code, found.reason) == ("geo.syntax", "type")
