"""What `validate` answers as a whole: verdicts, inputs, what was not checked, what may be published."""

from datetime import date

import pyarrow as pa
import pytest

from gongshu import validate
from gongshu.standards.faults import UsageFault
from gongshu.standards.model import (
    Constraints,
    Field,
    ForeignKey,
    Kind,
    Privacy,
    Reference,
    Rule,
    Standard,
    Status,
    Table,
)
from gongshu.standards.registry import Registry

DAY = date(2026, 3, 31)
REQUIRED = Constraints(required=True)


def standard_of(*fields, status=Status.IN_FORCE, profiles=None, **table):
    return Standard(
        "test",
        "1.0.0",
        Kind.TABLE,
        status=status,
        profiles=profiles or {},
        table=Table(fields, **table),
        fingerprint="f" * 64,
    )


def judged(data, standard, **more):
    return validate(data, standard=standard, as_of=DAY, registry=Registry(), **more)


def codes(report):
    return [(each.code, str(each.severity), each.columns, each.count) for each in report.findings]


PEOPLE = standard_of(
    Field("id", constraints=REQUIRED),
    Field("name", privacy=Privacy("personal", "name"), constraints=Constraints(max_length=3)),
    Field("age", "integer"),
    primary_key=("id",),
)


def test_a_conforming_table_in_force_is_publishable_only_under_that_profile():
    data = b"id,name,age\n1,a,3\n"
    assert not judged(data, PEOPLE).publishable
    report = judged(data, PEOPLE, profile="publication")
    assert (report.verdict, report.publishable, report.exit_code) == ("conforms", True, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"standard": standard_of(Field("id"), Field("name"), Field("age"), status=Status.DRAFT, primary_key=("id",))},
        {"checks": {"mine": lambda judged, rows: []}},
        {"data": b"id,name,age\n1,a,x\n"},
    ],
)
def test_what_takes_the_right_to_publish_away(change):
    data, standard = change.pop("data", b"id,name,age\n1,a,3\n"), change.pop("standard", PEOPLE)
    assert not judged(data, standard, profile="publication", **change).publishable


def test_inputs_name_everything_that_can_change_the_verdict():
    report = judged(b"id,name,age\n1,a,3\n", PEOPLE, profile="publication")
    inputs = report.inputs
    assert inputs["standard"] == {"id": "test", "version": "1.0.0", "sha256": "f" * 64}
    assert (inputs["profile"], inputs["as_of"], inputs["timezone"]) == ("publication", "2026-03-31", "Asia/Shanghai")
    assert inputs["files"][0]["sha256"] == report.files[0].sha256
    assert (inputs["files"][0]["encoding"], inputs["files"][0]["delimiter"]) == ("utf-8", ",")


def test_a_file_that_cannot_be_read_is_a_report(tmp_path):
    bad = tmp_path / "a.csv"
    bad.write_bytes(b"")
    good = tmp_path / "b.csv"
    good.write_text("id,name,age\n1,a,3\n")
    report = validate(good, bad, standard=PEOPLE, as_of=DAY, registry=Registry())
    assert (report.verdict, report.exit_code) == ("unreadable", 2)
    assert [each.verdict for each in report.files] == ["conforms", "unreadable"]
    assert report.files[1].findings[0].code == "file.empty"
    assert [each.name for each in report.files] == ["b.csv", "a.csv"]


def test_wrong_usage():
    with pytest.raises(UsageFault) as fault:
        judged(b"id\n1\n", PEOPLE, profile="publicaton")
    assert "publication" in fault.value.say("zh")
    with pytest.raises(UsageFault):
        judged("there/is/no/such.csv", PEOPLE)
    with pytest.raises(UsageFault):
        validate(b"id\n1\n", standard=PEOPLE, as_of="31.3.2026", registry=Registry())


def test_without_a_standard_only_the_structure_is_looked_at():
    report = judged(b"a,b,a\n1,2,3\n", None, profile="publication")
    assert codes(report) == [("table.column-duplicate", "error", ("a",), 1)]
    assert report.files[0].standard is None
    assert not report.publishable


def test_personal_values_are_masked_everywhere():
    data = "id,name,age\n1,欧阳娜娜,x\n1,王二,3\n".encode()
    named = standard_of(*PEOPLE.table.fields, primary_key=("id", "name"), unique_keys=(("name",),))
    shown = repr(judged(data + "2,欧阳娜娜,4\n".encode(), named).findings)
    assert "欧阳娜娜" not in shown
    assert "欧***" in shown
    assert "欧阳娜娜" in repr(judged(data, named, unmask=True).findings)


def test_counts_are_exact_and_samples_are_the_first_rows():
    lines = "".join(f"{i},a,{'x' if i % 3 else i}\n" for i in range(1, 1001))
    report = judged(f"id,name,age\n{lines}".encode(), PEOPLE, samples=5)
    (finding,) = report.findings
    assert finding.count == 667 - 0 - (0 if 1000 % 3 else 1)
    assert [each.row for each in finding.samples] == [1, 2, 4, 5, 7]
    assert [each.line for each in finding.samples] == [2, 3, 5, 6, 8]
    assert finding.samples[0].key == {"id": "1"}
    assert report.counts["rows_with_errors"] == finding.count


def test_duplicates_name_the_first_row():
    report = judged(b"id,name,age\n1,a,1\n2,b,1\n1,c,1\n1,d,1\n", PEOPLE)
    (finding,) = report.findings
    assert (finding.code, finding.rule, finding.count) == ("key.duplicate", "primary-key", 2)
    assert [(each.row, each.line, each.params["first_row"], each.params["first_line"]) for each in finding.samples] == [
        (3, 4, 1, 2),
        (4, 5, 1, 2),
    ]
    assert report.counts["rows_with_errors"] == 2


def test_foreign_keys_into_another_table():
    standard = standard_of(
        Field("a", "integer"),
        Field("b"),
        primary_key=("b",),
        foreign_keys=(ForeignKey(("a",), ("code",), "other"),),
    )
    data = b"a,b\n01,x\n2,y\n,z\n3,w\n"
    report = judged(data, standard, profile="publication")
    assert not report.publishable
    assert [(each.reason, each.code, each.columns) for each in report.files[0].not_checked] == [
        ("reference-missing", "key.foreign", ("a",))
    ]
    parents = pa.table({"code": ["1", "3"], "title": ["p", "q"]})
    report = judged(data, standard, references={"other": parents})
    assert codes(report) == [("key.foreign", "error", ("a",), 1)]
    assert report.findings[0].samples[0].row == 2
    assert not report.files[0].not_checked
    with pytest.raises(UsageFault):
        judged(data, standard, references={"other": b"x,y\n1,2\n"})


def test_a_standard_named_by_a_foreign_key_is_given_by_its_id():
    key = ForeignKey(("a",), ("code",), standard=Reference("other", "1"))
    standard = standard_of(Field("a"), primary_key=("a",), foreign_keys=(key,))
    assert codes(judged(b"a\nx\n", standard, references={"other": b"code\nx\n"})) == []
    assert codes(judged(b"a\nx\n", standard, references={"other": b"code\ny\n"})) == [
        ("key.foreign", "error", ("a",), 1)
    ]


def test_what_could_not_be_checked_is_said():
    from gongshu.standards.expressions import parse

    kinds = {"a": "number", "b": "number", "c": "number"}
    rules = tuple(
        Rule(name, check, parse(check, kinds)) for name, check in (("needs-b", "a < b"), ("needs-c", "a < c"))
    )
    standard = standard_of(
        Field("a", "integer"),
        Field("b", "integer", constraints=REQUIRED),
        Field("c", "integer"),
        unique_keys=(("a", "b"),),
        rules=rules,
    )
    report = judged(b"a\n1\n2\n", standard)
    assert [(each.rule, each.code, each.columns) for each in report.files[0].not_checked] == [
        ("needs-b", "row.rule", ("a", "b")),
        ("unique-key", "key.duplicate", ("b",)),
    ]


def test_a_check_of_the_caller_s_own():
    import numpy as np

    from gongshu.validators.checks import CHECKS
    from gongshu.validators.fault import Detail, Fault
    from gongshu.validators.finding import Severity

    def odd(judged, rows):
        at = np.flatnonzero(judged["age"].values.data % 2)
        return [Fault("mine.odd", Severity.WARNING, ("age",), at, lambda row: Detail(judged["age"].text[row].as_py()))]

    report = judged(b"id,name,age\n1,a,3\n2,b,4\n", PEOPLE, checks={**CHECKS, "mine.odd": odd})
    assert codes(report) == [("mine.odd", "warning", ("age",), 1)]
    assert report.inputs["checks"] == ["mine.odd"]


def test_names_of_files_show_no_folder_of_this_machine(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "a.csv"
    path.write_text("id,name,age\n1,a,1\n")
    assert judged(path, PEOPLE).files[0].name == "a.csv"
    monkeypatch.chdir(tmp_path)
    assert judged(path, PEOPLE).files[0].name == "sub/a.csv"
    assert judged("sub/a.csv", PEOPLE).files[0].name == "sub/a.csv"


def test_late_findings_know_the_primary_key_of_their_row():
    table = standard_of(
        Field("id"),
        Field("name", privacy=Privacy("personal", "name"), constraints=Constraints(unique=True)),
        primary_key=("id",),
    )
    for budget in (0, 1 << 20):
        report = judged("id,name\n7,张三\n8,张三\n".encode(), table, budget=budget)
        (finding,) = report.findings
        assert (finding.rule, dict(finding.samples[0].key), finding.samples[0].value) == ("unique", {"id": "8"}, "张*")


def test_a_rule_masks_every_column_that_it_shows():
    from gongshu.standards.expressions import parse

    check = "name <> id"
    rule = Rule("differ", check, parse(check, {"id": "text", "name": "text"}), fields=("id",))
    standard = standard_of(Field("id"), Field("name", privacy=Privacy("personal", "name")), rules=(rule,))
    (finding,) = judged("id,name\n张三丰,张三丰\n".encode(), standard).findings
    assert finding.columns == ("id",)
    assert finding.samples[0].params["values"]["name"] == "张**"
