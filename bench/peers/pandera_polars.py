"""pandera on polars: its own checks where it has them, else expressions of `polars_hand`; every fault is listed."""

from __future__ import annotations

import sys

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from bench.oracle import COLUMNS, ETHNIC_GROUPS, ID, PHONE, REQUIRED, SEXES, regions
from bench.peers.polars_hand import masks, table

OWN = {"required", "enum", "length", "unique"}  # what pandera has a word for
OWN_PATTERN = ("phone", "pattern"), ("citizen_id", "pattern")


def schema() -> pa.DataFrameSchema:
    """The standard as a pandera schema; absent cells are null."""
    own: dict[str, list[pa.Check]] = {name: [] for name in COLUMNS}
    for name, known in (("sex_code", SEXES), ("ethnic_code", ETHNIC_GROUPS), ("region_code", regions())):
        own[name].append(pa.Check.isin(list(known)))
    for name, most in (("name", 20), ("note", 50)):
        own[name].append(pa.Check.str_length(max_value=most))
    for name, pattern in (("phone", PHONE.pattern), ("citizen_id", ID.pattern)):
        own[name].append(
            pa.Check.str_matches("^(?:" + pattern.replace(r"\d", "[0-9]").replace("[[0-9]X]", "[0-9X]") + ")$")
        )
    others = [
        pa.Check(lambda data, broken=broken: data.lazyframe.select(~broken.fill_null(False)), name=f"{name}:{kind}")
        for (name, kind), broken in masks().items()
        if kind not in OWN and (name, kind) not in OWN_PATTERN
    ]
    columns = {
        name: pa.Column(pl.String, checks=own[name], nullable=name not in REQUIRED, unique=name == "citizen_id")
        for name in COLUMNS
    }
    return pa.DataFrameSchema(columns, checks=others)


if __name__ == "__main__":
    frame = table(sys.argv[1]).with_columns(pl.all().replace("", None)).collect()
    try:
        schema().validate(frame, lazy=True)
        print(0)
    except SchemaErrors as fault:
        print(len(fault.failure_cases))
