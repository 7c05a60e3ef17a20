"""What a conversion writes says exactly what the source said, in both forms."""

from __future__ import annotations

import csv
import io
import itertools

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.publishers.csvtext import write_csv

CELL = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=20))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ROWS)
def test_every_csv_reads_back_as_it_was(table):
    names = [f"c{n}" for n in range(len(table[0]))]
    batch = pa.RecordBatch.from_arrays([pa.array(each, pa.string()) for each in zip(*table, strict=True)], names=names)
    out = io.BytesIO()
    write_csv(out, names, [batch])
    text = out.getvalue()
    assert text.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert back == [names, *([cell or "" for cell in row] for row in table)]


def test_numbers_dates_and_times_are_spelled_plainly():
    import datetime
    import decimal

    kinds = {
        "n": pa.array([decimal.Decimal("1.50"), decimal.Decimal("-2"), None], pa.decimal128(38, 10)),
        "i": pa.array([10, 0, None], pa.int64()),
        "d": pa.array([datetime.date(2020, 2, 29)] * 3, pa.date32()),
        "t": pa.array([datetime.datetime(2020, 1, 1, 9), datetime.datetime(2020, 1, 1, 9, 0, 0, 5), None]),  # noqa: DTZ001 - local time of the data
        "b": pa.array([True, False, None]),
    }
    out = io.BytesIO()
    write_csv(out, list(kinds), pa.table(kinds).to_batches())
    lines = out.getvalue().decode("utf-8-sig").splitlines()
    assert lines == [
        "n,i,d,t,b",
        "1.5,10,2020-02-29,2020-01-01T09:00:00,true",
        "-2,0,2020-02-29,2020-01-01T09:00:00.000005,false",
        ",,2020-02-29,,",
    ]
    assert len(list(itertools.chain(lines))) == 4
