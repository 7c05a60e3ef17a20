"""Two pairs of coordinate columns in one table, one of them shifted as web maps shift: `geo.offset-system`.

A pair is suspected only where another pair says the true places: at least `FEWEST` distinct points, nearly all of which
the transform moves exactly where the suspected pair has them. A name that says so already needs no suspicion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gongshu.standards.model import Table
from gongshu.validators.finding import Finding
from gongshu.validators.headers import Severities
from gongshu.validators.positions import Pair, coordinate_pairs, numbers, says_shifted
from gongshu.validators.shifts import Degrees, Places, bd09, gcj02, within

if TYPE_CHECKING:
    from gongshu.validators.engine import BatchVerdict

FEWEST = 10  # distinct points
MOST = 5_000  # points kept; more tell no more
NEAR = 1e-4  # degrees, ten metres: coordinates are often rounded to four places
SHARE = 0.95  # of the points that have to agree
SYSTEMS: tuple[tuple[str, Callable[[Degrees, Degrees], Places]], ...] = (("gcj-02", gcj02), ("bd-09", bd09))


class Offsets:
    """Takes the verdicts of one file in order, then answers."""

    def __init__(self, table: Table | None, severity: Severities) -> None:
        self._severity = severity
        pairs = coordinate_pairs(table) if table is not None else []
        self._pairs: list[Pair] = pairs if len(pairs) > 1 else []
        self._points: list[list[Any]] = []  # of each batch: longitudes and latitudes of every pair
        self._kept = 0

    def take(self, verdict: BatchVerdict) -> None:
        """Keep the points of the next batch, as long as there are not enough."""
        if not self._pairs or self._kept >= MOST:
            return
        names = [field.name for pair in self._pairs for field in pair]
        if any(name not in verdict.judged for name in names):
            return
        columns = [numbers(verdict.judged[name])[: MOST - self._kept] for name in names]
        self._kept += len(columns[0])
        self._points.append(columns)

    def findings(self) -> list[Finding]:
        """One finding a pair that is shifted against another."""
        level = self._severity("geo.offset-system", None, "warning")
        if not self._points or level is None:
            return []
        columns = [np.concatenate(each) for each in zip(*self._points)]
        found = []
        for number, pair in enumerate(self._pairs):
            if any(says_shifted(field) for field in pair):
                continue
            shifted = (columns[2 * number], columns[2 * number + 1])
            others = (at for at in range(len(self._pairs)) if at != number)
            systems = (system_of((columns[2 * at], columns[2 * at + 1]), shifted) for at in others)
            system = next((each for each in systems if each is not None), None)
            if system is not None:
                names = tuple(field.name for field in pair)
                found.append(
                    Finding("geo.offset-system", level, 1, names, None, system, params={"name": system.upper()})
                )
        return found


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
