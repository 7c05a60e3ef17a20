"""Coordinates in columns that are shifted as web maps shift: `geo.offset-system`.

A pair is suspected where another pair says the true places: at least `FEWEST` distinct points, nearly all of which the
transform moves exactly where the suspected pair has them; or where the box in which points have to lie tells
(`borders`). A name that says so already needs no suspicion, one that says CGCS2000 or WGS 84 is believed. Where nothing
tells, that is `not_checked`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gongshu.standards.model import Field, Table
from gongshu.validators.borders import FEWEST, SHARE, SYSTEMS, Border
from gongshu.validators.finding import Finding, NotChecked, Severity
from gongshu.validators.geometry import Bounds
from gongshu.validators.headers import Severities
from gongshu.validators.positions import Pair, coordinate_pairs, numbers, places, pointed, says, says_shifted
from gongshu.validators.shifts import Places, within

if TYPE_CHECKING:
    from gongshu.validators.column import Judged
    from gongshu.validators.engine import BatchVerdict

MOST = 5_000  # points of several pairs kept; more tell no more
NEAR = 1e-4  # degrees, ten metres: coordinates are often rounded to four places
TRUE = re.compile(r"cgcs[-_ ]?2000|wgs[-_ ]?84|国家大地坐标", re.IGNORECASE)
Group: TypeAlias = tuple[Field, ...]  # longitude and latitude, or one column with both


class Offsets:
    """Takes the verdicts of one file in order, then answers. `bounds`: where points have to lie, if known."""

    def __init__(self, table: Table | None, severity: Severities, bounds: Bounds | None = None) -> None:
        self._severity = severity
        self._level = severity("geo.offset-system", None, "warning")
        groups: list[Group] = []
        if table is not None and self._level is not None:
            groups = [*coordinate_pairs(table), *((each,) for each in pointed(table))]
        self._borders = {group: Border(bounds) for group in groups if not any(map(_told, group))}
        self._told: dict[Group, str] = {}
        pairs = coordinate_pairs(table) if table is not None else []
        self._pairs: list[Pair] = pairs if len(pairs) > 1 else []
        self._points: list[list[Any]] = []  # of each batch: longitudes and latitudes of every pair
        self._kept = 0

    def take(self, verdict: BatchVerdict) -> None:
        """Look at the points of the next batch, and keep those of several pairs as long as there are not enough."""
        for group, border in self._borders.items():
            if not border.settled and all(each.name in verdict.judged for each in group):
                border.take(*_points([verdict.judged[each.name] for each in group], group))
        if not self._pairs or self._kept >= MOST:
            return
        names = [field.name for pair in self._pairs for field in pair]
        if any(name not in verdict.judged for name in names):
            return
        columns = [numbers(verdict.judged[name])[: MOST - self._kept] for name in names]
        self._kept += len(columns[0])
        self._points.append(columns)

    def findings(self) -> list[Finding]:
        """One finding a pair or column that is shifted."""
        level = self._level
        if level is None:
            return []
        found = []
        for pair, system in self._compared():
            names = tuple(field.name for field in pair)
            self._told[pair] = system
            found.append(Finding("geo.offset-system", level, 1, names, None, system, params={"name": system.upper()}))
        for group, border in self._borders.items():
            systems = border.suspected() if group not in self._told else ()
            if systems:
                names = tuple(field.name for field in group)
                params = {"name": " / ".join(systems).upper()}
                found.append(Finding("geo.offset-system", level, 1, names, None, "border", params=params))
        return found

    def not_checked(self) -> Iterator[NotChecked]:
        """The columns of which nobody can say whether they are shifted; after `findings`."""
        if self._told:  # the other pair is the true one
            return
        for group, border in self._borders.items():
            if border.silent():
                names = tuple(field.name for field in group)
                yield unknown(border, names)

    def _compared(self) -> Iterator[tuple[Pair, str]]:
        """The pairs that are shifted against another, and how."""
        columns = [np.concatenate(each) for each in zip(*self._points)] if self._points else []
        for number, pair in enumerate(self._pairs if columns else []):
            if any(says_shifted(field) for field in pair):
                continue
            shifted = (columns[2 * number], columns[2 * number + 1])
            others = (at for at in range(len(self._pairs)) if at != number)
            systems = (system_of((columns[2 * at], columns[2 * at + 1]), shifted) for at in others)
            system = next((each for each in systems if each is not None), None)
            if system is not None:
                yield pair, system


def unknown(border: Border, names: tuple[str, ...] = ()) -> NotChecked:
    """That nothing tells whether points are shifted, with the reason."""
    reason = "offset-inside" if border.bounded else "offset-alone"
    return NotChecked(reason, code="geo.offset-system", columns=names, severity=Severity.WARNING)


def _told(field: Field) -> bool:
    """Whether the standard says which system it is."""
    named = field.identifier is not None and field.identifier.name == "lonlat-cgcs2000"
    return named or says_shifted(field) or says(field, TRUE)


def _points(columns: list[Judged], group: Group) -> Places:
    if len(columns) == 2:
        return numbers(columns[0]), numbers(columns[1])
    return places(columns[0], geojson=group[0].type == "geojson")


def system_of(true: Places, shifted: Places) -> str | None:
    """`gcj-02` or `bd-09` where that transform moves the true places to the shifted ones; None for few points."""
    usable = np.isfinite(np.stack([*true, *shifted])).all(axis=0)
    east, north, x, y = (each[usable] for each in (*true, *shifted))
    inside = within(east, north)
    east, north, x, y = (each[inside] for each in (east, north, x, y))
    if len(np.unique(np.stack([east, north]), axis=1).T) < FEWEST:
        return None
    for system, shift in SYSTEMS:
        to_east, to_north = shift(east, north)
        if np.mean((np.abs(to_east - x) < NEAR) & (np.abs(to_north - y) < NEAR)) >= SHARE:
            return system
    return None
