"""The coordinate systems of Chinese web maps as pure functions of degrees: WGS 84 to GCJ-02 to BD-09 and back.

GCJ-02 is not published by its makers; these are the formulas that all public implementations share (eviltransform by
googollee, coordtransform by wandergis, both MIT), exact to well below a metre against the maps themselves. CGCS2000 and
WGS 84 differ by centimetres and count as one. Outside China nothing is shifted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Degrees: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Places: TypeAlias = tuple[Degrees, Degrees]  # longitudes, latitudes

AXIS = 6378245.0  # semi-major axis of Krasovsky 1940, metres
ECCENTRICITY = 0.00669342162296594323  # its first eccentricity, squared
BAIDU = np.pi * 3000.0 / 180.0
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # the box within which GCJ-02 is defined
ROUNDS = 6  # of the inverse; each makes the error a thousandth


def within(longitude: Degrees, latitude: Degrees) -> Any:
    """Which places lie where GCJ-02 shifts."""
    return (longitude > WEST) & (longitude < EAST) & (latitude > SOUTH) & (latitude < NORTH)


def gcj02(longitude: Degrees, latitude: Degrees) -> Places:
    """GCJ-02 of WGS 84 places."""
    x, y = longitude - 105.0, latitude - 35.0
    root, swing = np.sqrt(np.abs(x)), 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + swing * 2.0 / 3.0
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + swing * 2.0 / 3.0
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(latitude)
    magic = 1.0 - ECCENTRICITY * np.sin(radians) ** 2
    meridian = AXIS * (1.0 - ECCENTRICITY) / (magic * np.sqrt(magic))
    parallel = AXIS / np.sqrt(magic) * np.cos(radians)
    inside = within(longitude, latitude)
    return (
        np.where(inside, longitude + np.degrees(east / parallel), longitude),
        np.where(inside, latitude + np.degrees(north / meridian), latitude),
    )


def bd09_of_gcj02(longitude: Degrees, latitude: Degrees) -> Places:
    """BD-09 of GCJ-02 places."""
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * BAIDU)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * BAIDU)
    inside = within(longitude, latitude)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, longitude),
        np.where(inside, radius * np.sin(angle) + 0.006, latitude),
    )


def bd09(longitude: Degrees, latitude: Degrees) -> Places:
    """BD-09 of WGS 84 places."""
    return bd09_of_gcj02(*gcj02(longitude, latitude))


def inverse(shift: Callable[[Degrees, Degrees], Places], longitude: Degrees, latitude: Degrees) -> Places:
    """The places that `shift` moves to these, to less than a centimetre (fixed-point iteration)."""
    east, north = longitude, latitude
    for _ in range(ROUNDS):
        moved = shift(east, north)
        east, north = east + (longitude - moved[0]), north + (latitude - moved[1])
    return east, north
