"""The rules of the benchmark table once more, in slow and plain Python: what the truth list is made with."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

COLUMNS = (
    "citizen_id",
    "name",
    "sex_code",
    "birth_date",
    "ethnic_code",
    "region_code",
    "phone",
    "income",
    "updated_at",
    "note",
)
REQUIRED = ("citizen_id", "name", "sex_code", "birth_date", "ethnic_code", "region_code", "updated_at")
SEXES = ("0", "1", "2", "9")
ETHNIC_GROUPS = (*(f"{number:02d}" for number in range(1, 57)), "97", "98")
ID = re.compile(r"[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII)
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
DATE = r"\d{4}-\d\d-\d\d"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
STANDARDS = Path(__file__).with_name("standards")


def regions() -> list[str]:
    """The county-level division codes of the benchmark's code list, sorted."""
    with (STANDARDS / "bench-region" / "1.0.0" / "codes.csv").open(encoding="utf-8", newline="") as file:
        return sorted(row["code"] for row in csv.DictReader(file))


def check_digit(seventeen: str) -> str:
    """The last character of a citizen id (GB 11643, MOD 11-2)."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS)) % 11]


def parses(value: str, pattern: str, reader: Callable[[str], object]) -> bool:
    """Whether the value has that form and means something."""
    if not re.fullmatch(pattern, value, re.ASCII):
        return False
    try:
        reader(value)
    except ValueError:
        return False
    return True


def faults(row: Mapping[str, str], known_regions: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(column, kind) of everything wrong with a row, save repeated keys; an empty text is an absent value."""
    for column in REQUIRED:
        if not row[column]:
            yield column, "required"
    number, sex = row["citizen_id"], row["sex_code"]
    if number.endswith("x") and ID.fullmatch(number.upper()) and check_digit(number) == "X":
        yield "citizen_id", "pattern"  # a fault, mended before rules judge it
        number = number.upper()
    formed = bool(ID.fullmatch(number))
    if number and not formed:
        yield "citizen_id", "pattern"
    elif formed and check_digit(number) != number[17]:
        yield "citizen_id", "check"
    for column, longest in (("name", 20), ("note", 50)):
        if len(row[column]) > longest:
            yield column, "length"
    for column, known in (("sex_code", SEXES), ("ethnic_code", ETHNIC_GROUPS), ("region_code", known_regions)):
        if row[column] and row[column] not in known:
            yield column, "enum"
    born = row["birth_date"].strip(" ")  # blanks around a value are a fault, mended before bounds and rules judge it
    dated = parses(born, DATE, date.fromisoformat)
    if born != row["birth_date"] or (born and not dated):
        yield "birth_date", "type"
    if dated:
        yield from bounds("birth_date", born, "1900-01-01", "2025-12-31")
    if row["phone"] and not PHONE.fullmatch(row["phone"]):
        yield "phone", "pattern"
    if row["income"] and not NUMBER.fullmatch(row["income"]):
        yield "income", "type"
    elif row["income"]:
        yield from bounds("income", Decimal(row["income"]), Decimal(0), Decimal(10_000_000))
    updated = row["updated_at"]
    if updated and not parses(updated, DATE + r"T\d\d:\d\d:\d\d", datetime.fromisoformat):
        yield "updated_at", "type"
    elif updated:
        yield from bounds("updated_at", updated, "2000-01-01T00:00:00", "9999")
    if formed and dated and number[6:14] != born.replace("-", ""):
        yield "birth_date", "rule"
    if formed and sex in ("1", "2") and int(number[16]) % 2 != int(sex) % 2:
        yield "sex_code", "rule"


def bounds(column: str, value, least, most) -> Iterator[tuple[str, str]]:
    """Below the least or above the most."""
    if value < least:
        yield column, "minimum"
    elif value > most:
        yield column, "maximum"
