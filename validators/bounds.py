"""Where positions have to lie: the box of a division, or four numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gongshu.standards.faults import UsageFault
from gongshu.validators.geometry import WORLD, Bounds


@cache
def known() -> Mapping[str, Bounds]:
    """The boxes that come with the product, by division code."""
    text = files("gongshu.validators").joinpath("bounds.json").read_text(encoding="utf-8")
    return {
        each["division"]: Bounds(each["west"], each["south"], each["east"], each["north"])
        for each in json.loads(text)["bounds"]
    }


def bounds_of(asked: Any) -> Bounds | None:
    """The box that was asked for: a `Bounds`, a division code, `west,south,east,north`; None for none.

    A division without a box of its own has that of its city, else its province. Raises `UsageFault` for anything else.
    """
    if asked is None or isinstance(asked, Bounds):
        return asked
    text = str(asked).strip()
    if "," in text:
        return _numbers(text)
    if text.isdecimal() and len(text) in (6, 9, 12):
        for code in (text[:6], f"{text[:4]}00", f"{text[:2]}0000"):
            if code in known():
                return known()[code]
    raise UsageFault("usage.bounds", value=text, known=", ".join(known()))


def _numbers(text: str) -> Bounds:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise UsageFault("usage.bounds", value=text, known=", ".join(known())) from fault
    if not (WORLD.holds(west, south) and WORLD.holds(east, north) and west < east and south < north):
        raise UsageFault("usage.bounds", value=text, known=", ".join(known()))
    return Bounds(west, south, east, north)
