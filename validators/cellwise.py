"""Single cells of delimited records changed, every other byte kept: quoting, line breaks, odd spellings and all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from functools import cache
from os import SEEK_END
from pathlib import Path

from gongshu.validators.readers.blocks import record_spans

_CHUNK = 1 << 20
_BLANK = b" \t\r\n,;|\x00"  # of what blank rows are made
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
    kept: list[str] = []
    for text, ends in _texts(path, encoding):
        if lines <= len(ends):
            kept.append(text[: ends[lines - 1]] if lines else "")
            break
        kept.append(text)
        lines -= len(ends)
    return "".join(kept).removeprefix("\ufeff")


def rest(path: Path, encoding: str, lines: int) -> str:
    """The text behind the first `lines` physical lines: blank rows at the end, which no reader hands on."""
    kept: list[str] = []
    for text, ends in _texts(path, encoding):
        if lines <= len(ends):
            kept.append(text[ends[lines - 1] :] if lines else text)
            lines = 0
        else:
            lines -= len(ends)
    return "".join(kept)


def rest_at(path: Path, encoding: str, taken: int) -> bytes | None:
    """The same, where `taken` bytes of UTF-8 lie before it; None where it takes a reading by lines to tell."""
    if encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig", "ascii"):
        return None
    with path.open("rb") as file:
        start = len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0
        size = file.seek(0, SEEK_END)
        if start + taken > size:
            return None
        file.seek(start + taken)
        found = file.read(_CHUNK)
    return found if len(found) < _CHUNK and not found.strip(_BLANK) else None


def _texts(path: Path, encoding: str) -> Iterator[tuple[str, list[int]]]:
    """The file's text in portions, each with the ends of its physical lines; a CRLF is never torn."""
    decoder = codecs.getincrementaldecoder(encoding)()
    held = ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            text = held + decoder.decode(chunk, final=not chunk)
            held = text[-1:] if chunk and text.endswith("\r") else ""
            text = text.removesuffix(held) if held else text
            yield text, [match.end() for match in _LINE.finditer(text)]
            if not chunk:
                return


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(rb'(?:"[^"]*(?:""[^"]*)*(?:"|\Z))?[^' + re.escape(delimiter) + rb"]*", re.DOTALL)


def _written(value: str, delimiter: bytes, was_quoted: bool, *, alone: bool) -> bytes:
    raw = value.encode("utf-8")
    special = delimiter in raw or b'"' in raw or b"\n" in raw or b"\r" in raw
    if was_quoted or special or (alone and not raw):
        return b'"' + raw.replace(b'"', b'""') + b'"'
    return raw
