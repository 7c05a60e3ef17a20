"""One table in several files, one after another (Data Package: `path` is a list): the header in the first or in each.

Records are counted through all files, lines within each; a place names its file (`pointer`: `b.csv`, `b.json#/3/name`).
Columns of a later file are those of the first by their names. A later text file whose first record is not the header
has none: the header of the first stands for it.
"""

from __future__ import annotations

import bisect
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from gongshu.standards.headers import normal
from gongshu.validators.batch import Batch, Header, Shape, Source, Structural
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.readers.content import Content, open_content
from gongshu.validators.readers.encodings import settle
from gongshu.validators.readers.options import ReadOptions

LIKE = 0.5  # of the columns that a first record has to name to be a header
KEYED = ("json", "jsonl")  # their records name their members, and may leave some out
TEXTS = ("csv", "tsv")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one table, in their order: what each is called, and where it lies."""

    names: tuple[str, ...]
    paths: tuple[Path, ...]

    def as_one_table(self, options: ReadOptions) -> JoinedSource:
        """The files opened as one table."""
        return JoinedSource(self, options)

    def identity(self) -> tuple[int, str]:
        """Size and SHA-256 of the bytes of all files, one after another. Raises `UsageFault` for a missing one."""
        total, size = hashlib.sha256(), 0
        for name, path in zip(self.names, self.paths):
            content = open_content(path, name)
            try:
                for at in range(0, content.size, CHUNK):
                    chunk = content.read(at, CHUNK)
                    total.update(chunk)
                    size += len(chunk)
            finally:
                content.close()
        return size, total.hexdigest()


class JoinedSource:
    """All files as one table, ready to be read once."""

    def __init__(self, parts: Parts, options: ReadOptions) -> None:
        self._parts, self._options = parts, replace(options, name=None)
        size, digest = parts.identity()
        self.bytes: int | None = size
        self.sha256: str | None = digest
        first = self._open(0)
        self._first: Source | None = first
        shape = replace(first.shape, findings=[], not_checked=[], parted=True, addressed=False)
        names = shape.header.names if shape.header is not None else ()
        if shape.format in KEYED:
            names = self._every(names)
        shape.header = Header(names, 1) if shape.header is None else replace(shape.header, names=names)
        self.shape: Shape = shape
        self._names = names
        self._records: list[int] = [0]  # before each file, as far as they are counted
        self._pointers: list[Callable[[int, str | None], str | None] | None] = [first.shape.pointer]
        shape.pointer = self._place
        self._take(first.shape, 0)

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in the order of the files; between two files one that counts lines anew."""
        line = self.shape.first_line
        waiting: list[Future[tuple[int, int]]] = []
        for number in range(len(self._parts.paths)):
            source, behind = (self._first, 0) if number == 0 else self._further(number)
            assert source is not None  # noqa: S101 - read once
            try:
                if number:
                    self._pointers.append(source.shape.pointer)
                    start = source.shape.first_line - (1 if behind else 0)
                    yield partial(self._between, waiting, line, start)
                    line = start
                    self._take(source.shape, number, behind)
                seen = len(source.shape.findings), len(source.shape.not_checked)
                waiting = []
                columns = self._columns(source.shape)
                for task in source.blocks():
                    waiting.append(Future())
                    yield partial(_counted, task, waiting[-1], columns, behind)
                self._take(source.shape, number, behind, seen)
            finally:
                source.close()

    def close(self) -> None:
        """Let the first file go; each further one is let go when it is read."""
        if self._first is not None:
            self._first.close()

    def _open(self, number: int, **told: Any) -> Source:
        from gongshu.validators.readers import open_table

        return open_table(self._parts.paths[number], options=replace(self._named(number), **told))

    def _named(self, number: int) -> ReadOptions:
        return replace(self._options, name=self._parts.names[number])

    def _further(self, number: int) -> tuple[Source, int]:
        """A later file, and how many bytes of a header were put before it."""
        source = self._open(number)
        if source.shape.format not in TEXTS or self.shape.format not in TEXTS:
            return source, 0
        names = source.shape.header.names if source.shape.header is not None else ()
        ours = {normal(name) for name in self._names if name.strip()}
        if not ours or len(ours & {normal(name) for name in names}) >= LIKE * len(ours):
            return source, 0
        source.close()
        return self._headed(number)

    def _headed(self, number: int) -> tuple[Source, int]:
        """The file behind the header of the first one."""
        from gongshu.validators.readers import open_table

        content = open_content(self._parts.paths[number], self._parts.names[number])
        settled = settle(content, self._options.encoding)
        line = io.StringIO()
        words = [" ".join(name.split()) for name in self._names]
        csv.writer(line, delimiter=self.shape.delimiter or ",", lineterminator="\n").writerow(words)
        header = line.getvalue().encode(settled.encoding, "replace")
        stream = cast("BinaryIO", _Behind(header, content.stream, settled.start))
        whole = Content(stream, size=len(header) + content.size - settled.start, name=content.name)
        told = replace(
            self._named(number), encoding=settled.encoding, delimiter=self.shape.delimiter, header_row=1, fit=None
        )
        return open_table(whole, options=told), len(header) - settled.start

    def _every(self, names: Sequence[str]) -> tuple[str, ...]:
        """The members of the records of all files."""
        found = dict.fromkeys(names)
        for number in range(1, len(self._parts.paths)):
            source = self._open(number)
            found.update(dict.fromkeys(source.shape.header.names if source.shape.header is not None else ()))
            source.close()
        return tuple(found)

    def _columns(self, shape: Shape) -> list[int | None] | None:
        """Where each of our columns stands in the file; None where all stand in their places."""
        names = [normal(name) for name in (shape.header.names if shape.header is not None else ())]
        ours = [normal(name) for name in self._names]
        if names == ours:
            return None
        free: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            free.setdefault(name, []).append(place)
        return [free[name].pop(0) if free.get(name) else None for name in ours]

    def _take(self, shape: Shape, number: int, behind: int = 0, seen: tuple[int, int] = (0, 0)) -> None:
        """What a file's own reader has to say, with the file's name at each place."""
        told = [each for each in shape.findings[seen[0] :] if not (behind and each.code == "table.title-rows")]
        if number and seen == (0, 0):
            told += self._unlike(shape)
        for each in told:
            self._add(replace(each, samples=tuple(self._located(sample, number, behind) for sample in each.samples)))
        self.shape.not_checked += [each for each in shape.not_checked[seen[1] :] if each not in self.shape.not_checked]

    def _located(self, sample: Sample, number: int, behind: int) -> Sample:
        line = sample.line - 1 if behind and sample.line else sample.line
        byte = sample.byte - behind if behind and sample.byte is not None else sample.byte
        pointer = self._pointed(number, sample.pointer or sample.cell)
        return sample._replace(pointer=pointer, line=line, byte=byte, cell=None)

    def _add(self, finding: Finding) -> None:
        for place, each in enumerate(self.shape.findings):
            if replace(each, count=0, samples=(), severity=finding.severity) == replace(finding, count=0, samples=()):
                samples = (*each.samples, *finding.samples)
                self.shape.findings[place] = replace(each, count=each.count + finding.count, samples=samples)
                return
        self.shape.findings.append(finding)

    def _unlike(self, shape: Shape) -> list[Finding]:
        """Columns that a later file has too few or too many."""
        names = shape.header.names if shape.header is not None else ()
        line = shape.header.line if shape.header is not None and shape.positioned else None
        theirs, ours = {normal(name) for name in names}, {normal(name) for name in self._names}
        sample = (Sample(line=line),)
        gone = [] if shape.format in KEYED else [name for name in self._names if normal(name) not in theirs]
        more = [name for name in names if normal(name) not in ours]
        return [
            *(Finding("table.column-missing", Severity.ERROR, 1, (name,), samples=sample) for name in gone if name),
            *(Finding("table.column-extra", Severity.ERROR, 1, (name,), samples=sample) for name in more if name),
        ]

    def _between(self, waiting: list[Future[tuple[int, int]]], line: int, start: int) -> Batch:
        """Nothing but a count of lines that leads to where the next file starts."""
        counts = [each.result() for each in waiting]
        self._records.append(self._records[-1] + sum(records for records, _ in counts))
        lines = start - line - sum(lines for _, lines in counts)
        return Batch([pa.array([], pa.string()) for _ in self._names], 0, None, lines)

    def _place(self, row: int, name: str | None) -> str:
        number = bisect.bisect_right(self._records, row - 1) - 1
        inner = self._pointers[number]
        return self._pointed(number, inner(row - self._records[number], name) if inner is not None else None)

    def _pointed(self, number: int, inner: str | None) -> str:
        return self._parts.names[number] if inner is None else f"{self._parts.names[number]}#{inner}"


def _counted(
    task: Callable[[], Batch], counts: Future[tuple[int, int]], columns: list[int | None] | None, behind: int
) -> Batch:
    """The batch in the first file's columns; what it counts is told even where it fails."""
    try:
        batch = task()
    except BaseException as fault:
        counts.set_exception(fault)
        raise
    counts.set_result((batch.records, batch.lines))
    if behind:
        batch.structural = [
            replace(each, bytes=tuple(byte - behind for byte in each.bytes)) if each.bytes else each
            for each in batch.structural
        ]
    return batch if columns is None else _arranged(batch, columns)


def _arranged(batch: Batch, columns: list[int | None]) -> Batch:
    rows = len(batch.columns[0]) if batch.columns else 0
    nothing = pa.array([""] * rows, pa.string()) if None in columns else None
    places = {place: number for number, place in enumerate(columns) if place is not None}

    def moved(fault: Structural) -> Structural:
        return fault if fault.column is None else replace(fault, column=places.get(fault.column))

    return replace(
        batch,
        columns=[nothing if place is None else batch.columns[place] for place in columns],
        structural=[moved(each) for each in batch.structural],
        marks={places[place]: marks for place, marks in batch.marks.items() if place in places},
        block=None,
    )


class _Behind:
    """A binary file behind some bytes, without its own first ones."""

    def __init__(self, before: bytes, stream: BinaryIO, start: int) -> None:
        self._before, self._stream, self._start = before, stream, start
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 2:
            self._at = self._stream.seek(0, 2) - self._start + len(self._before) + offset
        else:
            self._at = offset + (self._at if whence == 1 else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        head = self._before[self._at :] if size < 0 else self._before[self._at : self._at + size]
        rest = b""
        if size < 0 or len(head) < size:
            self._stream.seek(max(0, self._at - len(self._before)) + self._start)
            rest = self._stream.read(-1 if size < 0 else size - len(head))
        self._at += len(head) + len(rest)
        return head + rest

    def close(self) -> None:
        self._stream.close()
