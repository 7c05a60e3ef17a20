"""The closed list of what a rule may say: each form's arguments, result, and what it makes of NULL. Data, nothing else.

An argument is one or more kinds joined by `|` (`moment` = `date|datetime`, `any` = every kind, `same` = every kind, but
equal among the arguments so marked). `!` asks for a constant, `?` may be left out, `*` may be repeated. `proven` names
the SQL dialects in which the form, spelled as written here, is run against the local engine by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

NULL_IN = "null-in-null-out"  # any NULL argument gives NULL
THREE = "three-valued"  # SQL's logic of TRUE, FALSE and NULL
NEVER = "never-null"
SKIPS = "skips-null"  # NULL arguments do not count; NULL when there are no others
OWN = "own"  # described in `note`

DUCKDB = ("duckdb",)
NOWHERE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One operator or function."""

    arguments: tuple[str, ...]
    result: str  # a kind, or `same`
    nulls: str
    proven: tuple[str, ...]
    note: str = ""


OPERATORS: dict[str, Form] = {
    "%": Form(("number", "number"), "number", NULL_IN, DUCKDB, "sign of the dividend; x % 0 is NULL"),
    "*": Form(("number", "number"), "number", NULL_IN, DUCKDB, "exact"),
    "+": Form(("number", "number"), "number", NULL_IN, DUCKDB, "exact"),
    "-": Form(("number", "number"), "number", NULL_IN, DUCKDB, "exact"),
    "/": Form(
        ("number", "number"),
        "number",
        NULL_IN,
        NOWHERE,
        "rounded half away from zero to 12 decimals; x / 0 is NULL",
    ),
    "<": Form(("same", "same"), "boolean", NULL_IN, DUCKDB, "text by code point"),
    "<=": Form(("same", "same"), "boolean", NULL_IN, DUCKDB, "text by code point"),
    "<>": Form(("same", "same"), "boolean", NULL_IN, DUCKDB),
    "=": Form(("same", "same"), "boolean", NULL_IN, DUCKDB),
    ">": Form(("same", "same"), "boolean", NULL_IN, DUCKDB, "text by code point"),
    ">=": Form(("same", "same"), "boolean", NULL_IN, DUCKDB, "text by code point"),
    "and": Form(("boolean", "boolean*"), "boolean", THREE, DUCKDB),
    "between": Form(("same", "same", "same"), "boolean", THREE, DUCKDB, "both ends belong to it"),
    "case": Form(("boolean", "same", "same?"), "same", OWN, DUCKDB, "a condition of NULL is not met; ELSE is NULL"),
    "cast": Form(("any",), "same", OWN, NOWHERE, "to VARCHAR, INTEGER, BIGINT, DECIMAL(p,s), DATE, TIMESTAMP, BOOLEAN;"
                 " what cannot be cast is NULL (SQL's TRY_CAST)"),
    "in": Form(("same", "same*"), "boolean", THREE, DUCKDB),
    "is": Form(("boolean",), "boolean", NEVER, DUCKDB, "IS TRUE, IS FALSE"),
    "is-null": Form(("any",), "boolean", NEVER, DUCKDB),
    "like": Form(("text", "text!"), "boolean", NULL_IN, DUCKDB, "case matters; no escape unless ESCAPE says so"),
    "not": Form(("boolean",), "boolean", THREE, DUCKDB),
    "or": Form(("boolean", "boolean*"), "boolean", THREE, DUCKDB),
    "shift": Form(("moment",), "same", NULL_IN, NOWHERE, "moment + INTERVAL n DAY|MONTH|YEAR keeps its kind; a day that"
                  " its month lacks becomes the last one; past the years 1 to 9999 it is NULL"),
    "||": Form(("text", "text*"), "text", NULL_IN, DUCKDB),
}  # fmt: skip

FUNCTIONS: dict[str, Form] = {
    "abs": Form(("number",), "number", NULL_IN, DUCKDB),
    "below": Form(("text", "text"), "boolean", NULL_IN, NOWHERE, "in the code list of the first column named in it"),
    "coalesce": Form(("same", "same*"), "same", SKIPS, DUCKDB),
    "concat": Form(("text", "text*"), "text", OWN, DUCKDB, "NULL counts as an empty text"),
    "contains": Form(("text", "text"), "boolean", NULL_IN, DUCKDB),
    "date_diff": Form(
        ("text!", "moment", "moment"), "number", NULL_IN, DUCKDB, "borders of day, month or year from first to second"
    ),
    "day": Form(("moment",), "number", NULL_IN, DUCKDB),
    "ends_with": Form(("text", "text"), "boolean", NULL_IN, DUCKDB),
    "greatest": Form(("same", "same*"), "same", SKIPS, DUCKDB),
    "if": Form(("boolean", "boolean"), "boolean", THREE, NOWHERE, "if(a, b) says NOT a OR b"),
    "least": Form(("same", "same*"), "same", SKIPS, DUCKDB),
    "left": Form(("text", "number!"), "text", NULL_IN, DUCKDB, "code points; 0 or more"),
    "length": Form(("text",), "number", NULL_IN, DUCKDB, "code points"),
    "lower": Form(("text",), "text", NULL_IN, DUCKDB, "code point by code point"),
    "ltrim": Form(("text", "text!?"), "text", NULL_IN, DUCKDB, "blanks (U+0020), or the characters given"),
    "month": Form(("moment",), "number", NULL_IN, DUCKDB),
    "nullif": Form(("same", "same"), "same", OWN, DUCKDB, "NULL where both are equal, else the first"),
    "regexp_matches": Form(("text", "text!"), "boolean", NULL_IN, DUCKDB, "RE2, anywhere in the text"),
    "replace": Form(("text", "text!", "text!"), "text", NULL_IN, DUCKDB),
    "right": Form(("text", "number!"), "text", NULL_IN, DUCKDB, "code points; 0 or more"),
    "round": Form(("number", "number!?"), "number", NULL_IN, DUCKDB, "half away from zero"),
    "rtrim": Form(("text", "text!?"), "text", NULL_IN, DUCKDB, "blanks (U+0020), or the characters given"),
    "starts_with": Form(("text", "text"), "boolean", NULL_IN, DUCKDB),
    "strftime": Form(("moment", "text!"), "text", NULL_IN, DUCKDB, "%Y %m %d %H %M %S %j %y %%"),
    "substr": Form(("text", "number!", "number!?"), "text", NULL_IN, DUCKDB, "from 1, in code points"),
    "today": Form((), "date", NEVER, NOWHERE, "the reference date"),
    "trim": Form(("text", "text!?"), "text", NULL_IN, DUCKDB, "blanks (U+0020), or the characters given"),
    "upper": Form(("text",), "text", NULL_IN, DUCKDB, "code point by code point"),
    "year": Form(("moment",), "number", NULL_IN, DUCKDB),
}

AGGREGATES: dict[str, Form] = {
    "avg": Form(("number",), "number", SKIPS, NOWHERE, "exact sum over count, rounded to 40 decimals"),
    "count": Form(("any?",), "number", NEVER, NOWHERE, "count(*): rows; count(x): values; count(DISTINCT x)"),
    "max": Form(("same",), "same", SKIPS, NOWHERE),
    "min": Form(("same",), "same", SKIPS, NOWHERE),
    "sum": Form(("number",), "number", SKIPS, NOWHERE, "exact"),
}

VOCABULARY: dict[str, Form] = {**OPERATORS, **FUNCTIONS, **AGGREGATES}

DIRECTIVES = frozenset("YmdHMSjy%")  # what may follow % in strftime
UNITS = frozenset({"day", "month", "year"})

# Table Schema type -> kind; what is not here is text to a rule
KINDS = {
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "integer": "number",
    "number": "number",
    "time": "time",
    "year": "number",
}
SQL_NAMES = {
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "null": "NULL",
    "number": "DECIMAL",
    "text": "VARCHAR",
    "time": "TIME",
}


def kind_of(field_type: str) -> str:
    """What a field of that Table Schema type is to a rule: text | number | date | datetime | time | boolean."""
    return KINDS.get(field_type, "text")
