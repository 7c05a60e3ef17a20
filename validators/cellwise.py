"""Single cells of delimited records changed, every other byte kept: quoting, line breaks, odd spellings and all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from gongshu.validators.readers.blocks import record_spans

_CHUNK = 1 << 16
_LINE = re.compile("\r\n|\n|\r")


def edited(block: bytes, delimiter: bytes, edits: Mapping[int, Mapping[int, str]]) -> Iterator[bytes]:
    """The block in pieces; `edits` is record number in the block -> column number -> new value."""
    if not edits:
        yield block
        return
    starts, ends = record_spans(block, delimiter)
    copied = 0
    for number in sorted(edits):
        start, end = int(starts[number]), int(ends[number])
        yield block[copied:start]
        yield edited_record(block[start:end], delimiter, edits[number])
        copied = end
    yield block[copied:]


def edited_record(record: bytes, delimiter: bytes, values: Mapping[int, str]) -> bytes:
    """One record (without its line break) with some cells replaced. A quoted cell stays quoted."""
    cells = raw_cells(record, delimiter)
    for column, value in values.items():
        if column < len(cells):
            cells[column] = _written(value, delimiter, cells[column].startswith(b'"'), alone=len(cells) == 1)
    return delimiter.join(cells)


def raw_cells(record: bytes, delimiter: bytes) -> list[bytes]:
    """The cells as they are written, quotes included; joined by the delimiter they are the record."""
    if b'"' not in record:
        return record.split(delimiter)
    found: list[bytes] = []
    at = 0
    while True:
        match = _cell(delimiter).match(record, at)
        end = match.end() if match is not None else len(record)
        found.append(record[at:end])
        if end >= len(record):
            return found
        at = end + len(delimiter)


def prefix(path: Path, encoding: str, lines: int) -> str:
    """The text of the first `lines` physical lines, line breaks included, without a BOM."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text = ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            text += decoder.decode(chunk, final=not chunk)
            ends = [match.end() for match in _LINE.finditer(text)]
            if not chunk or len(ends) > lines:  # one more, so that a CR at the edge is not half a CRLF
                break
    cut = ends[lines - 1] if 0 < lines <= len(ends) else (len(text) if lines > len(ends) else 0)
    return text[:cut].removeprefix("\ufeff")


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(rb'(?:"[^"]*(?:""[^"]*)*(?:"|\Z))?[^' + re.escape(delimiter) + rb"]*", re.DOTALL)


def _written(value: str, delimiter: bytes, was_quoted: bool, *, alone: bool) -> bytes:
    raw = value.encode("utf-8")
    special = delimiter in raw or b'"' in raw or b"\n" in raw or b"\r" in raw
    if was_quoted or special or (alone and not raw):
        return b'"' + raw.replace(b'"', b'""') + b'"'
    return raw
