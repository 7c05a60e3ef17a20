"""JSON arrays, JSON Lines and GeoJSON features as tables: cells, marks, places, faults."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.faults import SourceFault
from gongshu.validators.batch import BOOLEAN, NUMBER, PLAIN
from gongshu.validators.readers import ReadOptions, open_table
from gongshu.validators.readers.content import Content

ARRAY = b'[\n {"a": "x", "n": 12.0, "t": true},\n {"a": null, "b": [1, {"c": 2.50}]},\n {"n": 1234567890123456789}\n]\n'


def test_an_array_of_objects_is_a_table(read) -> None:
    found = read(ARRAY, name="a.json")
    assert found.shape.format == "json"
    assert found.shape.header.names == ("a", "n", "t", "b")
    assert found.rows == [
        (1, 2, ("x", "12", "TRUE", "")),
        (2, 3, ("", "", "", '[1, {"c": 2.5}]')),
        (3, 4, ("", "1234567890123456789", "", "")),
    ]
    assert found.marks[0][1].tolist() == [NUMBER, PLAIN, NUMBER]
    assert found.marks[0][2].tolist() == [BOOLEAN, PLAIN, PLAIN]
    assert found.shape.pointer(2, "a/b") == "/1/a~1b"


def test_json_lines_are_a_table_whatever_the_name(read) -> None:
    found = read(b'{"a": 1}\n\n{"b": "y"}\r\n{"a"\n[1]\n', name="a.jsonl")
    assert found.shape.format == "jsonl"
    assert found.rows == [(1, 1, ("1", "")), (2, 3, ("", "y"))]
    assert found.faults == [
        ("record.syntax", "syntax", 3, 4, "error"),
        ("record.syntax", "not-object", 4, 5, "error"),
    ]
    named = read(b'{"a": 1}\n{"a": 2}\n', name="a.txt")
    assert named.shape.format == "jsonl"
    assert [each.code for each in named.shape.findings] == ["file.format-mismatch"]


def test_a_member_written_twice_is_said_with_its_place(read) -> None:
    found = read(b'[{"a": {"b": 1, "b": 2}}]', name="a.json")
    assert found.faults == [("record.syntax", "member-twice", 1, 1, "error")]
    assert found.structural[0].pointers == ("/a/b",)


@pytest.mark.parametrize("tail", [b"", b",", b"{", b"] x", b", {\n"])
def test_an_array_that_is_torn_keeps_what_came_before(read, tail: bytes) -> None:
    found = read(b'[{"a": 1}, {"a": 2}' + tail, name="a.json")
    assert [cells for _, _, cells in found.rows] == [("1",), ("2",)]
    assert found.codes == ["record.syntax"]


@pytest.mark.parametrize("text", [b'{"a": 1}', b"[]", b"1", b'"x"', b"null"])
def test_what_is_no_table_is_said(read, text: bytes) -> None:
    if text == b"[]":
        assert read(text, name="a.json").rows == []
        return
    with pytest.raises(SourceFault) as caught:
        read(text, name="a.json")
    assert (caught.value.code, caught.value.params["reason"]) == ("file.format-mismatch", "no-table")


def test_features_are_rows_and_geometry_only_where_it_is_asked_for(read) -> None:
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [114.3, 30.6]}, "properties": {"n": "x"}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature, {**feature, "geometry": None}]}).encode()
    plain = read(text, name="a.geojson")
    assert plain.shape.header.names == ("n",)
    assert plain.shape.pointer(2, "n") == "/features/1/properties/n"
    asked = read(text, name="a.geojson", fit=lambda names: len({"n", "geometry"} & set(names)) / 2)
    assert asked.cells == [("x", '{"type": "Point", "coordinates": [114.3, 30.6]}'), ("x", "")]


def test_faults_of_a_feature_are_faults_of_its_row(read) -> None:
    text = b'{"type": "FeatureCollection", "features": [\n{"type": "Feature", "properties": {"a": "1"}, "geometry":'
    text += b'{"type": "Point", "coordinates": [30.6, 114.3]}}]}'
    found = read(text, name="a.geojson")
    assert found.faults == [("geo.axis-order", "swapped", 1, 2, "error")]
    assert found.structural[0].pointers == ("/geometry/coordinates",)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_other_encodings_are_read_and_said(read, encoding: str) -> None:
    text = '[{"名称": "武汉市江岸区"}, {"名称": "武汉市江汉区"}]'.encode(encoding)
    found = read(text, name="a.json")
    assert [cells for _, _, cells in found.rows] == [("武汉市江岸区",), ("武汉市江汉区",)]
    said = {"utf-8-sig": {"file.bom"}, "gb18030": {"record.syntax"}, "utf-16": {"record.syntax"}}
    assert {each.code for each in found.shape.findings} == said[encoding]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), min_size=1, max_size=6)


@given(ROWS, st.sampled_from([None, 1]))
def test_arrays_and_lines_are_the_same_table(read, rows: list[dict[str, object]], indent: int | None) -> None:
    array = read(json.dumps(rows, indent=indent).encode(), name="a.json")
    lines = read("\n".join(map(json.dumps, rows)).encode(), name="a.jsonl")
    assert array.shape.header.names == lines.shape.header.names
    assert array.cells == lines.cells
    assert array.codes == lines.codes == []


@given(
    st.binary(max_size=200), st.sampled_from(["a.json", "a.jsonl", "a.geojson"]), st.sampled_from([b"", b"[{", b"{"])
)
def test_any_bytes_are_read_or_refused(read, raw: bytes, name: str, start: bytes) -> None:
    with contextlib.suppress(SourceFault):
        read(start + raw, name=name)


def test_json_lines_are_never_held_as_a_whole(tmp_path) -> None:
    import tracemalloc

    path = tmp_path / "long.jsonl"
    with path.open("w") as out:
        for number in range(120_000):
            out.write(json.dumps({"a": number, "b": "x" * 100}) + "\n")
    tracemalloc.start()
    source = open_table(path, options=ReadOptions())
    rows = sum(task().records for task in source.blocks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 120_000
    assert peak < 40 << 20
    source.close()


def test_content_is_closed_with_its_source(tmp_path) -> None:
    import io

    content = Content(io.BytesIO(ARRAY), size=len(ARRAY), name="a.json")
    source = open_table(content)
    source.close()
    assert content.stream.closed
