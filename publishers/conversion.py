"""A source as an audience gets it: typed by its standard, projected, masked; Parquet and CSV written batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.publishers import csvtext
from gongshu.publishers.arrays import arrow_type, spelled, typed
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.exposure import exposed
from gongshu.publishers.projection import Column, Projection, table_schema
from gongshu.standards.faults import PublishFault
from gongshu.standards.model import Privacy, Standard, Table
from gongshu.standards.settings import setting
from gongshu.validators.conditions import surely_false, surely_true

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan

VERSION = "1"  # of the bytes that a conversion gives: it changes when the same source would give others


@dataclass(frozen=True, slots=True)
class Subject:
    """A file, the standard it is under, and what else its reading depends on."""

    path: Path
    standard: Standard
    as_of: date
    registry: Registry
    sheet: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)  # where its header stands, from who looked at these bytes


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written. Paths are in the caller's folder."""

    rows: int
    columns: tuple[str, ...]
    schema: Mapping[str, Any]
    parquet: Path
    csv: Path
    parquet_digest: tuple[str, int]  # SHA-256 and size
    csv_digest: tuple[str, int]


def convert(subject: Subject, projection: Projection, folder: Path) -> Converted:
    """Write both forms of the projection into `folder`; memory is bounded by a batch."""
    import pyarrow.parquet as pq

    stream = Stream(subject, projection)
    parquet, text = folder / "data.parquet", folder / "data.csv"
    rows = 0
    with text.open("wb") as file, pq.ParquetWriter(parquet, stream.schema, compression="zstd") as writer:
        out = _Hashing(file)
        csvtext.header(out, stream.schema.names)
        for batch in stream.batches():
            rows += batch.num_rows
            writer.write_batch(batch)
            csvtext.body(out, batch)
    described = table_schema(subject.standard, projection, stream.schema.names)
    digests = file_sha256(parquet), (out.sha256.hexdigest(), out.size)
    return Converted(rows, tuple(stream.schema.names), described, parquet, text, *digests)


class _Hashing:
    """A file that is hashed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256, self.size = hashlib.sha256(), 0

    def write(self, data: Any) -> None:
        """Append bytes."""
        self.sha256.update(data)
        self.size += len(data)
        self._file.write(data)


class View:
    """What one audience gets of the batches of a table that are judged by one plan."""

    def __init__(self, plan: Plan, projection: Projection, subject: Subject) -> None:
        table = subject.standard.table or Table(())
        self.exposed: dict[str, int] = {}
        self._standard = subject.standard
        there = {each.field.name for each in plan.columns}
        self._columns = [each for each in projection.columns if each.field.name in there]
        self._masks = {each.field.name: _mask(each, subject) for each in self._columns if each.masked}
        scoped = projection.scope
        self._scope = surely_true(scoped, table, subject.registry.codes, subject.as_of) if scoped else None
        self.schema = pa.schema([(each.field.name, arrow_type(each)) for each in self._columns])

    def batch(self, verdict: BatchVerdict) -> pa.RecordBatch:
        """The typed columns of a batch; rows in which everything is absent do not exist."""
        rows = len(verdict.batch.columns[0]) if verdict.batch.columns else 0
        arrays, blank = [], None
        for column in self._columns:
            judged = verdict.judged[column.field.name]
            if column.masked:
                array = self._masks[column.field.name](judged, verdict, rows)
            else:
                array = typed(column.field, judged)
            arrays.append(array)
        for judged in verdict.judged.values():
            if judged.values.present is None or (judged.failed is not None and judged.failed.any()):
                blank = None
                break
            blank = ~judged.values.present if blank is None else blank & ~judged.values.present
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        kept = None if blank is None or not blank.any() else ~blank
        if self._scope is not None:
            inside = self._scope(verdict.judged, rows)
            kept = inside if kept is None else kept & inside
        batch = batch if kept is None else batch.filter(pa.array(kept))
        for name, count in exposed(batch).items():
            self.exposed[name] = self.exposed.get(name, 0) + count
        return batch

    def refuse_nothing(self) -> None:
        """Raise where no column is left that this audience may see."""
        if not self._columns:
            raise PublishFault("gate.nothing-open", standard=self._standard.reference)

    def refuse_exposure(self) -> None:
        """Raise where a batch that went by tells of a person in a column that was not declared to."""
        if self.exposed:
            columns = ", ".join(f"{name} x{count}" for name, count in sorted(self.exposed.items()))
            raise PublishFault("gate.undeclared-personal", standard=self._standard.reference, columns=columns)


class Stream:
    """The projected record batches of one source, to be gone through once."""

    def __init__(self, subject: Subject, projection: Projection) -> None:
        from gongshu.validators.headers import fit
        from gongshu.validators.plan import PUBLICATION, Terms, compile_plan, severities
        from gongshu.validators.readers import open_table
        from gongshu.validators.readers.options import ReadOptions

        standard, table = subject.standard, subject.standard.table
        if table is None:
            raise PublishFault("gate.kind", standard=standard.reference, kind=standard.kind.value)

        options = ReadOptions(sheet=subject.sheet, fit=fit(table), hashed=False, **_place(subject.told))
        self._source = open_table(subject.path, options=options)
        terms = Terms(
            as_of=subject.as_of,
            timezone=setting("timezone").value,
            codes=subject.registry.codes,
            severity=severities(standard, PUBLICATION),
        )
        plan = compile_plan(standard, self._source.shape, terms)
        # the columns alone: what holds between them was judged when the file passed the gate
        self._plan = replace(plan, rules=(), dataset_rules=(), keys=(), checks=())
        self._view = View(plan, projection, subject)
        self.schema = self._view.schema
        try:
            self._view.refuse_nothing()
        except PublishFault:
            self.close()
            raise

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of typed columns; raises at the end where they tell of a person."""
        from gongshu.validators.engine import judge

        try:
            for verdict in judge(self._source, self._plan, threads=1):
                batch = self._view.batch(verdict)
                if batch.num_rows:
                    yield batch
            self._view.refuse_exposure()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


def _place(told: Mapping[str, Any]) -> dict[str, Any]:
    """Delimiter and header row of a delimited text, where they are known: looking for them costs as much as reading."""
    delimiter, row = told.get("delimiter"), told.get("header_line")
    known = told.get("format") in ("csv", "tsv") and isinstance(delimiter, str) and isinstance(row, int)
    return {"delimiter": delimiter, "header_row": row} if known else {}


def _mask(column: Column, subject: Subject) -> Callable[[Any, BatchVerdict, int], pa.Array]:
    """The masked column of a batch. A condition that is not surely false masks."""
    when = column.field.privacy.when
    table = subject.standard.table or Table(())
    condition = surely_false(when, table, subject.registry.codes, subject.as_of) if when else None

    def masked(judged: Any, verdict: BatchVerdict, rows: int) -> pa.Array:
        text = spelled(column.field, judged)
        hidden = _masked(text, column.field.privacy)
        if condition is None:
            return hidden
        clear = condition(verdict.judged, rows)
        return pc.if_else(pa.array(clear), text, hidden)

    return masked


def _masked(text: pa.Array, privacy: Privacy) -> pa.Array:
    """Each different value is masked once."""
    from gongshu.validators.masking import mask

    coded = text.dictionary_encode()
    changed = pa.array([mask(value, privacy) for value in coded.dictionary.to_pylist()], pa.string())
    return changed.take(coded.indices)
