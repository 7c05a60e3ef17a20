"""GeoJSON (RFC 7946): what is wrong with an object, its geometries, rings and positions.

Everything is a stream of `Spot`s: a code of the group `geo`, a reason, and the RFC 6901 pointer at which it holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongshu.validators.finding import EMPTY, NotChecked, Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING
DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
TYPES = (*DEPTH, "GeometryCollection", "Feature", "FeatureCollection")
# RFC 7946, 7.1: a member that defines one kind of object must not stand in another
FOREIGN = {
    "Feature": ("features", "coordinates", "geometries"),
    "FeatureCollection": ("coordinates", "geometries", "geometry", "properties"),
    "geometry": ("geometry", "properties", "features"),
}
DEEPEST = 60  # nested geometry collections; deeper ones are a fault rather than a stack overflow


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees, west to east and south to north, edges included."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether the point lies in the box."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


WORLD = Bounds(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class Spot:
    """One fault at one place."""

    code: str
    reason: str
    pointer: str
    severity: Severity = ERROR
    params: Any = field(default_factory=lambda: EMPTY)


def judge(value: Any, *, bounds: Bounds | None = None) -> Iterator[Spot]:
    """Every fault of a GeoJSON text's value. `bounds`: where the points have to lie (a division's box), if known."""
    yield from _object(value, "", bounds or WORLD, set(TYPES))


def judge_feature(value: Any, *, bounds: Bounds | None = None) -> Iterator[Spot]:
    """Every fault of one member of `features`; pointers start at it."""
    yield from _object(value, "", bounds or WORLD, {"Feature"})


def unseen() -> list[NotChecked]:
    """What cannot be looked at where shapely (the extra `geo`) is not installed."""
    from importlib.util import find_spec

    if find_spec("shapely") is not None:
        return []
    return [NotChecked("extra-geo", rule="self-intersection", code="geo.geometry", severity=WARNING)]


def positions(value: Any) -> Iterator[list[float]]:
    """Every position of a GeoJSON value that has two numbers or more, in no order; what is malformed is passed over."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, dict):
            stack += [each[name] for name in ("features", "geometry", "geometries", "coordinates") if name in each]
        elif isinstance(each, list):
            if len(each) >= 2 and _number(each[0]) and _number(each[1]):
                yield each
            else:
                stack += each


def _object(value: Any, at: str, bounds: Bounds, allowed: set[str]) -> Iterator[Spot]:
    if not isinstance(value, dict):
        yield Spot("geo.syntax", "object", at)
        return
    kind = value.get("type")
    if kind is None and "type" not in value:
        yield Spot("geo.syntax", "type-missing", at)
        return
    if not isinstance(kind, str) or kind not in allowed:
        near = next(
            (each for each in sorted(allowed) if isinstance(kind, str) and each.casefold() == kind.casefold()), ""
        )
        yield Spot("geo.syntax", "type", f"{at}/type", params={"expected": near or ", ".join(sorted(allowed))})
        return
    yield from _members(value, kind, at)
    if kind == "FeatureCollection":
        yield from _collection(value, at, bounds)
    elif kind == "Feature":
        yield from _feature(value, at, bounds)
    else:
        yield from geometry(value, at, bounds)


def _members(value: dict[str, Any], kind: str, at: str) -> Iterator[Spot]:
    for name in FOREIGN.get(kind, FOREIGN["geometry"]):
        if name in value:
            yield Spot("geo.syntax", "foreign-member", f"{at}/{name}", params={"name": name, "kind": kind})
    if "crs" in value:  # RFC 7946, 4: removed; one that is not WGS 84 makes every position wrong
        name = str(value["crs"])
        if any(word in name.upper() for word in ("GCJ", "BD-09", "BD09", "火星", "百度")):
            yield Spot("geo.offset-system", "declared", f"{at}/crs", WARNING, {"name": name[:80]})
        else:
            yield Spot("geo.syntax", "crs", f"{at}/crs", WARNING)
    box = value.get("bbox")
    if "bbox" in value:
        if not isinstance(box, list) or not all(_number(each) for each in box):
            yield Spot("geo.syntax", "bbox-number", f"{at}/bbox")
        elif len(box) not in (4, 6):
            yield Spot("geo.syntax", "bbox-length", f"{at}/bbox")


def _collection(value: dict[str, Any], at: str, bounds: Bounds) -> Iterator[Spot]:
    features = value.get("features")
    if not isinstance(features, list):
        yield Spot("geo.syntax", "features", f"{at}/features" if "features" in value else at)
        return
    for number, feature in enumerate(features):
        yield from _object(feature, f"{at}/features/{number}", bounds, {"Feature"})


def _feature(value: dict[str, Any], at: str, bounds: Bounds) -> Iterator[Spot]:
    if "id" in value and not (isinstance(value["id"], str) or _number(value["id"])):
        yield Spot("geo.syntax", "feature-id", f"{at}/id")
    properties = value.get("properties")
    if "properties" not in value:
        yield Spot("geo.syntax", "properties-missing", at)
    elif properties is not None and not isinstance(properties, dict):
        yield Spot("geo.syntax", "properties", f"{at}/properties")
    if "geometry" not in value:
        yield Spot("geo.syntax", "geometry-missing", at)
    elif value["geometry"] is not None:
        yield from _object(value["geometry"], f"{at}/geometry", bounds, {*DEPTH, "GeometryCollection"})


def geometry(value: dict[str, Any], at: str, bounds: Bounds, depth: int = 0) -> Iterator[Spot]:
    """Every fault of one geometry object whose type is known."""
    kind = value["type"]
    if kind == "GeometryCollection":
        yield from _geometries(value, at, bounds, depth)
        return
    if "coordinates" not in value:
        yield Spot("geo.geometry", "coordinates-missing", at)
        return
    coordinates = value["coordinates"]
    place = f"{at}/coordinates"
    faults = list(_nested(coordinates, DEPTH[kind], place, bounds))
    yield from faults
    if not any(fault.severity == ERROR for fault in faults):
        yield from _shape(kind, coordinates, place)


def _geometries(value: dict[str, Any], at: str, bounds: Bounds, depth: int) -> Iterator[Spot]:
    members = value.get("geometries")
    if not isinstance(members, list):
        yield Spot("geo.geometry", "geometries", f"{at}/geometries" if "geometries" in value else at)
        return
    if depth >= DEEPEST:
        yield Spot("geo.geometry", "too-deep", at)
        return
    if len(members) == 1:
        yield Spot("geo.geometry", "single-geometry", at, WARNING)
    for number, each in enumerate(members):
        place = f"{at}/geometries/{number}"
        if isinstance(each, dict) and each.get("type") == "GeometryCollection":
            yield Spot("geo.geometry", "nested-collection", place, WARNING)
            yield from _members(each, "GeometryCollection", place)
            yield from _geometries(each, place, bounds, depth + 1)
        else:
            yield from _object(each, place, bounds, set(DEPTH))


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _nested(value: Any, depth: int, at: str, bounds: Bounds) -> Iterator[Spot]:
    if depth == 0:
        yield from position(value, at, bounds)
        return
    if not isinstance(value, list):
        yield Spot("geo.geometry", "nesting", at)
        return
    if value and all(_number(each) for each in value):  # one position where several belong: said once
        yield Spot("geo.geometry", "nesting", at)
        return
    for number, each in enumerate(value):
        if depth == 1 and isinstance(each, list) and len(each) >= 2 and _plain(each, bounds):
            continue  # the common case, without a call for each position
        yield from _nested(each, depth - 1, f"{at}/{number}", bounds)


def _plain(position: list[Any], bounds: Bounds) -> bool:
    return (
        len(position) <= 3
        and all(type(each) in (int, float) for each in position)
        and bounds.holds(position[0], position[1])
    )


def position(value: Any, at: str, bounds: Bounds) -> Iterator[Spot]:
    """Every fault of one position."""
    if not isinstance(value, list):
        yield Spot("geo.geometry", "nesting", at)
        return
    if any(isinstance(each, list) for each in value):
        yield Spot("geo.geometry", "nesting", at)
        return
    if not all(_number(each) for each in value):
        yield Spot("geo.geometry", "position-number", at)
        return
    if len(value) < 2:
        yield Spot("geo.geometry", "position-short", at)
        return
    if len(value) > 3:
        yield Spot("geo.geometry", "position-long", at, WARNING)
    longitude, latitude = float(value[0]), float(value[1])
    if bounds.holds(longitude, latitude):
        return
    if bounds.holds(latitude, longitude):
        yield Spot("geo.axis-order", "swapped", at, ERROR, {"longitude": latitude, "latitude": longitude})
    else:
        reason = "world" if not WORLD.holds(longitude, latitude) else "division"
        yield Spot("geo.out-of-bounds", reason, at, ERROR, {"longitude": longitude, "latitude": latitude})


def _shape(kind: str, coordinates: Any, at: str) -> Iterator[Spot]:
    """Rules of whole lines and rings; positions are known to be right."""
    parts: Sequence[Any] = coordinates if kind.startswith("Multi") else [coordinates]
    multi = kind.startswith("Multi")
    if multi and len(parts) == 1:
        yield Spot("geo.geometry", "single-part", at, WARNING)
    for number, part in enumerate(parts):
        place = f"{at}/{number}" if multi else at
        if kind.endswith("LineString"):
            if len(part) < 2:
                yield Spot("geo.geometry", "line-short", place)
            else:
                yield from _path(part, place, closed=False)
        elif kind.endswith("Polygon"):
            faults = [
                spot for index, ring in enumerate(part) for spot in _ring(ring, f"{place}/{index}", outer=index == 0)
            ]
            yield from faults
            if part and not any(fault.severity == ERROR for fault in faults):
                yield from _valid(part, place)


def _path(points: Sequence[Sequence[float]], at: str, *, closed: bool) -> Iterator[Spot]:
    same = next((n for n in range(1, len(points)) if list(points[n]) == list(points[n - 1])), None)
    if same is not None:
        yield Spot("geo.geometry", "duplicate-position", f"{at}/{same}", WARNING)
    if any(abs(b[0] - a[0]) > 180 for a, b in zip(points, points[1:])):  # RFC 7946, 3.1.9
        yield Spot("geo.geometry", "antimeridian", at, WARNING)
    if any(_digits(each) > 7 for point in points for each in point[:2]):  # RFC 7946, 11.2
        yield Spot("geo.geometry", "precision", at, WARNING)


def _digits(value: float) -> int:
    text = repr(value)
    return 0 if "e" in text else len(text.partition(".")[2])


def _ring(ring: Sequence[Sequence[float]], at: str, *, outer: bool) -> Iterator[Spot]:
    """RFC 7946, 3.1.6: four or more positions, closed, right-hand rule."""
    if len(ring) < 4:
        yield Spot("geo.geometry", "ring-short", at)
    if ring and list(ring[0]) != list(ring[-1]):
        yield Spot("geo.ring-open", "open", at)
        return
    if len(ring) < 4:
        return
    if len({tuple(point[:2]) for point in ring}) < 3:
        yield Spot("geo.geometry", "ring-flat", at)
        return
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))
    if area and (area > 0) != outer:
        yield Spot("geo.ring-order", "outer" if outer else "inner", at, WARNING)
    yield from _path(ring, at, closed=True)


def _valid(rings: Sequence[Any], at: str) -> Iterator[Spot]:
    """Self-intersections and rings that cross: what OGC Simple Features calls invalid, asked of GEOS."""
    try:
        from shapely import Polygon
        from shapely.validation import explain_validity
    except ImportError:  # shapely is the extra `geo`; validation says in `not_checked` when it is not there
        return
    polygon = Polygon([point[:2] for point in rings[0]], [[point[:2] for point in ring] for ring in rings[1:]])
    if not polygon.is_valid:
        words = explain_validity(polygon)
        yield Spot("geo.geometry", "self-intersection", at, WARNING, {"detail": words[:200]})
