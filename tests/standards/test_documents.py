"""The kinds that are documents: their shapes are exact, and what they name is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.linting import lint
from gongshu.standards.loading import load_folder
from gongshu.standards.registry import Registry

HEAD = "id: {id}\nversion: 1.0.0\nkind: {kind}\ntitle: {{zh: 甲, en: a}}\n"
METADATA = "elements:\n  - {name: title, title: {zh: 名称, en: Title}, obligation: mandatory, repeat: 1..1}\n"
INTERFACE = (
    "items:\n  - {name: sign, in: header, title: {zh: 签名, en: Signature}}\nsigning: {over: 全部参数, item: sign}\n"
)
ASSESSMENT = """\
levels: [{level: 1, title: 一级}, {level: 2, title: 二级}]
total: 100
indicators:
  - {code: A, level: 1, title: 甲, weight: 60.5}
  - {code: A1, parent: A, level: 2, title: 甲一, weight: 60.2}
  - {code: A2, parent: A, level: 2, title: 甲二, weight: 0.3}
  - {code: B, level: 1, title: 乙, weight: 39.5}
"""
DATABASE = """\
tables:
  - {standard: resident-population@1, key: [GMSFHM], source_item: SJLYDWDM}
authority:
  - {table: resident-population, fields: [XM], role: 甲部门}
"""


def pack(folder: Path, kind: str, body: str, name: str = "a") -> Path:
    target = folder / name / "1.0.0"
    target.mkdir(parents=True)
    (target / "standard.yaml").write_text(HEAD.format(id=name, kind=kind) + body, encoding="utf-8")
    return target


def told(folder: Path) -> set[tuple[str, str]]:
    with pytest.raises(StandardFaults) as caught:
        load_folder(folder)
    found = [each for each in caught.value.exceptions if isinstance(each, StandardFault)]
    return {(each.code, str(each.params["key"])) for each in found}


BODIES = {"metadata": METADATA, "interface": INTERFACE, "assessment": ASSESSMENT, "database": DATABASE}


@pytest.mark.parametrize("kind", BODIES)
def test_a_good_document_is_kept_as_it_stands(tmp_path: Path, kind: str) -> None:
    folder = pack(tmp_path, kind, BODIES[kind])
    document = load_folder(folder).document
    assert document
    assert lint(folder.parent.parent, Registry([tmp_path])) == (1, [])


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("metadata", "obligation: mandatory", "obligation: must", ("standard.value", "elements[title].obligation")),
        ("metadata", "obligation: mandatory, ", "", ("standard.key-missing", "elements[title]")),
        ("metadata", "obligation: mandatory", "obligation: conditional", ("standard.key-missing", "elements[title]")),
        ("metadata", "repeat: 1..1", "repeat: 2..n", ("standard.value", "elements[title].repeat")),
        ("metadata", "repeat: 1..1", "wiederholt: 1", ("standard.key-unknown", "elements[title].wiederholt")),
        ("metadata", "repeat: 1..1", "part_of: titel", ("standard.item-missing", "elements[title].part_of")),
        ("metadata", "repeat: 1..1", "identifier: uscd", ("standard.identifier-unknown", "elements[title].identifier")),
        ("metadata", "elements:", "elemente:", ("standard.key-unknown", "elemente")),
        ("interface", "item: sign}", "item: sing}", ("standard.item-missing", "signing.item")),
        ("interface", "in: header", "in: cookie", ("standard.value", "items[sign].in")),
        ("assessment", "weight: 0.3", "weight: 0.4", ("standard.weights", "indicators[A].weight")),
        ("assessment", "total: 100", "total: 99", ("standard.weights", "total")),
        ("assessment", "code: A2, parent: A", "code: A1, parent: A", ("standard.item-twice", "indicators[A1].code")),
        (
            "assessment",
            "code: A2, parent: A",
            "code: A2, parent: C",
            ("standard.item-missing", "indicators[A2].parent"),
        ),
        (
            "assessment",
            "code: A2, parent: A",
            "code: A2, parent: A1",
            ("standard.level-wrong", "indicators[A2].parent"),
        ),
        (
            "assessment",
            "level: 2, title: 甲二",
            "level: 3, title: 甲二",
            ("standard.item-missing", "indicators[A2].level"),
        ),
        ("assessment", "code: B", "code: 2", ("standard.value", "indicators[2].code")),
        ("database", "table: resident-population", "table: residents", ("standard.item-missing", "authority[1].table")),
        ("database", "role: 甲部门", "rolle: 甲部门", ("standard.key-unknown", "authority[1].rolle")),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, kind: str, old: str, new: str, expected: tuple[str, str]
) -> None:
    body = BODIES[kind]
    assert old in body
    assert expected in told(pack(tmp_path, kind, body.replace(old, new, 1)))


def test_a_name_may_be_given_once(tmp_path: Path) -> None:
    again = METADATA + METADATA.removeprefix("elements:\n")
    assert told(pack(tmp_path, "metadata", again)) == {("standard.item-twice", "elements[title].name")}


def test_two_sources_for_a_field_need_a_scope(tmp_path: Path) -> None:
    second = "  - {table: resident-population, fields: [XM], role: 乙部门}\n"
    assert told(pack(tmp_path, "database", DATABASE + second)) == {("standard.authority-twice", "authority[2].fields")}
    scoped = second.replace("role", "scope: \"starts_with(GMSFHM, '42')\", role")
    assert load_folder(pack(tmp_path, "database", DATABASE + scoped, "b")).document


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("database", "resident-population@1", "no-such-table@1", "standard.reference-missing"),
        ("database", "resident-population@1", "gbt-2261-1-sex@1", "standard.kind-wrong"),
        ("database", "key: [GMSFHM]", "key: [SFZH]", "standard.column-missing"),
        ("database", "fields: [XM]", "fields: [XINGMING]", "standard.column-missing"),
        ("metadata", "repeat: 1..1", "codelist: no-such-list@1", "standard.reference-missing"),
    ],
)
def test_lint_looks_at_what_a_document_names(tmp_path: Path, kind: str, old: str, new: str, code: str) -> None:
    body = BODIES[kind].replace(old, new, 1)
    if "no-such-table" in new or "gbt" in new:
        body = body.replace("table: resident-population", f"table: {new.split('@')[0]}")
    _, found = lint(pack(tmp_path, kind, body).parent.parent, Registry([tmp_path]))
    assert code in {each.code for each in found}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9007199254740992"])
def test_numbers_that_json_cannot_carry_are_refused(tmp_path: Path, number: str) -> None:
    folder = pack(tmp_path, "record", f"schema: {{maximum: {number}}}\n")
    assert told(folder) == {("standard.value", "schema.maximum")}


def test_numbers_as_large_as_json_carries_are_kept(tmp_path: Path) -> None:
    assert load_folder(pack(tmp_path, "record", "schema: {maximum: 9007199254740991}\n")).fingerprint


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize(
    "junk", ["1", "[1, [2]]", "{a: {b: 1}}", "[{}, x]", "true", "[{name: [1], code: {}, parent: 3}]"]
)
def test_a_body_of_any_shape_is_told_and_never_raises(tmp_path: Path, kind: str, junk: str) -> None:
    key = BODIES[kind].split(":")[0]
    assert {where.split("[")[0] for _, where in told(pack(tmp_path, kind, f"{key}: {junk}\n"))} <= {key, ""}
