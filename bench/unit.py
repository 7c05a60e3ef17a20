"""The unit of the benchmark: read a clean file into typed columns with pyarrow, and judge nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

TYPES = {"birth_date": pa.date32(), "income": pa.decimal128(38, 2), "updated_at": pa.timestamp("s")}

if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    types = {name: TYPES.get(name, pa.string()) for name in names}
    options = csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False)
    table = csv.read_csv(sys.argv[1], None, csv.ParseOptions(newlines_in_values=True), options)
    print(table.num_rows)
