"""Columns are found by name, title and alias in any usual spelling, and what is off with a header is said once."""

import pytest

from gongshu.standards.faults import StandardFault
from gongshu.standards.model import Constraints, Field, HeaderPolicy, Table, Text
from gongshu.validators.batch import Header, Shape
from gongshu.validators.finding import Severity
from gongshu.validators.headers import blank, fit, match, structure, titled

CODE = Field(
    "XK_WSH",
    title=Text("行政许可决定文书号", "Permit number"),
    aliases=("文书号",),
    constraints=Constraints(required=True),
)
NAME = Field("XK_XDR_MC", title=Text("行政相对人名称"))
DAY = Field("XK_JDRQ", "date", title=Text("许可决定日期"))
TABLE = Table((CODE, NAME, DAY))


def shape_of(*names, addressed=False, **more):
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(names)])
    return Shape("csv", Header(names, 1, **more), addressed=addressed, column_letters=letters)


def plainly(code, rule, default):
    return None if default == "ignore" else Severity(default)


def codes(answer):
    return [(each.code, each.severity.value, each.columns) for each in answer.findings]


@pytest.mark.parametrize(
    "written",
    [
        "XK_WSH",
        "xk_wsh",
        "行政许可决定文书号",
        "*行政许可\n决定文书号(必填)",
        " 文 书 号（选填）",
        "ＸＫ＿ＷＳＨ",
        "permit number",
    ],
)
def test_a_name_in_any_usual_spelling(written):
    answer = match(shape_of("行政相对人名称", written, "XK_JDRQ"), TABLE, plainly)
    assert answer.columns == {"XK_WSH": 1, "XK_XDR_MC": 0, "XK_JDRQ": 2}
    assert answer.written["XK_WSH"] == written
    assert not answer.findings


def test_missing_and_extra_columns():
    answer = match(shape_of("XK_XDR_MC", "备注"), TABLE, plainly)
    assert codes(answer) == [
        ("table.column-missing", "error", ("XK_WSH",)),
        ("table.column-missing", "warning", ("XK_JDRQ",)),
        ("table.column-extra", "warning", ("备注",)),
    ]


def test_the_policy_of_the_standard_decides():
    policy = HeaderPolicy(match=("name",), extra="error", missing="warning", missing_optional="ignore", order="error")
    table = Table((CODE, NAME, DAY), header=policy)
    answer = match(shape_of("XK_JDRQ", "XK_XDR_MC", "文书号"), table, plainly)
    assert codes(answer) == [
        ("table.column-missing", "warning", ("XK_WSH",)),
        ("table.column-extra", "error", ("文书号",)),
        ("table.column-order", "error", ()),
    ]


def test_two_columns_for_one_field_and_the_exact_name_wins():
    answer = match(shape_of("文书号", "XK_WSH", "XK_XDR_MC", "XK_JDRQ", addressed=True), TABLE, plainly)
    (finding,) = answer.findings
    assert (finding.code, finding.count, finding.columns) == ("table.column-duplicate", 1, ("XK_WSH",))
    assert answer.columns["XK_WSH"] == 1
    assert finding.samples[0].cell == "A1"
    assert finding.samples[0].params["first"] == "B"


def test_a_name_goes_before_another_field_s_title():
    table = Table((Field("a", title=Text("b")), Field("b")))
    assert match(shape_of("b"), table, plainly).columns == {"b": 0}


def test_one_column_for_two_fields_is_a_fault_of_the_standard():
    table = Table((Field("a", title=Text("名称")), Field("b", title=Text("名 称"))))
    with pytest.raises(StandardFault) as fault:
        match(shape_of("名称"), table, plainly)
    assert fault.value.code == "standard.field-alike"


def test_no_column_at_all_is_one_finding():
    answer = match(shape_of("甲", "乙", "丙"), TABLE, plainly)
    (finding,) = answer.findings
    assert finding.code == "table.header-missing"
    assert finding.params == {
        "expected": ["行政许可决定文书号", "行政相对人名称", "许可决定日期"],
        "found": ["甲", "乙", "丙"],
    }
    assert not answer.columns


def test_nameless_columns_are_a_fault_only_if_they_hold_values():
    shape = shape_of("XK_WSH", "", " ", "XK_XDR_MC", "XK_JDRQ")
    answer = match(shape, TABLE, plainly)
    assert answer.nameless == (1, 2)
    assert not answer.findings
    assert not blank(shape, {1: 0, 2: 0}, plainly)
    (finding,) = blank(shape, {1: 0, 2: 7}, plainly)
    assert (finding.code, finding.count, finding.samples[0].params) == (
        "table.header-blank",
        1,
        {"column": "3", "values": 7},
    )


def test_rows_above_the_header_are_said():
    (finding,) = titled(shape_of("a", title_rows=("行政许可公示",), title_lines=(1,)), plainly)
    assert (finding.code, finding.severity, finding.samples[0].value) == ("table.title-rows", "info", "行政许可公示")


def test_without_a_standard_only_names_that_occur_twice():
    (finding,) = structure(shape_of("a", "b", " A ")).findings
    assert (finding.code, finding.columns, finding.samples[0].params["column"]) == (
        "table.column-duplicate",
        ("a",),
        "3",
    )


def test_the_header_fits_better_than_title_and_data():
    score = fit(TABLE)
    assert score(("文书号", "行政相对人名称", "XK_JDRQ")) == 1
    assert score(("行政许可公示表", "", "")) == 0
    assert 0 < score(("文书号", "a", "b")) < 0.5
