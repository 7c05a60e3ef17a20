"""Whether something leaves that tells of a person although its standard never said so: numbers of identity cards."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.identifiers import identifier

_SHAPE = r"\d{17}[\dXx]"
_WHOLE = re.compile(rf"(?<![0-9A-Za-z]){_SHAPE}(?![0-9A-Za-z])", re.ASCII)
_YEARS = ("18", "19", "20")


def exposed(batch: pa.RecordBatch) -> dict[str, int]:
    """Column -> how many cells hold a valid number of an identity card (GB 11643), anywhere in the text."""
    found = {}
    for name, column in zip(batch.schema.names, batch.columns):
        if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
            continue
        text = column.cast(pa.string())
        suspect = pc.match_substring_regex(text, _SHAPE).fill_null(False)
        if pc.any(suspect).as_py():
            count = sum(map(_tells, text.filter(suspect).to_pylist()))
            if count:
                found[name] = count
    return found


def _tells(text: str) -> bool:
    judge = identifier("citizen-id")
    return any(each[6:8] in _YEARS and judge(each.upper()) is None for each in _WHOLE.findall(text))
