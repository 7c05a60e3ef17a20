"""DuckDB by hand: every rule as SQL over text columns; rows are known by number, lines are not."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.oracle import CHECK_DIGITS, ETHNIC_GROUPS, ID, PHONE, REQUIRED, SEXES, WEIGHTS, regions

DAY, MOMENT = r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)"


def listed(values: tuple[str, ...] | list[str]) -> str:
    """A list of text literals."""
    return ", ".join(f"'{each}'" for each in values)


def sql(path: str) -> str:
    """The query that lists the rows with a fault."""
    total = " + ".join(f"TRY_CAST(citizen_id[{at}] AS INTEGER) * {weight}" for at, weight in enumerate(WEIGHTS, 1))
    lists = {"sex_code": SEXES, "ethnic_code": ETHNIC_GROUPS, "region_code": regions()}
    rules = [f"{name} = ''" for name in REQUIRED]
    rules += [f"{name} <> '' AND {name} NOT IN ({listed(known)})" for name, known in lists.items()]
    rules += [
        "length(name) > 20",
        "length(note) > 50",
        "citizen_id <> '' AND NOT formed",
        f"formed AND '{CHECK_DIGITS}'[({total}) % 11 + 1] <> citizen_id[18]",
        "citizen_id <> '' AND occurrence > 1",
        "birth_date <> trimmed OR (trimmed <> '' AND born IS NULL)",
        "born < DATE '1900-01-01'",
        "born > DATE '2025-12-31'",
        f"phone <> '' AND NOT regexp_full_match(phone, '{PHONE.pattern}')",
        "income <> '' AND amount IS NULL",
        "amount < 0",
        "amount > 10000000",
        "updated_at <> '' AND moment IS NULL",
        "moment < TIMESTAMP '2000-01-01'",
        "formed AND substr(citizen_id, 7, 8) <> strftime(born, '%Y%m%d')",
        "formed AND sex_code IN ('1', '2')"
        " AND TRY_CAST(citizen_id[17] AS INTEGER) % 2 <> TRY_CAST(sex_code AS INTEGER) % 2",
    ]
    flags = ", ".join(f"coalesce(({rule}), false) AS r{number}" for number, rule in enumerate(rules))
    some = " OR ".join(f"r{number}" for number in range(len(rules)))
    count = " + ".join(f"r{number}::INTEGER" for number in range(len(rules)))
    read = f"read_csv('{path}', all_varchar = true, header = true, force_not_null = ['*'])"
    if path.endswith(".parquet"):
        read = f"read_parquet('{path}')"
    return f"""
        WITH numbered AS (SELECT *, row_number() OVER () AS row FROM {read}),
        typed AS (
            SELECT *, regexp_full_match(citizen_id, '{ID.pattern}') AS formed, trim(birth_date, ' ') AS trimmed,
                row_number() OVER (PARTITION BY citizen_id ORDER BY row) AS occurrence,
                CASE WHEN regexp_full_match(trim(birth_date, ' '), '{DAY}')
                    THEN TRY_CAST(trim(birth_date, ' ') AS DATE) END AS born,
                CASE WHEN regexp_full_match(income, '{NUMBER}') THEN TRY_CAST(income AS DECIMAL(38, 2)) END AS amount,
                CASE WHEN regexp_full_match(updated_at, '{MOMENT}')
                    THEN TRY_CAST(updated_at AS TIMESTAMP) END AS moment
            FROM numbered),
        judged AS (SELECT row, {flags} FROM typed)
        SELECT row, {count} AS faults FROM judged WHERE {some}
    """  # noqa: S608 - every part is a constant of the bench


if __name__ == "__main__":
    path = sys.argv[1]
    query = sql(path)
    if not path.endswith(".parquet"):
        with Path(path).open(encoding="utf-8") as file:
            names = file.readline().strip().split(",")
        query = query.replace("['*']", "[" + listed(names) + "]")
    found = duckdb.sql(query).fetchnumpy()
    print(int(found["faults"].sum()))
