"""The same text, run by DuckDB: what the vocabulary calls proven there has to give the same answers."""

# ruff: noqa: DTZ001 - moments in rules carry no zone, as in the data
from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from gongshu.standards.expressions import parse
from gongshu.standards.model import Rule
from gongshu.validators.rules import compile_rule
from gongshu.validators.values import Values

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not a dependency; install it to run this comparison")

KINDS = {
    "t": "text",
    "u": "text",
    "n": "number",
    "m": "number",
    "d": "date",
    "e": "date",
    "s": "datetime",
    "b": "boolean",
}
ROWS = [
    (
        "110101199003078515",
        "1101",
        "1.50",
        "3",
        date(1990, 3, 7),
        date(2024, 2, 29),
        datetime(2024, 2, 29, 8, 5, 9),
        True,
    ),
    ("甲乙😀丙", "乙", "-1.25", "-2", date(1999, 12, 31), date(2000, 1, 1), datetime(1999, 12, 31, 23, 59, 59), False),
    ("", " a ", "0.00", "0", date(2024, 1, 31), date(2024, 1, 31), datetime(2024, 1, 31), None),
    ("Ab", "aB", "-0.50", "7", date(2023, 3, 31), date(2023, 2, 28), datetime(2023, 3, 31, 12), True),
    (None, "x", None, "1", None, date(2024, 1, 1), None, None),
    ("x%y_z", None, "2.50", None, date(2024, 1, 1), None, datetime(2024, 1, 1), False),
]
CHECKS = [
    "t = u",
    "t <> u",
    "t < u",
    "t >= u",
    "t > '丙'",
    "n < m",
    "n = -0.5",
    "d <= e",
    "n BETWEEN -1 AND 2",
    "n NOT BETWEEN 0 AND 1",
    "t IN ('Ab', '')",
    "t NOT IN ('Ab', NULL)",
    "n IN (1.5, 7)",
    "t IS NULL OR u IS NOT NULL",
    "b",
    "NOT b",
    "b IS TRUE",
    "b IS FALSE",
    "b AND n > 0",
    "b OR n > 0",
    "n + m > 1",
    "n - m > 1",
    "n * m = 4.5",
    "m % 2 = 1",
    "m % -2 = -1",
    "m % 2 = -1",
    "n % 0 IS NULL",
    "length(t) = 4",
    "substr(t, 2) = 'b'",
    "substr(t, 7, 8) = '19900307'",
    "substr(t, 2, 0) = ''",
    "left(t, 2) = '甲乙'",
    "right(t, 1) = '丙'",
    "right(t, 0) = ''",
    "right(t, 9) = 'Ab'",
    "lower(t) = 'ab'",
    "upper(t) = 'AB'",
    "trim(u) = 'a'",
    "ltrim(u) = 'a '",
    "rtrim(u) = ' a'",
    "trim(t, 'bA') = ''",
    "ltrim(t, '1') = '0101199003078515'",
    "concat(t, u) = 'x'",
    "concat(t, u) = 'x%y_z'",
    "t || u IS NULL",
    "starts_with(t, u)",
    "contains(t, '乙')",
    "ends_with(t, '')",
    "replace(t, '甲', 'x') = 'x乙😀丙'",
    "replace(t, '', 'q') = t",
    r"regexp_matches(t, '^\d+$')",
    "regexp_matches(t, '[甲b]')",
    r"regexp_matches(t, '\w')",
    r"regexp_matches(t, '^.{4}$')",
    "t LIKE '甲__丙'",
    "t LIKE 'x%'",
    "t LIKE 'x!%y!_z' ESCAPE '!'",
    "t NOT LIKE '%b'",
    "t LIKE ''",
    r"t LIKE 'x\%%'",
    "year(d) = 1990",
    "month(d) = 3",
    "day(e) = 29",
    "year(s) = 2024",
    "date_diff('day', d, e) = 1",
    "date_diff('month', d, e) = 1",
    "date_diff('year', d, e) = 1",
    "date_diff('month', d, e) = -1",
    "date_diff('day', d, e) < 0",
    "strftime(d, '%Y%m%d') = '19900307'",
    "strftime(s, '%H:%M:%S') = '08:05:09'",
    "strftime(d, '%j-%y') = '365-99'",
    "strftime(e, '%Y年%m月') = '2024年02月'",
    "abs(n) = 1.25",
    "round(n, 1) = -1.3",
    "round(n, 1) = 2.5",
    "round(n) = 3",
    "round(n) = -1",
    "greatest(n, m) = 7",
    "least(n, m) = 1",
    "greatest(t, u) = 'x'",
    "coalesce(t, u) = 'x'",
    "coalesce(n, m, 0) = 1",
    "nullif(n, 0) IS NULL",
    "CASE WHEN n > 0 THEN 'a' WHEN b THEN 'b' ELSE 'c' END = 'b'",
    "CASE m WHEN 3 THEN b END",
    "CAST(d AS VARCHAR) = '1990-03-07'",
    "CAST(s AS VARCHAR) = '2024-02-29 08:05:09'",
    "CAST(s AS DATE) = e",
    "CAST(m AS VARCHAR) = '7'",
    "TRY_CAST(u AS INTEGER) = 1101",
    "TRY_CAST(t AS INTEGER) IS NULL",
    "TRY_CAST('1.5' AS INTEGER) = 2",
    "TRY_CAST('-0.5' AS INTEGER) = -1",
    "TRY_CAST(' 7 ' AS INTEGER) = 7",
    "TRY_CAST('2147483648' AS INTEGER) IS NULL",
    "TRY_CAST('12.345' AS DECIMAL(4, 2)) = 12.35",
    "TRY_CAST('123.4' AS DECIMAL(4, 2)) IS NULL",
    "TRY_CAST(t AS DATE) IS NULL",
    "TRY_CAST(left(t, 0) || '2024-02-30' AS DATE) IS NULL",
    "TRY_CAST(n AS INTEGER) = -1",
    "TRY_CAST(n AS INTEGER) = 3",
    "CAST(b AS VARCHAR) = 'true'",
    "CAST(b AS INTEGER) = 1",
    "CAST(m AS BOOLEAN)",
    "TRY_CAST('yes' AS BOOLEAN) IS NULL",
    "TRY_CAST('T' AS BOOLEAN)",
    "TRY_CAST('2024-01-31 08:00:00' AS TIMESTAMP) = TIMESTAMP '2024-01-31 08:00:00'",
    "CAST(d AS TIMESTAMP) = s",
    "t = 'it''s' OR TRUE",
    "NULL OR b",
    "NULL AND b",
    "d + INTERVAL 1 MONTH > e",
    "e - INTERVAL 1 YEAR < d",
    "s + INTERVAL 1 DAY > s",
]
# where the project means something else than DuckDB, and why
DIFFERENT = {
    "CAST(m AS VARCHAR) = '7'": "a number as text has no zeros at the end of its decimals; DuckDB says 7.00",
    "TRY_CAST('yes' AS BOOLEAN) IS NULL": "truth is true, false, t, f, 1 or 0; DuckDB also takes yes and no",
}


def ours(check: str) -> list[bool]:
    columns = {}
    for position, (name, kind) in enumerate(KINDS.items()):
        cells = [row[position] for row in ROWS]
        present = np.array([cell is not None for cell in cells])
        if kind == "text":
            data = pa.array([cell or "" for cell in cells])
        elif kind == "number":
            data = np.array([int(Decimal(cell or 0) * 100) for cell in cells])
        elif kind == "date":
            data = np.array([cell or date(1970, 1, 1) for cell in cells], "datetime64[D]").astype(np.int32)
        elif kind == "datetime":
            data = np.array([cell or datetime(1970, 1, 1) for cell in cells], "datetime64[us]").astype(np.int64)
        else:
            data = np.array([bool(cell) for cell in cells])
        columns[name] = Values(kind, data, present, 2 if kind == "number" else 0)
    rule = compile_rule(Rule(id="r", check=check, tree=parse(check, KINDS)), KINDS, {}, lambda name: None)
    return rule.violations(columns, len(ROWS), today=date(2026, 3, 31)).tolist()


def theirs(check: str) -> list[bool]:
    types = {
        "text": "VARCHAR",
        "number": "DECIMAL(18, 2)",
        "date": "DATE",
        "datetime": "TIMESTAMP",
        "boolean": "BOOLEAN",
    }
    with duckdb.connect() as connection:
        connection.execute("SET error_on_division_by_zero = false")
        connection.execute(f"CREATE TABLE x ({', '.join(f'{name} {types[kind]}' for name, kind in KINDS.items())})")
        connection.executemany(f"INSERT INTO x VALUES ({', '.join('?' * len(KINDS))})", ROWS)  # noqa: S608 - constants of this file
        return [found is False for (found,) in connection.execute(f"SELECT ({check}) FROM x ORDER BY rowid").fetchall()]  # noqa: S608 - constants of this file


@pytest.mark.parametrize("check", CHECKS)
def test_same_answer_as_duckdb(check):
    if check in DIFFERENT:
        assert ours(check) != theirs(check), f"no longer different: {DIFFERENT[check]}"
    else:
        assert ours(check) == theirs(check)
