"""A whole column is judged as its values are, one by one."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.identifiers import identifier
from gongshu.validators.kernels.identifiers import kernel

TODAY = date(2026, 1, 1)
NAMES = ["citizen-id", "uscc", "org-code", "mobile", "division-6", "division-9", "division-12"]
with (Path(__file__).parent / "vectors.csv").open(encoding="utf-8", newline="") as file:
    VECTORS = list(csv.DictReader(file))
SEEDS = [row["value"] for row in VECTORS]


def accepted(name, values):
    mask = kernel(name, {}, TODAY)(pa.array(values, pa.string()))
    return [True] * len(values) if mask is None else [bool(each) for each in mask]


@pytest.mark.parametrize("name", NAMES)
def test_vectors(name):
    rule = identifier(name, today=TODAY)
    for value, good in zip(SEEDS, accepted(name, SEEDS)):
        assert not good or rule(value) is None, value  # a kernel may leave a good value to the rule, never the reverse


@given(
    st.sampled_from(NAMES),
    st.lists(
        st.tuples(st.sampled_from(SEEDS), st.integers(0, 20), st.sampled_from("0123456789XAZaz-О１")),
        min_size=1,
        max_size=20,
    ),
)
def test_changed_values(name, changes):
    values = [seed[:place] + character + seed[place + 1 :] for seed, place, character in changes]
    rule = identifier(name, today=TODAY)
    for value, good in zip(values, accepted(name, values)):
        assert not good or rule(value) is None, value
