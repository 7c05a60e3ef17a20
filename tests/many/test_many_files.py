"""Folders, globs, packages, lists, archives and sheets: what is judged, by what, under which name."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gongshu.cli import main
from gongshu.standards.faults import UsageFault
from gongshu.validators.readers import packed
from gongshu.validators.report import FileReport
from gongshu.validators.reports.document import document
from gongshu.validators.validation import validate

SCHEMA = {"fields": [{"name": "n", "type": "integer"}, {"name": "t"}]}
GOOD, BAD = "n,t\n1,x\n", "n,t\ny,x\n"
REPORT = json.loads((Path(__file__).parents[2] / "validators/report.schema.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(files: Mapping[str, str | bytes], folder: Path = Path()) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def verdicts(*sources: Any, **options: Any) -> dict[str, str]:
    return {each.name: str(each.verdict) for each in validate(*sources, **options).files}


def codes(file: FileReport) -> list[str]:
    return [each.code for each in file.findings]


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def test_a_folder_is_its_data_files() -> None:
    put({"d/a.csv": GOOD, "d/in/b.csv": BAD, "d/~$a.xlsx": "lock", "d/.x.csv": BAD, "d/readme.md": "x"})
    expected = {"d/a.csv": "conforms", "d/in/b.csv": "nonconforming"}
    assert verdicts("d", standard=SCHEMA) == expected
    assert verdicts("d/**/*.csv", standard=SCHEMA) == expected
    with pytest.raises(UsageFault):
        validate("d/*.xlsx", standard=SCHEMA)
    put({"e/readme.md": "x"})
    with pytest.raises(UsageFault):
        validate("e")


def test_the_worst_verdict_is_that_of_the_whole() -> None:
    put({"a.csv": GOOD, "b.csv": BAD, "c.csv": b""})
    assert validate("a.csv", "b.csv", standard=SCHEMA).exit_code == 1
    assert validate("a.csv", "b.csv", "c.csv", standard=SCHEMA).exit_code == 2


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_the_order_is_the_callers_whatever_finishes_first(threads: int) -> None:
    put({f"{n:02}.csv": "n,t\n" + "1,x\n" * (5000 if n % 3 == 0 else 1) for n in range(12)})
    seen: list[tuple[int, int, str]] = []
    report = validate("*.csv", standard=SCHEMA, threads=threads, progress=lambda *told: seen.append(told))
    assert [each.name for each in report.files] == [f"{n:02}.csv" for n in range(12)]
    assert [done for done, _, _ in seen] == list(range(1, 13))


def test_a_folder_without_a_standard_finds_out_and_says_so(here: Path) -> None:
    pack = "id: people\nversion: 1.0.0\nkind: table\ntitle: 人\nfields:\n  - {name: n, type: integer}\n  - {name: t}\n"
    put({"packs/people/1.0.0/standard.yaml": pack, "d/a.csv": BAD, "d/b.csv": "x,y\n1,2\n"})
    from gongshu.standards.registry import Registry

    report = validate("d", registry=Registry((here / "packs",)))
    first, second = report.files
    assert (first.standard.id, first.detected, codes(first)) == ("people", 1.0, ["cell.type"])
    assert (second.standard, second.detected) == (None, None)
    assert report.inputs["files"][0]["standard"]["id"] == "people"
    jsonschema.validate(document(report, lang="zh"), REPORT)


PACKAGE = {
    "name": "p",
    "resources": [
        {"name": "child", "path": "child.csv", "schema": {
            "fields": [{"name": "id"}, {"name": "parent"}],
            "foreignKeys": [{"fields": ["parent"], "reference": {"resource": "parents", "fields": ["id"]}}],
        }},
        {"name": "parents", "path": "in/parents.csv", "dialect": {"delimiter": ";"}, "schema": "parents.json"},
        {"name": "inline", "data": [["a"], ["x"]], "schema": {"fields": [{"name": "a", "type": "integer"}]}},
    ],
}  # fmt: skip


def test_a_package_is_judged_as_a_whole() -> None:
    put({"p/datapackage.json": json.dumps(PACKAGE), "p/child.csv": "id,parent\n1,a\n2,z\n"})
    put(
        {
            "p/in/parents.csv": "id;more\na;1\n",
            "p/parents.json": json.dumps({"fields": [{"name": "id"}, {"name": "more"}]}),
        }
    )
    for source in ("p", "p/datapackage.json"):
        report = validate(source)
        assert [each.name for each in report.files] == ["child.csv", "in/parents.csv", "inline.json"]
        child, parents, inline = report.files
        assert [(each.code, each.samples[0].row) for each in child.findings] == [("key.foreign", 2)]
        assert (codes(parents), codes(inline)) == ([], ["cell.type"])


@pytest.mark.parametrize("path", ["../a.csv", "/etc/passwd", "https://example.invalid/a.csv", "C:\\a.csv"])
def test_a_package_leads_nowhere_else(path: str) -> None:
    put({"p/datapackage.json": json.dumps({"resources": [{"name": "a", "path": path}]})})
    with pytest.raises(UsageFault) as caught:
        validate("p")
    assert caught.value.code == "usage.package-path"


def test_a_list_names_files_standards_and_sheets() -> None:
    put({"s.json": json.dumps(SCHEMA), "a.csv": BAD, "b.csv": "x\n1\n"})
    put({"manifest.yaml": "standard: s.json\nfiles:\n  - a.csv\n  - {path: b.csv, standard: s.json}\n"})
    report = validate("manifest.yaml")
    assert [each.name for each in report.files] == ["a.csv", "b.csv"]
    assert all(each.standard.id == "s" for each in report.files)
    put({"m.yaml": "datasets:\n  - code: x\n    files:\n      - {key: a, path: a.csv, standard: s.json}\n"})
    assert verdicts("m.yaml") == {"a.csv": "nonconforming"}
    put({"wrong.yaml": "a: 1\n"})
    with pytest.raises(UsageFault):
        validate("wrong.yaml")


def test_archives_are_their_members() -> None:
    put({"a.zip": zipped({"b.csv": GOOD, "in/c.csv": BAD, "__MACOSX/x.csv": "x", "readme.txt": "no data"})})
    put({"d.csv.gz": gzip.compress(BAD.encode()), "one.json.gz": gzip.compress(b'[{"n": 1, "t": "x"}]')})
    expected = {"a.zip/b.csv": "conforms", "a.zip/in/c.csv": "nonconforming"}
    assert verdicts("a.zip", standard=SCHEMA) == expected
    assert verdicts("d.csv.gz", "one.json.gz", standard=SCHEMA) == {
        "d.csv.gz": "nonconforming",
        "one.json.gz": "conforms",
    }
    assert list(verdicts(Path("a.zip").read_bytes(), standard=SCHEMA)) == ["data-1/b.csv", "data-1/in/c.csv"]
    report = validate("a.zip", standard=SCHEMA)
    assert report.receipt().verify(Path("a.zip")).valid
    assert list(report.inputs["archives"]) == ["a.zip"]


@pytest.mark.parametrize("name", ["../../evil.csv", "/evil.csv", "C:\\evil.csv", "a/../../evil.csv"])
def test_names_in_an_archive_lead_nowhere(here: Path, name: str) -> None:
    put({"a.zip": zipped({name: GOOD})})
    (shown,) = verdicts("a.zip", standard=SCHEMA)
    assert ".." not in shown
    assert shown.endswith("evil.csv")
    assert sorted(each.name for each in here.rglob("*")) == ["a.zip"]


def test_names_of_chinese_windows_are_read() -> None:
    info = zipfile.ZipInfo("名单.csv".encode("gb18030").decode("cp437"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, GOOD)
    raw = out.getvalue()
    for flagged in (b"\x00\x08",):  # the library marks what is not ASCII as UTF-8: take the mark away
        raw = (
            raw.replace("名单.csv".encode("gb18030").decode("cp437").encode(), "名单.csv".encode("gb18030"))
            if flagged
            else raw
        )
    put({"a.zip": raw})
    assert len(verdicts("a.zip", standard=SCHEMA)) == 1  # readable or said, never a crash


def reasons(name: str) -> list[tuple[str, str | None]]:
    return [(each.code, each.reason) for each in validate(name, standard=SCHEMA).findings]


def test_archives_that_are_refused() -> None:
    put({"nested.zip": zipped({"in.zip": zipped({"a.csv": GOOD})}), "torn.zip": zipped({"a.csv": GOOD})[:-30]})
    put({"double.gz": gzip.compress(gzip.compress(b"n,t\n")), "torn.csv.gz": gzip.compress(GOOD.encode() * 99)[:-9]})
    put({"none.zip": zipped({})})
    assert reasons("nested.zip") == [("file.unreadable", "nested")]
    assert reasons("torn.zip") == [("file.truncated", "container")]
    assert reasons("double.gz") == [("file.unreadable", "nested")]
    assert reasons("torn.csv.gz") == [("file.truncated", "container")]
    assert reasons("none.zip") == [("file.empty", "blank")]


def test_a_bomb_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "FREE", 1 << 20)
    put({"bomb.zip": zipped({"a.csv": b"0" * (64 << 20)}), "bomb.csv.gz": gzip.compress(b"0" * (64 << 20))})
    assert reasons("bomb.zip") == [("file.too-large", "ratio")]
    assert reasons("bomb.csv.gz") == [("file.too-large", "ratio")]
    assert validate("bomb.zip").exit_code == 2


def test_an_encrypted_member_is_said() -> None:
    raw = bytearray(zipped({"a.csv": GOOD}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    put({"a.zip": bytes(raw)})
    assert reasons("a.zip") == [("file.password", None)]


def test_every_sheet_is_judged_when_asked_for() -> None:
    import openpyxl

    from gongshu.validators.readers.options import ReadOptions

    book = openpyxl.Workbook()
    for number, value in enumerate((1, "y")):
        sheet = book.active if number == 0 else book.create_sheet(f"s{number}")
        for row in (["n", "t"], [value, "x"]):
            sheet.append(row)
    book.create_sheet("empty")
    book.save("a.xlsx")
    report = validate("a.xlsx", standard=SCHEMA, options=ReadOptions(sheet="*"))
    assert [(each.sheet, str(each.verdict)) for each in report.files] == [
        ("Sheet", "conforms"),
        ("s1", "nonconforming"),
    ]


def test_files_of_one_call_are_references_for_each_other(here: Path) -> None:
    parent = "id: areas\nversion: 1.0.0\nkind: table\ntitle: 区\nfields:\n  - {name: code}\n  - {name: name}\n"
    child = (
        "id: rows\nversion: 1.0.0\nkind: table\ntitle: 行\nfields:\n  - {name: id}\n  - {name: area}\n"
        "foreignKeys:\n  - {fields: [area], reference: {standard: areas@1, fields: [code]}}\n"
    )
    put({"packs/areas/1.0.0/standard.yaml": parent, "packs/rows/1.0.0/standard.yaml": child})
    put({"d/areas.csv": "code,name\n1,x\n", "d/rows.csv": "id,area\na,1\nb,9\n"})
    put({"list.yaml": "files:\n  - {path: d/areas.csv, standard: areas}\n  - {path: d/rows.csv, standard: rows}\n"})
    from gongshu.standards.registry import Registry

    report = validate("list.yaml", registry=Registry((here / "packs",)))
    assert [codes(each) for each in report.files] == [[], ["key.foreign"]]


def test_a_database_table() -> None:
    pytest.importorskip("sqlalchemy", reason="the extra `sql` is not installed")
    import sqlite3

    with sqlite3.connect("x.db") as base:
        base.execute("create table people (n text, t text)")
        base.executemany("insert into people values (?, ?)", [("1", "x"), ("y", None)])
    (file,) = validate("sqlite:///x.db#people", standard=SCHEMA).files
    assert (file.name, file.format, file.rows, codes(file)) == ("x.db#people", "sql", 2, ["cell.type"])
    for url in ("sqlite:///x.db#none", "sqlite:///x.db", "sqlite:///nowhere.db#a", "what://x#y"):
        with pytest.raises(UsageFault):
            validate(url, standard=SCHEMA)
    assert main(["validate", "sqlite:///x.db#people"]) == 0


CHILD = {
    "fields": [{"name": "id"}, {"name": "parent"}],
    "foreignKeys": [{"fields": ["parent"], "reference": {"resource": "parents", "fields": ["id"]}}],
}


def test_references_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    put({"s.json": json.dumps(CHILD), "child.csv": "id,parent\n1,a\n2,z\n", "p.csv": "id,x\na,1\n"})
    words = ["validate", "child.csv", "-s", "s.json", "--json"]
    assert main([*words, "--reference", "parents=p.csv"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in report["files"][0]["findings"]] == ["key.foreign"]
    assert report["inputs"]["references"]["parents"]
    for wrong in ("parents", "=p.csv", "parents=none.csv", "parents=catalogue:nowhere#x"):
        assert main([*words, "--reference", wrong]) == 3


def test_a_scheme_is_resolved_by_its_opener() -> None:
    from gongshu.validators.choices import references_of

    openers = {"catalogue": "posixpath:join"}
    assert references_of(["a=catalogue:place#code"], openers) == {"a": "place/code"}
