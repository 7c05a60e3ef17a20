"""Points against the box in which they have to lie: whether web maps have shifted them, as far as a box can tell.

A shift of some hundred metres shows at the edges only: shifted points lie outside, and all are back inside once it is
taken away; of true points some would be taken outside. Points that are well inside tell nothing, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from gongshu.validators.geometry import WORLD, Bounds
from gongshu.validators.shifts import Degrees, Places, bd09, gcj02, inverse, within

SYSTEMS: tuple[tuple[str, Callable[[Degrees, Degrees], Places]], ...] = (("gcj-02", gcj02), ("bd-09", bd09))
FEWEST = 10  # distinct points
SHARE = 0.95  # of the points outside that have to come back
EDGE = 0.03  # degrees: more than any of the shifts


class Border:
    """Takes the points of one column or pair in any portions, then answers. Without a box it counts only."""

    def __init__(self, box: Bounds | None) -> None:
        self._box = box if box is not None and box != WORLD else None
        self.seen = False  # any point where the shifts are defined
        self._outside: set[tuple[float, float]] = set()  # as they stand; FEWEST are enough
        self._count = 0  # of those
        self._left = dict.fromkeys((name for name, _ in SYSTEMS), 0)  # outside after the shift is taken away
        self._gone: dict[str, set[tuple[float, float]]] = {name: set() for name, _ in SYSTEMS}  # inside before that

    def take(self, longitude: Degrees, latitude: Degrees) -> None:
        """Look at further points; NaN is none."""
        usable = within(longitude, latitude)  # False for NaN
        east, north = longitude[usable], latitude[usable]
        self.seen = self.seen or len(east) > 0
        if self._box is None or not len(east):
            return
        box = self._box
        deep = _inside(Bounds(box.west + EDGE, box.south + EDGE, box.east - EDGE, box.north - EDGE), east, north)
        east, north = east[~deep], north[~deep]
        inside = _inside(box, east, north)
        self._count += int(np.count_nonzero(~inside))
        _keep(self._outside, east[~inside], north[~inside])
        far = ~_inside(Bounds(box.west - EDGE, box.south - EDGE, box.east + EDGE, box.north + EDGE), east, north)
        near_east, near_north, near_inside = east[~far], north[~far], inside[~far]
        for name, shift in SYSTEMS:
            back = _inside(box, *inverse(shift, near_east, near_north))
            self._left[name] += int(np.count_nonzero(far)) + int(np.count_nonzero(~back))
            gone = near_inside & ~back
            _keep(self._gone[name], near_east[gone], near_north[gone])

    def suspected(self) -> tuple[str, ...]:
        """The systems that explain why points lie outside."""
        if len(self._outside) < FEWEST:
            return ()
        return tuple(name for name, _ in SYSTEMS if self._left[name] <= (1 - SHARE) * self._count)

    def silent(self) -> bool:
        """Whether there are points and they may be shifted or not, as far as the box goes."""
        return self.seen and not self.suspected() and any(len(each) < FEWEST for each in self._gone.values())

    @property
    def settled(self) -> bool:
        """Whether further points change nothing."""
        return self._box is None and self.seen

    @property
    def bounded(self) -> bool:
        """Whether there is a box at all."""
        return self._box is not None


def arrays(positions: Iterable[Sequence[float]]) -> Places:
    """Longitudes and latitudes of positions."""
    both = np.array([each[:2] for each in positions], np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _inside(box: Bounds, east: Degrees, north: Degrees) -> Any:
    return (east >= box.west) & (east <= box.east) & (north >= box.south) & (north <= box.north)


def _keep(kept: set[tuple[float, float]], east: Degrees, north: Degrees) -> None:
    if len(kept) < FEWEST and len(east):
        kept.update(zip(east.tolist(), north.tolist()))
