"""Who may say how bad a fault is."""

from __future__ import annotations

from gongshu.standards.model import Constraints, Field, HeaderPolicy, Kind, Rule, Standard, Table
from gongshu.validators.checks import CHECKS
from gongshu.validators.finding import Severity
from gongshu.validators.severities import DEFAULT, severity_of

E, W, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
STANDARD = Standard(
    "s",
    "1.0.0",
    Kind.TABLE,
    table=Table(
        (Field("a"),),
        header=HeaderPolicy(extra="ignore", order="warning"),
        rules=(Rule("fresh", "a > 1", None, severity="warning"),),
    ),
    profiles={"draft": {"default": "warning", "cell.type": "error", "fresh": "info", "row.rule": "error"}},
)


def test_every_code_of_cells_has_a_default() -> None:
    assert set(CHECKS) <= set(DEFAULT)


def test_the_standard_comes_before_the_default() -> None:
    assert severity_of("table.column-extra") is W
    assert severity_of("table.column-extra", standard=STANDARD) is None
    assert severity_of("table.column-order", standard=STANDARD) is W
    assert severity_of("table.column-missing", standard=STANDARD, field=Field("a")) is W
    required = Field("a", constraints=Constraints(required=True))
    assert severity_of("table.column-missing", standard=STANDARD, field=required) is E
    assert severity_of("row.rule", "fresh", standard=STANDARD) is W
    assert severity_of("cell.type", field=Field("a", severity="info")) is INFO
    assert severity_of("cell.required", field=Field("a", severity="info")) is E
    assert severity_of("cell.whitespace", default=W) is W


def test_the_profile_comes_before_the_standard_and_the_rule_before_the_code() -> None:
    assert severity_of("cell.type", standard=STANDARD, profile="draft") is E
    assert severity_of("cell.length", standard=STANDARD, profile="draft") is W
    assert severity_of("row.rule", "fresh", standard=STANDARD, profile="draft") is INFO
    assert severity_of("cell.type", profile={"cell.type": "ignore"}) is None
    assert severity_of("cell.type", profile="no-such") is E


def test_the_default_of_a_profile_only_lowers_errors() -> None:
    raised = {"default": "error"}
    assert severity_of("table.column-extra", profile=raised) is W
    assert severity_of("file.bom", profile=raised) is INFO
    assert severity_of("cell.type", profile={"default": "ignore"}) is None


def test_an_unreadable_file_stays_an_error() -> None:
    assert severity_of("file.unreadable", profile={"file.unreadable": "info", "default": "info"}) is E
