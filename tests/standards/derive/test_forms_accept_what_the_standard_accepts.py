"""The law of every form: it accepts each row that the standard accepts; a faulty row passes only by a named loss."""

# ruff: noqa: S608 - the names come from the standard under test
from __future__ import annotations

import io
import json
import sqlite3
import sys
import types
from datetime import date, datetime, time
from decimal import Decimal

import jsonschema
import pytest

from gongshu.standards.sampling import Sampled

duckdb = pytest.importorskip("duckdb", reason="DuckDB is an extra of the tests")
pydantic = pytest.importorskip("pydantic")


def faulty_rows(case):
    """Each planted fault with the typed row that has it, None where a cell does not parse."""
    return [(each, case.row(case.faulty.rows[each.row - 1])) for each in case.faulty.planted]


def judge(case, derived, accepts, *, keys=False):
    """`accepts(row)` must hold of good rows, and of faulty ones only where their column or rule is lost."""
    refused = [row for row in case.typed(case.good) if not accepts(row)]
    assert refused == []
    tolerated = [row for row in map(case.row, case.tolerated) if row is not None]
    assert [row for row in tolerated if not accepts(row)] == []
    lost = case.lost(derived)
    passed = []
    for planted, row in faulty_rows(case):
        if row is None or (planted.code == "key.duplicate" and not keys):
            continue  # a form of one row sees no second one; what is no date cannot become a typed row
        if accepts(row) and planted.column not in lost and planted.rule not in lost:
            passed.append((planted, row[planted.column]))
    assert passed == []


def test_json_schema(case, to_json):
    derived = case.made("json-schema")
    schema = json.loads(derived.content)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    judge(case, derived, lambda row: validator.is_valid(to_json(row)))
    sparse = [{name: value for name, value in row.items() if value is not None} for row in case.typed(case.good)]
    assert all(validator.is_valid(to_json(row)) for row in sparse)


def test_openapi(case, to_json):
    openapi = pytest.importorskip("openapi_spec_validator")
    derived = case.made("openapi")
    document = json.loads(derived.content)
    openapi.validate(document)
    (name, schema), page = document["components"]["schemas"].items()
    assert page[0] == f"{name}Page"
    judge(case, derived, lambda row: jsonschema.Draft202012Validator(schema).is_valid(to_json(row)))


def test_pydantic(case):
    derived = case.made("pydantic")
    module = types.ModuleType("derived_model")
    sys.modules[module.__name__] = module  # where pydantic looks for the names of annotations
    exec(derived.content.decode(), module.__dict__)  # noqa: S102 - the source is what is tested
    model = next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, pydantic.BaseModel) and each is not pydantic.BaseModel
    )

    def accepts(row):
        try:
            model.model_validate(row)
        except pydantic.ValidationError:
            return False
        return True

    judge(case, derived, accepts)


def test_duckdb(case):
    derived = case.made("ddl-duckdb")
    connection = duckdb.connect()
    connection.execute(derived.content.decode())
    (name,) = connection.execute("SELECT table_name FROM duckdb_tables()").fetchone()
    comments = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL").fetchone()
    assert comments == (sum(bool(each.title.zh or each.title.en) for each in case.standard.table.fields),)

    def accepts(row):
        connection.execute("BEGIN")
        try:
            marks = ", ".join("?" for _ in row)
            connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', list(row.values()))
        except (duckdb.ConstraintException, duckdb.ConversionException, duckdb.OutOfRangeException):
            return False
        finally:
            connection.execute("ROLLBACK")
        return True

    judge(case, derived, accepts)
    marks = ", ".join("?" for _ in case.good.columns)
    connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [[*row.values()] for row in case.typed(case.good)])
    assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (len(case.good.rows),)


def sqlite_value(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def test_sqlite(case):
    derived = case.made("ddl-sqlite")
    connection = sqlite3.connect(":memory:")
    connection.executescript(derived.content.decode())
    (name,) = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
    marks = ", ".join("?" for _ in case.good.columns)

    def accepts(row):
        try:
            connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', [sqlite_value(each) for each in row.values()])
        except sqlite3.IntegrityError:
            return False
        finally:
            connection.rollback()
        return True

    judge(case, derived, accepts)
    rows = [[sqlite_value(each) for each in row.values()] for row in case.typed(case.good)]
    connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (len(case.good.rows),)


def test_table_schema_through_frictionless(case):
    from frictionless import Resource, Schema

    derived = case.made("table-schema")
    schema = Schema.from_descriptor(json.loads(derived.content))
    names = list(case.good.columns)
    lost = case.lost(derived)

    def refused(sampled):
        data = [names, *[list(row) for row in sampled.rows]]
        report = Resource(data=data, schema=schema.to_copy()).validate(limit_errors=100_000)
        return {error.row_number - 1 for error in report.tasks[0].errors if hasattr(error, "row_number")}, report

    _, report = refused(case.good)
    assert report.valid, report.flatten(["type", "fieldName", "cell", "note"])[:5]
    _, report = refused(Sampled(case.good.columns, case.tolerated))
    assert report.valid, report.flatten(["type", "fieldName", "cell", "note"])[:5]
    found, _ = refused(case.faulty)
    passed = [
        each
        for each in case.faulty.planted
        if each.row not in found and each.column not in lost and each.rule not in lost
    ]
    assert passed == []


def test_arrow(case):
    import pyarrow as pa

    derived = case.made("arrow")
    schema = pa.ipc.read_schema(pa.py_buffer(derived.content))
    assert schema.names == list(case.good.columns)
    table = pa.Table.from_pylist(case.typed(case.good), schema=schema)
    table.validate(full=True)
    held = [each.name for each in schema if not each.nullable]
    assert all(table[name].null_count == 0 for name in held)


def test_avro(case):
    fastavro = pytest.importorskip("fastavro")
    schema = fastavro.parse_schema(json.loads(case.made("avro").content))
    rows = [dict(zip((each["name"] for each in schema["fields"]), row.values())) for row in case.typed(case.good)]
    out = io.BytesIO()
    fastavro.writer(out, schema, rows, validator=True)
    out.seek(0)
    assert sum(1 for _ in fastavro.reader(out)) == len(rows)
