"""Law: one table gives the same findings at the same rows, in whatever form it is handed in."""

import csv
import io
from datetime import date

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu import ReadOptions, validate
from gongshu.standards.model import CodelistUse, Constraints, Field, Identifier, Kind, Reference, Standard, Table
from gongshu.standards.registry import Registry

NAMES = ("id", "sex", "day", "amount", "note")
REGISTRY = Registry()
TABLE = Table(
    (
        Field("id", identifier=Identifier("mobile"), constraints=Constraints(required=True)),
        Field("sex", codelist=CodelistUse(Reference("gbt-2261-1-sex"), by="code")),
        Field("day", "date", constraints=Constraints(minimum="2000-01-01")),
        Field("amount", "number", scale=2, constraints=Constraints(maximum="100")),
        Field("note", constraints=Constraints(max_length=4, unique=True)),
    ),
    primary_key=("id",),
)
STANDARD = Standard("twins", "1.0.0", Kind.TABLE, table=TABLE, fingerprint="0" * 64)
KEYLESS = Standard("twins", "1.0.0", Kind.TABLE, table=Table(tuple(map(Field, NAMES))), fingerprint="0" * 64)

PLAIN = ["", "13912345678", "1391234567", "1", "男", "3", "2020-01-01", "2020/1/2", "1999-12-31", "x", "100.01", "007"]
ODD = ["1,234", "７", " 7", "甲", "甲乙丙丁戊", "𠮷", "\u3000乙", 'a"b', "a,b", "a\nb", "无", "2020年1月2日"]
CELL = st.sampled_from([*PLAIN, *ODD])


def full(rows):
    """Rows that are no blank rows: those at the end do not exist in any format, and a CSV has no other."""
    return [row for row in rows if any(cell.strip() for cell in row)]


ROWS = st.lists(st.tuples(*[CELL] * len(NAMES)), min_size=1, max_size=12).map(full).filter(bool)


def text(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([NAMES, *rows])
    return out.getvalue()


def workbook(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate([NAMES, *rows], 1):
        for column, value in enumerate(row, 1):
            if value:
                sheet.cell(number, column, value).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def arrow(rows):
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(NAMES)})


def parquet(rows):
    out = io.BytesIO()
    pq.write_table(arrow(rows), out, row_group_size=5)
    return out.getvalue()


def frame(rows):
    return pd.DataFrame(rows, columns=list(NAMES), dtype="string")


FORMS = {
    "gb18030": lambda rows: text(rows).encode("gb18030"),
    "xlsx": workbook,
    "parquet": parquet,
    "arrow": arrow,
    "pandas": frame,
}


def seen(source, standard, **options):
    """Everything but the place in the file, which each format has its own way to name."""
    report = validate(
        source,
        standard=standard,
        as_of=date(2026, 3, 31),
        registry=REGISTRY,
        samples=None,
        options=ReadOptions(header_row=1, **options) if isinstance(source, bytes) else None,
    )
    places = {"first", "first_line"}
    return [
        (
            each.code,
            each.severity,
            each.columns,
            each.rule,
            each.reason,
            each.count,
            [
                (
                    sample.row,
                    sample.value,
                    dict(sample.key),
                    {name: value for name, value in sample.params.items() if name not in places},
                    sample.fix,
                )
                for sample in each.samples
            ],
        )
        for each in report.findings
    ], report.counts


@pytest.mark.parametrize("form", FORMS)
@given(rows=ROWS)
@settings(deadline=None, max_examples=25)
def test_same_findings(form, rows):
    options = {"encoding": "gb18030"} if form == "gb18030" else {}
    for standard in (STANDARD, KEYLESS):
        expected = seen(text(rows).encode(), standard, encoding="utf-8", delimiter=",")
        if form == "gb18030":
            options["delimiter"] = ","
        assert seen(FORMS[form](rows), standard, **options) == expected
