"""Every published or computed example is judged as its source says."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from gongshu.standards.identifiers import IDENTIFIERS, REASONS, WITHOUT_RULE, identifier, pattern
from gongshu.standards.identifiers.shape import misfit

HERE = Path(__file__).parent
FACTS = HERE.parents[2] / "shared" / "facts" / "identifiers"
TODAY = date(2026, 1, 1)


def rows(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


VECTORS = rows(HERE / "vectors.csv")


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: f"{row['identifier']}-{row['value']}")
def test_vector_is_judged_as_expected(row):
    name = row["identifier"].replace("_", "-")
    reason = identifier(name, today=TODAY)(row["value"])
    assert (reason is None) == (row["expected"] == "valid"), (row["why"], reason)
    assert reason is None or reason in REASONS


@pytest.mark.parametrize("row", [row for row in VECTORS if row["expected"] == "valid"], ids=lambda row: row["value"])
def test_a_valid_value_matches_the_pattern(row):
    said = pattern(row["identifier"].replace("_", "-"))
    assert said is not None
    assert misfit(row["value"], said) is None


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_vectors_are_those_of_the_facts():
    assert rows(FACTS / "check_vectors.csv") == VECTORS


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_every_identifier_of_the_facts_has_a_rule_or_a_reason():
    named = {row["id"].replace("_", "-") for row in rows(FACTS / "identifiers.csv")}
    assert named == set(IDENTIFIERS) | set(WITHOUT_RULE)
