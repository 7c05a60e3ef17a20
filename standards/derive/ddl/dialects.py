"""What differs between databases: names of types, comments, tests of patterns, and which forms of a rule are safe.

A form stands in `forms` only where the database means by it what the standard means. DuckDB, SQLite and PostgreSQL were
asked (tests run them); MySQL's are those whose manual says so. Oracle and SQL Server get rules as comments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gongshu.standards.expressions.vocabulary import VOCABULARY

LONG = 255  # longer MySQL texts are TEXT: a row of VARCHARs has at most 65 535 bytes

_PLAIN = ("and", "between", "case", "coalesce", "in", "is-null", "nullif", "not", "or")
_TEXTS = ("||", "abs", "left", "length", "replace", "right", "substr")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One database."""

    name: str
    quotes: str = '""'
    forms: frozenset[str] = frozenset()  # of rules; empty: rules are comments
    types: Mapping[str, str] | None = None
    text: Callable[[int | None], str] = lambda most: f"VARCHAR({most})" if most else "TEXT"
    length: str = "length"  # in code points
    pattern: Callable[[str, str], str] | None = None  # column, quoted pattern -> a test of the whole text
    checks: bool = True
    comments: str = "statement"  # statement | inline | none
    collation: str = ""  # of every text column: comparison by code point
    options: str = ""  # after the closing bracket
    exact: bool = True  # whether numbers keep all their digits

    def quoted(self, name: str) -> str:
        """A name between the dialect's quotes."""
        first, last = self.quotes[0], self.quotes[1]
        return first + name.replace(last, last * 2) + last

    def number(self, precision: int | None, scale: int | None, kind: str) -> str:
        """The type of a number column."""
        held = self.types or {}
        if kind in ("integer", "year"):
            return held.get("integer", "BIGINT")
        if precision is not None and self.exact:
            return f"{held.get('decimal', 'DECIMAL')}({precision}, {scale or 0})"
        return held.get("number", "DECIMAL")


def proven(name: str) -> frozenset[str]:
    """The forms that the vocabulary calls proven in a dialect."""
    return frozenset(form for form, said in VOCABULARY.items() if name in said.proven)


def literal(value: str, dialect: Dialect) -> str:
    """A text literal; MySQL reads backslashes in it."""
    plain = value.replace("\\", "\\\\") if dialect.name == "mysql" else value
    return "'" + plain.replace("'", "''") + "'"


def _oracle_text(most: int | None) -> str:
    """Lengths up to what a VARCHAR2 holds in any character set."""
    return "CLOB" if most is None or most > 1000 else f"VARCHAR2({most} CHAR)"


DIALECTS: Mapping[str, Dialect] = {
    "duckdb": Dialect(
        name="duckdb",
        forms=proven("duckdb"),
        types={"number": "DECIMAL(38, 10)", "integer": "BIGINT", "datetime": "TIMESTAMP"},
        text=lambda most: "VARCHAR",
        pattern=lambda column, pattern: f"regexp_full_match({column}, {pattern})",
    ),
    "sqlite": Dialect(
        name="sqlite",
        forms=proven("sqlite"),
        types={
            **dict.fromkeys(("date", "datetime", "time"), "TEXT"),
            "number": "NUMERIC",
            "integer": "INTEGER",
            "boolean": "INTEGER",
        },
        text=lambda most: "TEXT",
        comments="inline",
        exact=False,
    ),
    "postgres": Dialect(
        name="postgres",
        forms=frozenset({*_PLAIN, *_COMPARISONS, *_TEXTS, "like", "starts_with"}),
        types={"number": "NUMERIC", "decimal": "NUMERIC", "integer": "BIGINT", "datetime": "TIMESTAMP"},
        text=lambda most: "TEXT",
        length="char_length",
        pattern=lambda column, pattern: f"{column} ~ {pattern}",
        collation=' COLLATE "C"',
    ),
    "mysql": Dialect(
        name="mysql",
        quotes="``",
        forms=frozenset({*_PLAIN, *_COMPARISONS, *_TEXTS}),
        types={"number": "DECIMAL(38, 10)", "integer": "BIGINT", "datetime": "DATETIME"},
        text=lambda most: f"VARCHAR({most})" if most and most <= LONG else "TEXT",
        length="char_length",
        pattern=lambda column, pattern: f"regexp_like({column}, {pattern}, 'c')",
        comments="column",
        options=" DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_bin",
    ),
    "oracle": Dialect(
        name="oracle",
        types={
            "number": "NUMBER",
            "decimal": "NUMBER",
            "integer": "NUMBER(19)",
            "boolean": "NUMBER(1)",
            "datetime": "TIMESTAMP",
            "time": "VARCHAR2(16 CHAR)",
        },
        text=_oracle_text,
        checks=False,
    ),
    "tsql": Dialect(
        name="tsql",
        quotes="[]",
        types={"number": "DECIMAL(38, 10)", "integer": "BIGINT", "datetime": "DATETIME2", "boolean": "BIT"},
        text=lambda most: f"NVARCHAR({most * 2})" if most and most <= 2000 else "NVARCHAR(MAX)",
        checks=False,
        comments="inline",
        collation=" COLLATE Latin1_General_100_BIN2",
    ),
}
