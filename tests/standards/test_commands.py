"""`gongshu standards …`: words for people, JSON for machines, exit codes for scripts; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongshu.cli import main
from gongshu.standards.loading import format_schema

PACK = """\
id: staff
version: 1.0.0
kind: table
title: {zh: 人员登记表, en: Register of staff}
basis: {title: GB/T 1, clause: "4.2", confidence: low}
fields:
  - name: XM
    title: {zh: 姓名, en: Name}
    constraints: {required: true, maxLength: 50}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "packs" / "staff" / "1.0.0"
    folder.mkdir(parents=True)
    (folder / "standard.yaml").write_text(PACK, encoding="utf-8")
    return tmp_path / "packs"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["standards", *words])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    return code, captured.out, captured.err


def test_list(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    code, out, _ = run(capsys, "list", "--json", "--standards", str(root), "--lang", "zh")
    entry = next(each for each in json.loads(out) if each["id"] == "staff")
    wanted = {"version": "1.0.0", "kind": "table", "title": "人员登记表", "status": "draft", "confidence": "low"}
    assert {name: entry[name] for name in wanted} == wanted
    assert code == 0
    code, out, _ = run(capsys, "list", "--kind", "codelist", "--standards", str(root), "--lang", "en")
    assert "staff" not in out
    code, out, _ = run(capsys, "list", "--standards", str(root), "--lang", "zh")
    assert "人员登记表" in out
    assert max(_width(line) for line in out.splitlines()) <= 80


def _width(line: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in line)


def test_show(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    code, out, _ = run(capsys, "show", "staff", "--standards", str(root), "--lang", "zh")
    assert code == 0
    for words in ("staff@1.0.0", "人员登记表", "姓名", "必填", "GB/T 1", "低"):
        assert words in out
    code, out, _ = run(capsys, "show", "staff", "--standards", str(root), "--json")
    assert json.loads(out)["table"]["fields"][0]["name"] == "XM"


def test_search_looks_at_titles_then_at_columns(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert "staff" in run(capsys, "search", "登记表", "--standards", str(root))[1]
    assert "staff" in run(capsys, "search", "XM", "--standards", str(root), "--quiet")[1]
    code, out, err = run(capsys, "search", "qqqqqq", "--lang", "zh")
    assert (code, out) == (1, "")
    assert "qqqqqq" in err


def test_schema_is_the_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schema")
    assert code == 0
    assert json.loads(out) == format_schema()
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(out))


def test_lint(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert run(capsys, "lint", str(root))[0] == 0
    file = root / "staff" / "1.0.0" / "standard.yaml"
    file.write_text(PACK + "    codelist: nowhere\n    colour: red\nreplaced_by: other\n", encoding="utf-8")
    code, out, _ = run(capsys, "lint", str(root), "--lang", "zh")
    assert code == 3
    assert f"{file}:10 fields[XM].codelist" in out
    assert f"{file}:11 fields[XM].colour" in out
    assert f"{file}:12 replaced_by" in out
    code, out, _ = run(capsys, "lint", str(file.parent), "--json")
    assert code == 3
    assert [(each["code"], each["line"]) for each in json.loads(out)] == [
        ("standard.codelist-missing", 10),
        ("standard.key-unknown", 11),
        ("standard.reference-missing", 12),
    ]


def test_lint_names_every_kind_of_bad_input_at_once(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    file = root / "staff" / "1.0.0" / "standard.yaml"
    file.write_text(
        """\
id: staff
version: 1.0.0
kind: table
title: 人员
colour: red
fields:
  - {name: A, codelist: nowhere@1}
  - {name: B, constraints: {pattern: "["}}
  - {name: B}
  - {name: C, label_of: D}
  - {name: D, label_of: C}
rules:
  - {id: syntax, check: "A = = B"}
  - {id: function, check: "getenv('HOME') = A"}
  - {id: column, check: "Z IS NOT NULL"}
""",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "lint", str(root), "--json", "--lang", "zh")
    assert code == 3
    found = json.loads(out)
    assert [(each["line"], each["key"]) for each in found] == [
        (5, "colour"),
        (7, "fields[A].codelist"),
        (8, "fields[B].constraints.pattern"),
        (9, "fields[B].name"),
        (10, "fields[C].label_of"),
        (13, "rules[syntax].check"),
        (14, "rules[function].check"),
        (15, "rules[column].check"),
    ]
    assert {each["file"] for each in found} == {str(file)}
    for each in found:
        assert each["message"].startswith(f"{file}:{each['line']} {each['key']}: ")
        assert len(each["message"].splitlines()) == 1


def test_lint_finds_standards_that_replace_each_other(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        folder = tmp_path / name
        folder.mkdir()
        text = PACK.replace("id: staff", f"id: {name}") + f"status: withdrawn\nreplaced_by: {other}\n"
        (folder / "standard.yaml").write_text(text, encoding="utf-8")
    code, out, _ = run(capsys, "lint", str(tmp_path), "--lang", "en")
    assert code == 3
    assert "one → two → one" in out


@pytest.mark.parametrize("words", [("lint", "nowhere"), ("show", "nowhere"), ("show", "./nowhere.yaml"), ("lint", ".")])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wrong_words_end_with_3_and_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    lang: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *words, "--lang", lang)
    assert code == 3
    assert out == ""
    assert len(err.splitlines()) == 1


def test_export(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    code, out, err = run(
        capsys, "export", "staff", "--to", "table-schema", "-o", str(target), "--standards", str(root), "--lang", "en"
    )
    assert code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["fields"][0]["name"] == "XM"
    assert "table-schema" in err
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []
    code, out, err = run(capsys, "export", "staff", "--to", "table-schema", "--standards", str(root), "--quiet")
    assert json.loads(out)["fields"]
    assert err == ""
    assert run(capsys, "export", "staff", "--to", "xls", "--standards", str(root))[0] == 3
    missing = tmp_path / "no" / "x.json"
    code, _, err = run(capsys, "export", "staff", "--to", "table-schema", "-o", str(missing), "--standards", str(root))
    assert code == 3
    assert len(err.splitlines()) == 1


def test_lint_of_the_built_in_packs() -> None:
    from gongshu.standards.linting import lint
    from gongshu.standards.registry import Registry, packs

    count, faults = lint(packs(), Registry(installed=False))
    assert [each.say("en") for each in faults] == []
    assert count > 0


def test_lint_of_a_data_package_and_of_a_json_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good = {"name": "a", "path": "a.csv", "schema": {"fields": [{"name": "x"}]}}
    bad = {"name": "b", "path": "b.csv", "schema": {"fields": [{"name": "x", "type": "unicorn"}]}}
    plain = {"name": "c", "path": "c.csv"}
    package, schema = tmp_path / "datapackage.json", tmp_path / "record.json"
    package.write_text(json.dumps({"resources": [good, plain]}), encoding="utf-8")
    assert run(capsys, "lint", str(package))[0] == 0
    package.write_text(json.dumps({"resources": [good, bad, plain]}), encoding="utf-8")
    code, out, _ = run(capsys, "lint", str(package), "--lang", "en")
    assert (code, "unicorn" in out) == (3, True)
    good["schema"] = "elsewhere/schema.json"
    package.write_text(json.dumps({"resources": [good, plain]}), encoding="utf-8")
    code, _, told = run(capsys, "lint", str(package), "--lang", "en")
    assert (code, "elsewhere/schema.json" in told) == (0, True)
    package.write_text(json.dumps({"resources": [{**good, "name": "Not-Good"}]}), encoding="utf-8")
    assert run(capsys, "lint", str(package))[0] == 3
    schema.write_text('{"type": "object", "properties": {"a": {"type": 12}}}', encoding="utf-8")
    code, out, _ = run(capsys, "lint", str(schema), "--lang", "en")
    assert (code, "/properties/a/type" in out) == (3, True)
