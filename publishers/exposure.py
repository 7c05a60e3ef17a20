"""Whether something leaves that tells of a person although its standard never said so: numbers of identity cards."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.personal import CITIZEN, tells_of_a_person

DIGITS = 18  # of a number of an identity card


def exposed(batch: pa.RecordBatch) -> dict[str, int]:
    """Column -> how many cells hold a valid number of an identity card (GB 11643), anywhere in the text."""
    found = {}
    for name, column in zip(batch.schema.names, batch.columns):
        if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
            continue
        if not _long_enough(column):
            continue
        text = column.cast(pa.string())
        suspect = pc.match_substring_regex(text, CITIZEN).fill_null(False)
        if pc.any(suspect).as_py():
            count = sum(map(tells_of_a_person, text.filter(suspect).to_pylist()))
            if count:
                found[name] = count
    return found


def _long_enough(column: pa.Array) -> bool:
    """Whether any cell has the length of such a number: most columns have none, and are done with."""
    if pa.types.is_string(column.type):
        most = pc.max(pc.binary_length(column)).as_py()
        return most is not None and most >= DIGITS
    most, least = pc.min_max(column).values()
    return most.is_valid and max(abs(most.as_py()), abs(least.as_py())) >= 10 ** (DIGITS - 1)
