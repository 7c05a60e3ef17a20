"""What is said of many samples at a time is what is said of each of them alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.standards.messages import catalogue
from gongshu.validators.finding import EMPTY, Finding, Fix, Sample, Severity
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.reports.speaking import Speaker
from gongshu.validators.reports.words import finding_words
from gongshu.validators.severities import DEFAULT

CODES = sorted(code for code in DEFAULT if code in catalogue("zh"))
NAMES = ["first_row", "first_line", "first_pointer", "expected", "near", "message", "check", "detail", "reason", "code"]
NAMES += [
    "type",
    "format",
    "length",
    "minimum",
    "maximum",
    "limit",
    "target",
    "values",
    "count",
    "column",
    "name",
    "raw",
]
TEXT = st.text(st.sampled_from("甲x 1\t\u3000=|{}"), max_size=4) | st.just("长" * 70)
GIVEN = (
    st.none()
    | TEXT
    | st.integers(0, 2)
    | st.booleans()
    | st.sampled_from([Decimal("1.5"), Decimal("1.50"), date(2024, 1, 5)])
)
WORDS = st.dictionaries(st.sampled_from(["zh", "en", "甲"]), TEXT, max_size=2)
PARAMS = st.dictionaries(st.sampled_from(NAMES), GIVEN | WORDS | st.lists(TEXT, max_size=2), max_size=6).map(
    lambda found: {name: value for name, value in found.items() if name != "reason" or isinstance(value, str)}
)
SAMPLE = st.builds(
    Sample,
    row=st.just(1),
    pointer=st.none() | st.just("/a/1"),
    value=st.none() | TEXT,
    params=st.just(EMPTY) | PARAMS,
    fix=st.none() | st.builds(Fix, st.none() | TEXT, st.booleans()),
)


def said_alike(finding: Finding, samples: list[Sample], sheet: str | None) -> None:
    file = FileReport(name="a.csv", verdict=Verdict.NONCONFORMING, findings=(finding,), sheet=sheet)
    for lang in ("zh", "en"):
        for part in ("title", "message", "help"):
            speaker = Speaker(finding, lang, part, file)
            for sample in samples:
                assert speaker(sample) == finding_words(finding, lang, part, sample=sample, file=file)


@given(st.sampled_from(CODES), st.lists(SAMPLE, max_size=6), PARAMS, st.none() | st.just("check-digit"), st.booleans())
@settings(deadline=None, max_examples=400)
def test_each_sample_is_said_as_it_is_alone(
    code: str, samples: list[Sample], params: dict[str, Any], reason: str | None, sheet: bool
) -> None:
    finding = Finding(code, Severity.ERROR, 7, columns=("a",), rule="r", reason=reason, params=params)
    said_alike(finding, samples, "表" if sheet else None)


@pytest.mark.parametrize("code", ["key.duplicate", "row.label-differs", "row.rule"])
def test_what_differs_from_row_to_row_is_put_in(code: str) -> None:
    samples = [
        Sample(
            row=n, line=n, value=f"v{n}", params={"first_row": n, "first_line": n, "expected": f"e{n}", "code": f"{n}"}
        )
        for n in range(5000)
    ]
    params = {"message": {"zh": "甲应大于一", "en": "first over one"}}
    said_alike(Finding(code, Severity.ERROR, 5000, columns=("a",), params=params), samples[::50], None)
