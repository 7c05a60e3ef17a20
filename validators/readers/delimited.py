"""CSV and its kin: delimiter, header, titles and footers found from the content; every record accounted for.

Findings of the file itself: `file.bom` {encoding}, `table.title-rows` (samples: line and text), `file.format-mismatch`
(from `open_table`), `table.unclosed-quote` (reason `header`) where the header's own quote never closes. The template's
example rows and the footers are batches without rows: `table.footer` with reason `example` (info), or `total`,
`signature`, `note` (warning). Trailing blank rows do not exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.batch import Batch, Header, Shape, Structural
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.readers.blocks import (
    LONGEST,
    RecordTooLong,
    fields,
    first_end,
    last_end,
    lines_of,
    pieces,
    quoted_spans,
    spans_of,
)
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.cut import cut_character
from gongshu.validators.readers.digesting import Digesting
from gongshu.validators.readers.encodings import SPLITTABLE, Settled, as_utf8, decode, settle
from gongshu.validators.readers.excerpts import EXCERPT
from gongshu.validators.readers.headings import Heading, heading, told
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.readers.parsing import Layout, bad_byte, parse_piece, passed_over
from gongshu.validators.readers.quotes import stray_quotes
from gongshu.validators.readers.rows import (
    EXAMPLE_ROWS,
    FOOTER_ROWS,
    HEADER_ROWS,
    footer_kind,
    is_blank,
    is_example,
)

DELIMITERS = (b",", b";", b"\t", b"|")
HEAD = 1 << 18  # bytes looked at to find delimiter and header
TAIL = 64 << 10  # bytes looked at to find footers
SEEN = 200  # records of the head that tell how wide a row usually is


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the head."""

    start: int  # offset in the body
    end: int  # with its line break
    line: int  # 0-based
    cells: tuple[str, ...]
    unclosed: bool = False


class DelimitedSource:
    """A delimited text, ready to be read once."""

    def __init__(
        self, content: Content, body: Content, shape: Shape, layout: Layout, parts: Parts, options: ReadOptions
    ) -> None:
        self.shape = shape
        self.bytes: int | None = content.size
        self.name = content.name
        self._content = content
        self._body = body
        self._digesting = Digesting(content)
        self._layout = layout
        self._parts = parts
        self._size, self._hashed = options.block_bytes, options.hashed

    def blocks(self) -> Iterator[Callable[[], Batch]]:
        """Tasks in file order: example rows, data, footers."""
        parts, layout = self._parts, self._layout
        if parts.examples:
            raw = self._body.read(parts.start, parts.data - parts.start)
            yield partial(passed_over, raw, layout, parts.examples)
        try:
            read = self._digesting.read if self._hashed and self._body is self._content else self._body.read
            for piece in pieces(read, parts.data, parts.footer, self._size, layout.delimiter):
                yield partial(parse_piece, piece, layout)
        except RecordTooLong as fault:
            raise SourceFault("file.too-large", name=self.name, reason="bytes", limit=f"{LONGEST >> 20} MiB") from fault
        if parts.footers:
            raw = self._body.read(parts.footer, parts.end - parts.footer)
            yield partial(passed_over, raw, layout, parts.footers)

    @property
    def sha256(self) -> str | None:
        """Of all bytes of the file; what was not read yet is read when asked."""
        return self._digesting.hexdigest()

    def close(self) -> None:
        """Let the file go."""
        self._digesting.close()
        self._content.close()
        if self._body is not self._content:
            self._body.close()


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts begin: records (start), data behind example rows, footers; and the end of all that counts."""

    start: int
    data: int
    footer: int
    end: int
    examples: tuple[Structural, ...] = ()
    footers: tuple[Structural, ...] = ()


def open_delimited(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> DelimitedSource:
    """The source of a delimited text; raises SourceFault `file.empty` where nothing but blanks is in it."""
    if options.delimiter is not None and (
        len(options.delimiter) != 1 or options.delimiter in '"\r\n' or not options.delimiter.isascii()
    ):
        raise UsageFault("usage.delimiter", delimiter=options.delimiter)
    settled = settle(content, options.encoding)
    body, start, encoding = content, settled.start, settled.encoding
    if encoding not in SPLITTABLE:
        body, start, encoding = as_utf8(content, settled), 0, "utf-8"
    sample = body.read(start, HEAD).decode(encoding, "replace").encode()
    if not sample.strip():
        raise SourceFault("file.empty", name=content.name, reason="blank")
    delimiter = options.delimiter.encode() if options.delimiter else find_delimiter(sample, options)
    if delimiter == b"|" and encoding == "gb18030":
        body, start, encoding = as_utf8(content, settled), 0, "utf-8"
    layout = Layout((), delimiter, encoding, clean=settled.clean or body is not content, places=body is content)
    records = _head(body, start, layout)
    found = _heading(records, options, content.name)
    if found is None:
        raise SourceFault("file.empty", name=content.name, reason="blank")
    place = found.place
    header, below = records[place], records[place + 1 :]
    names = found.names or header.cells
    layout = Layout(names, delimiter, encoding, _usual_width(below, len(names)), layout.clean, layout.places)
    shape = Shape(
        format="tsv" if delimiter == b"\t" else "csv",
        header=_header(records, found),
        encoding=settled.encoding,
        delimiter=delimiter.decode(),
        first_line=below[0].line + 1 if below else header.line + 2,
        findings=[*findings, *_file_findings(settled, records, found), *cut_character(content, settled)],
    )
    shape.findings += _head_findings(body, records, place, layout)
    parts = _parts(body, header.end, below, layout)
    return DelimitedSource(content, body, shape, layout, parts, options)


# ---------------------------------------------------------------- the head


def find_delimiter(sample: bytes, options: ReadOptions) -> bytes:
    """The delimiter under which the rows are most alike and widest; a comma where every row has one cell."""
    best, chosen = (0.0, 0.0), b","
    cut = last_end(sample, None, final=True) if len(sample) >= HEAD - 8 else len(sample)
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        rows = _rows(sample[: cut or len(sample)], delimiter)
        widths = Counter(len(row) for row in rows if not is_blank(row))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
        alike = count / sum(widths.values()) * (1 - 1 / width)
        fits = (
            max((options.fit(row) for row in rows[:HEADER_ROWS] if not is_blank(row)), default=0.0)
            if options.fit
            else 0.0
        )
        if (fits, alike) > best:
            best, chosen = (fits, alike), delimiter
    return chosen


def _rows(sample: bytes, delimiter: bytes) -> list[list[str]]:
    starts, ends = spans_of(sample, quoted_spans(sample, delimiter))
    return [
        [cell.decode("utf-8", "replace") for cell in fields(sample[start:end], delimiter)]
        for start, end in zip(starts[:SEEN].tolist(), ends[:SEEN].tolist())
    ]


def _head(body: Content, start: int, layout: Layout) -> list[Record]:
    """The first records, enough to find the header: whole ones, or the whole of a small file."""
    size = HEAD
    while True:
        raw = body.read(start, size)
        final = start + len(raw) >= body.size
        spans = quoted_spans(raw, layout.delimiter)
        cut = len(raw) if final else last_end(raw, spans, final=False)
        if cut or size > LONGEST:
            break
        size *= 8
    records: list[Record] = []
    offset, line = start, 0
    for piece in pieces(body.read, start, start + (cut or len(raw)), max(size, 64), layout.delimiter):
        if piece.unclosed:
            line_end = len(piece.raw.rstrip(b"\r\n"))
            records.append(Record(offset, offset + len(piece.raw), line, _cells(piece.raw[:line_end], layout), True))
            offset, line = offset + len(piece.raw), line + lines_of(piece.raw, None).lines
            continue
        starts, ends = spans_of(piece.raw, piece.spans)
        lines = lines_of(piece.raw, piece.spans)
        following = np.append(starts[1:], len(piece.raw))
        for number in range(min(len(starts), SEEN)):
            first = number if lines.line_of is None else int(lines.line_of[number])
            cells = _cells(piece.raw[starts[number] : ends[number]], layout)
            records.append(Record(offset + int(starts[number]), offset + int(following[number]), line + first, cells))
        if len(records) >= SEEN:
            break
        offset, line = offset + len(piece.raw), line + lines.lines
    return records


def _cells(raw: bytes, layout: Layout) -> tuple[str, ...]:
    return tuple(cell.decode(layout.encoding, "replace") for cell in fields(raw, layout.delimiter))


def _heading(records: Sequence[Record], options: ReadOptions, name: str) -> Heading | None:
    rows, place = [record.cells for record in records], None
    if options.header_row is not None:
        place = next((at for at, record in enumerate(records) if record.line + 1 == options.header_row), None)
        if place is None:
            raise UsageFault("usage.header-row", name=name, row=options.header_row)
    return heading(rows, options.fit, place)


def _usual_width(below: Sequence[Record], expected: int) -> int:
    """How many cells most rows have, where that is more than the header has; else 0."""
    widths = Counter(len(record.cells) for record in below if not record.unclosed and not is_blank(record.cells))
    if not widths:
        return 0
    width, count = max(widths.items(), key=lambda each: (each[1], -each[0]))
    return width if expected < width <= expected + 64 and count * 2 > sum(widths.values()) else 0


def _header(records: Sequence[Record], found: Heading) -> Header:
    titles = [record for record in records[: found.top] if not is_blank(record.cells)]
    return Header(
        found.names or records[found.place].cells,
        records[found.place].line + 1,
        tuple(map(_words, titles)),
        tuple(record.line + 1 for record in titles),
    )


def _words(record: Record) -> str:
    return " ".join(cell for cell in record.cells if cell.strip())


def _file_findings(settled: Settled, records: Sequence[Record], place_of: Heading) -> list[Finding]:
    found = []
    if settled.bom:
        found.append(Finding("file.bom", Severity.INFO, 1, params={"encoding": settled.encoding}))
    if settled.broken:
        samples = tuple(Sample(byte=offset) for offset in settled.broken)
        params = {"encoding": settled.encoding}
        found.append(Finding("file.encoding", Severity.ERROR, len(samples), samples=samples, params=params))
    header, place = _header(records, place_of), place_of.place
    if header.title_rows:
        samples = tuple(
            Sample(line=line, value=text[:EXCERPT]) for line, text in zip(header.title_lines, header.title_rows)
        )
        found.append(Finding("table.title-rows", Severity.INFO, len(samples), samples=samples))
    found += told([(record.line + 1, _words(record)) for record in records[place_of.top : place]])
    torn = [record for record in records[: place + 1] if record.unclosed or _swallowed(record)]
    if torn:
        samples = tuple(Sample(line=record.line + 1, value=" ".join(record.cells)[:EXCERPT]) for record in torn)
        found.append(Finding("table.unclosed-quote", Severity.ERROR, len(samples), reason="header", samples=samples))
    return found


def _head_findings(body: Content, records: Sequence[Record], place: int, layout: Layout) -> list[Finding]:
    """Bytes that the encoding cannot read, in the header and above it; odd quotes of the header."""
    found: list[Finding] = []
    for record in records[: place + 1]:
        raw = body.read(record.start, record.end - record.start).rstrip(b"\r\n")
        if not layout.clean:
            length = np.array([len(raw)], np.int64)
            for each in decode(raw, layout.encoding, np.zeros(1, np.int64), length)[1]:
                code, params, below = bad_byte(each, layout)
                byte = record.start + each.at if layout.places else None
                text = each.raw.decode(layout.encoding, "replace")[:EXCERPT]
                sample = Sample(line=record.line + 1 + below, byte=byte, value=text, params=params)
                found.append(Finding(code, Severity.ERROR, 1, samples=(sample,)))
    header = records[place]
    spans = quoted_spans(raw, layout.delimiter)
    if spans is not None and spans.stray and not (header.unclosed or _swallowed(header)):
        sample = Sample(line=header.line + 1, value=" ".join(header.cells)[:EXCERPT])
        for reason, places in stray_quotes(raw, spans, layout.delimiter).items():
            if places:
                found.append(Finding("table.unclosed-quote", Severity.WARNING, 1, reason=reason, samples=(sample,)))
    return found


def _swallowed(record: Record) -> bool:
    """A heading with a line break and a quote in one cell: its quote was closed by that of a later line."""
    return any('"' in cell and ("\n" in cell or "\r" in cell) for cell in record.cells)


# ---------------------------------------------------------------- the tail


def _parts(body: Content, start: int, below: Sequence[Record], layout: Layout) -> Parts:
    examples: list[Record] = []
    for record in below[:EXAMPLE_ROWS]:
        if not is_example(record.cells):
            break
        examples.append(record)
    data = examples[-1].end if examples else start
    end = max(data, _counting_end(body, data, body.size, layout.delimiter))
    footer, kinds, texts = _footers(body, data, end, layout)
    if kinds:
        footer = max(
            data, _counting_end(body, data, footer, layout.delimiter)
        )  # blank rows between belong to the footers
    skipped = lines_of(body.read(footer, end - footer), None).lines - len(kinds) if kinds else 0
    return Parts(
        start,
        data,
        footer,
        end,
        tuple(_said("example", [number], [" ".join(record.cells)], "info") for number, record in enumerate(examples)),
        tuple(
            _said(kind, [skipped + number], [text], "warning")
            for number, (kind, text) in enumerate(zip(kinds, texts))
            if kind
        ),
    )


def _said(reason: str, rows: list[int], texts: list[str], severity: str) -> Structural:
    values = tuple(text[:EXCERPT] for text in texts)
    return Structural("table.footer", np.asarray(rows, np.int64), values, reason=reason, severity=severity)


def _counting_end(body: Content, start: int, end: int, delimiter: bytes) -> int:
    """The end of the last line that has more in it than blanks and delimiters."""
    at = end
    while at > start:
        low = max(start, at - TAIL)
        window = body.read(low, at - low)
        kept = len(window.rstrip(b" \t\r\n\x1a" + delimiter))
        if kept:
            rest = body.read(low + kept, end - low - kept if end - low - kept < TAIL else TAIL)
            return min(end, low + kept + first_end(rest)) if rest else low + kept
        at = low
    return start


def _footers(body: Content, start: int, end: int, layout: Layout) -> tuple[int, list[str], list[str]]:
    """Where the footers begin, and the kind (empty for a blank row between them) and text of each of their lines."""
    low = max(start, end - TAIL)
    window = body.read(low, end - low)
    lines: list[tuple[int, bytes]] = []
    at = low
    for line in window.splitlines(keepends=True):
        lines.append((at, line))
        at += len(line)
    if low > start:
        lines = lines[1:]  # the first is cut off
    place, kinds, texts = end, [], []
    waiting: list[str] = []
    for offset, raw in reversed(lines[-FOOTER_ROWS:]):
        if raw.count(b'"') % 2:
            break
        cells = _cells(raw.rstrip(b"\r\n"), layout)
        kind = "" if is_blank(cells) else footer_kind(cells)
        if kind is None:
            break
        if not kind:
            waiting.append("")
            continue
        kinds += [*waiting, kind]
        texts += [*waiting, " ".join(cell for cell in cells if cell.strip())]
        waiting, place = [], offset
    return place, kinds[::-1], texts[::-1]
