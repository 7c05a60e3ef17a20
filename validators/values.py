"""Parsed values of one column of one batch, as rules and ranges see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(slots=True)
class Values:
    """One column, all rows of a batch. What `data` holds depends on `kind`; where `present` is False it is undefined.

    text: a `pa.StringArray` without nulls (repaired text). number: int64 of value x 10**scale, or an object array of
    `decimal.Decimal` where that does not fit. date: int32 days since 1970-01-01. datetime: int64 microseconds since
    1970-01-01T00:00:00 (no zone). time: int64 microseconds since midnight. boolean: bool.
    """

    kind: str  # text | number | date | datetime | time | boolean
    data: Any
    present: np.ndarray[Any, np.dtype[np.bool_]] | None = None  # None: every value is there; False is SQL NULL
    scale: int = 0  # of number only
