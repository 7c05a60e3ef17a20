"""The value is shorter or longer than its field allows; what counts is characters, or items of a collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.kernels.buffers import Mask, offsets

CODE = "cell.length"


@dataclass(frozen=True, slots=True)
class Length:
    """Judges `minLength` and `maxLength`."""

    least: int | None
    most: int | None
    code: str = CODE
    size: Callable[[str], int] = len  # of a collection: how many items it has

    def fault(self, value: Any) -> Mapping[str, Any] | None:
        """What to say of one value; None when it fits."""
        length = self.size(value)
        if (self.least is None or length >= self.least) and (self.most is None or length <= self.most):
            return None
        said = {"length": length, "minimum": self.least, "maximum": self.most}
        return {name: each for name, each in said.items() if each is not None}

    def passes(self, column: Any) -> Mask | None:
        """Which cells of a text column fit; None: all. Of collections none is certain."""
        if self.size is not len:
            return np.zeros(len(column), bool)
        bounds = offsets(column)
        size = bounds[1:] - bounds[:-1]
        # n bytes hold at most n and at least n/4 characters
        doubt = np.zeros(len(column), bool)
        if self.least is not None:
            doubt |= size < self.least * 4
        if self.most is not None:
            doubt |= size > self.most
        rows = np.flatnonzero(doubt)
        if not len(rows):
            return None
        points = np.asarray(pc.utf8_length(column.take(pa.array(rows)) if len(rows) < len(column) else column))
        fits = np.ones(len(rows), bool)
        if self.least is not None:
            fits &= points >= self.least
        if self.most is not None:
            fits &= points <= self.most
        good = ~doubt
        good[rows[fits]] = True
        return good
