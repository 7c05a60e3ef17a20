"""The splitter agrees with a reader that looks at one character at a time, whatever the block size."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.validators.readers.blocks import fields, lines_of, pieces, record_spans
from gongshu.validators.readers.parsing import Layout, parse_piece

_spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

SIZES = (1, 64, 200, 1000, 100_000)


def table(text: bytes, size: int, width: int, delimiter: bytes):
    """(line, offset, cells or None, unclosed) of every record, read through blocks."""
    layout = Layout(tuple("x" * width), delimiter, clean=True)
    found, line = [], 0
    for piece in pieces(lambda at, count: text[at : at + count], 0, len(text), size, delimiter):
        starts, _ = record_spans(piece.raw, delimiter)
        batch = parse_piece(piece, layout)
        assert batch.records == (1 if piece.unclosed else len(starts))
        index = range(batch.records) if batch.index is None else batch.index.tolist()
        rows = dict(zip(index, zip(*(column.to_pylist() for column in batch.columns))))
        for record in range(batch.records):
            local = record if batch.line_of is None else int(batch.line_of[record])
            cells = rows.get(record)
            found.append((line + local, piece.offset + int(starts[record]), cells, piece.unclosed))
        line += batch.lines
    return found


def expected(text: bytes, width: int, delimiter: bytes):
    for line, start, cells, unclosed in reference.records(text, delimiter):
        row = [cell.decode() for cell in cells]
        padded = tuple((row + [""] * width)[:width])
        blank = not any(cell.strip(" \t\r\n\v\f\u00a0\u3000\u200b\ufeff") for cell in padded)
        yield line, start, None if unclosed or blank else padded, unclosed


def agree(text: bytes, size: int, width: int, delimiter: bytes = b",") -> None:
    assert table(text, size, width, delimiter) == list(expected(text, width, delimiter)), (text, size)


def cell(draw: random.Random, stray: bool, lone: bool) -> str:
    choices = [
        "",
        "12",
        "汉字",
        "x y",
        '"x\ny"',
        '"x\r\ny\n"',
        '"a ""q"" b"',
        '""',
        '"a,b"',
        '"a;b|c\td"',
        " ",
        "\u3000",
    ]
    if stray:
        choices += ['5" tall', 'a"b"c', '"x"yz', '"', ' "q"', '"""', '"x\n"y', '"\r"z', '""""', '"x""']
    if lone:
        choices += ['"x\ry"', '"\r"']
    return draw.choice(choices)


@pytest.mark.parametrize("part", range(8))
def test_adversarial_files_read_alike_in_every_block_size(part: int) -> None:
    for seed in range(part * 400, part * 400 + 400):
        draw = random.Random(seed)
        stray, lone = seed % 3 == 0, seed % 4 == 0
        delimiter = draw.choice([",", ",", ";", "\t", "|"])
        width, feed = draw.choice([1, 2, 3, 7]), draw.choice(["\n", "\r\n"])
        lines = []
        for _ in range(draw.randint(1, 40)):
            count = width if draw.random() < 0.9 else draw.randint(1, 9)
            lines.append(delimiter.join(cell(draw, stray, lone) for _ in range(count)))
            lines.append("\r" if lone and draw.random() < 0.2 else feed)
            if draw.random() < 0.05:
                lines.append(feed)
        text = "".join(lines).encode()
        if draw.random() < 0.3:
            text = text.rstrip(b"\r\n")
        if text:
            agree(text, draw.choice(SIZES), width, delimiter.encode())


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from('a,"\n\r;汉 '), min_size=1, max_size=60), st.sampled_from(SIZES), st.integers(1, 4))
def test_any_text_reads_alike_in_every_block_size(text: str, size: int, width: int) -> None:
    agree(text.encode(), size, width)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from('a,"\n\r '), min_size=1, max_size=80))
def test_records_put_together_are_the_block(text: str) -> None:
    block = text.encode()
    starts, ends = record_spans(block)
    bounds = [*starts.tolist(), len(block)]
    assert b"".join(block[a:b] for a, b in zip(bounds, bounds[1:])) == block
    assert all(block[end:stop] in (b"", b"\n", b"\r", b"\r\n") for end, stop in zip(ends.tolist(), bounds[1:]))
    assert len(starts) == lines_of(block, _spans(block)).records


def _spans(block: bytes):
    from gongshu.validators.readers.blocks import quoted_spans

    return quoted_spans(block)


@given(st.text(st.sampled_from('a,"; '), max_size=30))
def test_cells_of_one_record_are_those_of_the_reference(text: str) -> None:
    record = text.encode()
    wanted = [found[2] for found in reference.records(record)]
    assert fields(record) == (wanted[0] if wanted else [b""])


def test_a_quote_that_never_closes_costs_one_line_however_long_the_rest() -> None:
    text = b"1,2\n" + b'3,"x\n' + b"4,5\n" * 3000
    read = table(text, 64, 2, b",")
    assert len(read) == 3002
    assert [found[3] for found in read].count(True) == 1
    limited = list(pieces(lambda at, count: text[at : at + count], 0, len(text), 64, longest=1000))
    assert sum(piece.unclosed for piece in limited) == 1
    assert b"".join(piece.raw for piece in limited) == text
