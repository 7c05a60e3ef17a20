"""Numbers and places in sentences: one error is no errors, and a workbook has rows where a text file has lines."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from gongshu.standards.messages import sentence
from gongshu.standards.registry import Registry
from gongshu.validators.report import Report
from gongshu.validators.reports.words import answer, finding_words
from gongshu.validators.validation import validate

SCHEMA = {"fields": [{"name": "n", "type": "integer"}], "primaryKey": ["n"]}


def judged(source: object) -> Report:
    return validate(source, standard=SCHEMA, registry=Registry(builtin=False, installed=False))


@pytest.mark.parametrize(
    ("errors", "rows", "said"),
    [(1, 1, "1 error in 1 row."), (2, 1, "2 errors in 1 row."), (0, 0, "0 errors in 0 rows."), (11, 21, "21 rows.")],
)
def test_english_counts_agree(errors: int, rows: int, said: str) -> None:
    assert sentence("report.nonconforming", {"errors": errors, "rows": rows}, "en").endswith(said)


def test_a_fault_without_rows_names_no_rows() -> None:
    report = judged(b"m\n1\n")
    assert answer(report, "zh") == f"不合格：有 {report.counts['errors']} 处错误。"
    assert "row" not in answer(report, "en")


def test_a_repeated_key_names_its_first_place(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["n", 5, 6, 5])
    for source, zh, en in ((path, "与第 2 行重复", "row 2;"), (b"n\n5\n6\n5\n", "与第 2 行重复", "line 2;")):
        (file,) = judged(source).files
        (finding,) = file.findings
        assert finding.code == "key.duplicate"
        assert zh in finding_words(finding, "zh", "message", file=file)
        assert en in finding_words(finding, "en", "message", file=file)
