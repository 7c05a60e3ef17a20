"""What is said of a table as a whole: rows due, newest date, personal data nobody declared, values not masked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from gongshu.standards.faults import StandardFaults
from gongshu.standards.loading import load_file
from gongshu.validators.validation import validate

HEAD = "id: t\nversion: 1.0.0\nkind: table\ntitle: 表\n"


def standard(tmp_path: Any, body: str) -> Any:
    path = tmp_path / "t.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def found(table: pa.Table, **options: Any) -> list[tuple[str, tuple[str, ...], int]]:
    report = validate(table, as_of=date(2026, 3, 31), **options)
    return [(each.code, each.columns, each.count) for each in report.findings]


def test_rows_and_newest_date(tmp_path: Any) -> None:
    body = "fields: [{name: d, type: date}, {name: b}]\nrows: {maximum: 1}\nfreshness: {field: d, days: 10}\n"
    table = pa.table({"d": ["2026-03-01", "2026-03-20"], "b": ["x", "y"]})
    assert found(table, standard=standard(tmp_path, body)) == [
        ("dataset.count", (), 1),
        ("dataset.stale", ("d",), 1),
    ]
    fresh = pa.table({"d": ["2026-03-21"], "b": ["x"]})
    assert found(fresh, standard=standard(tmp_path, body)) == []


def test_no_date_is_not_passed_in_silence(tmp_path: Any) -> None:
    body = "fields: [{name: d, type: date}, {name: b}]\nfreshness: {field: d, days: 10}\n"
    table = pa.table({"d": [None, ""], "b": ["x", "y"]})
    report = validate(table, standard=standard(tmp_path, body))
    assert [(each.code, each.reason) for each in report.files[0].not_checked] == [("dataset.stale", "no-date")]


def test_freshness_of_a_field_that_is_not_there_is_a_fault(tmp_path: Any) -> None:
    with pytest.raises(StandardFaults):
        load_file(standard(tmp_path, "fields: [{name: b}]\nfreshness: {field: d, days: 10}\n"))


IDS = ["420102190001010013", "420102190001010021", "420102190001010048"]


@pytest.mark.parametrize(
    ("name", "values", "more", "expected"),
    [
        ("a", IDS, "", True),
        ("a", [IDS[0], "x", "y"], "", False),
        ("手机号", ["x", "y", "z"], "", True),
        ("a", ["13800000000", "13900000000", "x"], "", True),
        ("a", IDS, ", privacy: {category: sensitive, mask: citizen-id}", False),
        ("a", IDS, ", identifier: citizen-id", True),
    ],
)
def test_undeclared_personal_columns(tmp_path: Any, name: str, values: list[str], more: str, expected: bool) -> None:
    path = standard(tmp_path, f"fields: [{{name: {name}{more}}}, {{name: b}}]\n")
    table = pa.table({name: values, "b": ["1", "2", "3"]})
    codes = [code for code, _, _ in found(table, standard=path)]
    assert ("privacy.undeclared-personal" in codes) is expected


@pytest.mark.parametrize("rows", [1, 7, 5000])
def test_batches_do_not_change_what_is_told(tmp_path: Any, rows: int) -> None:
    path = standard(tmp_path, "fields: [{name: a}, {name: b}]\n")
    table = pa.table({"a": ["x"] * 600 + IDS * 600, "b": [str(n) for n in range(2400)]})
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(rows))
    assert found(reader, standard=path) == []  # of the first 1000 rows most are no numbers


def test_what_is_to_leave_is_masked(tmp_path: Any) -> None:
    path = standard(tmp_path, "fields: [{name: a, privacy: {category: personal, mask: name}}, {name: b}]\n")
    table = pa.table({"a": ["张三", "张*", ""], "b": ["1", "2", "3"]})
    assert found(table, standard=path) == []
    report = validate(table, standard=path, masked=True)
    (finding,) = report.findings
    assert (finding.code, finding.count, finding.samples[0].row, finding.samples[0].value) == (
        "privacy.unmasked",
        1,
        1,
        "张*",
    )
    assert report.inputs["masked"] is True
