"""How two versions of a table differ, row by row: exact counts and a few samples, in bounded memory.

Rows are told by their key; where there is none that leaves whole, a row is what it says, and a changed one counts as
removed and added. Tables that are larger than the budget are divided by a digest of the key and compared part by part;
the texts of keys and values decide, never a digest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.publishers.differences import parts
from gongshu.publishers.differences.parts import KEY, Side

SAMPLES = 20
BUDGET = 64 << 20  # bytes of both tables that are compared at once
LONGEST = 200  # characters of a value in a sample
KINDS = ("added", "changed", "removed")


class _KeyTwice(Exception):
    """The key does not tell the rows of a table apart."""


@dataclass(slots=True)
class _Found:
    """What was found so far. A sample is kept with the text by which it is sorted."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    columns: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=lambda: {each: [] for each in KINDS})

    def keep(self, kind: str, fresh: list[tuple[str, dict[str, Any]]]) -> None:
        self.samples[kind] = sorted([*self.samples[kind], *fresh], key=lambda each: each[0])[:SAMPLES]

    def chosen(self) -> list[dict[str, Any]]:
        """At most `SAMPLES`: a share for each kind, what one does not need goes to the others."""
        room, shares = SAMPLES, dict.fromkeys(KINDS, 0)
        while room and any(shares[kind] < len(self.samples[kind]) for kind in KINDS):
            for kind in KINDS:
                if room and shares[kind] < len(self.samples[kind]):
                    shares[kind], room = shares[kind] + 1, room - 1
        return [sample for kind in KINDS for _, sample in self.samples[kind][: shares[kind]]]


def rows(
    old: Side,
    new: Side,
    key: Sequence[str] = (),
    *,
    without: Collection[str] = (),
    budget: int = BUDGET,
    folder: Path | None = None,
) -> dict[str, Any]:
    """How `new` differs from `old`, both as one audience sees them: Parquet files or tables.

    {"key", "added", "changed", "removed", "columns": {"added", "removed", "not_compared"}, "by_column", "samples"}.
    `key` is used where it stands in both and tells every row apart. Columns in `without` are not looked at: one of the
    versions holds them otherwise than the audience may see them now. `folder` is where parts are written.
    """
    before, after = parts.names(old), parts.names(new)
    shared = [name for name in after if name in before and name not in without]
    told = {
        "added": [name for name in after if name not in before and name not in without],
        "removed": [name for name in before if name not in after and name not in without],
        "not_compared": [name for name in [*after, *(each for each in before if each not in after)] if name in without],
    }
    used = list(key) if key and {*key} <= {*shared} else []
    try:
        found = _found(old, new, shared, used, budget, folder)
    except _KeyTwice:
        used = []
        found = _found(old, new, shared, used, budget, folder)
    return {
        "key": used,
        **found.counts,
        "columns": told,
        "by_column": dict(sorted(found.columns.items(), key=lambda each: shared.index(each[0]))),
        "samples": found.chosen(),
    }


def _found(old: Side, new: Side, shared: Sequence[str], key: Sequence[str], budget: int, folder: Path | None) -> _Found:
    found = _Found()
    if not shared:
        return found
    types = [parts.schema(side) for side in (old, new)]
    unlike = {name for name in shared if types[0].field(name).type != types[1].field(name).type}
    sides = [_read(side, shared, key, unlike) for side in (old, new)]
    compare = _keyed if key else _plain
    weight = parts.size(old, shared) + parts.size(new, shared)
    count = min(parts.MOST, math.ceil(weight / budget))
    if count <= 1:
        compare(sides[0], sides[1], shared, key, found)
        return found
    with parts.divided(folder) as place:
        for stem, side in zip(("old", "new"), sides, strict=True):
            parts.divide(side(), count, place, stem)
        for number in range(count):
            halves = [parts.part(place, stem, number) for stem in ("old", "new")]
            compare(halves[0], halves[1], shared, key, found)
    return found


Read = Callable[[], Iterator[pa.RecordBatch]]


def _read(side: Side, shared: Sequence[str], key: Sequence[str], unlike: Collection[str]) -> Read:
    """The batches with their key as a text; without a key the text of the whole row is all that is needed.

    A column of two types is compared as text.
    """

    def read() -> Iterator[pa.RecordBatch]:
        for batch in parts.batches(side, shared):
            columns = [
                each.cast(pa.string()) if name in unlike else each
                for name, each in zip(shared, batch.columns, strict=True)
            ]
            if key:
                text = parts.text([columns[shared.index(name)] for name in key])
                yield pa.RecordBatch.from_arrays([*columns, text], names=[*shared, KEY])
            else:
                yield pa.RecordBatch.from_arrays([parts.text(columns)], names=[KEY])

    return read


# --- rows with a key ---------------------------------------------------------------------------------------------


def _keyed(old: Read, new: Read, shared: Sequence[str], key: Sequence[str], found: _Found) -> None:
    before, after = (_table(side) for side in (old, new))
    if before is None or after is None:
        for kind, table in (("removed", before), ("added", after)):
            if table is not None:
                _one_sided(kind, table, np.arange(table.num_rows), key, shared, found)
                _unique(table)
        return
    known, wanted = _unique(before), _unique(after)
    at = pc.index_in(wanted, value_set=known)
    there = np.asarray(at.is_valid())
    left, right = np.asarray(at.drop_null()), np.flatnonzero(there)
    gone = np.ones(before.num_rows, np.bool_)
    gone[left] = False
    _one_sided("added", after, np.flatnonzero(~there), key, shared, found)
    _one_sided("removed", before, np.flatnonzero(gone), key, shared, found)
    differ: dict[str, Any] = {}
    for name in shared:
        if name in key:
            continue
        unequal = _unequal(before[name].take(pa.array(left)), after[name].take(pa.array(right)))
        if unequal.any():
            differ[name] = unequal
            found.columns[name] = found.columns.get(name, 0) + int(unequal.sum())
    if differ:
        changed = np.flatnonzero(np.logical_or.reduce(list(differ.values())))
        found.counts["changed"] += len(changed)
        _changed(before, after, left, right, differ, changed, key, found)


def _table(side: Read) -> pa.Table | None:
    held = list(side())
    return pa.Table.from_batches(held).combine_chunks() if held else None


def _unique(table: pa.Table) -> pa.Array:
    text = table[KEY].combine_chunks()
    text = text.chunk(0) if isinstance(text, pa.ChunkedArray) else text
    if len(pc.unique(text)) != len(text):
        raise _KeyTwice
    return text


def _unequal(old: Any, new: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the values differ; absent equals absent."""
    nulls = np.asarray(old.is_null()) | np.asarray(new.is_null())
    answer = np.asarray(pc.fill_null(pc.not_equal(old, new), False))
    if not nulls.any():
        return answer
    return np.where(nulls, np.asarray(old.is_null()) != np.asarray(new.is_null()), answer)


def _one_sided(kind: str, table: pa.Table, at: Any, key: Sequence[str], shared: Sequence[str], found: _Found) -> None:
    found.counts[kind] += len(at)
    first = _first(table[KEY], at)
    picked = table.take(pa.array(first))
    texts = {name: _spelled(picked[name]) for name in shared}
    rest = [name for name in shared if name not in key]
    found.keep(
        kind,
        [
            (
                picked[KEY][n].as_py(),
                {
                    "kind": kind,
                    "key": {name: texts[name][n] for name in key},
                    "values": {name: texts[name][n] for name in rest},
                },
            )
            for n in range(len(first))
        ],
    )


def _changed(
    before: pa.Table,
    after: pa.Table,
    left: Any,
    right: Any,
    differ: Mapping[str, Any],
    changed: Any,
    key: Sequence[str],
    found: _Found,
) -> None:
    """Samples of changed rows: what stood there and what stands there, in the columns that differ."""
    first = _first(after[KEY], right[changed])
    fresh = []
    for row in first.tolist():
        spot = int(np.searchsorted(right, row))
        changes = [
            {"column": name, "before": _one(before[name][int(left[spot])]), "after": _one(after[name][row])}
            for name, mask in differ.items()
            if mask[spot]
        ]
        named = {name: _one(after[name][row]) for name in key}
        fresh.append((after[KEY][row].as_py(), {"kind": "changed", "key": named, "changes": changes}))
    found.keep("changed", fresh)


def _first(keys: Any, at: Any) -> Any:
    """Of these rows those with the smallest keys."""
    if not len(at):
        return at
    texts = pa.table({KEY: keys.take(pa.array(at))})
    order = pc.select_k_unstable(texts, k=min(SAMPLES, len(at)), sort_keys=[(KEY, "ascending")])
    return at[np.asarray(order)]


def _spelled(column: Any) -> list[str | None]:
    return [_one(each) for each in column]


def _one(value: Any) -> str | None:
    text = value.cast(pa.string()).as_py() if value.is_valid else None
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}…"


# --- rows without a key ------------------------------------------------------------------------------------------


def _plain(old: Read, new: Read, shared: Sequence[str], key: Sequence[str], found: _Found) -> None:
    """Rows as a bag: a row that stands three times now and once before was added twice."""
    before, after = _counted(old), _counted(new)
    at = np.asarray(pc.fill_null(pc.index_in(after["row"], value_set=before["row"].combine_chunks()), -1))
    had = np.asarray(before["times"])
    times = np.where(at >= 0, had[at] if len(had) else 0, 0)
    more = np.asarray(after["times"]) - times
    left = had.copy()
    left[at[at >= 0]] -= np.asarray(after["times"])[at >= 0]
    for kind, table, surplus in (("added", after, more), ("removed", before, left)):
        rows_at = np.flatnonzero(surplus > 0)
        found.counts[kind] += int(surplus[rows_at].sum())
        fresh = []
        for row in _first(table["row"], rows_at).tolist():
            text = table["row"][row].as_py()
            said = [None if each is None else each[:LONGEST] for each in parts.values(text)]
            sample = {"kind": kind, "key": {}, "values": dict(zip(shared, said, strict=True))}
            times_ = int(surplus[row])
            fresh.append((text, {**sample, "times": times_} if times_ > 1 else sample))
        found.keep(kind, fresh)


def _counted(side: Read) -> pa.Table:
    """Each different row once, with how often it stands there; what is held grows with different rows only."""
    empty = pa.table({"row": pa.array([], pa.string()), "times": pa.array([], pa.int64())})
    held, waiting = empty, []
    for batch in side():
        counts = pc.value_counts(batch.column(KEY))
        waiting.append(pa.table({"row": counts.field("values"), "times": counts.field("counts")}))
        if len(waiting) == 16:
            held, waiting = _summed([held, *waiting]), []
    return _summed([held, *waiting])


def _summed(tables: Sequence[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(tables)
    summed = whole.group_by("row").aggregate([("times", "sum")])
    return pa.table({"row": summed["row"], "times": summed["times_sum"]}).combine_chunks()
