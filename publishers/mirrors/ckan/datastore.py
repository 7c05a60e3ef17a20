"""A published table in CKAN's DataStore: typed as its standard says, every row once, text codes intact."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gongshu.publishers.ledger import Resource
from gongshu.publishers.mirrors.ckan.transport import Invalid, Missing, Site, Unclear, rejected
from gongshu.standards.faults import PublishFault

LONGEST = 63  # bytes of a column's name: PostgreSQL cuts longer ones in silence, and two may then be the same
CELLS, MOST_ROWS = 40_000, 5_000  # of one call
TRIES = 4
_UNFIT = re.compile(r'["\x00-\x1f]')


def names(columns: Sequence[str]) -> list[str]:
    """A name that DataStore takes for each column, all different: what fits stays, the rest is cut and marked."""
    found: list[str] = []
    for column in columns:
        name = _UNFIT.sub("", column).strip().lstrip("_")
        if name != column or len(name.encode("utf-8")) > LONGEST or name in found or not name:
            mark = "-" + hashlib.sha256(column.encode("utf-8")).hexdigest()[:8]
            room = LONGEST - len(mark)
            name = name.encode("utf-8")[:room].decode("utf-8", "ignore").strip() + mark
        found.append(name)
    return found


def column_type(kind: Any) -> str:
    """The PostgreSQL type of an Arrow type; what has no better one is text."""
    import pyarrow as pa

    if pa.types.is_integer(kind):
        return "int8"
    if pa.types.is_decimal(kind):
        return "numeric"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_time(kind):
        return "time"
    return "bool" if pa.types.is_boolean(kind) else "text"


def fields(schema: Any, resource: Resource) -> list[dict[str, Any]]:
    """The columns as `datastore_create` takes them; the name in the standard and its title stay readable."""
    described = {each["name"]: each for each in resource.schema.get("fields", ())}
    made = []
    for name, field in zip(names(schema.names), schema, strict=True):
        title = described.get(field.name, {}).get("title") or field.name
        info = {"label": title, "notes": field.name if name != field.name else "", "type_override": ""}
        made.append(
            {"id": name, "type": column_type(field.type), "info": {key: text for key, text in info.items() if text}}
        )
    return made


def load(site: Site, id_: str, code: str, parquet: Path, resource: Resource, *, at: Callable[[str], None]) -> None:
    """Make the table anew and fill it; afterwards it has exactly the rows of the file. Raises `PublishFault`."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(parquet) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    short = dict(zip(schema.names, names(schema.names), strict=True))
    key = [short[name] for name in resource.schema.get("primaryKey", ()) if name in short]
    for _ in range(TRIES):
        drop(site, id_)
        at("mirror.table")
        try:
            wanted = {"resource_id": id_, "force": True, "fields": fields(schema, resource)}
            site.call("datastore_create", {**wanted, "primary_key": key} if key else wanted)
            for batch in _batches(parquet, list(short.values())):
                site.call(
                    "datastore_upsert",
                    {"resource_id": id_, "force": True, "method": "insert", "records": batch},
                    once=True,
                )
                at("mirror.rows")
            if count(site, id_) == rows:
                return
        except Unclear:
            continue  # a batch may be there or not, or come later: only a new table is sure to hold each row once
        except Invalid as error:
            raise rejected(error, code) from error
    raise PublishFault("mirror.table", code=code, key=resource.key)


def drop(site: Site, id_: str) -> None:
    """Remove the table, if there is one."""
    try:
        site.call("datastore_delete", {"resource_id": id_, "force": True})
    except (Missing, Invalid):
        return


def count(site: Site, id_: str) -> int:
    """How many rows the table has."""
    try:
        found = site.call("datastore_search", {"resource_id": id_, "limit": 0, "include_total": True})
    except Missing:
        return -1
    return int(found["total"])


def _batches(parquet: Path, short: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Rows as JSON: every value as its text, which PostgreSQL reads by the declared type; nothing passes a float."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(parquet) as file:
        size = max(100, min(MOST_ROWS, CELLS // max(1, len(short))))
        for batch in file.iter_batches(batch_size=size):
            columns = [_texts(column) for column in batch.columns]
            yield [dict(zip(short, row, strict=True)) for row in zip(*columns, strict=True)]


def _texts(column: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_boolean(column.type) or pa.types.is_string(column.type):
        found: list[Any] = column.to_pylist()
        return found
    return [None if each is None else str(each) for each in column.to_pylist()]
