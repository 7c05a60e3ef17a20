"""Well-known binary (OGC and ISO, with or without EWKB's flags) as GeoJSON geometries."""

from __future__ import annotations

import struct
from typing import Any

KINDS = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
DEEPEST = 60


class NoGeometry(ValueError):
    """The bytes are no WKB."""


def geometry_of(raw: bytes) -> dict[str, Any]:
    """The geometry as GeoJSON; an empty point has empty coordinates. Raises `NoGeometry`."""
    try:
        value, end = _geometry(raw, 0, 0)
    except (struct.error, IndexError, MemoryError, OverflowError) as fault:
        raise NoGeometry from fault
    if end != len(raw):
        raise NoGeometry
    return value


def _geometry(raw: bytes, at: int, depth: int) -> tuple[dict[str, Any], int]:
    order = "<" if raw[at] == 1 else ">"
    if raw[at] > 1 or depth > DEEPEST:
        raise NoGeometry
    (code,) = struct.unpack_from(f"{order}I", raw, at + 1)
    at += 5
    if code & 0x20000000:  # EWKB: a reference system follows
        at += 4
    width = 2 + bool(code & 0x80000000) + bool(code & 0x40000000)
    plain = code & 0x0FFFFFFF
    width += (0, 1, 1, 2)[plain // 1000] if plain < 4000 else 0
    kind = KINDS.get(plain % 1000)
    if kind is None:
        raise NoGeometry
    if kind == "Point":
        (position,), at = _positions(raw, at, order, width, 1)
        return {"type": kind, "coordinates": [] if position[0] != position[0] else position}, at
    count, at = _count(raw, at, order)
    if kind == "LineString":
        coordinates, at = _positions(raw, at, order, width, count)
        return {"type": kind, "coordinates": coordinates}, at
    parts: list[Any] = []
    for _ in range(count):
        if kind == "Polygon":
            points, at = _count(raw, at, order)
            ring, at = _positions(raw, at, order, width, points)
            parts.append(ring)
        else:
            part, at = _geometry(raw, at, depth + 1)
            parts.append(part if kind == "GeometryCollection" else part.get("coordinates"))
    return {"type": kind, "geometries" if kind == "GeometryCollection" else "coordinates": parts}, at


def _count(raw: bytes, at: int, order: str) -> tuple[int, int]:
    (count,) = struct.unpack_from(f"{order}I", raw, at)
    if count > len(raw):  # more parts than bytes: damaged, and no reason to reserve memory
        raise NoGeometry
    return count, at + 4


def _positions(raw: bytes, at: int, order: str, width: int, count: int) -> tuple[list[list[float]], int]:
    size = 8 * width * count
    if at + size > len(raw):
        raise NoGeometry
    numbers = struct.unpack_from(f"{order}{width * count}d", raw, at)
    return [list(numbers[start : start + width]) for start in range(0, len(numbers), width)], at + size
