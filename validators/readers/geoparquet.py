"""GeoParquet: the `geo` metadata, and the geometries (WKB) of each row under the rules of geometry.

Geometry columns read as GeoJSON text. Of RFC 7946 only what holds for any geometry is asked: rings closed, enough
positions, the order of rings where the metadata promise it, bounds where the reference system is in degrees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.validators import geometry
from gongshu.validators.batch import Structural
from gongshu.validators.finding import Finding, NotChecked, Sample, Severity
from gongshu.validators.geometry import Bounds
from gongshu.validators.readers.wkb import NoGeometry, geometry_of

DEGREES = frozenset({"CRS84", "CRS84h", "4326", "4490", "4979"})  # longitude and latitude, whatever the ellipsoid
ANYWHERE = Bounds(-1e30, -1e30, 1e30, 1e30)
ENCODINGS = {"WKB", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}


@dataclass(frozen=True, slots=True)
class GeoColumn:
    """What the metadata say of one geometry column."""

    index: int
    name: str
    wkb: bool
    kinds: frozenset[str] = frozenset()
    bounds: Bounds = ANYWHERE
    oriented: bool = False


@dataclass(slots=True)
class Geo:
    """The geometry columns of a file, and what is wrong with its metadata."""

    columns: list[GeoColumn] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_checked: list[NotChecked] = field(default_factory=list)


def geo_of(schema: Any, bounds: Bounds | None) -> Geo | None:
    """What the `geo` metadata of a Parquet schema say; None where there are none."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return None
    found = Geo()
    try:
        metadata = json.loads(raw)
    except (ValueError, RecursionError):
        metadata = None
    columns = metadata.get("columns") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(columns, dict) or not columns:
        found.findings.append(_wrong("metadata", ""))
        return found
    if not isinstance(metadata.get("version"), str):
        found.findings.append(_wrong("version", "/version"))
    if metadata.get("primary_column") not in columns:
        found.findings.append(_wrong("primary-column", "/primary_column"))
    for name, told in columns.items():
        found.columns += _column(schema, str(name), told, bounds, found)
    if found.columns:
        found.not_checked += geometry.unseen()
    return found


def _column(schema: Any, name: str, told: Any, bounds: Bounds | None, found: Geo) -> Iterator[GeoColumn]:
    index = schema.get_field_index(name)
    if index < 0 or not isinstance(told, Mapping):
        found.findings.append(_wrong("column-missing", f"/columns/{name}"))
        return
    encoding, stored = told.get("encoding"), schema.field(index).type
    binary = pa.types.is_binary(stored) or pa.types.is_large_binary(stored) or str(stored) == "binary_view"
    if encoding not in ENCODINGS or (encoding == "WKB" and not binary):
        found.findings.append(_wrong("encoding", f"/columns/{name}/encoding"))
        return
    if not isinstance(told.get("geometry_types"), list):
        found.findings.append(_wrong("geometry-types", f"/columns/{name}/geometry_types"))
    given = told.get("geometry_types")
    kinds = frozenset(str(each).partition(" ")[0] for each in given) if isinstance(given, list) else frozenset()
    wkb = encoding == "WKB"
    if not wkb:
        found.not_checked.append(NotChecked("format", code="geo.geometry", columns=(name,), severity=Severity.WARNING))
    box = (bounds or geometry.WORLD) if _in_degrees(told) else ANYWHERE
    if bounds is not None and box is ANYWHERE:
        found.not_checked.append(NotChecked("projected", code="geo.out-of-bounds", columns=(name,)))
    yield GeoColumn(index, name, wkb, kinds, box, told.get("orientation") == "counterclockwise")


def _in_degrees(told: Mapping[str, Any]) -> bool:
    if "crs" not in told:
        return True  # the default is OGC:CRS84
    crs = told["crs"]
    code = crs.get("id") if isinstance(crs, Mapping) else None
    return isinstance(code, Mapping) and str(code.get("code")) in DEGREES


def _wrong(reason: str, pointer: str) -> Finding:
    sample = Sample(pointer=f"/geo{pointer}")
    return Finding("geo.syntax", Severity.ERROR, 1, reason=reason, samples=(sample,))


def geometries(column: Any, told: GeoColumn) -> tuple[pa.Array, list[Structural]]:
    """A WKB column as GeoJSON text, and the faults of its rows."""
    texts: list[str] = []
    faults: list[Structural] = []
    for row, raw in enumerate(column.to_pylist()):
        if raw is None:
            texts.append("")
            continue
        try:
            value = geometry_of(bytes(raw))
        except NoGeometry:
            texts.append("")
            faults.append(_fault("geo.geometry", "wkb", Severity.ERROR, row, {}, told))
            continue
        texts.append(json.dumps(value))
        faults += _faults(value, row, told)
    return pa.array(texts, pa.string()), faults


def _faults(value: dict[str, Any], row: int, told: GeoColumn) -> Iterator[Structural]:
    kind = value["type"]
    if told.kinds and kind not in told.kinds:
        yield _fault("geo.geometry", "kind", Severity.ERROR, row, {}, told)
    if value.get("coordinates") == []:  # an empty geometry is none, and nothing is wrong with it
        return
    for spot in geometry.geometry(value, "", told.bounds):
        warned = spot.severity is not Severity.ERROR
        if spot.code == "geo.ring-order" and not told.oriented:
            continue
        if warned and spot.reason not in ("outer", "inner", "self-intersection"):
            continue  # advice of RFC 7946 for exchange as text
        yield _fault(spot.code, spot.reason, spot.severity, row, spot.params, told)


def _fault(
    code: str, reason: str, severity: Severity, row: int, params: Mapping[str, Any], told: GeoColumn
) -> Structural:
    rows = np.asarray([row], np.int64)
    return Structural(code, rows, params=(params,), reason=reason, severity=str(severity), column=told.index)


def applied(columns: list[Any], batch: Any, told: Sequence[GeoColumn]) -> list[Structural]:
    """Put the text of the geometries in place of the columns' own; gives the faults."""
    faults: list[Structural] = []
    for each in told:
        if each.wkb:
            columns[each.index], found = geometries(batch.column(each.index), each)
            faults += found
    return faults
