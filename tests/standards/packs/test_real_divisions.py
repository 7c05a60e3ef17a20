"""The division tables of 2023, as the departments have them, conform to the division standards."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gongshu.validators.validation import validate

CODES = Path(__file__).parents[4] / "shared" / "facts" / "codes"
pytestmark = pytest.mark.skipif(not CODES.is_dir(), reason="the facts are not beside the repository")


@pytest.mark.parametrize(
    ("standard", "name"),
    [
        ("division-9", "divisions_hubei_township_9digit_2023.csv"),
        ("division-12", "divisions_jiangan_caidian_village_12digit_2023.csv"),
    ],
)
def test_real_table_conforms(standard, name):
    report = validate(CODES / name, standard=standard, as_of="2026-01-01")
    assert report.files[0].verdict == "conforms"
    assert [each.code for each in report.files[0].findings] == []


def test_hubei_of_the_six_digit_table_conforms(tmp_path):
    with (CODES / "divisions_6digit_2023.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    path = tmp_path / "hubei.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(line for line in lines if line[0].startswith("42"))])
    report = validate(path, standard="division-6", as_of="2026-01-01")
    assert [each.code for each in report.files[0].findings] == []


def test_the_national_table_repeats_three_cities_without_counties():
    report = validate(CODES / "divisions_6digit_2023.csv", standard="division-6", as_of="2026-01-01")
    found = {
        (each.code, each.rule if each.code == "row.rule" else None): each.count for each in report.files[0].findings
    }
    assert found == {("key.duplicate", None): 3, ("row.rule", "level-of-digits"): 3}
