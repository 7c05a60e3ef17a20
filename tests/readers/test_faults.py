"""What cannot be read is one fault with words in both languages; no byte can make a reader do anything else."""

from __future__ import annotations

import contextlib
import io
import random
import time

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from gongshu.standards.faults import Fault, SourceFault, UsageFault

SECONDS = 6


def test_a_missing_path_names_its_nearest_neighbour(read, tmp_path) -> None:
    (tmp_path / "许可.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(UsageFault) as caught:
        read(tmp_path / "许克.csv")
    assert (caught.value.code, caught.value.params["near"]) == ("usage.path-missing", "许可.csv")
    with pytest.raises(UsageFault) as caught:
        read(tmp_path)
    assert caught.value.code == "usage.path-folder"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file.empty"),
        (b"%PDF-1.7\n", "file.format-mismatch"),
        (b"<html><table></table></html>", "file.format-mismatch"),
        (bytes(range(256)) * 20, "file.format-mismatch"),
        (b"PK\x03\x04broken", "file.truncated"),
        (b"PAR1broken", "file.truncated"),
        (b"ARROW1broken", "file.truncated"),
    ],
)
def test_what_is_no_table_is_told_by_its_bytes(read, raw, code) -> None:
    with pytest.raises(SourceFault) as caught:
        read(raw, name="名单.csv")
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert caught.value.say(lang)


def workbook() -> bytes:
    made = openpyxl.Workbook()
    for row in (["a", "b"], ["1", 2], ["合计", 2]):
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def columns() -> bytes:
    out = io.BytesIO()
    pa.parquet.write_table(pa.table({"a": ["x", "y"], "b": [1, 2]}), out)
    return out.getvalue()


def stream() -> bytes:
    out = io.BytesIO()
    table = pa.table({"a": ["x", "y"], "b": [1, 2]})
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@pytest.mark.parametrize(
    "seed",
    [
        '编号,名称\n1,"甲\n乙"\n2,丙\n合计,2\n'.encode(),
        '编号|名称\r\n1|"甲"\r\n'.encode("gb18030"),
        "编号,名称\n1,甲\n".encode("utf-16"),
        workbook(),
        columns(),
        stream(),
    ],
    ids=["utf-8", "gb18030", "utf-16", "xlsx", "parquet", "arrow"],
)
def test_mutated_bytes_end_in_a_table_or_a_fault(read, seed) -> None:
    draw = random.Random(len(seed))
    until = time.monotonic() + SECONDS
    tries = 0
    while time.monotonic() < until and tries < 1500:
        tries += 1
        raw = bytearray(seed)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(raw))
            choice = draw.random()
            if choice < 0.6:
                raw[at] = draw.choice([draw.randrange(256), 0, 10, 13, 34, 44, 255])
            elif choice < 0.8:
                del raw[at : at + draw.randint(1, 9)]
                raw = raw or bytearray(b"x")
            else:
                raw[at:at] = bytes(draw.choice([0, 10, 34, 44, 0x81, 0xE4, 0xFF]) for _ in range(draw.randint(1, 4)))
        with contextlib.suppress(Fault):
            read(bytes(raw), block_bytes=draw.choice([1, 50, 4 << 20]))
