"""Every change of two versions is named, with its level, and the step that is due follows from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.cli import main
from gongshu.standards.loading import load_file
from gongshu.standards.messages import catalogue
from gongshu.standards.model import Constraints, Standard
from gongshu.standards.registry import Registry
from gongshu.standards.versions import Level, diff, due, step
from gongshu.standards.versions.change import enough

HEAD = "id: staff\nversion: {version}\nkind: table\ntitle: {{zh: 人员, en: Staff}}\n"
BODY = """\
fields:
  - {name: ID, title: {zh: 编号, en: Id}, constraints: {required: true, maxLength: 10}}
  - {name: SEX, title: {zh: 性别, en: Sex}, constraints: {enum: [男, 女]}}
  - {name: PAY, title: {zh: 工资, en: Pay}, type: number, unit: 元, constraints: {minimum: 0, maximum: 100}}
  - {name: DAY, title: {zh: 日期, en: Day}, type: date, aliases: [登记日期], sharing: unconditional}
primaryKey: ID
rules:
  - {id: paid, check: "PAY > 1", severity: warning}
"""


def made(folder: Path, body: str, version: str = "1.0.0") -> Standard:
    folder.mkdir(exist_ok=True)
    file = folder / "standard.yaml"
    file.write_text(HEAD.format(version=version) + body, encoding="utf-8")
    return load_file(file)


@pytest.mark.parametrize(
    ("before", "after", "level", "code"),
    [
        ("maxLength: 10", "maxLength: 8", "breaking", "limit-tightened"),
        ("maxLength: 10", "maxLength: 12", "compatible", "limit-loosened"),
        ("required: true, maxLength", "maxLength", "compatible", "required-dropped"),
        ("[男, 女]", "[男]", "breaking", "enum-lost"),
        ("[男, 女]", "[男, 女, 不详]", "compatible", "enum-gained"),
        ("[男, 女]", "[女, 男]", "cosmetic", "enum-moved"),
        ("constraints: {enum: [男, 女]}", "codelist: sex", "breaking", "demand-added"),
        ("minimum: 0", "minimum: 1", "breaking", "limit-tightened"),
        ("minimum: 0", "minimum: -1", "compatible", "limit-loosened"),
        ("minimum: 0", "minimum: 0.0", "cosmetic", "limit-respelled"),
        ("minimum: 0, ", "", "compatible", "limit-loosened"),
        ("type: number", "type: integer", "breaking", "type-changed"),
        ("unit: 元", "unit: 万元", "breaking", "unit-changed"),
        ("aliases: [登记日期]", "aliases: [登记日期, 登记日]", "compatible", "aliases-changed"),
        ("aliases: [登记日期], ", "", "breaking", "name-lost"),
        ("{zh: 日期, en: Day}", "{zh: 登记日, en: Day}", "breaking", "name-lost"),
        ("sharing: unconditional", "sharing: conditional", "breaking", "sharing-changed"),
        ("sharing: unconditional", "sharing: unconditional, opening: none", "compatible", "opening-changed"),
        ("name: SEX, title: {zh: 性别, en: Sex}", "name: XB, title: {zh: 性别, en: Sex}", "breaking", "field-renamed"),
        ("name: SEX, title", "name: XB, aliases: [SEX], title", "breaking", "field-renamed"),
        ("primaryKey: ID", "primaryKey: [ID, DAY]", "breaking", "primary-key-changed"),
        ("PAY > 1", "PAY > 2", "compatible", "rule-changed"),
        ("PAY > 1", "(PAY > 1)", "cosmetic", "rule-respelled"),
        ('"PAY > 1", severity: warning', '"PAY > 1"', "breaking", "severity-changed"),
        ("{zh: 工资, en: Pay}", "{zh: 工资, en: Pay}, description: 月薪", "cosmetic", "detail-changed"),
        ("primaryKey: ID", "primaryKey: ID\nmissingValues: [无]", "breaking", "missing-values-changed"),
        ("primaryKey: ID", "primaryKey: ID\nheader: {order: error}", "breaking", "header-policy"),
        ("primaryKey: ID", "primaryKey: ID\nstatus: in-force", "compatible", "status-changed"),
        ("primaryKey: ID", "primaryKey: ID\nissuer: 某局", "cosmetic", "head-changed"),
    ],
)
def test_one_change_has_its_level_and_code(tmp_path: Path, before: str, after: str, level: str, code: str) -> None:
    assert before in BODY
    changes = diff(made(tmp_path / "a", BODY), made(tmp_path / "b", BODY.replace(before, after)))
    assert (code, level) in [(each.code, each.level.value) for each in changes]
    assert changes[0].level.value == level
    for lang in ("zh", "en"):
        assert all(f"diff.{each.code}" in catalogue(lang) for each in changes)


def test_fields_added_and_removed(tmp_path: Path) -> None:
    old = made(tmp_path / "a", BODY)
    more = BODY.replace("primaryKey", "  - {name: N, constraints: {required: true}}\n  - {name: O}\nprimaryKey")
    new = made(tmp_path / "b", more)
    assert [(each.code, each.where) for each in diff(old, new)] == [
        ("field-added-required", "N"),
        ("field-added", "O"),
    ]
    assert [(each.code, each.affects) for each in diff(new, old)] == [("field-removed", ("consumers",))] * 2


def test_a_rule_follows_a_renamed_column(tmp_path: Path) -> None:
    new = made(tmp_path / "b", BODY.replace("name: PAY", "name: GZ").replace("PAY > 1", "GZ > 1"))
    assert [each.code for each in diff(made(tmp_path / "a", BODY), new)][:1] == ["field-renamed"]
    assert "rule-changed" not in [each.code for each in diff(made(tmp_path / "a", BODY), new)]


def test_nothing_differs_from_itself() -> None:
    registry = Registry(installed=False)
    for entry in registry.entries():
        if entry.status != "withdrawn":
            standard = registry.get(entry.reference)
            assert diff(standard, standard, registry.codes) == []
            assert diff(standard, replace(standard, version="9.0.0")) == []


def test_steps() -> None:
    assert [step("1.0.0", each) for each in ("1.0.0", "0.9.0", "1.0.1", "1.1.0", "2.0.0")] == [
        *("none", "none", "patch", "minor", "major")
    ]
    assert enough("1.0.0", "2.0.0", "major")
    assert not enough("1.0.0", "1.1.0", "major")
    assert enough("0.1.0", "0.2.0", "major")
    assert not enough("0.1.0", "0.1.1", "minor")
    assert due([]) == "none"


LIMIT = st.none() | st.integers(0, 9)
LIMITS = st.builds(
    Constraints,
    required=st.booleans(),
    min_length=LIMIT,
    max_length=LIMIT,
    enum=st.none() | st.lists(st.sampled_from(["a", "bb", "ccc", "dddd"]), unique=True).map(tuple),
)


def conforms(value: str, held: Constraints) -> bool:
    if not value:
        return not held.required
    return (
        (held.min_length is None or len(value) >= held.min_length)
        and (held.max_length is None or len(value) <= held.max_length)
        and (held.enum is None or value in held.enum)
    )


@settings(max_examples=200)
@given(LIMITS, LIMITS, st.sampled_from(["", "a", "bb", "ccc", "dddd", "eeeee"]))
def test_what_conformed_still_conforms_where_nothing_breaks(one: Constraints, other: Constraints, value: str) -> None:
    base = Registry(installed=False).get("administrative-permit")
    assert base.table is not None
    field = replace(base.table.fields[0], constraints=one)
    old = replace(base, table=replace(base.table, fields=(field,), rules=(), primary_key=()))
    assert old.table is not None
    new = replace(old, table=replace(old.table, fields=(replace(field, constraints=other),)))
    changes = diff(old, new)
    assert (changes == []) == (one == other)
    if not any(each.level is Level.BREAKING for each in changes) and conforms(value, one):
        assert conforms(value, other)


def test_code_lists(tmp_path: Path) -> None:
    def codes(name: str, rows: str) -> Standard:
        folder = tmp_path / name
        folder.mkdir()
        head = "id: sex\nversion: 1.0.0\nkind: codelist\ntitle: x\n"
        (folder / "standard.yaml").write_text(head, encoding="utf-8")
        (folder / "codes.csv").write_text("code,name_zh,name_en,parent,valid_to\n" + rows, encoding="utf-8")
        return load_file(folder / "standard.yaml")

    old = codes("a", "1,男,,,\n2,女,,,\n9,未说明,,,2020\n")
    new = codes("b", "1,男性,male,,\n2,女,,1,\n3,其他,,,\n9,未说明,,,\n")
    assert {(each.code, each.level.value) for each in diff(old, new)} == {
        ("code-renamed", "breaking"),
        ("code-place", "compatible"),
        ("codes-added", "compatible"),
        ("code-period", "compatible"),
    }
    assert ("codes-removed", "breaking") in {(each.code, each.level.value) for each in diff(new, old)}
    assert ("code-period", "breaking") in {(each.code, each.level.value) for each in diff(new, old)}


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made(tmp_path / "a", BODY)
    made(tmp_path / "b", BODY.replace("maxLength: 10", "maxLength: 8"), "1.1.0")
    words = ["standards", "diff", str(tmp_path / "a"), str(tmp_path / "b")]
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["due"], found["fits"], len(found["changes"])) == ("major", False, 1)
    for lang in ("zh", "en"):
        assert main([*words, "--lang", lang]) == 0
        told = capsys.readouterr()
        assert "ID.maxLength" in told.out
        assert "1.1.0" in told.err
    assert main([*words[:3], words[2], "--lang", "en"]) == 0
    assert "do not differ" in capsys.readouterr().out
    assert main(["standards", "diff", "nowhere", "nowhere"]) == 3
