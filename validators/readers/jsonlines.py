"""JSON Lines as a table, a block of lines at a time: numbers stay as written, only odd lines are looked at singly.

Most lines are flat objects with the header's members in the header's order; those are taken apart by the standard
library's own scanner without a Python call for any member; a line with nested values is scanned once more for those.
Every other line (members written twice, no object, no JSON) is read as `objects.parsed` reads it, so all ways give the
same cells and the same faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.standards.faults import SourceFault
from gongshu.validators.batch import NUMBER, PLAIN, Batch, Header, Marks, Shape, Structural
from gongshu.validators.finding import Finding
from gongshu.validators.jsontext import LONGEST_NUMBER, SyntaxFault, escaped, twice
from gongshu.validators.readers.arrowtext import number_text
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.digesting import sha256_of
from gongshu.validators.readers.encodings import settle
from gongshu.validators.readers.objects import (
    BLANK,
    LONGEST_LINE,
    _cell,
    _clean,
    _names,
    _refuse,
    _shape,
    _whole,
    as_text,
    encoded,
    parsed,
)
from gongshu.validators.readers.objects import _said as said
from gongshu.validators.readers.options import ReadOptions

BLOCK = 1 << 20  # bytes of lines a batch


class Real(str):
    """A number with a point or an exponent, as written."""

    __slots__ = ()


class Whole(str):
    """A number of digits only, as written."""

    __slots__ = ()


# objects become tuples of pairs, so that a member written twice is seen; a list stays a list
PAIRS = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Real, parse_int=Whole, parse_constant=_refuse)
PLAINLY = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse)
UNREAD = (ValueError, RecursionError)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError  # a member written twice is for `parsed` to tell
    return made


NESTED = json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole, parse_constant=_refuse)


class LinesSource:
    """Lines as rows, ready to be read once."""

    def __init__(
        self, shape: Shape, body: Content, start: int, content: Content, sha256: str, names: tuple[str, ...]
    ) -> None:
        self.shape = shape
        self.sha256: str | None = sha256
        self.bytes: int | None = content.size
        self._body, self._start, self._content, self._names = body, start, content, names

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in file order."""
        for raw in line_blocks(self._body, self._start):
            yield partial(self._batch, raw)

    def close(self) -> None:
        """Let the file go."""
        self._content.close()
        if self._body is not self._content:
            self._body.close()

    def _batch(self, raw: bytes) -> Batch:
        lines = _lines(raw)
        names = self._names
        structural: list[Structural] = []
        rows: list[Sequence[Any]] = []
        kept: list[int] = []
        places: list[int] = []
        for at, line in enumerate(lines):
            record = len(places)
            row = _cells(line, names)
            if row is None:
                if not line.strip(BLANK):
                    continue
                value = parsed(line, at + 1)
                structural += _faults(value, record, at)
                row = [value.get(name) for name in names] if isinstance(value, dict) else None
            places.append(at)
            if row is not None:
                kept.append(record)
                rows.append(row)
        columns, marks = [], {}
        for number, values in enumerate(zip(*rows) if rows else [()] * len(names)):
            texts, origin = column(values)
            columns.append(texts)
            if origin is not None:
                marks[number] = origin
        index = None if len(kept) == len(places) else np.asarray(kept, np.int64)
        line_of = None if len(places) == len(lines) else np.asarray(places, np.int64)
        return Batch(columns, len(places), index, len(lines), line_of, structural, marks)


def open_lines(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> LinesSource:
    """The source of JSON Lines; the file is read twice (names first), a block of lines at a time."""
    settled = settle(content, options.encoding)
    body, start = as_text(content, settled)
    shape = _shape("jsonl", settled, findings)
    names = _names(_objects(body, start))
    shape.header = Header(names, 1)
    shape.pointer = _pointer
    return LinesSource(shape, body, start, content, sha256_of(content), names)


def _pointer(row: int, name: str | None) -> str | None:
    return f"/{escaped(name)}" if name is not None else None


def line_blocks(body: Content, start: int) -> Iterator[bytes]:
    """The bytes in blocks of whole lines. Raises SourceFault `file.too-large` for a line without end."""
    carry: list[bytes] = []
    held, at = 0, start
    while chunk := body.read(at, BLOCK):
        at += len(chunk)
        cut = chunk.rfind(b"\n") + 1
        if cut:
            yield b"".join((*carry, chunk[:cut]))
            carry, held = [], 0
        carry.append(chunk[cut:])
        held += len(chunk) - cut
        if held > LONGEST_LINE:
            raise SourceFault("file.too-large", name=body.name, reason="bytes", limit=f"{LONGEST_LINE >> 20} MiB")
    if held:
        yield b"".join(carry)


def _lines(raw: bytes) -> list[str]:
    lines = raw.decode("utf-8", "replace").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _objects(body: Content, start: int) -> Iterator[Any]:
    """Every line's value, for the sake of its members' names."""
    for raw in line_blocks(body, start):
        for line in _lines(raw):
            try:
                value, end = PLAINLY.raw_decode(line)
            except UNREAD:
                end = -1
            if end != len(line) and (end < 0 or line[end:].strip(BLANK)):
                value = parsed(line, 1) if line.strip(BLANK) else None
            yield value


def _cells(line: str, names: tuple[str, ...]) -> Sequence[Any] | None:
    """The cells of a line that is one object, no member twice; None for every other line."""
    try:
        pairs, end = PAIRS.raw_decode(line)
    except UNREAD:
        return None
    if type(pairs) is not tuple or not pairs or (end != len(line) and line[end:].strip(BLANK)):
        return None
    keys, values = zip(*pairs)
    if not {tuple, list}.isdisjoint(map(type, values)):
        if len(set(keys)) < len(keys):
            return None
        whole = _with_nested(line, keys, values)
        if whole is None:
            return None
        values = whole
    if keys == names:
        return values
    members = dict(zip(keys, values))
    return None if len(members) < len(keys) else tuple(map(members.get, names))


def _with_nested(line: str, keys: tuple[str, ...], values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The values with arrays and objects as JSON text; None where a member within is written twice."""
    try:
        plain, _ = NESTED.raw_decode(line)
        return tuple(
            encoded(plain[key]) if type(value) is tuple or type(value) is list else value
            for key, value in zip(keys, values)
        )
    except UNREAD:
        return None


def _faults(value: Any, record: int, at: int) -> Iterable[Structural]:
    """What is wrong with a line as a whole."""
    if isinstance(value, SyntaxFault):
        yield said(record, value.reason, {"column": value.column}, value.line - 1)
    elif not isinstance(value, dict):
        yield said(record, "not-object", {}, at)
    else:
        for pointer, name in twice(value):
            yield said(record, "member-twice", {"name": name}, at, f"{pointer}/{escaped(name)}")


# ---------------------------------------------------------------- columns


def column(values: Sequence[Any]) -> tuple[Any, Marks | None]:
    """The cells of one column as text, and their marks where they are not all text."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return _texts(values), None
    if kinds == {Whole}:
        return _texts(list(map(_digits, values))), np.full(len(values), NUMBER, np.uint8)
    if kinds == {Real}:
        return _texts(list(map(_decimal, values))), np.full(len(values), NUMBER, np.uint8)
    found = [_any(value) for value in values]
    marks = np.fromiter((mark for _, mark in found), np.uint8, len(found))
    return _texts([text for text, _ in found]), marks if marks.any() else None


def _texts(texts: Sequence[str]) -> Any:
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:  # lone surrogates, which JSON can write and no table can hold
        return pa.array([_clean(text) for text in texts], pa.string())


def _any(value: Any) -> tuple[str, int]:
    kind = type(value)
    if kind is str:
        return value, PLAIN
    if kind is Whole:
        return _digits(value), NUMBER
    if kind is Real:
        return _decimal(value), NUMBER
    return _cell(value)


def _digits(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        return str(float(text))
    return "0" if text == "-0" else str(text)


def _decimal(text: str) -> str:
    """The number's own digits, without zeros at its end."""
    if "e" in text or "E" in text:
        return number_text(float(text))
    bare = text.rstrip("0").rstrip(".")
    return "0" if bare in ("-0", "-", "") else bare
