"""A number spelled as the schema says in text, and a number of the format itself, in every reader."""

from __future__ import annotations

import io
import json

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from gongshu.validators.validation import validate

FIELD = {"name": "x", "type": "number", "decimalChar": ",", "groupChar": ".", "constraints": {"minimum": 2}}
STRICT = {"fields": [{"name": "id", "type": "string"}, FIELD]}
PACK = """id: case
version: 1.0.0
kind: table
title: {zh: 例, en: Case}
status: draft
fields:
  - {name: id, type: string}
  - {name: x, type: number, decimalChar: ",", groupChar: ".", constraints: {minimum: 2}}
"""


def book(values) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    made.active.append(["id", "x"])
    for number, value in enumerate(values):
        made.active.append([str(number), value])
    made.save(out)
    return out.getvalue()


def csv(values) -> bytes:
    return "\n".join(["id;x", *(f"{number};{value}" for number, value in enumerate(values))]).encode()


def lines(values) -> bytes:
    return "\n".join(json.dumps({"id": str(number), "x": value}) for number, value in enumerate(values)).encode()


def columnar(values) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table({"id": [str(number) for number in range(len(values))], "x": values}), out)
    return out.getvalue()


def frame(values):
    return pd.DataFrame({"id": [str(number) for number in range(len(values))], "x": values})


@pytest.fixture(params=["table-schema", "pack"])
def standard(request, tmp_path):
    if request.param == "table-schema":
        return STRICT
    (tmp_path / "standard.yaml").write_text(PACK, "utf-8")
    return tmp_path


def told(data, standard):
    return [
        (each.code, [sample.row for sample in each.samples])
        for each in validate(data, standard=standard).files[0].findings
    ]


@pytest.mark.parametrize("made", [csv, book, lines, columnar, frame])
def test_text_is_read_by_the_characters_of_the_field(made, standard) -> None:
    assert told(made(["1.234,5", "2,5", "1,5", "3"]), standard) == [("cell.minimum", [3])]


@pytest.mark.parametrize("made", [book, lines, columnar, frame])
def test_numbers_of_the_format_are_numbers(made, standard) -> None:
    assert told(made([1234.5, 2.5, 1.5, 3.0]), standard) == [("cell.minimum", [3])]


def test_a_pack_without_the_words_takes_points_only(tmp_path) -> None:
    (tmp_path / "standard.yaml").write_text(PACK.replace(', decimalChar: ",", groupChar: "."', ""), "utf-8")
    assert told(csv(["2,5", "2.5"]), tmp_path) == [("cell.type", [1])]
