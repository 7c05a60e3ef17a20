"""Tables in memory: pyarrow tables and readers, pandas and polars frames. Without bytes there is no hash."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.faults import SourceFault
from gongshu.validators.readers.columnar import BROKEN, ROWS, ColumnarSource
from gongshu.validators.readers.options import ReadOptions


def open_frame(source: Any, options: ReadOptions) -> ColumnarSource:
    """The source of a table in memory; SourceFault `file.unreadable` for anything that is no table.

    Pandas has no dates and no whole numbers with gaps: a column of instants that all lie at midnight reads as dates,
    and `1.0` as `1`. NaN and NaT are absent. A pandas index is not data.
    """
    name = options.name or ""
    if isinstance(source, pa.RecordBatchReader):
        return ColumnarSource(source.schema, _sliced(source), format="arrow", name=name)
    try:
        table = _table(source)
    except BROKEN as fault:
        raise SourceFault("file.unreadable", name=name, reason="corrupt", detail=str(fault)[:200]) from fault
    if table is None:
        raise SourceFault("file.unreadable", name=name, detail=type(source).__name__)
    dates = frozenset(number for number, column in enumerate(table.columns) if _midnights(column))
    return ColumnarSource(table.schema, table.to_batches(ROWS), format="arrow", name=name, dates=dates)


def _sliced(reader: Any) -> Any:
    for batch in reader:
        for start in range(0, batch.num_rows, ROWS):
            yield batch.slice(start, ROWS)


def _table(source: Any) -> Any:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    if type(source).__module__.partition(".")[0] == "pandas" and hasattr(source, "columns"):
        return _from_pandas(source)
    if hasattr(source, "__arrow_c_stream__"):
        return pa.table(source)
    return source.to_arrow() if hasattr(source, "to_arrow") else None


def _from_pandas(frame: Any) -> Any:
    """Column by column, as names may repeat; a column of mixed objects goes over as text."""
    columns, names = [], []
    for number, name in enumerate(frame.columns):
        column = frame.iloc[:, number]
        try:
            columns.append(pa.array(column, from_pandas=True))
        except (pa.ArrowException, TypeError, ValueError):
            from gongshu.validators.readers.arrowtext import value_text

            absent = column.isna()
            columns.append(
                pa.array([None if gone else value_text(value) for gone, value in zip(absent, column)], pa.string())
            )
        names.append(str(name))
    plain = [column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column for column in columns]
    return pa.table(plain, names=names)


def _midnights(column: Any) -> bool:
    kind = column.type
    if not pa.types.is_timestamp(kind) or kind.tz is not None or column.null_count == len(column):
        return False
    day = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] * 86_400
    numbers = column.cast(pa.int64())
    whole = pc.equal(pc.multiply(pc.divide(numbers, day), day), numbers)
    return bool(pc.all(whole).as_py())
