"""Cells of a column that were judged singly: one verdict a distinct text, spread over the rows that hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.batch import Marks, Rows
from gongshu.validators.cell import Verdict
from gongshu.validators.kernels.buffers import Ints, Mask

_MARKS = 256
_FEW = 100  # rows a mended one


@dataclass(frozen=True, slots=True)
class Doubts:
    """Cells that were judged singly: their rows (ascending), and for each the number of its text and verdict."""

    rows: Rows
    which: Ints
    words: list[str]
    verdicts: list[Verdict]

    def at(self, rows: Any) -> Any:
        """The numbers of the verdicts on the cells in these rows, or in that one."""
        return self.which[np.searchsorted(self.rows, rows)]

    def of(self, numbers: Sequence[int]) -> Mask:
        """Which of the cells have one of these verdicts."""
        member = np.zeros(len(self.verdicts), bool)
        member[numbers] = True
        found: Mask = member[self.which]
        return found

    def states(self) -> Marks:
        """The state of each verdict."""
        return np.fromiter((each.state for each in self.verdicts), np.uint8, len(self.verdicts))

    def put(self, data: Any, values: Mapping[int, Any]) -> Any:
        """The data of a column with the value of each verdict in the rows that it is of."""
        if not values:
            return data
        place = np.zeros(len(self.verdicts), np.int64)
        place[list(values)] = np.arange(len(values))
        listed = np.empty(len(values), data.dtype)
        listed[:] = list(values.values())
        mine = self.of(list(values))
        data = data.copy()
        data[self.rows[mine]] = listed[place[self.which[mine]]]
        return data

    def repaired(self, text: Any) -> Any:
        """The text of a column, with what was mended."""
        mended = {number: each.text for number, each in enumerate(self.verdicts) if each.text is not None}
        if not mended:
            return text
        place = np.zeros(len(self.verdicts), np.int64)
        place[list(mended)] = np.arange(len(mended))
        mine = self.of(list(mended))
        rows = self.rows[mine]
        words = pa.array(list(mended.values()), pa.string()).take(pa.array(place[self.which[mine]]))
        if len(rows) * _FEW < len(text):  # laying pieces together costs a piece, replacing under a mask costs a row
            return _replaced(text, rows.tolist(), words)
        mask = np.zeros(len(text), bool)
        mask[rows] = True
        return pc.replace_with_mask(text, pa.array(mask), words)


def _replaced(text: Any, rows: list[int], words: Any) -> Any:
    """The text with `words` in those rows, which ascend."""
    pieces, at = [], 0
    for number, row in enumerate(rows):
        pieces += [text.slice(at, row - at), words.slice(number, 1)]
        at = row + 1
    return pa.concat_arrays([*pieces, text.slice(at)])


def told_apart(
    which: Ints, words: list[str], marks: Marks | None, dates: Ints | None
) -> tuple[Ints, list[str], list[int], list[Any]]:
    """Equal texts told apart by origin mark and reference date: the number of each cell, and what the numbers mean."""
    mixed = which.astype(np.int64) * _MARKS + (0 if marks is None else marks)
    days = np.zeros(1, np.int64)
    if dates is not None:
        days, day = np.unique(dates, return_inverse=True)
        mixed = mixed * len(days) + day
    distinct, which = np.unique(mixed, return_inverse=True)
    cell, day = np.divmod(distinct, len(days))
    word, origin = np.divmod(cell, _MARKS)
    on = [None] * len(distinct) if dates is None else days[day].tolist()
    return which, [words[number] for number in word.tolist()], origin.tolist(), on
