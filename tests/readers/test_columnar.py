"""Parquet, Arrow and frames: typed values as text, the declared types kept, broken files refused."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from gongshu.standards.faults import SourceFault

TABLE = pa.table(
    {
        "s": pa.array(["甲", None, "乙"], pa.large_string()),
        "i": pa.array([1, None, 3]),
        "f": [12.0, float("nan"), 0.1],
        "d": pa.array([Decimal("1.50"), None, Decimal("2.25")]),
        "t": pa.array([datetime.date(2024, 1, 2), None, datetime.date(2024, 2, 29)]),
        "z": pa.array(
            [datetime.datetime(2024, 1, 1, 3, tzinfo=datetime.UTC), None, None], pa.timestamp("ns", "Asia/Shanghai")
        ),
        "b": [True, None, False],
        "y": [b"ok", None, b"\xff"],
        "c": pa.array(["x", None, "y"]).dictionary_encode(),
        "n": [[1, 2], None, []],
    }
)
CELLS = [
    ("甲", "1", "12", "1.50", "2024-01-02", "2024-01-01T11:00:00+08:00", "TRUE", "ok", "x", "[1, 2]"),
    ("乙", "3", "0.1", "2.25", "2024-02-29", "", "FALSE", "ff", "y", "[]"),
]


def parquet() -> bytes:
    out = io.BytesIO()
    pa.parquet.write_table(TABLE, out)
    return out.getvalue()


def arrow(kind) -> bytes:
    out = io.BytesIO()
    with kind(out, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return out.getvalue()


@pytest.mark.parametrize(
    "made", [parquet, lambda: arrow(pa.ipc.new_file), lambda: arrow(pa.ipc.new_stream), lambda: TABLE]
)
def test_typed_values_become_text(read, made) -> None:
    found = read(made())
    assert found.cells == CELLS
    assert found.faults[0][:3] == ("table.row-blank", None, 2)
    assert found.shape.native[0] == "large_string"
    assert not found.shape.positioned


def test_blank_rows_at_the_end_do_not_exist_over_batches(read) -> None:
    reader = pa.RecordBatchReader.from_batches(
        pa.schema([("a", pa.string())]),
        [pa.record_batch({"a": pa.array(values, pa.string())}) for values in (["x", None], ["", " "], ["y"], [None])],
    )
    found = read(reader)
    assert found.records == 5
    assert [(row, cells) for row, _, cells in found.rows] == [(1, ("x",)), (5, ("y",))]
    assert [fault[2] for fault in found.faults] == [2, 3, 4]


def test_a_pandas_frame_reads_as_its_owner_means_it(read) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"n": [1, None, 3], "s": ["x", None, "z"], "d": pandas.to_datetime(["2024-01-01", None, "2024-01-03"]), "k": 1}
    )
    assert read(frame).cells == [("1", "x", "2024-01-01", "1"), ("", "", "", "1"), ("3", "z", "2024-01-03", "1")]


def test_broken_parquet_files_end_in_a_fault(read, acceptance) -> None:
    for path in sorted((acceptance / "geoparquet/bad_data").glob("*.parquet")):
        if "43605" in path.name:  # doubtful there: the parser reads it without complaint
            continue
        with pytest.raises(SourceFault) as caught:
            read(path)
        assert caught.value.code == "file.unreadable", path.name


def test_something_else_is_no_table(read) -> None:
    with pytest.raises(SourceFault):
        read(object())
