"""Samples of what only the end of a table could tell: keys that recur or have no counterpart, by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from gongshu.validators.batch import Rows
from gongshu.validators.kernels.buffers import texts
from gongshu.validators.keytext import divided
from gongshu.validators.samplemaking import SampleMaker
from gongshu.validators.samples import PORTION, Columns, Keys
from gongshu.validators.whole import Late

KeysOf: TypeAlias = Callable[[Rows], Mapping[int, str]]  # row -> composed primary key

LOOKED_UP = 16 * PORTION  # rows whose primary keys are looked up at once: each time goes through all keys


class LateSamples:
    """Takes the rows of one kind of late fault in portions, each by row, and makes samples of the first `limit`."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._portions: list[Late] = []

    def add(self, found: Late) -> None:
        """Take a portion."""
        if self._limit is not None:
            found = shortened(found, np.arange(min(self._limit, len(found.rows))))
        self._portions.append(found)
        if self._limit is not None and len(self._portions) > 64:  # they come by key: keep the first rows of all
            self._portions = self._first()

    def _first(self) -> list[Late]:
        """The same portions, without rows that can no longer be among the first."""
        border = np.sort(np.concatenate([each.rows for each in self._portions]))[: self._limit]
        if not len(border):
            return []
        chosen = [(each, np.flatnonzero(each.rows <= border[-1])) for each in self._portions]
        return [shortened(each, at) for each, at in chosen if len(at)]

    def columns(self, maker: SampleMaker, keys: KeysOf | None) -> Iterator[Columns]:
        """The samples by row, a portion at a time. `keys` knows the primary keys of rows."""
        found = _joined(self._portions)
        if found is None:
            return
        targets = np.repeat([each.key.resource for each in self._portions], [len(p.rows) for p in self._portions])
        self._portions = []
        order = np.argsort(found.rows, kind="stable")[: self._limit]
        own = maker.key == tuple(found.key.fields)  # where the key itself is at fault, the samples have it
        known: Mapping[int, str] = {}
        for start in range(0, len(order), PORTION):
            if keys is not None and maker.key and not own and start % LOOKED_UP == 0:
                known = keys(np.sort(found.rows[order[start : start + LOOKED_UP]]))
            at = order[start : start + PORTION]
            made = _columns(shortened(found, at), targets[at], maker)
            if not own:
                made.key = _keys(known, found.rows[at].tolist(), maker) if known else None
            yield made


def _columns(found: Late, targets: Any, maker: SampleMaker) -> Columns:
    names, whole = found.key.fields, texts(found.text)
    parts: list[Any] = []
    if found.code != "row.duplicate" and names:
        divisions = zip(*[divided(text, len(names)) for text in whole])
        parts = [maker.all_masked(name, each) for name, each in zip(names, divisions)]
    rows, lines = found.rows.tolist(), found.lines.tolist()
    params: list[Mapping[str, Any]] | None = None
    if found.first_rows is not None and found.first_lines is not None:
        firsts = zip(found.first_rows.tolist(), found.first_lines.tolist())
        if maker.positioned:
            params = [{"first": line, "first_row": row, "first_line": line} for row, line in firsts]
        else:
            params = [{"first": row, "first_row": row} for row, _ in firsts]
        if maker.parted:
            places = maker.pointers((), found.first_rows.tolist()) or ()
            params = [{**each, "first_pointer": place} for each, place in zip(params, places)]
    elif found.code == "key.foreign":
        shared = {target: {"target": target} for target in np.unique(targets).tolist()}
        params = [shared[target] for target in targets.tolist()]
    return Columns(
        size=len(rows),
        row=rows,
        line=lines if maker.positioned else None,
        cell=maker.cells(names, lines),
        pointer=maker.pointers(names, rows),
        value=[", ".join(each) for each in zip(*parts)] if parts else None,
        key=Keys(tuple(names), parts) if parts else None,
        params=params,
    )


def _keys(known: Mapping[int, str], rows: list[int], maker: SampleMaker) -> Keys:
    """The primary keys of rows; None where a row has none."""
    count = len(maker.key)
    found = [known.get(row) for row in rows]
    divisions = zip(*[(None,) * count if text is None else divided(text, count) for text in found])
    return Keys(maker.key, [_shown(maker, name, each) for name, each in zip(maker.key, divisions)])


def _shown(maker: SampleMaker, name: str, found: tuple[str | None, ...]) -> list[str | None]:
    return [None if each is None else maker.masked(name, each) for each in found]


def _joined(portions: list[Late]) -> Late | None:
    if len(portions) < 2:
        return portions[0] if portions else None
    first = portions[0]
    return replace(
        first,
        text=pa.concat_arrays([each.text.cast(pa.large_string()) for each in portions]),
        rows=np.concatenate([each.rows for each in portions]),
        lines=np.concatenate([each.lines for each in portions]),
        first_rows=_together([each.first_rows for each in portions]),
        first_lines=_together([each.first_lines for each in portions]),
    )


def _together(found: list[Rows | None]) -> Rows | None:
    there = [each for each in found if each is not None]
    return np.concatenate(there) if there else None


def shortened(found: Late, chosen: Rows) -> Late:
    """The same fault in the rows of those numbers alone."""
    firsts = (found.first_rows, found.first_lines)
    first_rows, first_lines = (None if each is None else each[chosen] for each in firsts)
    text = found.text.take(pa.array(chosen))
    return replace(
        found,
        text=text,
        rows=found.rows[chosen],
        lines=found.lines[chosen],
        first_rows=first_rows,
        first_lines=first_lines,
    )
