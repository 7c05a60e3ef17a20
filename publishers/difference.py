"""How two tables differ, row by row, told by their key: exact counts and a few samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SAMPLES = 20
LARGEST = 2_000_000  # rows of either table: more are not compared in a plan


def rows(old: pa.Table, new: pa.Table, key: Sequence[str]) -> dict[str, Any]:
    """{"added", "changed", "removed", "samples"} of `new` against `old`; the key must be unique in both.

    Both tables are what the audience may see, so their values are masked already.
    """
    before, after = _row(old, key, "before"), _row(new, key, "after")
    joined = before.join(after, "key", join_type="full outer").sort_by("key")
    added = pc.is_null(joined["before"])
    removed = pc.is_null(joined["after"])
    changed = pc.fill_null(pc.not_equal(joined["before"], joined["after"]), False)
    samples: list[dict[str, Any]] = []
    for kind, mask in (("added", added), ("removed", removed), ("changed", changed)):
        for text in joined["key"].filter(mask).slice(0, SAMPLES - len(samples)).to_pylist():
            samples.append({"kind": kind, "key": text.split(_JOINT)})
    counts = {"added": added, "changed": changed, "removed": removed}
    return {**{name: int(pc.sum(mask).as_py() or 0) for name, mask in counts.items()}, "samples": samples}


_JOINT = "\x1f"


def _row(table: pa.Table, key: Sequence[str], name: str) -> pa.Table:
    """Two text columns: the key, and everything else of the row in the order of column names."""
    rest = sorted(column for column in table.column_names if column not in key)
    texts = [pc.fill_null(_text(table[column]), "\x00") for column in rest]
    named = [pc.binary_join_element_wise(pa.scalar(column), text, "\x1e") for column, text in zip(rest, texts)]
    keys = [pc.fill_null(_text(table[column]), "") for column in key]
    whole = pc.binary_join_element_wise(*named, _JOINT) if named else pa.array([""] * table.num_rows, pa.string())
    joined = pc.binary_join_element_wise(*keys, _JOINT) if len(keys) > 1 else keys[0]
    return pa.table({"key": joined, name: whole})


def _text(column: Any) -> Any:
    return column.cast(pa.string())
