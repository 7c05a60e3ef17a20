"""Exact counts of what is wrong, and the first samples by row; personal values are masked before they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from gongshu.standards.model import EMPTY, Table
from gongshu.validators.batch import Batch, Rows, Shape, Structural
from gongshu.validators.engine import BatchVerdict
from gongshu.validators.fault import Fault
from gongshu.validators.finding import SEVERITY_ORDER, Finding, Severity
from gongshu.validators.headers import HeaderMatch, Severities
from gongshu.validators.rowset import RowSet
from gongshu.validators.samplelate import KeysOf, LateSamples
from gongshu.validators.samplemaking import SampleMaker
from gongshu.validators.samples import PORTION, Columns, Gathering, side_by_side
from gongshu.validators.samplestore import SampleStore
from gongshu.validators.whole import Late

Group: TypeAlias = tuple[
    str, Severity, tuple[str, ...], str | None, str | None
]  # code, severity, columns, rule, reason


@dataclass(slots=True)
class _Kept:
    count: int = 0
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    samples: Gathering = field(default_factory=Gathering)


class Tally:
    """Takes the verdicts of one file in order.

    `samples` None keeps every sample, in `store` where they are too many for memory; `unmask` shows personal values.
    """

    def __init__(
        self,
        shape: Shape,
        table: Table | None,
        header: HeaderMatch,
        severity: Severities,
        *,
        samples: int | None = 20,
        unmask: bool = False,
        store: SampleStore | None = None,
    ) -> None:
        self._shape, self._header, self._severity = shape, header, severity
        self._limit = samples
        self._store = store if store is not None else SampleStore()
        self._held = 0  # samples that are in memory
        self._kept: dict[Group, _Kept] = {}
        self._late: dict[Group, LateSamples] = {}
        self._errors = RowSet()
        self._maker = SampleMaker(shape, table, header, unmask=unmask)
        self._order = {each.name: i for i, each in enumerate(table.fields if table is not None else ())}

    # --- taking ---------------------------------------------------------------------------------------------------

    def take(self, verdict: BatchVerdict) -> None:
        """Count the faults of the next batch, and keep samples as long as there is room."""
        wrong = np.zeros(verdict.batch.records, np.bool_)
        index = verdict.batch.index
        for group, faults in _grouped(verdict.faults).items():
            kept = self._group(group, faults[0].params)
            for each in faults:
                kept.count += len(each.rows)
                if each.severity is Severity.ERROR:
                    wrong[each.rows if index is None else index[each.rows]] = True
            self._faults(kept, faults, verdict)
        for shapeless in _by_kind(verdict.batch):
            level = self._severity(shapeless.code, None, shapeless.severity)
            if level is not None:
                if level is Severity.ERROR:
                    wrong[shapeless.rows] = True
                self._structural(shapeless, level, verdict)
        self._errors.add(verdict.row0, wrong)

    def late(self, found: Late) -> None:
        """Count faults of rows that only the end of the table could tell."""
        group = (found.code, found.severity, found.key.fields, found.key.rule, None)
        self._group(group, EMPTY).count += len(found.rows)
        if found.severity is Severity.ERROR:
            self._errors.mark(found.rows)
        if group not in self._late:
            self._late[group] = LateSamples(self._limit)
        self._late[group].add(found)

    def finding(self, found: Finding) -> None:
        """Add a finding about the file or its header, with its severity as it stands."""
        group = (found.code, found.severity, found.columns, found.rule, found.reason)
        kept = self._group(group, found.params)
        kept.count += found.count
        point = self._maker.pointers
        samples = [
            each
            if each.row is None or self._shape.pointer is None
            else each._replace(pointer=(point(found.columns, [each.row], [each.pointer]) or [None])[0])
            for each in found.samples[: self._room(kept)]
        ]
        if samples:
            self._keep(kept, side_by_side(samples))

    # --- telling --------------------------------------------------------------------------------------------------

    def findings(self, keys: KeysOf | None = None) -> tuple[Finding, ...]:
        """Every finding, in the order of the report: severity, column, code. `keys` knows the primary keys of rows."""
        for group, late in self._late.items():
            kept = self._kept[group]
            kept.samples = Gathering()
            for portion in late.columns(self._maker, keys):
                self._keep(kept, portion)
        if not self._store.keep(self._held):
            self._spill()
        found = [
            Finding(code, severity, kept.count, columns, rule, reason, kept.samples.samples(self._store), kept.params)
            for (code, severity, columns, rule, reason), kept in self._kept.items()
        ]
        return tuple(sorted(found, key=self._rank))

    @property
    def rows_with_errors(self) -> int:
        """How many records have at least one error, exactly."""
        return self._errors.count()

    def spread(self, rows: int, parts: int = 120) -> tuple[int, ...]:
        """How many records with an error there are in each of up to `parts` equal stretches of `rows` records."""
        return self._errors.spread(rows, parts)

    def masked(self, name: str, text: str) -> str:
        """A value of that field as it may be shown."""
        return str(self._maker.masked(name, text))

    def _rank(self, found: Finding) -> tuple[Any, ...]:
        last = len(self._order)
        at = tuple(self._order.get(name, last) for name in found.columns)
        where = (SEVERITY_ORDER[found.severity], at, found.code)
        return (*where, found.columns, found.rule or "", found.reason or "")

    # --- samples --------------------------------------------------------------------------------------------------

    def _group(self, group: Group, params: Mapping[str, Any]) -> _Kept:
        kept = self._kept.get(group)
        if kept is None:
            kept = self._kept[group] = _Kept(params=params)
        return kept

    def _room(self, kept: _Kept) -> int | None:
        """How many more samples may be kept; None: any number."""
        return None if self._limit is None else max(0, self._limit - kept.samples.size)

    def _faults(self, kept: _Kept, faults: Sequence[Fault], verdict: BatchVerdict) -> None:
        room = self._room(kept)
        if room == 0:
            return
        owners = None
        if len(faults) == 1:
            rows = faults[0].rows[:room]
        else:  # several faults of one group in one batch: the first rows of all of them
            rows = np.concatenate([each.rows for each in faults])
            order = np.argsort(rows, kind="stable")[:room]
            owners = np.repeat(np.arange(len(faults)), [len(each.rows) for each in faults])[order]
            rows = rows[order]
        for start in range(0, len(rows), PORTION):
            part = slice(start, start + PORTION)
            whose = None if owners is None else owners[part]
            self._keep(kept, self._maker.of_faults(faults, whose, rows[part], verdict))

    def _structural(self, fault: Structural, level: Severity, verdict: BatchVerdict) -> None:
        columns = () if fault.column is None else (self._called(fault.column),)
        kept = self._group((fault.code, level, columns, None, fault.reason), EMPTY)
        kept.count += len(fault.rows)
        room = self._room(kept)
        count = len(fault.rows) if room is None else min(room, len(fault.rows))
        for start in range(0, count, PORTION):
            part = slice(start, min(start + PORTION, count))
            self._keep(kept, self._maker.of_structural(fault, part, columns, verdict))

    def _called(self, column: int) -> str:
        """A column of the file by its field, else as its header says."""
        names = self._shape.header.names if self._shape.header is not None else ()
        written = names[column] if column < len(names) else ""
        return next((name for name, at in self._header.columns.items() if at == column), written)

    def _keep(self, kept: _Kept, portion: Columns) -> None:
        kept.samples.add(portion)
        self._held += portion.size
        if self._store.crowded(self._held):
            self._spill()

    def _spill(self) -> None:
        for each in self._kept.values():
            each.samples.spill(self._store)
        self._held = 0


def levelled(findings: Iterable[Finding], severity: Severities) -> list[Finding]:
    """Findings of a reader with the severity that the profile gives them; those that it ignores are left out."""
    answer = []
    for each in findings:
        level = severity(each.code, each.rule, each.severity)
        if level is not None:
            answer.append(each if level is each.severity else replace(each, severity=level))
    return answer


def _grouped(faults: Iterable[Fault]) -> dict[Group, list[Fault]]:
    groups: dict[Group, list[Fault]] = {}
    for each in faults:
        if len(each.rows):
            groups.setdefault((each.code, each.severity, each.columns, each.rule, each.reason), []).append(each)
    return groups


def _by_kind(batch: Batch) -> list[Structural]:
    """The faults of shape, those of one kind together and by row."""
    kinds: dict[tuple[Any, ...], list[Structural]] = {}
    for each in batch.structural:
        kinds.setdefault((each.code, each.severity, each.column, each.reason), []).append(each)
    return [found[0] if len(found) == 1 else _together(found, batch) for found in kinds.values()]


def _together(found: list[Structural], batch: Batch) -> Structural:
    rows = np.concatenate([each.rows for each in found])
    order = np.argsort(rows, kind="stable")
    parts = [each.rows for each in found]
    lines: list[tuple[int, ...]] = [()]
    if any(each.lines for each in found):
        first = [each if batch.line_of is None else batch.line_of[each] for each in parts]
        lines = [each.lines or tuple(at.tolist()) for each, at in zip(found, first)]
    return replace(
        found[0],
        rows=rows[order],
        values=_ordered([each.values for each in found], parts, order, None),
        params=_ordered([each.params for each in found], parts, order, EMPTY),
        bytes=_ordered([each.bytes for each in found], parts, order, None),
        pointers=_ordered([each.pointers for each in found], parts, order, ""),
        lines=_ordered(lines, parts, order, 0),
    )


def _ordered(parts: list[tuple[Any, ...]], rows: list[Rows], order: Rows, absent: Any) -> tuple[Any, ...]:
    """The values of several faults in the order of their rows; empty where none has any."""
    if not any(parts):
        return ()
    whole = [value for part, at in zip(parts, rows) for value in (part or (absent,) * len(at))]
    return tuple(whole[number] for number in order.tolist())
