"""Sampled rows of every built-in table conform by the real validator, and every planted fault is found by it."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.standards.expressions.row import violated
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.loading import load_file
from gongshu.standards.registry import Registry
from gongshu.standards.sampling import sample
from gongshu.standards.sampling.spelling import read, spell
from gongshu.validators.validation import validate

REGISTRY = Registry(installed=False)
TABLES = [each.reference for each in REGISTRY.entries() if each.kind == "table"]
AS_OF = date(2026, 1, 1)

every_table = pytest.mark.parametrize("reference", TABLES)


def written(made) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([made.columns, *made.rows])
    return out.getvalue().encode()


def judged(reference, made):
    return validate(written(made), standard=reference, as_of=AS_OF, samples=None, registry=REGISTRY).files[0]


@every_table
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6))
def test_sampled_rows_conform(reference, seed):
    made = sample(REGISTRY.get(reference), REGISTRY, rows=15, as_of=AS_OF, seed=seed)
    report = judged(reference, made)
    assert report.verdict == "conforms", [(each.code, each.columns, each.rule) for each in report.findings]
    # A one-column row of a free table may look like a footer or a title; nothing else is said of them.
    assert [each.code for each in report.findings if each.severity == "error"] == []


@every_table
def test_planted_faults_are_found(reference):
    made = sample(REGISTRY.get(reference), REGISTRY, rows=120, as_of=AS_OF, seed=11, faults=True)
    found = {
        (sample.row, column, finding.code)
        for finding in judged(reference, made).findings
        for sample in finding.samples
        for column in finding.columns
    }
    assert len(made.planted) > 30
    assert [each for each in made.planted if (each.row, each.column, each.code) not in found] == []


@every_table
def test_pure_given_the_seed(reference):
    standard = REGISTRY.get(reference)
    first, again = (sample(standard, REGISTRY, rows=6, as_of=AS_OF, seed=3, faults=True) for _ in range(2))
    assert first == again
    assert first != sample(standard, REGISTRY, rows=6, as_of=AS_OF, seed=4, faults=True)


@every_table
def test_cells_are_spelled_as_they_are_read(reference):
    standard = REGISTRY.get(reference)
    for row in sample(standard, REGISTRY, rows=20, as_of=AS_OF, seed=7).rows:
        for field, text in zip(standard.table.fields, row):
            assert spell(field, read(field, text)) == text


@every_table
def test_no_rule_is_false_of_a_row(reference):
    table = REGISTRY.get(reference).table
    coded = {each.name: REGISTRY.codes(each.codelist.list) for each in table.fields if each.codelist}
    for texts in sample(REGISTRY.get(reference), REGISTRY, rows=20, as_of=AS_OF, seed=9).rows:
        row = {field.name: read(field, text) for field, text in zip(table.fields, texts)}
        broken = [
            rule.id
            for rule in table.rules
            if violated(rule.tree, row, AS_OF, lambda column, code, above: coded[column].below(code, above, AS_OF))
        ]
        assert broken == []


def test_people_are_not_real():
    standard = REGISTRY.get("resident-population")
    made = sample(standard, REGISTRY, rows=200, as_of=AS_OF, seed=5)
    columns = dict(zip(made.columns, zip(*made.rows)))
    assert {each[6:14] for each in columns["GMSFHM"]} == {"19000101"}
    assert set(columns["CSRQ"]) == {"19000101"}
    assert all(each.startswith("合成") for each in columns["XM"])
    assert {each[:7] for each in columns["LXFS"] if each} == {"1380000"}


CONTRADICTION = """
id: never
version: 1.0.0
kind: table
title: {zh: 矛盾}
fields:
  - {name: a, type: integer, constraints: {required: true, minimum: 0, maximum: 3}}
primaryKey: [a]
rules:
  - {id: no, check: "a > 5"}
"""


def test_a_standard_without_rows_is_one_clear_fault(tmp_path):
    path = tmp_path / "standard.yaml"
    path.write_text(CONTRADICTION, encoding="utf-8")
    with pytest.raises(StandardFault) as raised:
        sample(load_file(path), REGISTRY, rows=1, as_of=AS_OF)
    assert raised.value.code == "standard.sample-exhausted"
    path.write_text(CONTRADICTION.replace("a > 5", "a >= 0"), encoding="utf-8")
    assert len(sample(load_file(path), REGISTRY, rows=4, as_of=AS_OF).rows) == 4
    with pytest.raises(StandardFault):
        sample(load_file(path), REGISTRY, rows=5, as_of=AS_OF)


def test_table_schemas_of_the_french_registry_are_sampled():
    schemas = sorted(
        (Path(__file__).parents[3] / ".." / "shared" / "acceptance" / "french").glob("**/latest/schema.json")
    )
    if not schemas:
        pytest.skip("../shared/acceptance is not here")
    refused, sampled = [], 0
    for path in schemas:
        try:
            standard = REGISTRY.resolve(path)
        except (StandardFault, StandardFaults):
            continue  # a JSON Schema, or one that is wrong: other tests speak of these
        if standard.table is None:
            continue
        made = sample(standard, REGISTRY, rows=5, as_of=AS_OF, seed=1)
        sampled += 1
        if judged(standard, made).verdict != "conforms":
            refused.append(path.parent.parent.name)
    assert refused == []
    assert sampled > 40
