"""Types of a plain Table Schema that are kept as text: their bounds, lists and formats are judged all the same."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.validators.validation import validate

MONTHS = ["2019-12", "2020-01", "2020-02"]


def rows(cells: list[str], **field: Any) -> list[tuple[str, list[int | None]]]:
    report = validate(pa.table({"f": cells}), standard={"fields": [{"name": "f", **field}]})
    return [(each.code, [sample.row for sample in each.samples]) for each in report.findings]


@pytest.mark.parametrize(
    ("key", "bound", "wrong"),
    [
        ("minimum", "2020-01", [("cell.minimum", [1])]),
        ("exclusiveMinimum", "2020-01", [("cell.minimum", [1, 2])]),
        ("maximum", "2020-01", [("cell.maximum", [3])]),
        ("exclusiveMaximum", "2020-01", [("cell.maximum", [2, 3])]),
        ("enum", ["2020-01"], [("cell.enum", [1, 3])]),
    ],
)
@pytest.mark.parametrize("spelling", ["default", "%Y%m"])
def test_bounds_of_months(key: str, bound: Any, wrong: Any, spelling: str) -> None:
    cells = MONTHS if spelling == "default" else [each.replace("-", "") for each in MONTHS]
    assert rows(cells, type="yearmonth", format=spelling, constraints={key: bound}) == wrong


def test_a_bound_that_is_no_month_is_a_fault_of_the_standard() -> None:
    with pytest.raises((StandardFault, StandardFaults)):
        rows(MONTHS, type="yearmonth", constraints={"minimum": "soon"})


def test_a_topology_is_not_judged_as_geojson() -> None:
    topology = '{"type": "Topology", "objects": {}, "arcs": []}'
    point = '{"type": "Point", "coordinates": [0, 0]}'
    assert rows([topology, point], type="geojson", format="topojson") == [("cell.type", [2])]
    assert rows([point], type="geojson") == []


@pytest.mark.parametrize("bound", ["02/01/2020", "2020-01-02"])
def test_bounds_of_dates_in_either_spelling(bound: str) -> None:
    cells = ["01/01/2020", "02/01/2020"]
    assert rows(cells, type="date", format="%d/%m/%Y", constraints={"minimum": bound}) == [("cell.minimum", [1])]
    with pytest.raises((StandardFault, StandardFaults)):
        rows(cells, type="date", format="%d/%m/%Y", constraints={"minimum": "31/02/2020"})
