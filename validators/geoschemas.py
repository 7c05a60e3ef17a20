"""JSON Schemas of GeoJSON under the addresses that others refer to, since nothing is fetched while validating.

They say what RFC 7946 says of members and coordinates; rings, axes and bounds are judged by `geometry.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

BASE = "https://geojson.org/schema/"

_POSITION: dict[str, Any] = {"type": "array", "minItems": 2, "items": {"type": "number"}}
_LINE: dict[str, Any] = {"type": "array", "minItems": 2, "items": _POSITION}
_RING: dict[str, Any] = {"type": "array", "minItems": 4, "items": _POSITION}
_BBOX: dict[str, Any] = {"type": "array", "minItems": 4, "items": {"type": "number"}}


def _many(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


COORDINATES = {
    "Point": _POSITION,
    "LineString": _LINE,
    "Polygon": _many(_RING),
    "MultiPoint": _many(_POSITION),
    "MultiLineString": _many(_LINE),
    "MultiPolygon": _many(_many(_RING)),
}


def geojson_schemas() -> dict[str, Any]:
    """The schemas by URI: each geometry, `Geometry`, `Feature`, `FeatureCollection`, `GeoJSON`."""
    shapes = {name: _object(name, coordinates=each) for name, each in COORDINATES.items()}
    shapes["GeometryCollection"] = _object("GeometryCollection", geometries=_many({"$ref": f"{BASE}Geometry.json"}))
    feature = _object(
        "Feature",
        properties={"type": ["object", "null"]},
        geometry={"anyOf": [{"type": "null"}, _any_of(shapes)]},
    )
    feature["properties"]["id"] = {"type": ["number", "string"]}
    collection = _object("FeatureCollection", features=_many({"$ref": f"{BASE}Feature.json"}))
    found = {**shapes, "Geometry": _any_of(shapes), "Feature": feature, "FeatureCollection": collection}
    found["GeoJSON"] = _any_of(["Feature", "FeatureCollection", *shapes])
    return {f"{BASE}{name}.json": each for name, each in found.items()}


def _object(name: str, **members: Any) -> dict[str, Any]:
    properties = {"type": {"const": name}, "bbox": _BBOX, **members}
    return {"type": "object", "required": ["type", *members], "properties": properties}


def _any_of(names: Iterable[str]) -> dict[str, Any]:
    return {"oneOf": [{"$ref": f"{BASE}{name}.json"} for name in names]}
