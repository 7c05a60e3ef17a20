"""JSON arrays of objects and the features of a GeoJSON text as tables; what JSON Lines have in common with them.

Columns are the members of all objects in the order in which they first occur. A missing member and null are absent
cells. Numbers keep their digits (`12.0` reads as `12`) and are marked, booleans are `TRUE` and `FALSE`, arrays and
objects are JSON text. Records that are no objects, syntax faults and members written twice are `record.syntax`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from gongshu.standards.faults import SourceFault
from gongshu.validators.batch import BOOLEAN, NUMBER, PLAIN, Batch, Header, Marks, Shape, Structural
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.jsontext import LONGEST_NUMBER, Members, SyntaxFault, escaped, twice
from gongshu.validators.readers.arrowtext import number_text
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.digesting import sha256_of
from gongshu.validators.readers.encodings import Settled, as_utf8, settle
from gongshu.validators.readers.options import ReadOptions

ROWS = 10_000  # rows a batch
LONGEST_LINE = 256 << 20  # bytes of one line of JSON Lines
LONGEST_TEXT = 1 << 30  # bytes of one JSON text, which is held as a whole
MOST_NAMES = 20_000
BLANK = " \t\r\n"

Record: TypeAlias = "tuple[int, Any]"  # physical line (from 0), and the object or the SyntaxFault in its place


class Written(float):
    """A number that remembers how it was written."""

    __slots__ = ("text",)
    text: str


def _real(text: str) -> Written:
    made = Written(text)
    made.text = text
    return made


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= LONGEST_NUMBER else float(text)


def _members(pairs: list[tuple[str, Any]]) -> Members:
    made = Members(pairs)
    seen: set[str] = set()
    repeated = [name for name, _ in pairs if name in seen or seen.add(name)] if len(made) < len(pairs) else []  # type: ignore[func-returns-value]  # set.add answers None, which is what makes the test work
    made.twice = tuple(dict.fromkeys(repeated))
    return made


def _refuse(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are not JSON


encoded = json.JSONEncoder(ensure_ascii=False).encode  # made once: `json.dumps` makes one for every value
DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=_real, parse_int=_whole, parse_constant=_refuse)


class ObjectsSource:
    """Objects as rows, ready to be read once. `records` starts from the beginning each time it is called."""

    def __init__(
        self,
        shape: Shape,
        records: Callable[[], Iterator[Record]],
        content: Content,
        sha256: str,
        closing: Sequence[Content] = (),
        faults: Callable[[int, Any], Iterator[Structural]] | None = None,
    ) -> None:
        self.shape = shape
        self.sha256: str | None = sha256
        self.bytes: int | None = content.size
        self._content = content
        self._records = records
        self._closing = closing
        self._faults = faults

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in file order."""
        line = self.shape.first_line - 1
        held: list[Record] = []
        for each in self._records():
            held.append(each)
            if len(held) > ROWS:
                yield partial(self._batch, held[:-1], line, each[0])
                line, held = each[0], held[-1:]
        if held:
            yield partial(self._batch, held, line, held[-1][0] + 1)

    def close(self) -> None:
        """Let the file go."""
        self._content.close()
        for each in self._closing:
            each.close()

    def _batch(self, records: list[Record], first: int, following: int) -> Batch:
        structural: list[Structural] = []
        kept, objects = [], []
        for number, (line, value) in enumerate(records):
            if isinstance(value, SyntaxFault):
                params = {"column": value.column}
                structural.append(_said(number, value.reason, params, value.line - 1 - first))
                continue
            if self._faults is not None:
                structural += self._faults(number, value)
                value = value.get("row") if isinstance(value, dict) else value
            if not isinstance(value, dict):
                structural.append(_said(number, "not-object", {}, line - first))
                continue
            for pointer, name in twice(value):
                place = f"{pointer}/{escaped(name)}"
                structural.append(_said(number, "member-twice", {"name": name}, line - first, place))
            kept.append(number)
            objects.append(value)
        names = self.shape.header.names if self.shape.header is not None else ()
        columns, marks = [], {}
        for number, name in enumerate(names):
            found = [_cell(each.get(name)) for each in objects]
            columns.append(pa.array([text for text, _ in found], pa.string()))
            origin: Marks = np.fromiter((mark for _, mark in found), np.uint8, len(found))
            if origin.any():
                marks[number] = origin
        lines = np.asarray([line - first for line, _ in records], np.int64)
        index = None if len(kept) == len(records) else np.asarray(kept, np.int64)
        return Batch(columns, len(records), index, following - first, lines, structural, marks)


def _said(record: int, reason: str, params: dict[str, Any], line: int, pointer: str = "") -> Structural:
    rows = np.asarray([record], np.int64)
    return Structural(
        "record.syntax", rows, params=(params,), lines=(max(0, line),), reason=reason, pointers=(pointer,)
    )


def _cell(value: Any) -> tuple[str, int]:
    """A member's value as a cell's text, and what it was."""
    if value is None:
        return "", PLAIN
    if isinstance(value, str):
        return _clean(value), PLAIN
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), BOOLEAN
    if isinstance(value, Written):
        if "e" in value.text.lower():
            return number_text(float(value)), NUMBER
        text = value.text.rstrip("0").rstrip(".")
        return ("0" if text in ("-0", "-", "") else text), NUMBER
    if isinstance(value, int | float):
        return str(value), NUMBER
    return _clean(encoded(value)), PLAIN


def _clean(text: str) -> str:
    """The text without lone surrogates, which JSON can write and no table can hold."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


# ---------------------------------------------------------------- where records come from


def open_json(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> ObjectsSource:
    """The source of a JSON array of objects, or of a GeoJSON FeatureCollection by its properties.

    Anything else raises SourceFault `file.format-mismatch` with the reason `no-table`.
    """
    from gongshu.validators.readers.features import open_features

    text, settled = whole_text(content, options)
    shape = _shape("json", settled, findings)
    start = len(text) - len(text.lstrip(BLANK))
    if text[start : start + 1] != "[":
        return open_features(text, shape, content, settled, options)
    records = partial(array_records, text)
    shape.header = Header(_names(value for _, value in records()), 1)
    shape.pointer = _pointer_in_array
    return ObjectsSource(shape, records, content, sha256_of(content))


def _pointer_in_array(row: int, name: str | None) -> str:
    return f"/{row - 1}" + (f"/{escaped(name)}" if name is not None else "")


def whole_text(content: Content, options: ReadOptions) -> tuple[str, Settled]:
    """The text of a JSON file with its encoding. Raises SourceFault `file.too-large`, or `file.empty` for no bytes."""
    if content.size > LONGEST_TEXT:
        raise SourceFault("file.too-large", name=content.name, reason="bytes", limit=f"{LONGEST_TEXT >> 20} MiB")
    settled = settle(content, options.encoding)
    raw = content.read(settled.start, content.size)
    try:
        return raw.decode(settled.encoding), settled
    except UnicodeDecodeError as fault:
        settled.broken.append(settled.start + fault.start)
        return raw.decode(settled.encoding, "replace"), settled


def encoding_findings(settled: Settled) -> list[Finding]:
    """JSON is exchanged as UTF-8 without a mark (RFC 8259, 8.1): other encodings are a warning, bad bytes an error."""
    found = []
    if settled.bom and settled.encoding == "utf-8":
        found.append(Finding("file.bom", Severity.INFO, 1, params={"encoding": settled.encoding}))
    if settled.encoding != "utf-8":
        found.append(Finding("record.syntax", Severity.WARNING, 1, reason="not-utf8"))
    if settled.broken:
        samples = tuple(Sample(byte=offset) for offset in settled.broken)
        params = {"encoding": settled.encoding}
        found.append(Finding("file.encoding", Severity.ERROR, len(samples), samples=samples, params=params))
    return found


def _shape(format: str, settled: Settled, findings: Sequence[Finding]) -> Shape:
    found = [*findings, *encoding_findings(settled)]
    return Shape(format=format, header=None, encoding=settled.encoding, first_line=1, findings=found)


def as_text(content: Content, settled: Settled) -> tuple[Content, int]:
    """The text as UTF-8 (a copy, where it is not yet), and where it starts."""
    if settled.clean or settled.encoding == "utf-8":
        return content, settled.start
    return as_utf8(content, settled), 0


def _names(values: Iterator[Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for value in values:
        if isinstance(value, dict) and not value.keys() <= names.keys():
            names.update(dict.fromkeys(value))
            if len(names) > MOST_NAMES:  # no table: a map of keys to values
                raise SourceFault("file.too-large", reason="columns", limit=f"{MOST_NAMES:,}")
    return tuple(_clean(name) for name in names)


def physical_lines(body: Content, start: int) -> Iterator[bytes]:
    """Every line of the bytes from `start` on, without its end."""
    carry: list[bytes] = []
    held, at = 0, start
    while chunk := body.read(at, 1 << 20):
        at += len(chunk)
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield b"".join((*carry, line)).rstrip(b"\r")
            carry, held = [], 0
        carry.append(rest)
        held += len(rest)
        if held > LONGEST_LINE:
            raise SourceFault("file.too-large", name=body.name, reason="bytes", limit=f"{LONGEST_LINE >> 20} MiB")
    last = b"".join(carry).rstrip(b"\r")
    if last:
        yield last


def parsed(text: str, line: int) -> Any:
    """The value of one JSON text, or the SyntaxFault in its place; `line` is where it starts."""
    try:
        begin = len(text) - len(text.lstrip(BLANK))
        value, end = DECODER.raw_decode(text, begin)
    except json.JSONDecodeError as fault:
        return SyntaxFault("syntax", line + fault.lineno - 1, fault.colno)
    except ValueError:
        return SyntaxFault("constant", line, 1)
    except RecursionError:
        return SyntaxFault("too-deep", line, 1)
    if text[end:].strip(BLANK):
        return SyntaxFault("syntax", line, end + 1)
    return value


def array_records(text: str) -> Iterator[Record]:
    """One record an element of the array that the text is; a SyntaxFault where it stops being JSON."""
    at = text.index("[") + 1
    line, seen = text.count("\n", 0, at), at
    first = True
    while True:
        at = _past_blanks(text, at)
        if text[at : at + 1] == "]" and first:
            break
        line += text.count("\n", seen, at)
        seen = at
        try:
            value, end = DECODER.raw_decode(text, at)
        except json.JSONDecodeError as fault:
            yield line, SyntaxFault("syntax", fault.lineno, fault.colno)
            return
        except ValueError:
            yield line, SyntaxFault("constant", line + 1, 1)
            return
        except RecursionError:
            yield line, SyntaxFault("too-deep", line + 1, 1)
            return
        yield line, value
        first = False
        at = _past_blanks(text, end)
        mark = text[at : at + 1]
        if mark == "]":
            break
        if mark != ",":
            yield _torn(text, at)
            return
        at += 1
    if text[at + 1 :].strip(BLANK):
        yield _torn(text, at + 1)


def _torn(text: str, at: int) -> Record:
    line = text.count("\n", 0, at)
    return line, SyntaxFault("syntax", line + 1, at - text.rfind("\n", 0, at))


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in BLANK:
        at += 1
    return at
