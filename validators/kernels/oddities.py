"""Finds free text with blanks at an edge, invisible or control characters, full-width letters, or E+."""

from __future__ import annotations

from typing import Any

import numpy as np

from gongshu.validators.kernels.buffers import Ints, content, offsets

_EDGE = np.zeros(256, bool)
_EDGE[list(b"\t\n\x0b\x0c\r ")] = True
_CONTROL = np.zeros(256, bool)
_CONTROL[:32] = True
_CONTROL[list(b"\t\n\r")] = False
_CONTROL[0x7F] = True


def odd(column: Any, *, wide: bool = True) -> Ints | None:
    """Ascending rows to look at again (None: none). May name a row that proves clean, never misses one."""
    bounds, data = offsets(column), content(column)
    if not len(data):
        return None
    found: list[Ints] = []
    some = bounds[1:] > bounds[:-1]
    rows = None if some.all() else np.flatnonzero(some)
    start, end = (bounds[:-1], bounds[1:]) if rows is None else (bounds[rows], bounds[rows + 1])
    edge = _EDGE[data[start]] | _EDGE[data[end - 1]]
    if edge.any():
        found.append(np.flatnonzero(edge) if rows is None else rows[edge])
    places = _places(data, wide=wide)
    if len(places):
        found.append(np.searchsorted(bounds, places, side="right") - 1)
    return np.unique(np.concatenate(found)) if found else None


def _places(data: Ints, *, wide: bool) -> Ints:
    """Byte places of characters that free text must not hold."""
    found: list[Ints] = []
    low = np.flatnonzero((data < 32) | (data == 0x7F))
    found.append(low[_CONTROL[data[low]]])
    plus = np.flatnonzero(data == 0x2B)
    found.append(plus[data[plus - 1] == 0x45])  # 4.20102E+17
    # C1 controls, U+0085, U+00A0; U+1680; U+2000 .. U+206F but dashes, quotes and dots; U+3000; U+FEFF; forms
    for lead in (0xC2, 0xE1, 0xE2, 0xE3, 0xEF):
        at = np.flatnonzero(data == lead)
        if not len(at):
            continue
        one = data[at + 1]
        two = data[np.minimum(at + 2, len(data) - 1)]
        if lead == 0xC2:
            hit = one <= 0xA0
        elif lead == 0xE1:
            hit = (one == 0x9A) & (two == 0x80)
        elif lead == 0xE2:
            hit = ((one == 0x80) & ((two <= 0x8F) | ((two >= 0xA8) & (two <= 0xAF)))) | ((one == 0x81) & (two >= 0x9F))
        elif lead == 0xE3:
            hit = (one == 0x80) & (two == 0x80)
        else:
            digits = (one == 0xBC) & (((two >= 0x90) & (two <= 0x99)) | ((two >= 0xA1) & (two <= 0xBA)))
            letters = (one == 0xBD) & (two >= 0x81) & (two <= 0x9A)
            hit = ((one == 0xBB) & (two == 0xBF)) | ((digits | letters) if wide else False)
        found.append(at[hit])
    return np.concatenate(found)
