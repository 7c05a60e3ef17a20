"""Marks of a sheet: what is said of a row, however many rows there are."""

from __future__ import annotations

from typing import Any

from gongshu.validators.finding import Finding, Fix, Sample, Severity
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.workbooks.marking import COMMENTS, PROBLEMS, marks_of


def located(finding: Finding, sample: Sample) -> tuple[int | None, int | None]:
    return sample.row, {"a": 1, "b": 2}.get(finding.columns[0]) if finding.columns else None


def marked(*findings: Finding) -> Any:
    return marks_of(FileReport(name="a.csv", verdict=Verdict.NONCONFORMING, findings=findings), "en", located)


def test_the_worst_colours_a_cell_and_each_cell_counts_once() -> None:
    many = [Sample(row=row, value="x") for row in range(2, 2002)]
    found = marked(
        Finding("cell.enum", Severity.WARNING, 2000, columns=("a",), samples=many),
        Finding("cell.type", Severity.ERROR, 2000, columns=("a",), samples=many),
    )
    assert found[2].levels == ((1, Severity.ERROR),)
    assert len(found[2].problems) == 2
    assert found[2] is found[2001]
    assert (found[1].problems, found[9999].problems) == ((), ())
    assert list(found.rows()) == list(range(2, 2002))
    assert (len(found.comments), found.left_out) == (COMMENTS, 1000)


def test_fixes_are_said_row_by_row_and_rows_behind_the_last_of_a_sheet_are_left() -> None:
    samples = [Sample(row=row, value="x", fix=Fix(f"f{row}", True)) for row in (2, 3, 1_048_577)]
    found = marked(Finding("cell.format", Severity.ERROR, 3, columns=("b",), samples=samples))
    assert [found[row].problems[0][-5:] for row in (2, 3)] == [" → f2", " → f3"]
    assert list(found.rows()) == [2, 3]


def test_so_many_problems_are_said_of_one_row() -> None:
    rules = [
        Finding(
            "row.rule", Severity.ERROR, 1, rule=f"r{number}", samples=(Sample(row=5),), params={"message": f"m{number}"}
        )
        for number in range(20)
    ]
    assert marked(*rules)[5].problems == (*(f"m{number}" for number in range(PROBLEMS)), "…")
