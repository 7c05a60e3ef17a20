"""A resource in several files is one table (Data Package, `path` as a list); places name the file and its own line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongshu import validate
from gongshu.standards.faults import UsageFault
from gongshu.validators.reports import write

FIELDS = [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]
SCHEMA = {"fields": FIELDS, "primaryKey": "id"}
FIRST = 'id,name\n1,甲\n2,"乙\n二"\n'


def package(folder: Path, files: dict[str, bytes | str], *, others: list[dict[str, object]] | None = None) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    path = folder / "datapackage.json"
    resource = {"name": "one", "path": list(files), "schema": SCHEMA}
    path.write_text(json.dumps({"name": "p", "resources": [resource, *(others or [])]}), encoding="utf-8")
    return path


def places(path: Path, **asked: object) -> list[tuple[str, int | None, int | None, str | None, str | None]]:
    """(code, row, line, pointer, value) of everything found, by row."""
    (file,) = validate(path, samples=None, **asked).files
    found = [
        (each.code, sample.row, sample.line, sample.pointer, sample.value)
        for each in file.findings
        for sample in each.samples
    ]
    return sorted(found, key=lambda each: (each[1] or 0, each[0]))


HEADS = {"header in each": "id,name\n", "header in the first": "", "columns in another order": "name,id\n"}


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_are_one_table(tmp_path: Path, kind: str, encoding: str, end: str) -> None:
    head = HEADS[kind]
    rows = [("3", "丙"), ("x", "丁"), ("2", "又")]
    text = head + "".join(f"{b},{a}\n" if kind == "columns in another order" else f"{a},{b}\n" for a, b in rows)
    path = package(
        tmp_path, {"a.csv": FIRST, "b.csv": text.replace("\n", end).encode(encoding), "c/d.csv": "id,name\ny,z\n"}
    )
    first = 2 if head else 1
    found = [each for each in places(path) if each[0].startswith(("cell.", "key."))]
    assert found == [
        ("cell.type", 4, first + 1, "b.csv", "x"),
        ("key.duplicate", 5, first + 2, "b.csv", "2"),
        ("cell.type", 6, 2, "c/d.csv", "y"),
    ]
    assert validate(path).files[0].rows == 6


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_make_no_difference(tmp_path: Path, threads: int) -> None:
    many = {
        f"{number}.csv": "id,name\n" + "".join(f"{number}{row:03},甲\n" for row in range(1, 50)) + f"x{number},乙\n"
        for number in range(1, 9)
    }
    found = places(package(tmp_path, many), threads=threads)
    assert found == [("cell.type", 50 * number, 51, f"{number}.csv", f"x{number}") for number in range(1, 9)]


def test_the_first_occurrence_names_its_file(tmp_path: Path) -> None:
    import io

    path = package(tmp_path, {"a.csv": FIRST, "b.csv": "2,又\n"})
    out = io.BytesIO()
    write(validate(path), out, form_name="terminal", lang="en", width=200)
    assert "b.csv (line 1)  “2” is the same as in a.csv (line 3)" in out.getvalue().decode()


def test_a_bad_byte_keeps_its_place_in_its_file(tmp_path: Path) -> None:
    path = package(tmp_path, {"a.csv": FIRST, "b.csv": b"3,\xe4\xb8\x99\n4,\xff\xe4\xb8\x99\n5,\xe4\xb8\x99\n"})
    (finding,) = [each for each in validate(path).files[0].findings if each.code == "file.encoding"]
    sample = finding.samples[0]
    assert (sample.pointer, sample.line, sample.byte) == ("b.csv", 2, 8)


def test_lines_of_json_and_members_that_come_late(tmp_path: Path) -> None:
    files = {"a.jsonl": '{"id": 1}\n', "b.jsonl": '{"id": 2, "name": "乙"}\n{"id": "x"}\n'}
    assert places(package(tmp_path, files)) == [("cell.type", 3, 2, "b.jsonl#/id", "x")]


def test_columns_of_a_later_file_that_do_not_fit_are_said(tmp_path: Path) -> None:
    path = package(tmp_path, {"a.csv": "id,name\n1,甲\n", "b.csv": "id,title\n2,乙\n"})
    assert [(each.code, each.columns, each.samples[0].pointer) for each in validate(path).files[0].findings] == [
        ("table.column-missing", ("name",), "b.csv"),
        ("table.column-extra", ("title",), "b.csv"),
    ]


def test_foreign_keys_see_all_files(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("ref\n1\n3\n9\n", encoding="utf-8")
    key = {"fields": "ref", "reference": {"resource": "one", "fields": "id"}}
    other = {
        "name": "two",
        "path": "e.csv",
        "schema": {"fields": [{"name": "ref", "type": "integer"}], "foreignKeys": [key]},
    }
    path = package(tmp_path, {"a.csv": FIRST, "b.csv": "3,丙\n"}, others=[other])
    report = validate(path)
    assert [(each.name, str(each.verdict)) for each in report.files] == [
        ("one", "conforms"),
        ("e.csv", "nonconforming"),
    ]
    assert report.files[1].findings[0].samples[0].value == "9"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = package(tmp_path, {"a.csv": FIRST, "b.csv": "3,丙\n"})
    (tmp_path / "b.csv").unlink()
    with pytest.raises(UsageFault) as caught:
        validate(path)
    assert caught.value.code == "usage.path-missing"


def test_a_file_that_cannot_be_read_is_the_table_that_cannot(tmp_path: Path) -> None:
    report = validate(package(tmp_path, {"a.csv": FIRST, "b.csv": b"\x89PNG\r\n\x1a\n"}))
    assert (str(report.verdict), report.files[0].findings[0].code) == ("unreadable", "file.format-mismatch")
