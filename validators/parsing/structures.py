"""Types of Table Schema whose values stay text here: structures, durations, points, and strings with a format."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import numpy as np

from gongshu.validators import geometry
from gongshu.validators.checks import type as types
from gongshu.validators.finding import Severity
from gongshu.validators.parsing.reading import Reading, Refusal, Screened

_DURATION = re.compile(
    r"-?P(?=[0-9T])(?:[0-9]+(?:\.[0-9]+)?Y)?(?:[0-9]+(?:\.[0-9]+)?M)?(?:[0-9]+(?:\.[0-9]+)?W)?(?:[0-9]+(?:\.[0-9]+)?D)?"
    r"(?:T(?=[0-9])(?:[0-9]+(?:\.[0-9]+)?H)?(?:[0-9]+(?:\.[0-9]+)?M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
)
_NO_GEOJSON = ("geo.syntax", "geo.geometry")
_EMAIL = re.compile(r"[^@\s:]+@[^@\s.]+(?:\.[^@\s.]+)+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _degrees(longitude: Any, latitude: Any) -> bool:
    try:
        east, north = Decimal(str(longitude).strip()), Decimal(str(latitude).strip())
    except InvalidOperation:
        return False
    return east.is_finite() and north.is_finite() and abs(east) <= 180 and abs(north) <= 90


def _point(text: str) -> bool:
    parts = text.split(",")
    return len(parts) == 2 and _degrees(*parts)


def _point_array(text: str) -> bool:
    found = _json(text)
    return isinstance(found, list) and len(found) == 2 and _degrees(*found)


def _point_object(text: str) -> bool:
    found = _json(text)
    return isinstance(found, dict) and set(found) == {"lon", "lat"} and _degrees(found["lon"], found["lat"])


def _geojson(text: str) -> bool:
    found = _json(text)
    if not isinstance(found, dict):
        return False
    # where it lies and how its rings run is for the geo.* codes to say; here: whether it is GeoJSON at all
    return not any(each.severity is Severity.ERROR and each.code in _NO_GEOJSON for each in geometry.judge(found))


def _topojson(text: str) -> bool:
    found = _json(text)
    return isinstance(found, dict) and found.get("type") == "Topology"


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


ACCEPTS: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("array", "default"): lambda text: isinstance(_json(text), list),
    ("duration", "default"): lambda text: bool(_DURATION.fullmatch(text)),
    ("geojson", "default"): _geojson,
    ("geojson", "topojson"): _topojson,
    ("geopoint", "array"): _point_array,
    ("geopoint", "default"): _point,
    ("geopoint", "object"): _point_object,
    ("list", "default"): lambda text: True,
    ("object", "default"): lambda text: isinstance(_json(text), dict),
    ("string", "binary"): _base64,
    ("string", "email"): lambda text: bool(_EMAIL.fullmatch(text)),
    ("string", "uri"): lambda text: bool(_URI.fullmatch(text)),
    ("string", "uuid"): _uuid,
}


def members(kind: str, text: str) -> int:
    """How many items or members a value of the type array, object or list has."""
    if kind == "list":
        return len(text.split(","))
    found = _json(text)
    return len(found) if isinstance(found, (list, dict)) else 0


@dataclass(frozen=True, slots=True)
class Structures:
    """Values that are checked singly and stay text."""

    type: str
    format: str = "default"
    kind: str = "text"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """One cell."""
        accepts = ACCEPTS.get((self.type, self.format)) or ACCEPTS[(self.type, "default")]
        if accepts(text):
            return Reading(text, text)
        return Refusal(types.CODE, {"type": self.type, "format": self.format})

    def screen(self, column: Any) -> Screened:
        """Nothing is certain of a whole column."""
        return Screened(np.zeros(len(column), bool))
