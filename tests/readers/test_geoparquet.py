"""GeoParquet: metadata, WKB, bounds; the third-party files conform."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.readers.wkb import NoGeometry, geometry_of
from gongshu.validators.validation import validate

shapely = pytest.importorskip("shapely", reason="the extra `geo` is not installed")
META = {"version": "1.1.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}}


def found(
    path: Path, shapes: list[Any], meta: Any = META, **options: Any
) -> list[tuple[str, str | None, list[int | None]]]:
    raw = [shape if shape is None or isinstance(shape, bytes) else shapely.to_wkb(shape) for shape in shapes]
    table = pa.table({"n": [str(n) for n in range(len(raw))], "g": pa.array(raw, pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(meta)}), path / "a.parquet")
    report = validate(path / "a.parquet", **options)
    return [(each.code, each.reason, [s.row for s in each.samples]) for each in report.findings]


def test_geometries_of_rows(tmp_path: Path) -> None:
    good = shapely.Point(114.3, 30.6)
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)])
    ring = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", 0, 0, 1, 0, 1, 1, 0, 1)
    codes = found(tmp_path, [good, None, b"\x01\x02", shapely.Point(30.6, 114.3), bow, ring])
    assert codes == [
        ("geo.axis-order", "swapped", [4]),
        ("geo.geometry", "wkb", [3]),
        ("geo.ring-open", "open", [6]),
        ("geo.geometry", "self-intersection", [5]),
    ]


def test_metadata_and_bounds(tmp_path: Path) -> None:
    far = [shapely.Point(116.4, 39.9)]
    assert found(tmp_path, far, bounds="420100") == [("geo.out-of-bounds", "division", [1])]
    projected = {**META, "columns": {"g": {**META["columns"]["g"], "crs": {"id": {"authority": "EPSG", "code": 4547}}}}}
    assert found(tmp_path, [shapely.Point(500000, 3380000)], projected) == []
    assert found(tmp_path, far, {**META, "primary_column": "x"}) == [("geo.syntax", "primary-column", [None])]
    wrong = {**META, "columns": {"g": {"encoding": "WKB", "geometry_types": ["Polygon"]}}}
    assert found(tmp_path, far, wrong) == [("geo.geometry", "kind", [1])]


def test_third_party_files_conform(acceptance: Path) -> None:
    for path in sorted((acceptance / "geoparquet" / "test_data").glob("*.parquet")):
        assert validate(path).exit_code == 0, path.name


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x01\x01\x00\x00\x00", b"\x01\x06\x00\x00\x00\xff\xff\xff\xff"]))
def test_any_bytes_are_a_geometry_or_refused(raw: bytes, start: bytes) -> None:
    try:
        assert geometry_of(start + raw)["type"]
    except NoGeometry:
        return


def test_wkb_agrees_with_geos() -> None:
    wkt = "GEOMETRYCOLLECTION (POINT Z (1 2 3), MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0))), MULTIPOINT (1 2, 3 4))"
    shape = shapely.from_wkt(wkt)
    for order in (0, 1):
        ours = geometry_of(shapely.to_wkb(shape, byte_order=order))
        assert ours == json.loads(shapely.to_geojson(shape))
