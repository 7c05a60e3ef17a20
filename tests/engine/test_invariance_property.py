"""Law: the findings do not depend on how large blocks are, how many threads there are, or how much memory keys get."""

import csv
import io
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu import ReadOptions, validate
from gongshu.standards.model import Constraints, Field, ForeignKey, Kind, Standard, Status, Table
from gongshu.standards.registry import Registry

CELL = st.sampled_from(
    ["", "1", "01", "2", "3", "x", " 1", "１", "2020-01-01", "2020/1/2", "a\nb", 'q"q', "甲", "乙,丙"]
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=25)
STANDARD = Standard(
    "law",
    "1.0.0",
    Kind.TABLE,
    status=Status.IN_FORCE,
    fingerprint="0" * 64,
    table=Table(
        (
            Field("a", "integer", constraints=Constraints(maximum="2")),
            Field("b", "date"),
            Field("c", constraints=Constraints(required=True, max_length=2, unique=True)),
        ),
        primary_key=("a", "b"),
        foreign_keys=(ForeignKey(("a",), ("a",)),),
    ),
)
KEYLESS = Standard("law", "1.0.0", Kind.TABLE, fingerprint="0" * 64, table=Table((Field("a"), Field("b"), Field("c"))))


def csv_of(rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    return out.getvalue().encode()


def findings(data, standard, samples=None, **more):
    report = validate(data, standard=standard, as_of=date(2026, 3, 31), registry=Registry(), samples=samples, **more)
    return report.findings, report.counts, report.files[0].rows


@given(ROWS, st.sampled_from([1, 7, 40, 200]), st.sampled_from([1, 2, 5]), st.sampled_from([0, 300, 1 << 28]))
@settings(deadline=None, max_examples=60)
def test_blocks_threads_and_memory(rows, block, threads, budget):
    data = csv_of(rows)
    for standard in (STANDARD, KEYLESS):
        whole = findings(data, standard, threads=1)
        options = ReadOptions(block_bytes=block)
        assert findings(data, standard, threads=threads, options=options, budget=budget) == whole


@given(ROWS, st.integers(0, 3), st.sampled_from([1, 40]))
@settings(deadline=None, max_examples=40)
def test_capped_samples_are_the_first_of_all(rows, cap, block):
    data = csv_of(rows)
    every, counts, _ = findings(data, STANDARD)
    capped, same, _ = findings(data, STANDARD, samples=cap, options=ReadOptions(block_bytes=block))
    assert counts == same
    assert [each.count for each in capped] == [each.count for each in every]
    assert [each.samples for each in capped] == [each.samples[:cap] for each in every]
