"""A source as an audience gets it: typed by its standard, projected, masked; Parquet and CSV written batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.publishers import csvtext
from gongshu.publishers.arrays import arrow_type, spelled, typed
from gongshu.publishers.exposure import exposed
from gongshu.publishers.projection import Column, Projection, table_schema
from gongshu.standards.faults import PublishFault
from gongshu.standards.model import Privacy, Standard, Table
from gongshu.standards.settings import setting
from gongshu.validators.conditions import surely_false, surely_true

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.engine import BatchVerdict

VERSION = "1"  # of the bytes that a conversion gives: it changes when the same source would give others


@dataclass(frozen=True, slots=True)
class Subject:
    """A file, the standard it is under, and what else its reading depends on."""

    path: Path
    standard: Standard
    as_of: date
    registry: Registry
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written. Paths are in the caller's folder."""

    rows: int
    columns: tuple[str, ...]
    schema: Mapping[str, Any]
    parquet: Path
    csv: Path


def convert(subject: Subject, projection: Projection, folder: Path) -> Converted:
    """Write both forms of the projection into `folder`; memory is bounded by a batch."""
    import pyarrow.parquet as pq

    stream = Stream(subject, projection)
    stream.refuse_nothing()
    parquet, text = folder / "data.parquet", folder / "data.csv"
    rows = 0
    with text.open("wb") as out, pq.ParquetWriter(parquet, stream.schema, compression="zstd") as writer:
        csvtext.header(out, stream.schema.names)
        for batch in stream.batches():
            rows += batch.num_rows
            writer.write_batch(batch)
            csvtext.body(out, batch)
    stream.refuse_exposure()
    described = table_schema(subject.standard, projection, stream.schema.names)
    return Converted(rows, tuple(stream.schema.names), described, parquet, text)


class Stream:
    """The projected record batches of one source, to be gone through once."""

    def __init__(self, subject: Subject, projection: Projection) -> None:
        from gongshu.validators.headers import fit
        from gongshu.validators.plan import PUBLICATION, Terms, compile_plan, severities
        from gongshu.validators.readers import open_table
        from gongshu.validators.readers.options import ReadOptions

        standard = self._standard = subject.standard
        self.exposed: dict[str, int] = {}
        table = standard.table
        if table is None:
            raise PublishFault("gate.kind", standard=standard.reference, kind=standard.kind.value)

        options = ReadOptions(sheet=subject.sheet, fit=fit(table))
        self._source = open_table(subject.path, options=options)
        terms = Terms(
            as_of=subject.as_of,
            timezone=setting("timezone").value,
            codes=subject.registry.codes,
            severity=severities(standard, PUBLICATION),
        )
        self._plan = compile_plan(standard, self._source.shape, terms)
        there = {each.field.name for each in self._plan.columns}
        self._columns = [each for each in projection.columns if each.field.name in there]
        self._masks = {each.field.name: _mask(each, subject) for each in self._columns if each.masked}
        scoped = projection.scope
        self._scope = surely_true(scoped, table, subject.registry.codes, subject.as_of) if scoped else None
        self.schema = pa.schema([(each.field.name, arrow_type(each)) for each in self._columns])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of typed columns; rows in which everything is absent do not exist."""
        from gongshu.validators.engine import judge

        try:
            for verdict in judge(self._source, self._plan, threads=1):
                batch = self._batch(verdict)
                for name, count in exposed(batch).items():
                    self.exposed[name] = self.exposed.get(name, 0) + count
                if batch.num_rows:
                    yield batch
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()

    def refuse_nothing(self) -> None:
        """Raise where no column is left that this audience may see."""
        if not self._columns:
            raise PublishFault("gate.nothing-open", standard=self._standard.reference)

    def refuse_exposure(self) -> None:
        """Raise where a batch that went by tells of a person in a column that was not declared to."""
        if self.exposed:
            columns = ", ".join(f"{name} x{count}" for name, count in sorted(self.exposed.items()))
            raise PublishFault("gate.undeclared-personal", standard=self._standard.reference, columns=columns)

    def _batch(self, verdict: BatchVerdict) -> pa.RecordBatch:
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
        return batch if kept is None else batch.filter(pa.array(kept))


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
