"""Screens whole columns: the domain's kernel first, then the constraints on what it accepted."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.validators.cell import CellJudge, Constraint
from gongshu.validators.checks.enum import Enum
from gongshu.validators.checks.length import Length
from gongshu.validators.checks.maximum import Maximum
from gongshu.validators.checks.minimum import Minimum
from gongshu.validators.checks.pattern import Pattern
from gongshu.validators.checks.precision import Precision
from gongshu.validators.kernels.buffers import Ints, Mask
from gongshu.validators.parsing.reading import Screened
from gongshu.validators.parsing.texts import meet, members

_EXACT = Context(prec=2000)
_FAR = 2**63 - 1


def screened(cell: CellJudge, text: Any) -> Screened:
    """What is right beyond doubt, constraints included. Empty cells may be either."""
    first = cell.domain.screen(text)
    if first.ok is not None and not first.ok.any():
        return first
    masks = [_passes(check, text, first) for check in cell.constraints]
    first.ok = meet(first.ok, *masks)
    return first


def _passes(check: Constraint, text: Any, first: Screened) -> Mask | None:
    if isinstance(check, (Pattern, Length)):
        return check.passes(text)
    data = first.data
    if data is None:
        return members(text, pa.array(check.written, pa.string())) if isinstance(check, Enum) else _none(len(text))
    if isinstance(check, Minimum):
        return check.passes(data, _whole(check.bound, first.scale, up=not check.exclusive))
    if isinstance(check, Maximum):
        return check.passes(data, _whole(check.bound, first.scale, up=check.exclusive))
    if isinstance(check, Precision):
        return check.passes(data, first.scale)
    if isinstance(check, Enum):
        return _listed(check, data, first.scale)
    return _none(len(text))


def _whole(bound: Any, scale: int, *, up: bool) -> int:
    """A bound among the whole numbers of that scale, rounded so that comparing with it stays exact."""
    if not isinstance(bound, Decimal):
        return int(bound)
    scaled = bound.scaleb(scale, _EXACT).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR, _EXACT)
    return max(-_FAR, min(_FAR, int(scaled)))


def _listed(check: Enum, data: Ints, scale: int) -> Mask | None:
    whole = [
        int(each.scaleb(scale, _EXACT)) if isinstance(each, Decimal) else each
        for each in check.allowed
        if not isinstance(each, Decimal) or _holds(each, scale)
    ]
    found = np.isin(data, np.array(whole, data.dtype))
    return None if found.all() else found


def _holds(value: Decimal, scale: int) -> bool:
    scaled = value.scaleb(scale, _EXACT)
    return scaled == scaled.to_integral_value(context=_EXACT) and abs(scaled) <= _FAR


def _none(rows: int) -> Mask:
    return np.zeros(rows, bool)
