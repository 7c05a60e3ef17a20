"""Every planted fault of the generated table is found at its row, line and field, and no error is invented."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from gongshu import validate
from gongshu.standards.registry import Registry

BENCH = Path(__file__).parents[3] / "shared" / "bench"
STANDARDS = Path(__file__).parents[2] / "bench" / "standards"  # the same, with their titles quoted as YAML needs it


@pytest.mark.slow
@pytest.mark.skipif(not (BENCH / "gen.py").exists(), reason="the generator is not part of the repository")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("pop.csv", ()),
        ("crlf.csv", ("--eol", "crlf", "--bom", "--newlines", "0.1")),
        ("gb.csv", ("--encoding", "gb18030")),
        ("pop.parquet", ()),
        ("pop.xlsx", ()),
    ],
)
def test_planted_faults(name, options, tmp_path):
    path = tmp_path / name
    command = [sys.executable, BENCH / "gen.py", "--rows", "20000", "--bad", "0.01", "--out", path, *options]
    subprocess.run(command, check=True, capture_output=True)
    report = validate(
        path,
        standard="bench-population",
        registry=Registry((STANDARDS,)),
        samples=None,
        as_of="2026-03-31",
        unmask=True,
    )
    with path.with_suffix(".truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_line = path.suffix == ".csv"
    truth = {(int(each["row"]), int(each["line"]) if by_line else None, each["field"]) for each in rows}
    errors = [each for each in report.findings if each.severity == "error"]
    found = {
        (sample.row, sample.line if by_line else None, each.columns[0]) for each in errors for sample in each.samples
    }
    assert not truth - found
    assert not found - truth
    assert report.counts["rows_with_errors"] == len({row for row, _, _ in truth})
