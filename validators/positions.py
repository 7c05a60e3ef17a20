"""Positions in columns against where they have to lie: geopoints, GeoJSON cells, longitude and latitude in two columns.

`geo.out-of-bounds`, `geo.axis-order` where the two are swapped, `geo.offset-system` where a column's name says that its
coordinates are shifted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gongshu.standards.model import Field, Table
from gongshu.validators import geometry
from gongshu.validators.borders import arrays
from gongshu.validators.fault import Detail, Fault
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.headers import Severities
from gongshu.validators.shifts import Places

if TYPE_CHECKING:
    from gongshu.validators.column import Judged
    from gongshu.validators.geometry import Bounds
    from gongshu.validators.plan import Check

SHIFTED = re.compile(r"gcj-?_?02|bd-?_?09|火星坐标|百度(?:地图)?(?:坐标|经度|纬度|经纬度)|高德|mars", re.IGNORECASE)
_EAST = re.compile(r"经度|^(?:.*_)?(?:lon|lng|longitude|jd)(?:_.*)?$", re.IGNORECASE)
_NORTH = re.compile(r"纬度|^(?:.*_)?(?:lat|latitude|wd)(?:_.*)?$", re.IGNORECASE)
NUMBERS = ("number", "string", "any", "integer")
POINTS = ("geopoint", "geojson")
Pair: TypeAlias = tuple[Field, Field]  # longitude and latitude


def declared(table: Table | None, severity: Severities) -> list[Finding]:
    """One `geo.offset-system` a column whose name says that its coordinates are shifted."""
    level = severity("geo.offset-system", None, "warning")
    if table is None or level is None:
        return []
    found = []
    for each in table.fields:
        name = next((name for name in _names(each) if SHIFTED.search(name)), None)
        if name is not None and (each.type in POINTS or _EAST.search(name) or _NORTH.search(name)):
            params = {"name": name}
            found.append(Finding("geo.offset-system", level, 1, (each.name,), reason="declared", params=params))
    return found


def positioned(table: Table, bounds: Bounds | None, severity: Severities, *, geojson: bool = True) -> Check | None:
    """The check of a table's positions; None where it has none. Without `bounds` they have to lie on earth."""
    types = POINTS if geojson else ("geopoint",)
    singles = [each for each in pointed(table) if each.type in types or _is_lonlat(each)]
    pairs = coordinate_pairs(table)
    box = bounds or geometry.WORLD
    if bounds is None and not any(each.type == "geojson" for each in singles):
        return None  # ranges of the standard itself say what there is to say

    def check(judged: Mapping[str, Judged], rows: int) -> Iterable[Fault]:
        for each in singles:
            if each.name in judged:
                spots = _shapes(judged[each.name], box) if each.type == "geojson" else _points(judged[each.name], box)
                yield from _faults((each.name,), judged[each.name], spots, severity)
        if bounds is not None:
            for east, north in pairs:
                if east.name in judged and north.name in judged:
                    spots = _pair(judged[east.name], judged[north.name], box)
                    yield from _faults((east.name, north.name), judged[east.name], spots, severity)

    return check


def coordinate_pairs(table: Table) -> list[Pair]:
    """Longitude and latitude columns, the first with the first; none where their numbers differ."""
    easts = [each for each in table.fields if each.type in NUMBERS and _fits(each, _EAST)]
    norths = [each for each in table.fields if each.type in NUMBERS and _fits(each, _NORTH)]
    return list(zip(easts, norths)) if len(easts) == len(norths) else []


def says_shifted(field: Field) -> bool:
    """Whether a name of the field says that its coordinates are shifted."""
    return _fits(field, SHIFTED)


def says(field: Field, pattern: re.Pattern[str]) -> bool:
    """Whether a name of the field holds the pattern."""
    return _fits(field, pattern)


def pointed(table: Table) -> list[Field]:
    """The columns whose cells hold whole positions."""
    return [each for each in table.fields if (each.type in POINTS and not _is_topology(each)) or _is_lonlat(each)]


def places(column: Judged, *, geojson: bool) -> Places:
    """Longitudes and latitudes of all positions in a column of points or geometries."""
    texts = column.text.to_pylist()
    if geojson:
        return arrays(each for text in texts for each in geometry.positions(_value(text)))
    return arrays(each for each in map(_position, texts) if each is not None)


def _value(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return None  # `cell.type` has said it


def _names(field: Field) -> tuple[str, ...]:
    return tuple(name for name in (field.name, field.title.zh, field.title.en, *field.aliases) if name)


def _fits(field: Field, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in _names(field))


def _is_topology(field: Field) -> bool:
    return field.type == "geojson" and field.format.write == "topojson"  # its arcs are no positions


def _is_lonlat(field: Field) -> bool:
    return field.identifier is not None and field.identifier.name == "lonlat-cgcs2000"


# --- where each kind of column has its positions: (row, code, reason, severity, params) ---------------------------

Found = Iterator[tuple[int, geometry.Spot]]


def _points(column: Judged, box: Bounds) -> Found:
    for row, text in enumerate(column.text.to_pylist()):
        position = _position(text)
        if position is not None:
            yield from ((row, spot) for spot in geometry.position(position, "", box))


def _position(text: str) -> list[float] | None:
    """Longitude and latitude of a geopoint in any of its spellings; None for what the column's own checks refuse."""
    if not text.strip():
        return None
    try:
        value = json.loads(text) if text.lstrip()[:1] in "[{" else re.split(r"[,，\s]+", text.strip())
        if isinstance(value, dict):
            value = [value.get("lon"), value.get("lat")]
        return [float(part) for part in value] if len(value) == 2 else None
    except (ValueError, TypeError, RecursionError):
        return None


def _shapes(column: Judged, box: Bounds) -> Found:
    for row, text in enumerate(column.text.to_pylist()):
        if text.strip():
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                continue  # `cell.type` has said it
            yield from ((row, spot) for spot in geometry.judge(value, bounds=box))


def _pair(east: Judged, north: Judged, box: Bounds) -> Found:
    longitude, latitude = numbers(east), numbers(north)
    with np.errstate(invalid="ignore"):
        inside = (longitude >= box.west) & (longitude <= box.east) & (latitude >= box.south) & (latitude <= box.north)
    for row in np.flatnonzero(~inside & ~np.isnan(longitude) & ~np.isnan(latitude)).tolist():
        position = [float(longitude[row]), float(latitude[row])]
        yield from ((row, spot) for spot in geometry.position(position, "", box))


def numbers(column: Judged) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The column's numbers; NaN where there is none."""
    values = column.values
    if values.kind == "number" and values.data.dtype != object:
        numbers = values.data.astype(np.float64) / 10.0**values.scale
        return numbers if values.present is None else np.where(values.present, numbers, np.nan)
    return np.array([_float(text) for text in column.text.to_pylist()], np.float64)


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _faults(names: tuple[str, ...], column: Judged, found: Found, severity: Severities) -> Iterator[Fault]:
    groups: dict[tuple[str, str, Severity], dict[int, geometry.Spot]] = {}
    for row, spot in found:
        if column.failed is not None and column.failed[row]:  # `cell.type` has said it
            continue
        level = severity(spot.code, None, str(spot.severity))
        if level is not None:
            groups.setdefault((spot.code, spot.reason, level), {}).setdefault(row, spot)
    for (code, reason, level), spots in groups.items():

        def describe(row: int, spots: dict[int, geometry.Spot] = spots) -> Detail:
            return Detail(column.text[row].as_py(), spots[row].params)

        yield Fault(code, level, names, np.array(sorted(spots), np.int64), describe, reason=reason)
