"""A table or view of a database by its SQLAlchemy URL (`sqlite:///x.db#table`), with the extra `sql`.

Rows are read once, in portions, in the order in which the database gives them; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.readers.arrowtext import value_text
from gongshu.validators.readers.columnar import ROWS, ColumnarSource


def spoken(url: str) -> str:
    """The URL without user, password, host and folders: what may stand in a report."""
    base, _, table = url.partition("#")
    path = urlsplit(base).path.rstrip("/").rpartition("/")[2] or base.partition("://")[0]
    return f"{path}#{table}" if table else path


def open_sql(url: str) -> ColumnarSource:
    """The source of `URL#table` (`schema.table` too). Raises `UsageFault` where the extra, the table or the driver is
    missing, SourceFault `file.unreadable` where the database cannot be reached."""
    try:
        import sqlalchemy
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
    except ImportError as fault:
        raise UsageFault("usage.extra-missing", extra="sql", name="SQLAlchemy") from fault
    base, _, table = url.partition("#")
    name = spoken(url)
    if not table:
        raise UsageFault("usage.sql-table", url=name, known="")
    schema, _, bare = table.rpartition(".")
    try:
        address = sqlalchemy.engine.make_url(base)
        if address.get_backend_name() == "sqlite" and address.database:
            from pathlib import Path

            if address.database != ":memory:" and not Path(address.database).is_file():
                raise UsageFault("usage.path-missing", path=address.database, near="")
        engine = sqlalchemy.create_engine(address)
        inspector = sqlalchemy.inspect(engine)
        known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
        if bare not in known:
            raise UsageFault("usage.sql-table", url=name, known=", ".join(known[:20]))
        columns = [each["name"] for each in inspector.get_columns(bare, schema or None)]
        chosen = sqlalchemy.table(bare, *map(sqlalchemy.column, columns), schema=schema or None)
        rows = _rows(engine, sqlalchemy.select(chosen), columns, name)
    except (ArgumentError, NoSuchModuleError, ImportError) as fault:
        raise UsageFault("usage.sql-url", url=name, detail=str(fault).partition("\n")[0]) from fault
    except SQLAlchemyError as fault:
        raise SourceFault("file.unreadable", name=name, detail=type(fault).__name__) from fault
    fields = pa.schema([(column, pa.string()) for column in columns])
    return ColumnarSource(fields, rows, format="sql", name=name)


def _rows(engine: Any, query: Any, columns: list[str], name: str) -> Iterator[Any]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True, yield_per=ROWS).execute(query)
            for portion in result.partitions(ROWS):
                texts = [pa.array([value_text(value) for value in each], pa.string()) for each in zip(*portion)]
                yield pa.RecordBatch.from_arrays(texts, names=columns)
    except SQLAlchemyError as fault:
        raise SourceFault("file.unreadable", name=name, detail=type(fault).__name__) from fault
    finally:
        engine.dispose()
