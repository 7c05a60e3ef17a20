"""Points as longitude and latitude."""

from __future__ import annotations

from gongshu.standards.identifiers.shape import misfit

_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?"
PATTERNS = {"lonlat-cgcs2000": f"{_NUMBER},{_NUMBER}"}

WEST, SOUTH, EAST, NORTH = 73.0, 3.4, 135.1, 53.6  # China with its sea, rounded outward


def lonlat_cgcs2000(value: str) -> str | None:
    """None for `longitude,latitude` in degrees of CGCS2000 (EPSG 4490) inside China and its sea.

    `axis-order` when the two numbers lie inside the other way round. `0,0` lies outside and is refused.
    """
    reason = misfit(value, PATTERNS["lonlat-cgcs2000"], alphabet="0123456789.,+-")
    if reason:
        return reason
    first, second = (float(part) for part in value.split(","))
    if _inside(first, second):
        return None
    return "axis-order" if _inside(second, first) else "bounds"


def _inside(longitude: float, latitude: float) -> bool:
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH
