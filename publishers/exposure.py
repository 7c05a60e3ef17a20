"""Whether something leaves that tells of a person although its standard never said so.

Looked at is what an audience gets, after masking, every cell of every batch: a number of an identity card anywhere, and
columns that hold mobile, bank card or passport numbers in the main.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.faults import PublishFault
from gongshu.validators.personal import MOSTLY, SHAPES, tells_of_a_person

DIGITS = 18  # of a number of an identity card
DATED = r"\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"  # with a day of birth in it
SHORTEST = 9  # characters of a number that is looked for
LEAST = 5  # in a batch: fewer may be such numbers by chance, and a first look at the table was taken before
GLANCE = 128  # cells that are looked at before all are: of a column that is mostly numbers one is among them
KINDS: Mapping[str, str] = {
    **{kind: shape for kind, shape in SHAPES.items() if kind != "citizen-id"},
    "passport": r"^(?:[DEGPS]\d{8}|E[A-HJ-NP-Z]\d{7})$",
}


def exposed(batch: pa.RecordBatch) -> dict[str, int]:
    """Column -> how many cells hold a valid number of an identity card (GB 11643) anywhere in the text, or, where that
    is what the column holds in the main, a number of a mobile phone, a bank card or a passport."""
    found = {}
    for name, column in zip(batch.schema.names, batch.columns):
        kind = column.type
        if not (pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
            continue
        longest = _longest(column)
        if longest < SHORTEST:
            continue
        text = column.cast(pa.string())
        if pa.types.is_decimal(kind):
            text = pc.replace_substring_regex(text, r"\.0+$", "")
        count = _cards(text) if longest >= DIGITS else 0
        count = count or _mostly(text)
        if count:
            found[name] = count
    return found


def _longest(column: pa.Array) -> int:
    """About how many characters the longest cell has: most columns are short, and done with."""
    if pa.types.is_string(column.type):
        return int(pc.max(pc.binary_length(column)).as_py() or 0)
    ends = [abs(each.as_py()) for each in pc.min_max(column).values() if each.is_valid]
    return len(str(int(max(ends)))) if ends else 0


def _cards(text: pa.Array) -> int:
    suspect = pc.match_substring_regex(text, DATED).fill_null(False)
    return sum(map(tells_of_a_person, text.filter(suspect).to_pylist())) if pc.any(suspect).as_py() else 0


def _mostly(text: pa.Array) -> int:
    """How many cells are numbers of one kind, where these are more than half of what is there; else 0."""
    text = text.drop_null()
    step = max(1, len(text) // GLANCE)
    glance = text.take(pa.array(range(0, len(text), step)))
    likely = [kind for kind, shape in KINDS.items() if pc.any(pc.match_substring_regex(glance, shape)).as_py()]
    filled = int(pc.sum(pc.greater(pc.binary_length(text), 0)).as_py() or 0) if likely else 0
    for kind in likely:
        shape = KINDS[kind]
        suspect = pc.match_substring_regex(text, shape).fill_null(False)
        hits = int(pc.sum(suspect).as_py() or 0)
        if hits < LEAST or hits <= MOSTLY * filled:
            continue
        judge = _judge(kind)
        hits = sum(judge(each) for each in text.filter(suspect).to_pylist())
        if hits >= LEAST and hits > MOSTLY * filled:
            return hits
    return 0


@cache
def _judge(kind: str) -> Callable[[str], bool]:
    if kind == "passport":
        return bool
    from gongshu.standards.identifiers import identifier

    judge = identifier(kind)
    return lambda text: judge(text.upper()) is None


def in_metadata(metadata: Mapping[str, Any]) -> Iterator[PublishFault]:
    """A fault for every element of a catalogue entry in which a number of an identity card stands."""
    for name, value in metadata.items():
        if any(map(tells_of_a_person, _texts(value))):
            yield PublishFault("gate.metadata-personal", element=name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
