"""PostgreSQL takes the script, every row that conforms, and refuses the faulty ones that no loss excuses.

Runs where `GONGSHU_TEST_POSTGRES` holds a connection string that `psql` takes, for a database in UTF-8.
"""

# ruff: noqa: S608 - the names come from the standard under test
from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date, datetime, time
from decimal import Decimal

import pytest

DSN = os.environ.get("GONGSHU_TEST_POSTGRES", "")
pytestmark = pytest.mark.skipif(
    not DSN or shutil.which("psql") is None, reason="no PostgreSQL: set GONGSHU_TEST_POSTGRES and have psql"
)


def literal(value):
    match value:
        case None:
            return "NULL"
        case bool() | int() | Decimal():
            return str(value)
        case datetime() | date() | time():
            return f"'{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def psql(script: str) -> str:
    run = subprocess.run(
        ["psql", "-X", "-q", "-d", DSN], input=script, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return run.stderr


def test_postgres(case):
    derived = case.made("ddl-postgres")
    script = derived.content.decode()
    name = re.search(r'CREATE TABLE ("[^"]+")', script)[1]

    def insert(row):
        return f"SAVEPOINT one; INSERT INTO {name} VALUES ({', '.join(literal(each) for each in row.values())});"

    good = "\n".join(insert(row) for row in case.typed(case.good))
    tolerated = "\n".join(f"{insert(row)} ROLLBACK TO one;" for row in map(case.row, case.tolerated) if row is not None)
    for inserts in (good, tolerated):
        assert psql(f"BEGIN;\n{script}\n{inserts}\nROLLBACK;") == ""

    lost, marks, lines = case.lost(derived), {}, []
    for planted in case.faulty.planted:
        row = case.row(case.faulty.rows[planted.row - 1])
        if row is None or planted.code == "key.duplicate" or {planted.column, planted.rule} & lost:
            continue
        marks[len(marks)] = planted
        lines.append(f"\\echo\n\\warn row {len(marks) - 1}\n{insert(row)} ROLLBACK TO one;")
    answer = psql(f"BEGIN;\n{script}\n" + "\n".join(lines) + "\nROLLBACK;")
    parts = re.split(r"row (\d+)\n", answer)
    assert len(parts[1::2]) == len(marks)
    passed = [marks[int(number)] for number, said in zip(parts[1::2], parts[2::2]) if "ERROR" not in said]
    assert passed == []
