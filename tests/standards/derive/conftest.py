"""Every built-in table with rows that conform and rows with one fault, as texts and as typed values."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from gongshu.standards.derive import Derived, Options, derive
from gongshu.standards.model import Standard
from gongshu.standards.registry import Registry
from gongshu.standards.sampling import Sampled, sample
from gongshu.standards.sampling.spelling import read
from gongshu.validators.validation import validate

REGISTRY = Registry(installed=False)
TABLES = [each.reference for each in REGISTRY.entries() if each.kind == "table"]
AS_OF = date(2026, 1, 1)


@dataclass(frozen=True)
class Case:
    """One table standard with its samples."""

    standard: Standard
    good: Sampled
    faulty: Sampled
    tolerated: tuple[tuple[str, ...], ...]  # faulty rows that conform all the same: their faults are warnings

    def made(self, form: str, lang: str = "zh") -> Derived:
        return derive(self.standard, form, REGISTRY, Options(lang=lang, as_of=AS_OF))

    def typed(self, sampled: Sampled) -> list[dict[str, object]]:
        """Rows as Python values; a row with a cell that does not parse is left out as None."""
        return [self.row(texts) for texts in sampled.rows]

    def row(self, texts) -> dict[str, object] | None:
        try:
            values = {field.name: read(field, text) for field, text in zip(self.standard.table.fields, texts)}
        except ValueError:
            return None
        whole = {field.name for field in self.standard.table.fields if field.type in ("integer", "year")}
        return {name: plain(value, whole=name in whole) for name, value in values.items()}

    def lost(self, derived: Derived) -> set[str]:
        return {name for loss in derived.losses for name in loss.where.split(", ")}


def plain(value, *, whole):
    """Numbers of whole columns as int where they are whole, others as decimals."""
    if not isinstance(value, Fraction):
        return value
    if whole and value.denominator == 1:
        return int(value)
    return Decimal(value.numerator) / Decimal(value.denominator)


def as_json(row: dict[str, object]) -> dict[str, object]:
    """A row as JSON has it: ISO dates, numbers as numbers, absent values null."""

    def one(value):
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        return float(value) if isinstance(value, Decimal) else value

    return {name: one(value) for name, value in row.items()}


@cache
def case_of(reference: str) -> Case:
    standard = REGISTRY.get(reference)
    good = sample(standard, REGISTRY, rows=40, as_of=AS_OF, seed=21)
    faulty = sample(standard, REGISTRY, rows=240, as_of=AS_OF, seed=22, faults=True)
    wrong = errors(standard, faulty)
    planted = {each.row for each in faulty.planted}
    tolerated = tuple(row for at, row in enumerate(faulty.rows, 1) if at in planted and at not in wrong)
    return Case(standard, good, faulty, tolerated)


def errors(standard: Standard, made: Sampled) -> set[int]:
    """Rows of which the validator says that they do not conform."""
    out = io.StringIO()
    csv.writer(out).writerows([made.columns, *made.rows])
    source = out.getvalue().encode()
    report = validate(source, standard=standard, as_of=AS_OF, samples=None, registry=REGISTRY).files[0]
    return {each.row for finding in report.findings if finding.severity == "error" for each in finding.samples}


@pytest.fixture(params=TABLES)
def case(request) -> Case:
    return case_of(request.param)


@pytest.fixture
def to_json():
    return as_json


@pytest.fixture
def registry() -> Registry:
    return REGISTRY
