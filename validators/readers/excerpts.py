"""Faults of records as they are told: the rows, and the beginning of what stood there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gongshu.validators.batch import Structural

EXCERPT = 200  # characters of a row that a finding shows


def excerpt(raw: bytes) -> str:
    """The beginning of a row, as text."""
    return raw[: EXCERPT * 4].decode("utf-8", "replace")[:EXCERPT]


def said(
    code: str, found: Sequence[tuple[int, str, Mapping[str, int]]], reason: str | None = None, severity: str = "error"
) -> list[Structural]:
    """One fault for the records found, each with its text and parameters; none where there is no record."""
    if not found:
        return []
    rows = np.asarray([each[0] for each in found], np.int64)
    values, params = tuple(each[1] for each in found), tuple(each[2] for each in found)
    return [Structural(code, rows, values, params, reason=reason, severity=severity)]
