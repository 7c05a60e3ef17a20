"""A pack loads complete, or says everything that is wrong with it, each with file, line and key."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.loading import load_folder
from gongshu.standards.model import Kind, Standard, Status

GOOD = """\
id: staff
version: 1.2.0
kind: table
title: {zh: 人员表, en: Staff}
status: in-force
valid_from: 2019-04
valid_to: 2020
basis: {title: GB/T 1, confidence: medium}
header: {match: [name, alias], extra: ignore}
fields:
  - name: ID
    type: string
    title: 编号
    aliases: [号, 2019]
    constraints: {required: true, maxLength: 18}
    privacy: personal
  - name: N
    type: number
    format: default
    constraints: {minimum: 0.10, enum: [01, 2.50]}
  - name: D
    type: date
    format: {write: "%Y/%m/%d", read: [iso, cn]}
primaryKey: ID
profiles:
  draft: {default: warning, cell.type: error}
"""


def pack(folder: Path, text: str, codes: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "standard.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    if codes is not None:
        (folder / "codes.csv").write_text(codes, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> list[StandardFault]:
    with pytest.raises(StandardFaults) as caught:
        load_folder(folder)
    found = [each for each in caught.value.exceptions if isinstance(each, StandardFault)]
    assert len(found) == len(caught.value.exceptions)
    return found


def told(folder: Path) -> set[tuple[str, int, str]]:
    return {(each.code, each.params["line"], each.params["key"]) for each in faults_of(folder)}


def test_a_good_pack_is_loaded_whole(tmp_path: Path) -> None:
    standard = load_folder(pack(tmp_path, GOOD))
    assert (standard.reference, standard.kind, standard.status) == ("staff@1.2.0", Kind.TABLE, Status.IN_FORCE)
    assert str(standard.valid_from) == "2019-04-01"
    assert str(standard.valid_to) == "2020-12-31"
    assert standard.confidence == "medium"
    assert standard.table is not None
    one, two, three = standard.table.fields
    assert one.title.zh == "编号"
    assert one.aliases == ("号", "2019")
    assert one.privacy.category == "personal"
    assert two.constraints.minimum == "0.10"
    assert two.constraints.enum == ("01", "2.50")
    assert two.format.write is None
    assert (three.format.write, three.format.read) == ("%Y/%m/%d", ("iso", "cn"))
    assert standard.table.primary_key == ("ID",)
    assert standard.table.header.extra == "ignore"
    assert standard.table.header.missing == "error"
    assert standard.table.missing_values is None
    assert standard.profiles["draft"]["cell.type"] == "error"
    assert len(standard.fingerprint) == 64


def fingerprint_of(folder: Path, text: str) -> str:
    return load_folder(pack(folder, text)).fingerprint


def test_the_fingerprint_knows_meaning_not_spelling(tmp_path: Path) -> None:
    text = GOOD.replace("id: staff\nversion: 1.2.0\n", "# 注\nversion: '1.2.0'\nid: staff   # the name\n")
    assert fingerprint_of(tmp_path / "a", GOOD) == fingerprint_of(tmp_path / "b", text)
    other = GOOD.replace("maxLength: 18", "maxLength: 19")
    assert fingerprint_of(tmp_path / "a", GOOD) != fingerprint_of(tmp_path / "c", other)


def test_all_faults_come_at_once_with_their_lines(tmp_path: Path) -> None:
    folder = pack(
        tmp_path,
        """\
        id: staff
        version: 1.0
        kind: table
        titel: 人员
        fields:
          - name: A
            type: strin
            constraints: {pattern: "(", minLength: 5, maxLength: 2}
          - name: A
            colour: red
          - name: B
            type: integer
            identifier: citizen-ids
            constraints: {minimum: 5, maximum: 0.10}
            label_of: Q
            label_of: A
        primaryKey: [Z]
        foreignKeys:
          - fields: [A, Y]
            reference: {resource: other, fields: [A]}
        """,
    )
    assert told(folder) == {
        ("standard.key-missing", 1, ""),
        ("standard.value", 2, "version"),
        ("standard.key-unknown", 4, "titel"),
        ("standard.value", 7, "fields[A].type"),
        ("standard.pattern", 8, "fields[A].constraints.pattern"),
        ("standard.bounds", 8, "fields[A].constraints.minLength"),
        ("standard.field-twice", 9, "fields[A].name"),
        ("standard.key-unknown", 10, "fields[A].colour"),
        ("standard.identifier-unknown", 13, "fields[B].identifier"),
        ("standard.bounds", 14, "fields[B].constraints.minimum"),
        ("standard.field-missing", 15, "fields[B].label_of"),
        ("standard.key-twice", 16, "fields[B].label_of"),
        ("standard.field-missing", 17, "primaryKey"),
        ("standard.field-missing", 19, "foreignKeys[1].fields"),
        ("standard.foreign-key-width", 19, "foreignKeys[1]"),
    }
    for each in faults_of(folder):
        for lang in ("zh", "en"):
            words = each.say(lang)
            assert str(folder / "standard.yaml") in words
            assert "\n" not in words
            assert each.code not in words, "the message catalogue has no words for it"


def test_faulty_rules_are_named_with_the_others(tmp_path: Path) -> None:
    folder = pack(
        tmp_path,
        """\
        id: staff
        version: 1.0.0
        kind: table
        title: 人员
        fields: [{name: A, type: date}, {name: B, type: date}]
        rules:
          - {id: broken, check: "A >= "}
          - {id: forbidden, check: "read_csv('x') IS NULL"}
          - {id: absent, check: "A <= C"}
          - {id: absent, check: "A <= B"}
        """,
    )
    found = faults_of(folder)
    assert [each.params["line"] for each in found] == [7, 8, 9, 10]
    assert [each.params["key"] for each in found] == [
        "rules[broken].check",
        "rules[forbidden].check",
        "rules[absent].check",
        "rules[absent].id",
    ]
    assert found[-1].code == "standard.rule-twice"
    assert all(each.code.startswith("standard.rule") for each in found)


def test_conditions_and_hierarchies_are_looked_at_too(tmp_path: Path) -> None:
    folder = pack(
        tmp_path,
        """\
        id: staff
        version: 1.0.0
        kind: table
        title: 人员
        fields:
          - {name: A, privacy: {category: personal, when: "Q = 1"}}
          - {name: B}
        rules:
          - {id: hierarchy, check: "below(B, A)"}
        """,
    )
    assert told(folder) == {
        ("standard.rule-column", 6, "fields[A].privacy.when"),
        ("standard.below-without-list", 9, "rules[hierarchy].check"),
    }


def test_a_rule_names_its_columns_in_order(tmp_path: Path) -> None:
    standard = load_folder(
        pack(
            tmp_path,
            """\
            id: staff
            version: 1.0.0
            kind: table
            title: 人员
            fields: [{name: A, type: date}, {name: B, type: date}]
            rules:
              - {id: dates, check: "B >= A"}
            """,
        )
    )
    assert standard.table is not None
    assert standard.table.rules[0].fields == ("B", "A")
    assert standard.table.rules[0].tree


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("title: 名称", "title: '*名 称(必填)'", True),
        ("aliases: [ＡＢ]", "aliases: [ab]", True),
        ("title: {en: Name}", "title: {zh: name}", True),
        ("title: 名称", "aliases: [名称]", False),  # a title beats an alias
    ],
)
def test_one_header_must_not_fit_two_fields(tmp_path: Path, one: str, other: str, clash: bool) -> None:
    folder = pack(
        tmp_path,
        f"id: a\nversion: 1.0.0\nkind: table\ntitle: x\nfields:\n- name: P\n  {one}\n- name: Q\n  {other}\n",
    )
    if clash:
        assert [each.code for each in faults_of(folder)] == ["standard.field-alike"]
    else:
        assert load_folder(folder)


def test_labels_must_not_run_in_a_circle(tmp_path: Path) -> None:
    folder = pack(
        tmp_path,
        "id: a\nversion: 1.0.0\nkind: table\ntitle: x\nfields:\n- {name: P, label_of: Q}\n- {name: Q, label_of: P}\n",
    )
    assert told(folder) == {("standard.cycle", 6, "fields[P].label_of")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a", "standard.not-mapping"),
        ("", "standard.not-mapping"),
        ("just words", "standard.not-mapping"),
        ("a: &x [1]\nb: *x", "standard.yaml-unsafe"),
        ("a: !!python/object/apply:os.system [x]", "standard.yaml-unsafe"),
        ("a: b\n---\nc: d", "standard.yaml-unsafe"),
        ("? [a]\n: b", "standard.yaml-unsafe"),
        ('a: "', "standard.yaml-syntax"),
        ("a:\n\tb: y", "standard.yaml-syntax"),
        ("a: " + "[" * 60 + "]" * 60, "standard.yaml-depth"),
    ],
)
def test_hostile_yaml_is_one_clear_fault(tmp_path: Path, text: str, code: str) -> None:
    assert [each.code for each in faults_of(pack(tmp_path, text))] == [code]


def test_deep_and_large_documents_end_at_once(tmp_path: Path) -> None:
    assert len(faults_of(pack(tmp_path / "deep", "[" * 100_000))) == 1
    assert len(faults_of(pack(tmp_path / "large", "a: " + "x" * (9 << 20)))) == 1


def test_files_that_are_no_text(tmp_path: Path) -> None:
    folder = pack(tmp_path, "")
    (folder / "standard.yaml").write_bytes("标题".encode("gb18030"))
    assert [each.code for each in faults_of(folder)] == ["standard.file-encoding"]
    assert [each.code for each in faults_of(tmp_path / "nowhere")] == ["standard.file-missing"]


LIST = "id: sexes\nversion: 1.0.0\nkind: codelist\ntitle: 性别\n"


def listed(folder: Path, codes: str) -> Standard:
    return load_folder(pack(folder, LIST, codes))


def test_a_code_list_is_read_with_its_codes(tmp_path: Path) -> None:
    codes = "\ufeffcode,name_zh,valid_from,valid_to,note\n1,男,2019-04,2020,x\n\n2,女,,,\n"
    found = listed(tmp_path, codes).codes
    assert found is not None
    assert [each.code for each in found] == ["1", "2"]
    assert str(found[0].valid_from) == "2019-04-01"
    assert str(found[0].valid_to) == "2020-12-31"
    assert found[0].extra == (("note", "x"),)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("name_zh\n男\n", {("standard.codes-column", 1)}),
        ("code,valid_to\n1,2019-13\n", {("standard.codes-date", 2)}),
        ("code,valid_from,valid_to\n1,2020,2019\n", {("standard.codes-period", 2)}),
        ("code,valid_from,valid_to\n1,2019,2020\n1,2020-12,\n", {("standard.codes-twice", 3)}),
        ("code\n1\n1\n2\n2\n", {("standard.codes-twice", 3), ("standard.codes-twice", 5)}),
        ("code,parent\n1,9\n", {("standard.codes-parent", 2)}),
        ("code,parent\n1,2\n2,1\n", {("standard.codes-cycle", 2)}),
        ("code,name_zh\n1,男,x\n,女\n", {("standard.codes-width", 2), ("standard.codes-blank", 3)}),
    ],
)
def test_bad_codes_are_named_by_line(tmp_path: Path, codes: str, expected: set[tuple[str, int]]) -> None:
    found = faults_of(pack(tmp_path, LIST, codes))
    assert {(each.code, each.params["line"]) for each in found} == expected
    assert all(each.params["file"].endswith("codes.csv") for each in found)


def test_periods_that_follow_each_other_are_no_duplicate(tmp_path: Path) -> None:
    assert listed(tmp_path, "code,valid_from,valid_to\n1,2019,2020\n1,2021,\n").codes


def test_a_code_list_without_codes(tmp_path: Path) -> None:
    assert [each.code for each in faults_of(pack(tmp_path, LIST))] == ["standard.codes-missing"]


def test_other_kinds_keep_their_body_as_a_document(tmp_path: Path) -> None:
    text = "id: a\nversion: 1.0.0\nkind: record\ntitle: x\nschema: {required: [标题], minProperties: 1}\n"
    assert load_folder(pack(tmp_path, text)).document == {"schema": {"required": ["标题"], "minProperties": 1}}
    wrong = text.replace("version: 1.0.0", "version: one\nstatus: new")
    assert told(pack(tmp_path, wrong)) == {("standard.value", 2, "version"), ("standard.value", 3, "status")}


@pytest.mark.parametrize(
    ("written", "line", "key"),
    [
        ("title: {zh: 甲, en: x, fr: }", 4, "title.fr"),
        ("title: x\nbasis: {title: 甲, clauses: }", 5, "basis.clauses"),
    ],
)
def test_an_unknown_key_with_nothing_behind_it_is_no_less_a_fault(
    tmp_path: Path, written: str, line: int, key: str
) -> None:
    text = f"id: a\nversion: 1.0.0\nkind: record\n{written}\n"
    assert told(pack(tmp_path, text)) == {("standard.key-unknown", line, key)}


def test_a_comma_in_an_unquoted_text_takes_nothing_away(tmp_path: Path) -> None:
    text = "id: a\nversion: 1.0.0\nkind: record\ntitle: {zh: 仅用于测试,均为合成。, en: One, two}\n"
    title = load_folder(pack(tmp_path, text)).title
    assert (title.zh, title.en) == ("仅用于测试,均为合成。", "One, two")


def test_a_known_key_with_nothing_behind_it_is_absent(tmp_path: Path) -> None:
    text = "id: a\nversion: 1.0.0\nkind: record\ntitle: {zh: 甲, en: }\ndescription:\n"
    assert load_folder(pack(tmp_path, text)).title.en == ""
