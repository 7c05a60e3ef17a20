"""`lint` names what is wrong with a standard that loads, each with file, line and key; notes refuse nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongshu.cli import main
from gongshu.standards.linting import lint
from gongshu.standards.messages import catalogue
from gongshu.standards.registry import Registry

HEAD = "id: {id}\nversion: {version}\nkind: table\ntitle: {{zh: 人员, en: Staff}}\nstatus: {status}\n"
FIELDS = "fields:\n  - {name: A, title: {zh: 甲, en: A}}\n"


def pack(
    root: Path, body: str = FIELDS, *, name: str = "staff", version: str = "1.0.0", status: str = "in-force"
) -> Path:
    folder = root / name / version
    folder.mkdir(parents=True)
    text = HEAD.format(id=name, version=version, status=status) + body
    (folder / "standard.yaml").write_text(text, encoding="utf-8")
    return folder


def codes(root: Path, rows: str, *, name: str = "sex", status: str = "in-force", more: str = "") -> None:
    folder = root / name / "1.0.0"
    folder.mkdir(parents=True)
    head = f"id: {name}\nversion: 1.0.0\nkind: codelist\ntitle: {{zh: 性别, en: Sex}}\nstatus: {status}\n{more}"
    (folder / "standard.yaml").write_text(head, encoding="utf-8")
    (folder / "codes.csv").write_text("code,name_zh\n" + rows, encoding="utf-8")


def said(root: Path) -> tuple[list[tuple[str, int, str]], list[str]]:
    """Faults as code, line and key; notes as codes."""
    notes: list = []
    faults = lint(root, Registry((root,), builtin=False, installed=False), notes)[1]
    for each in (*faults, *notes):
        for lang in ("zh", "en"):
            assert each.code in catalogue(lang)
            assert len(each.say(lang).splitlines()) == 1
    return [(each.code, each.params["line"], each.params["key"]) for each in faults], [each.code for each in notes]


def test_rules(tmp_path: Path) -> None:
    rules = (
        "rules:\n"
        "  - {id: never, check: \"A = 'x' OR A <> 'x'\", message: {zh: 一, en: a}}\n"
        "  - {id: always, check: \"A > 'b' AND A < 'a'\", message: {zh: 一, en: a}}\n"
        "  - {id: fine, check: \"A > 'b'\", message: {zh: 一, en: a}}\n"
    )
    pack(tmp_path, FIELDS + rules)
    assert said(tmp_path)[0] == [
        ("standard.rule-never-fails", 9, "rules[never].check"),
        ("standard.rule-always-fails", 10, "rules[always].check"),
    ]


def test_a_rule_over_the_codes_of_a_list(tmp_path: Path) -> None:
    codes(tmp_path, "1,男\n2,女\n")
    body = (
        "fields:\n  - {name: A, title: {zh: 甲, en: A}, codelist: sex}\n"
        "rules:\n  - {id: known, check: \"A IN ('1', '2')\", message: {zh: 一, en: a}}\n"
    )
    pack(tmp_path, body)
    assert [each[0] for each in said(tmp_path)[0]] == ["standard.rule-never-fails"]


def test_sharing_opening_and_persons(tmp_path: Path) -> None:
    body = """\
fields:
  - {name: A, title: {zh: 甲, en: A}, sharing: conditional, opening: unconditional}
  - {name: B, title: {zh: 乙, en: B}, sharing: unconditional, opening: unconditional, privacy: sensitive}
  - {name: C, title: {zh: 丙, en: C}, opening: unconditional, privacy: personal}
  - {name: D, title: {zh: 丁, en: D}, opening: unconditional, privacy: {category: personal, mask: name}}
  - {name: E, title: {zh: 戊, en: E}, sharing: unconditional, opening: none, privacy: sensitive}
"""
    pack(tmp_path, body)
    faults, notes = said(tmp_path)
    assert faults == [
        ("standard.opening-wider", 7, "fields[A].opening"),
        ("standard.opening-personal", 8, "fields[B].opening"),
        ("standard.opening-personal", 9, "fields[C].opening"),
    ]
    assert notes == ["standard.opening-masked"]


def test_words_missing_in_one_language(tmp_path: Path) -> None:
    body = 'fields:\n  - {name: A, title: 甲}\nrules:\n  - {id: r, check: "A IS NOT NULL"}\n'
    pack(tmp_path / "one", body)
    assert said(tmp_path / "one")[0] == [
        ("standard.untranslated", 7, "fields[A].title"),
        ("standard.untranslated", 9, "rules[r].message"),
    ]
    pack(tmp_path / "two", body, status="draft")
    assert said(tmp_path / "two") == ([], ["standard.untranslated"] * 2)


def test_codes_that_look_the_same(tmp_path: Path) -> None:
    codes(tmp_path, "A1,甲\na1,乙\nB,丙\nC,丙\n")
    faults, notes = said(tmp_path)
    assert faults == [("standard.codes-alike", 3, "a1")]
    assert notes == ["standard.codes-one-name"]


@pytest.mark.parametrize(
    ("version", "body", "wanted"),
    [
        ("1.0.1", FIELDS.replace("en: A}", "en: B}"), []),
        ("1.9.0", FIELDS.replace("en: A}", "en: A}, constraints: {required: true}"), ["standard.step-short"]),
        ("2.0.0", FIELDS + "  - {name: B, title: {zh: 乙, en: B}, constraints: {required: true}}\n", []),
        (
            "1.1.0",
            FIELDS + "  - {name: B, title: {zh: 乙, en: B}, constraints: {required: true}}\n",
            ["standard.step-short"],
        ),
        ("1.1.0", FIELDS + "  - {name: B, title: {zh: 乙, en: B}}\n", []),
        ("1.0.1", FIELDS + "  - {name: B, title: {zh: 乙, en: B}}\n", ["standard.step-short"]),
        ("1.0.1", FIELDS + "issuer: 某局\n", []),
    ],
)
def test_the_step_from_the_version_before(tmp_path: Path, version: str, body: str, wanted: list[str]) -> None:
    pack(tmp_path)
    folder = pack(tmp_path, body, version=version)
    assert [each[0] for each in said(tmp_path)[0]] == wanted
    faults = lint(folder, Registry(builtin=False, installed=False))[1]  # alone, beside its older version
    assert [each.code for each in faults] == wanted


def test_withdrawn_and_replaced(tmp_path: Path) -> None:
    codes(tmp_path, "1,男\n", name="old", status="withdrawn", more="replaced_by: older\n")
    codes(tmp_path, "1,男\n", name="older", status="withdrawn")
    codes(tmp_path, "1,男\n", name="young", status="draft")
    codes(tmp_path, "1,男\n", name="both", more="replaced_by: young\n")
    body = (
        "fields:\n  - {name: A, title: {zh: 甲, en: A}, codelist: old}\n"
        "  - {name: B, title: {zh: 乙, en: B}, codelist: young}\n"
    )
    pack(tmp_path, body)
    faults, notes = said(tmp_path)
    assert [each[0] for each in faults] == ["standard.replaced-by-withdrawn", "standard.uses-withdrawn"]
    assert notes == ["standard.replaced-in-force", "standard.uses-draft"]


def test_the_command_shows_notes_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack(tmp_path, "fields:\n  - {name: A, title: 甲}\n", status="draft")
    for lang, word in (("zh", "注意"), ("en", "Note")):
        assert main(["standards", "lint", str(tmp_path), "--lang", lang]) == 0
        assert word in capsys.readouterr().err
    assert main(["standards", "lint", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["standards", "lint", str(tmp_path), "--json", "--notes"]) == 0
    (note,) = json.loads(capsys.readouterr().out)
    assert (note["code"], note["severity"], note["line"]) == ("standard.untranslated", "note", 7)


def test_bad_input_is_named_all_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    codes(tmp_path, "1,男\n")
    body = """\
colour: red
replaced_by: gone
fields:
  - {name: A, title: {zh: 甲, en: A}, codelist: nowhere@1}
  - {name: B, title: {zh: 乙, en: B}, constraints: {pattern: "["}}
  - {name: B, title: {zh: 丙, en: C}}
  - {name: D, title: {zh: 丁, en: D}, label_of: E}
  - {name: E, title: {zh: 戊, en: E}, label_of: D}
  - {name: F, title: {zh: 己, en: F}, constraints: {minLength: 5, maxLength: 2}}
rules:
  - {id: syntax, check: "A = = B"}
  - {id: function, check: "getenv('HOME') = A"}
  - {id: column, check: "Z IS NOT NULL"}
"""
    pack(tmp_path, body)
    assert main(["standards", "lint", str(tmp_path), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    wanted = {
        "colour": 6,
        "replaced_by": 7,
        "fields[A].codelist": 9,
        "fields[B].constraints.pattern": 10,
        "fields[B].name": 11,
        "fields[D].label_of": 12,
        "fields[F].constraints.minLength": 14,
        "rules[syntax].check": 16,
        "rules[function].check": 17,
        "rules[column].check": 18,
    }
    assert {each["key"]: each["line"] for each in found} == wanted
    assert len(found) == len(wanted)
    assert {each["severity"] for each in found} == {"error"}
