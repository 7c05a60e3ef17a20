"""The encoding is settled over the whole file, and bad bytes are found where they are."""

from __future__ import annotations

import pytest

from gongshu.standards.faults import UsageFault

TEXT = "编号,姓名,备注\n1,张三,合格的材料\n2,李四,需要补充材料\n3,王五,\n" * 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [False, True])
def test_chinese_text_is_read_in_every_encoding(read, encoding, mark) -> None:
    raw = (("\ufeff" if mark and encoding != "gb18030" else "") + TEXT).encode(encoding)
    found = read(raw)
    assert found.shape.encoding == encoding
    assert found.cells[0] == ("1", "张三", "合格的材料")
    assert found.shape.header.names == ("编号", "姓名", "备注")


def test_western_text_is_windows_1252(read) -> None:
    found = read("nom,ville\nHélène,Nîmes\nJosé – père,Besançon\n".encode("cp1252"))
    assert found.shape.encoding == "cp1252"
    assert found.cells[0] == ("Hélène", "Nîmes")


def test_gb18030_with_bars_is_decoded_before_it_is_cut(read) -> None:
    found = read("名|值\n丂|1\n亅|2\n鉡|3\n".encode("gb18030"), encoding="gb18030", delimiter="|")
    assert found.cells == [("丂", "1"), ("亅", "2"), ("鉡", "3")]


def test_one_bad_byte_late_in_a_file_is_found_where_it_is(read) -> None:
    rows = "".join(f"{n},武汉市江岸区\n" for n in range(5000)).encode()
    raw = "编号,名称\n".encode() + rows
    at = raw.index("4000,武".encode()) + 5
    raw = raw[:at] + b"\xff" + raw[at + 1 :]
    found = read(raw, block_bytes=10_000)
    assert found.shape.encoding == "utf-8"
    said = [each for each in found.structural if each.code == "file.encoding"]
    assert [each.bytes for each in said] == [(at,)]
    assert found.faults[0][:4] == ("file.encoding", None, 4001, 4002)
    assert said[0].params[0]["field"] == "名称"
    assert said[0].params[0]["position"] == 6
    assert len(found.rows) == 4999


def test_a_line_in_another_encoding_is_said_to_be_mixed(read) -> None:
    lines = [f"{n},武汉市江岸区\n".encode("gb18030" if n == 30 else "utf-8") for n in range(60)]
    found = read("编号,名称\n".encode() + b"".join(lines))
    assert found.faults == [("file.encoding-mixed", None, 31, 32, "error")]
    assert found.structural[0].params[0]["readings"]["gb18030"] == "武汉市江岸区"


def test_a_declared_encoding_is_kept(read) -> None:
    found = read(TEXT.encode("gb18030"), encoding="utf-8")
    assert found.shape.encoding == "utf-8"
    assert {"file.encoding", "file.encoding-mixed"} >= set(found.codes)
    with pytest.raises(UsageFault):
        read(TEXT.encode(), encoding="klingon")


def test_the_damaged_files_of_china(read, acceptance) -> None:
    folder = acceptance / "china/damaged"
    late = read(folder / "late_bad_byte.csv")
    assert [(each.code, each.bytes) for each in late.structural] == [("file.encoding", (90888,))]
    assert late.faults[0][3] == 1501
    assert read(folder / "mixed_encoding.csv").faults[0][3] == 795
    assert read(folder / "gb18030.csv").shape.encoding == "gb18030"
    utf16 = read(folder / "utf16le_bom.csv")
    assert (utf16.shape.encoding, utf16.faults) == ("utf-16-le", [])
    assert read(folder / "tab.csv").shape.delimiter == "\t"
    for name in ("bom", "crlf", "mixed_newlines"):
        assert read(folder / f"{name}.csv").faults == []
    cells = read(folder / "cells.csv")
    lines = {fault[0]: fault[3] for fault in cells.faults}
    assert lines["table.row-blank"] == 2369
    assert sorted(fault[3] for fault in cells.faults if "row-short" in fault[0] or "row-long" in fault[0]) == [
        1114,
        1502,
        3309,
    ]


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 7])
def test_pieces_of_the_file_never_cut_a_character(read, monkeypatch, chunk) -> None:
    monkeypatch.setattr("gongshu.validators.readers.encodings.CHUNK", chunk)
    for text in ("编号,名\n1,𠮷é\n", "a,b\n1,\u0080\n", "a,b\n1,汉"):
        assert read(text.encode()).shape.encoding == "utf-8"
    assert read("a,b\n1,汉".encode()[:-1] + b"\n").shape.encoding != "utf-16-le"
    assert read("编号,名称\n1,武汉市\n2,江岸区的街\n".encode("gb18030")).shape.encoding == "gb18030"
