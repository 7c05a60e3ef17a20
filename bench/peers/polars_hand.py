"""polars by hand: every rule as an expression over text columns; rows are known by number, lines are not."""

from __future__ import annotations

import sys

import polars as pl

from bench.oracle import CHECK_DIGITS, ETHNIC_GROUPS, ID, PHONE, REQUIRED, SEXES, WEIGHTS, regions

DAY, MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"


def matches(column: pl.Expr, pattern: str) -> pl.Expr:
    """The whole text matches."""
    return column.str.contains("^(?:" + pattern.replace(r"\d", "[0-9]").replace(r"[[0-9]X]", "[0-9X]") + ")$")


def table(path: str) -> pl.LazyFrame:
    """All columns as text; absent cells are empty."""
    read = pl.scan_parquet(path) if path.endswith(".parquet") else pl.scan_csv(path, infer_schema=False)
    return read.with_columns(pl.all().fill_null(""))


def masks() -> dict[tuple[str, str], pl.Expr]:
    """(column, kind) -> where it is violated."""
    number, sex = pl.col("citizen_id"), pl.col("sex_code")
    formed = matches(number, ID.pattern)
    digits = [number.str.slice(at, 1).cast(pl.Int32, strict=False) for at in range(17)]
    total = sum((digit * weight for digit, weight in zip(digits, WEIGHTS)), pl.lit(0))
    good = pl.lit(CHECK_DIGITS).str.slice(total % 11, 1) == number.str.slice(17, 1)
    raw = pl.col("birth_date")
    trimmed = raw.str.strip_chars(" ")
    born = pl.when(matches(trimmed, DAY)).then(trimmed).str.to_date("%Y-%m-%d", strict=False)
    income, updated = pl.col("income"), pl.col("updated_at")
    amount = pl.when(matches(income, NUMBER)).then(income).cast(pl.Decimal(38, 2), strict=False)
    moment = pl.when(matches(updated, MOMENT)).then(updated).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    lists = {"sex_code": SEXES, "ethnic_code": ETHNIC_GROUPS, "region_code": regions()}
    found = {(name, "required"): pl.col(name) == "" for name in REQUIRED}
    found |= {(name, "enum"): ~pl.col(name).is_in([*known, ""]) for name, known in lists.items()}
    found |= {(name, "length"): pl.col(name).str.len_chars() > most for name, most in (("name", 20), ("note", 50))}
    return found | {
        ("citizen_id", "pattern"): (number != "") & ~formed,
        ("citizen_id", "check"): formed & ~good,
        ("citizen_id", "unique"): (number != "") & ~number.is_first_distinct(),
        ("birth_date", "type"): (raw != trimmed) | ((trimmed != "") & born.is_null()),
        ("birth_date", "minimum"): born < pl.date(1900, 1, 1),
        ("birth_date", "maximum"): born > pl.date(2025, 12, 31),
        ("phone", "pattern"): (pl.col("phone") != "") & ~matches(pl.col("phone"), PHONE.pattern),
        ("income", "type"): (income != "") & amount.is_null(),
        ("income", "minimum"): amount < 0,
        ("income", "maximum"): amount > 10_000_000,
        ("updated_at", "type"): (updated != "") & moment.is_null(),
        ("updated_at", "minimum"): moment < pl.datetime(2000, 1, 1),
        ("birth_date", "rule"): formed & (number.str.slice(6, 8) != born.dt.strftime("%Y%m%d")),
        ("sex_code", "rule"): formed & sex.is_in(["1", "2"]) & (digits[16] % 2 != sex.cast(pl.Int32, strict=False) % 2),
    }


if __name__ == "__main__":
    flags = {f"{column}:{kind}": found.fill_null(False) for (column, kind), found in masks().items()}
    judged = table(sys.argv[1]).with_row_index("row").select("row", **flags).filter(pl.any_horizontal(*flags)).collect()
    print(sum(judged[name].sum() for name in flags))
