"""pydantic row by row: a model with validators; rules over a row are judged only where every field is right."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from bench.oracle import ETHNIC_GROUPS, ID, PHONE, SEXES, check_digit, regions

KNOWN = frozenset(regions())


def person(number: str) -> str:
    """A citizen id with the right check digit."""
    if not ID.fullmatch(number):
        raise ValueError("pattern")
    if check_digit(number) != number[17]:
        raise ValueError("check digit")
    return number


def region(code: str) -> str:
    """A known division."""
    if code not in KNOWN:
        raise ValueError("unknown")
    return code


def absent(value: str) -> str | None:
    """An empty cell is absent."""
    return value or None


class Population(BaseModel):
    """One row."""

    citizen_id: Annotated[str, AfterValidator(person)]
    name: str = Field(min_length=1, max_length=20)
    sex_code: Literal[SEXES]  # type: ignore[valid-type]  # the list is the oracle's
    birth_date: date = Field(ge=date(1900, 1, 1), le=date(2025, 12, 31))
    ethnic_code: Literal[ETHNIC_GROUPS]  # type: ignore[valid-type]  # the list is the oracle's
    region_code: Annotated[str, AfterValidator(region)]
    phone: Annotated[Annotated[str, Field(pattern="^" + PHONE.pattern + "$")] | None, BeforeValidator(absent)]
    income: Annotated[Annotated[Decimal, Field(ge=0, le=10_000_000)] | None, BeforeValidator(absent)]
    updated_at: Annotated[datetime, Field(ge=datetime(2000, 1, 1))]  # noqa: DTZ001 - data tell no zone
    note: str = Field(max_length=50)

    @model_validator(mode="after")
    def agrees(self) -> Population:
        """The birth date and sex that the citizen id tells."""
        if self.birth_date.strftime("%Y%m%d") != self.citizen_id[6:14]:
            raise ValueError("birth date")
        if self.sex_code in ("1", "2") and int(self.citizen_id[16]) % 2 != int(self.sex_code) % 2:
            raise ValueError("sex")
        return self


if __name__ == "__main__":
    faults = 0
    seen: set[str] = set()
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                Population.model_validate(row)
            except ValidationError as fault:
                faults += fault.error_count()
            number = row["citizen_id"]
            faults += bool(number) and number in seen
            seen.add(number)
    print(faults)
