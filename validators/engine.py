"""A plan carried out over a source: batches judged in worker threads, handed on in the order of the file.

Nothing here depends on how large batches are or how many threads there are. pyarrow is asked for no threads of its own,
and no process-wide setting is touched.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.batch import NUMBER, Batch, Rows, Source
from gongshu.validators.fault import Detail, Fault
from gongshu.validators.kernels.buffers import texts as written
from gongshu.validators.keys import Digests, digest
from gongshu.validators.keytext import comparable, composed

if TYPE_CHECKING:
    from gongshu.validators.column import Judged
    from gongshu.validators.plan import KeyPlan, Plan, RulePlan
    from gongshu.validators.values import Values


@dataclass(slots=True)
class KeyColumn:
    """The keys of one batch, with the parsed rows they stand in (ascending)."""

    text: pa.Array
    digest: Digests
    rows: Rows


@dataclass(slots=True)
class BatchVerdict:
    """One batch, judged. `row0` records and the lines up to `line0` lie before it."""

    batch: Batch
    faults: list[Fault]
    judged: dict[str, Judged]  # by field name, as far as columns are there
    keys: list[KeyColumn]  # one for each of the plan's keys, in its order
    filled: dict[int, int]  # nameless column -> how many of its cells hold something
    row0: int = 0
    line0: int = 1

    def places(self, rows: Rows) -> tuple[Rows, Rows]:
        """Record numbers (1-based) and physical lines (1-based) of parsed rows."""
        return self.record_places(rows if self.batch.index is None else self.batch.index[rows])

    def record_places(self, records: Rows) -> tuple[Rows, Rows]:
        """Record numbers (1-based) and physical lines (1-based) of records of this batch."""
        lines = records if self.batch.line_of is None else self.batch.line_of[records]
        return records + (self.row0 + 1), lines + self.line0


def judge(source: Source, plan: Plan, *, threads: int | None = None) -> Iterator[BatchVerdict]:
    """Every batch of `source` in file order, judged by `plan`. `threads` defaults to the processors, four at most."""
    count = threads or min(4, os.cpu_count() or 1)
    row0, line0 = 0, source.shape.first_line
    for verdict in _ordered(source, plan, count):
        verdict.row0, verdict.line0 = row0, line0
        row0 += verdict.batch.records
        line0 += verdict.batch.lines
        yield verdict


def _ordered(source: Source, plan: Plan, threads: int) -> Iterator[BatchVerdict]:
    if threads == 1:
        for task in source.blocks():
            yield judge_batch(task(), plan)
        return
    waiting: deque[Future[BatchVerdict]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="gongshu") as pool:
        try:
            for task in source.blocks():
                waiting.append(pool.submit(_run, task, plan))
                if len(waiting) > threads:  # one is ready or under way beyond one a thread: memory is bounded
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


def _run(task: Callable[[], Batch], plan: Plan) -> BatchVerdict:
    return judge_batch(task(), plan)


def judge_batch(batch: Batch, plan: Plan) -> BatchVerdict:
    """What the plan says of one batch alone; its place in the file is not known yet."""
    judged: dict[str, Judged] = {}
    faults: list[Fault] = []
    rows = len(batch.columns[0]) if batch.columns else 0
    widths = _widths(batch, rows)
    nul = _with_nul(batch, rows)
    for column in plan.columns:
        others = {name: judged[name].values for name in column.judge.needs if name in judged}
        marks = batch.marks.get(column.index)
        if marks is None and column.typed:
            marks = np.full(rows, NUMBER, np.uint8)
        answer = column.judge.judge(batch.columns[column.index], marks, others)
        judged[column.field.name] = answer
        found = answer.faults if widths is None else _of_cells(answer.faults, widths > column.index)
        faults += found if nul is None else _without_nul(found, nul, batch.columns[column.index])
    values = {name: each.values for name, each in judged.items()}  # rules read what is not there as NULL
    for rule in plan.rules:
        broken = _violations(rule, batch, plan, judged, values, rows)
        if broken is not None:
            faults.append(broken)
    for check in plan.checks:
        faults += check(judged, rows)
    keys = []
    for key in plan.keys:
        column_of_keys, absent = _keys(key, batch, judged, rows, plan, widths)
        keys.append(column_of_keys)
        if absent is not None:
            faults.append(absent)
    filled = {i: _filled(batch.columns[i]) for i in plan.header.nameless} if rows else {}
    return BatchVerdict(batch, faults, judged, keys, filled)


def _widths(batch: Batch, rows: int) -> Rows | None:
    """How many cells each parsed row has of its own; None where all are complete."""
    short = [each for each in batch.structural if each.code == "table.row-short" and each.params]
    if not short:
        return None
    widths = np.full(batch.records, len(batch.columns))
    for each in short:
        widths[each.rows] = [params.get("found", len(batch.columns)) for params in each.params]
    return widths[:rows] if batch.index is None else widths[batch.index]


def _of_cells(faults: list[Fault], there: np.ndarray[Any, np.dtype[np.bool_]]) -> list[Fault]:
    """A cell that the row is too short for is not absent: `table.row-short` has said it."""
    if there.all():
        return faults
    return [
        replace(each, rows=each.rows[there[each.rows]]) if each.code == "cell.required" else each for each in faults
    ]


def _with_nul(batch: Batch, rows: int) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
    """The parsed rows of which `file.nul` has been said; None where there is none."""
    said = [each.rows for each in batch.structural if each.code == "file.nul"]
    if not said:
        return None
    marked = np.zeros(batch.records, np.bool_)
    marked[np.concatenate(said)] = True
    return marked[:rows] if batch.index is None else marked[batch.index]


def _without_nul(faults: list[Fault], nul: np.ndarray[Any, np.dtype[np.bool_]], text: pa.Array) -> list[Fault]:
    """A NUL is no second fault of its cell, as a control character."""
    answer = []
    for each in faults:
        if each.code == "cell.control-char" and nul[each.rows].any():
            kept = [row for row in each.rows.tolist() if not (nul[row] and "\x00" in text[row].as_py())]
            each = replace(each, rows=np.array(kept, np.int64))
        answer.append(each)
    return answer


def _violations(
    rule: RulePlan,
    batch: Batch,
    plan: Plan,
    judged: Mapping[str, Judged],
    values: Mapping[str, Values],
    rows: int,
) -> Fault | None:
    broken = rule.judge.violations(values, rows, today=plan.as_of)
    if not broken.any():
        return None
    for name in rule.columns:
        failed = judged[name].failed if name in judged else None
        if failed is not None:
            broken = broken & ~failed
    at = np.flatnonzero(broken)
    if not len(at):
        return None
    texts = {name: batch.columns[plan.header.columns[name]] for name in rule.columns if name in plan.header.columns}
    first = rule.fields[0] if rule.fields else None

    def describe(row: int) -> Detail:
        shown = {name: text[row].as_py() for name, text in texts.items()}
        return Detail(shown.get(first) if first else None, {"values": shown})

    def describe_all(rows: Rows) -> list[Detail]:
        chosen = pa.array(rows)
        columns = {name: written(text.take(chosen)) for name, text in texts.items()}
        firsts = columns[first] if first in columns else [None] * len(rows)
        shown = zip(*columns.values()) if columns else ((),) * len(rows)
        return [Detail(value, {"values": dict(zip(columns, each))}) for value, each in zip(firsts, shown)]

    return Fault(
        "row.rule",
        rule.severity,
        rule.fields,
        at,
        describe,
        rule=rule.id,
        params=rule.params,
        describe_all=describe_all,
    )


# --- keys --------------------------------------------------------------------------------------------------------


def _keys(
    key: KeyPlan, batch: Batch, judged: Mapping[str, Judged], rows: int, plan: Plan, widths: Rows | None
) -> tuple[KeyColumn, Fault | None]:
    """The keys of the rows that have one; absent parts of a primary key are `key.missing` where nothing else speaks."""
    if key.role == "row":
        columns, absent = [_plain(each) for each in batch.columns], _all_empty(batch)
        text = composed(columns) if columns else pa.array([], pa.string())
        return _chosen(text, None if absent is None else ~absent, rows), None
    parts, there, unspoken = [], np.ones(rows, np.bool_), np.zeros(rows, np.bool_)
    for name in key.fields:
        one = judged[name]
        parts.append(comparable(one.text, one.values, one.failed))
        if one.values.present is not None:
            absent = ~one.values.present if one.failed is None else ~(one.values.present | one.failed)
            there &= ~absent
            if name not in key.required:
                there_at_all = None if widths is None else widths > plan.header.columns[name]
                unspoken |= absent if there_at_all is None else absent & there_at_all
    fault = None
    if key.missing is not None and unspoken.any():
        at = np.flatnonzero(unspoken)
        fault = Fault("key.missing", key.missing, key.fields, at, lambda row: Detail(None), rule=key.rule)
    return _chosen(composed(parts), None if there.all() else there, rows), fault


def _chosen(text: pa.Array, there: np.ndarray[Any, np.dtype[np.bool_]] | None, rows: int) -> KeyColumn:
    if there is None:
        return KeyColumn(text, digest(text), np.arange(rows))
    kept = text.filter(pa.array(there))
    return KeyColumn(kept, digest(kept), np.flatnonzero(there))


def _plain(column: pa.Array) -> pa.Array:
    return column.fill_null("") if column.null_count else column


def _all_empty(batch: Batch) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
    empty = None
    for column in batch.columns:
        here = pc.equal(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
        empty = here if empty is None else empty & here
        if not empty.any():
            return None
    return empty


def _filled(column: pa.Array) -> int:
    lengths = pc.binary_length(pc.utf8_trim_whitespace(column))
    return int(np.count_nonzero(lengths.to_numpy(zero_copy_only=False)))
