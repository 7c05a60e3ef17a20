"""The hash is that of all bytes, in whatever order and portions they are asked for; UTF-8 is told over the whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.readers import ReadOptions, encodings, open_table
from gongshu.validators.readers.content import open_content
from gongshu.validators.readers.digesting import Digesting, sha256_of


@given(st.binary(max_size=400), st.lists(st.tuples(st.integers(0, 420), st.integers(0, 120)), max_size=12))
def test_the_hash_is_of_all_bytes_however_they_are_read(data: bytes, reads: list[tuple[int, int]]) -> None:
    content = open_content(data)
    digesting = Digesting(content)
    for offset, size in reads:
        assert digesting.read(offset, size) == data[offset : offset + size]
    assert digesting.hexdigest() == hashlib.sha256(data).hexdigest() == digesting.hexdigest()


def test_the_hash_of_a_large_file_is_taken_beside_its_reading() -> None:
    data = bytes(range(256)) * (80 << 10)
    digesting = Digesting(open_content(data))
    for at in range(1000, len(data), 3 << 20):
        digesting.read(at, 3 << 20)
    assert digesting.hexdigest() == hashlib.sha256(data).hexdigest() == sha256_of(open_content(data))


def test_what_is_added_meanwhile_is_not_vouched_for(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(b"a,b\n1,2\n")
    source = open_table(path)
    with path.open("ab") as file:
        file.write(b"x,never judged\n")
    rows = sum(task().records for task in source.blocks())
    assert rows == 1
    assert source.sha256 == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    source.close()


@given(st.text(st.sampled_from("a,\n人é𠮷"), max_size=60).map(str.encode), st.integers(0, 200), st.binary(max_size=2))
def test_utf8_is_told_across_the_borders_of_stretches(data: bytes, place: int, spoilt: bytes) -> None:
    data = data[:place] + spoilt + data[place + len(spoilt) :]
    before = encodings.CHUNK, encodings.STRETCH
    encodings.CHUNK, encodings.STRETCH = 1, 5
    try:
        found = encodings.settle(open_content(data), "utf-8").clean
    finally:
        encodings.CHUNK, encodings.STRETCH = before
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not found
    else:
        assert found


@pytest.mark.parametrize("end", [b"\xe4\xba", b"\xf0\x9f\x98", b"\xc3"])
def test_half_a_character_at_the_very_end_is_not_utf8(end: bytes) -> None:
    assert not encodings.settle(open_content("人,口\n".encode() + end), "utf-8").clean


def test_the_hash_is_right_though_nobody_meant_to_ask() -> None:
    data = b"a,b\n1,2\n" * 1000
    source = open_table(data, options=ReadOptions(hashed=False))
    assert sum(task().records for task in source.blocks()) == 1999
    assert source.sha256 == hashlib.sha256(data).hexdigest()
