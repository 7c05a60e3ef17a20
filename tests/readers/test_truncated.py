"""Files cut short say so, where that can be told."""

from __future__ import annotations

import gzip
import io
import zipfile

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from gongshu.validators.validation import validate

TABLE = pa.table({"a": [str(number) for number in range(500)]})
CSV = "姓名,住址\n" + "张三,武汉市江岸区一元街道\n" * 40


def workbook() -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for number in range(300):
        made.active.append([f"名{number}", number])
    made.save(out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", CSV)
    return out.getvalue()


def columnar(write) -> bytes:
    out = io.BytesIO()
    write(TABLE, out)
    return out.getvalue()


WHOLE = {
    "a.xlsx": workbook(),
    "a.zip": zipped(),
    "a.csv.gz": gzip.compress(CSV.encode() * 20),
    "a.parquet": columnar(parquet.write_table),
    "a.feather": columnar(feather.write_feather),
}


def told(data: bytes, tmp_path, name: str):
    (tmp_path / name).write_bytes(data)
    report = validate(tmp_path / name)
    (file,) = report.files
    return str(report.verdict.value), {(each.code, each.reason) for each in file.findings}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_a_container_without_its_end(name, share, tmp_path) -> None:
    data = WHOLE[name]
    assert told(data, tmp_path, name) == ("conforms", set())
    assert told(data[: int(len(data) * share)], tmp_path, name) == ("unreadable", {("file.truncated", "container")})


def test_a_damaged_container_is_not_called_truncated(tmp_path) -> None:
    data = WHOLE["a.xlsx"]
    at = data.rindex(b"PK\x01\x02")
    torn = data[:at] + bytes(46) + data[at + 46 :]
    assert told(torn, tmp_path, "a.xlsx") == ("unreadable", {("file.unreadable", "corrupt")})


@pytest.mark.parametrize(
    ("encoding", "cut"), [("utf-8", 1), ("utf-8", 2), ("gb18030", 1), ("utf-16", 1)], ids=lambda each: str(each)
)
def test_a_text_that_ends_within_a_character(encoding, cut, tmp_path) -> None:
    data = CSV.rstrip("\n").encode(encoding)
    assert not {each for each in told(data, tmp_path, "a.csv")[1] if each[0] == "file.truncated"}
    verdict, found = told(data[:-cut], tmp_path, "a.csv")
    assert verdict == "nonconforming"
    assert ("file.truncated", "character") in found


def test_a_text_that_ends_within_a_quoted_cell(tmp_path) -> None:
    data = CSV.encode() + '李四,"武汉市'.encode()
    assert ("file.truncated", "quote") in told(data, tmp_path, "a.csv")[1]
    assert ("file.truncated", "quote") not in told(data + '\n王五,"汉口"\n'.encode(), tmp_path, "a.csv")[1]
