"""Text in another encoding is cut before it is decoded: that must never show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongshu.validators.readers import encodings, guessing, parsing
from gongshu.validators.readers.blocks import pieces
from gongshu.validators.readers.content import open_content
from gongshu.validators.readers.parsing import Layout, parse_piece
from gongshu.validators.validation import validate

CELLS = st.sampled_from(["", " ", "a", "人口", "㐀𠮷", "é", "x,y", "说“是”\n好", "1;2|3", "\u3000"])
ROW = st.lists(CELLS, min_size=3, max_size=3)
SPOILT = st.sampled_from([b"\x81", b"\xff", b'"', b"\x00", b",", b"\n", b"\x81\x30", b""])


def _written(rows: Sequence[Sequence[str]]) -> str:
    quoted = [[f'"{cell}"' if set(cell) & set(',\n"') else cell for cell in row] for row in rows]
    return "".join(",".join(row) + "\n" for row in quoted)


def _told(data: bytes, encoding: str) -> list[Any]:
    layout = Layout(("a", "b", "c"), b",", encoding)
    content = open_content(data)
    told = []
    for piece in pieces(content.read, 0, len(data), 64):
        batch = parse_piece(piece, layout)
        index = range(batch.records) if batch.index is None else batch.index.tolist()
        lines = range(batch.records) if batch.line_of is None else batch.line_of.tolist()
        rows = [[cell.as_py() for cell in column] for column in batch.columns]
        faults = sorted((each.code, each.reason or "", each.rows.tolist(), each.values) for each in batch.structural)
        told.append((rows, list(index)[: len(rows[0])], list(lines), batch.lines, faults, batch.utf8()))
    return told


@pytest.mark.parametrize("encoding", ["gb18030", "cp1252"])
@given(st.lists(ROW, min_size=1, max_size=8), st.integers(0, 200), SPOILT)
@example([["人口", "a", "a"], ["", " ", ""], ["x,y", "é", "说“是”\n好"]], 0, b"")
def test_cut_first_or_decoded_first(encoding: str, rows: list[list[str]], place: int, spoilt: bytes) -> None:
    data = _written(rows).encode(encoding, "replace")
    data = data[:place] + spoilt + data[place:]
    with patch.object(parsing, "_of_raw", return_value=None):
        expected = _told(data, encoding)
    assert _told(data, encoding) == expected


def test_it_is_cut_first_where_nothing_is_odd() -> None:
    data = _written([["人口", "x,y", "说“是”\n好"]] * 3).encode("gb18030")
    piece = next(iter(pieces(open_content(data).read, 0, len(data), 4096)))
    batch = parse_piece(piece, Layout(("a", "b", "c"), b",", "gb18030"))
    assert batch.encoding == "gb18030"
    assert batch.columns[2].to_pylist() == ["说“是”\n好"] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp1252"])
def test_a_large_file_is_told_as_by_all_its_lines(encoding: str) -> None:
    line = "1,武汉市洪山区珞喻路,2020-01-01,备注\n" if encoding != "cp1252" else "1,Zürich façade,2020-01-01,naïve\n"
    data = line.encode(encoding) * (260_000 if encoding != "cp1252" else 280_000) + b"\xff,,,\n"
    content = open_content(data)
    assert content.size > guessing.LARGE
    assert encodings.settle(content).encoding == encoding
    with patch.object(guessing, "LARGE", content.size):
        assert encodings.settle(content).encoding == encoding


def test_where_the_lines_disagree_all_of_them_are_read() -> None:
    """Half in one encoding and half in the other: no stretch of the file may decide alone."""
    lines = ["1,武汉市洪山区珞喻路\n".encode(name) * 200_000 for name in ("gb18030", "utf-8")]
    content = open_content(b"".join(lines))
    with patch.object(guessing, "LARGE", content.size):
        expected = encodings.settle(content).encoding
    assert encodings.settle(content).encoding == expected


@pytest.mark.parametrize(("encoding", "missing"), [("utf-16", 1), ("utf-32", 1), ("utf-32", 3)])
def test_wide_characters_are_cut_only_where_they_are(encoding: str, missing: int) -> None:
    data = "a,b\n1,人\n".encode(encoding)
    assert validate(data).verdict == "conforms"
    (file,) = validate(data[:-missing]).files
    assert "character" in [each.reason for each in file.findings if each.code == "file.truncated"]
