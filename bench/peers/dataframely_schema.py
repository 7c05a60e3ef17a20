"""dataframely: its own column options where it has one, expressions of `polars_hand` where it has none."""

from __future__ import annotations

import sys

import dataframely as dy
import polars as pl

from bench.oracle import ETHNIC_GROUPS, ID, PHONE, SEXES, regions
from bench.peers.polars_hand import masks, table

OWN = {"required", "enum", "length"}
OWN_PATTERN = ("phone", "pattern"), ("citizen_id", "pattern")


def whole(pattern: str) -> str:
    """A pattern for the whole text."""
    return "^(?:" + pattern.replace(r"\d", "[0-9]").replace("[[0-9]X]", "[0-9X]") + ")$"


def listed(values: tuple[str, ...] | list[str]) -> dict[str, object]:
    """The check of a list."""
    return {"listed": lambda column: column.is_in(list(values))}


FIELDS = {
    "citizen_id": dy.String(nullable=False, regex=whole(ID.pattern)),
    "name": dy.String(nullable=False, check={"length": lambda column: column.str.len_chars() <= 20}),
    "sex_code": dy.String(nullable=False, check=listed(SEXES)),
    "birth_date": dy.String(nullable=False),
    "ethnic_code": dy.String(nullable=False, check=listed(ETHNIC_GROUPS)),
    "region_code": dy.String(nullable=False, check=listed(regions())),
    "phone": dy.String(nullable=True, regex=whole(PHONE.pattern)),
    "income": dy.String(nullable=True),
    "updated_at": dy.String(nullable=False),
    "note": dy.String(nullable=True, check={"length": lambda column: column.str.len_chars() <= 50}),
}
RULES = {
    f"{column}_{kind}": dy.rule()(lambda cls, broken=broken: ~broken.fill_null(False))
    for (column, kind), broken in masks().items()
    if kind not in OWN and (column, kind) not in OWN_PATTERN
}
Population = type("Population", (dy.Schema,), {**FIELDS, **RULES})

if __name__ == "__main__":
    frame = table(sys.argv[1]).with_columns(pl.all().replace("", None)).collect()
    _, failed = Population.filter(frame)
    print(sum(failed.counts().values()))
