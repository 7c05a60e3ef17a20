"""What a developer does with a catalogue: open, find, load; and what it says when something is off."""

from __future__ import annotations

import json

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from gongshu.catalogue.client import open as open_catalogue
from gongshu.cli import main
from gongshu.standards.faults import PublishFault, UsageFault


@pytest.fixture
def catalogue(store, put):
    put("307010/000001")
    put("101010/000002", "常住人口统计", rows=4)
    with open_catalogue(f"catalogue:{store.folder}") as opened:
        yield opened


def test_a_dataset_by_code_or_slug_as_a_table(catalogue):
    assert catalogue["307010/000001"].slug == "307010-000001"
    table = catalogue["307010-000001"].table()
    assert table["ID"].to_pylist() == ["000", "001", "002"]
    assert catalogue["307010/000001"].table(columns=["N"], filter=pc.field("N") > 1)["N"].to_pylist() == [2]
    assert catalogue["307010/000001"].table(filter=[("ID", "=", "001")]).num_rows == 1
    assert [each.code for each in catalogue] == ["101010/000002", "307010/000001"]
    assert len(catalogue) == 2
    assert "307010-000001" in catalogue
    assert "x" not in catalogue


def test_pandas_keeps_types(catalogue):
    pytest.importorskip("pandas")
    frame = catalogue["307010/000001"].pandas()
    assert list(frame["ID"]) == ["000", "001", "002"]
    assert str(frame["N"].dtype) == "int64[pyarrow]"


def test_an_unknown_code_is_a_key_error_that_names_the_nearest(catalogue):
    with pytest.raises(KeyError) as caught:
        catalogue["307010/00001"]
    assert "307010/000001" in str(caught.value.say("zh"))
    with pytest.raises(UsageFault):
        catalogue["307010/000001"].table(columns=["M"])
    with pytest.raises(UsageFault):
        catalogue["307010/000001"].table(key="other")


def test_a_tampered_file_is_never_read(catalogue, store):
    path = store.object_path(store.head("307010/000001").content_sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(PublishFault) as caught:
        catalogue["307010/000001"].table()
    assert caught.value.code == "catalogue.damaged"


def test_versions_newest_first(catalogue, put):
    put("307010/000001", rows=7)
    assert [(each["version"], each["rows"]) for each in catalogue["307010/000001"].versions] == [("2", 7), ("1", 3)]


def test_where_nothing_is(tmp_path):
    with pytest.raises(UsageFault):
        open_catalogue(tmp_path)
    with pytest.raises(UsageFault):
        open_catalogue("http://127.0.0.1:8300")


def test_search_and_show_commands(catalogue, store, capsys):
    where = str(store.folder)
    assert main(["search", "人口", "--in", where, "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert {"code", "title", "version", "organisation", "standard", "sha256"} <= set(found)
    assert main(["search", "停车", "--in", where, "--lang", "zh"]) == 0
    assert "307010/000001" in capsys.readouterr().out
    assert main(["search", "没有的词", "--in", where, "--lang", "en"]) == 0
    assert "Nothing found" in capsys.readouterr().out
    for lang in ("zh", "en"):
        assert main(["show", "307010/000001", "--in", where, "--lang", lang]) == 0
        assert "parking-lots@1.0.0" in capsys.readouterr().out
    assert main(["show", "nope", "--in", where]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_check_command(catalogue, store, capsys):
    assert main(["catalogue", "check", str(store.folder), "--lang", "zh"]) == 0
    store.object_path(store.head("307010/000001").content_sha256).unlink()
    capsys.readouterr()
    assert main(["catalogue", "check", str(store.folder), "--json"]) == 1
    assert [each["code"] for each in json.loads(capsys.readouterr().out)] == ["catalogue.object-missing"]


def test_get_writes_whole_files_only(catalogue, store, tmp_path, capsys):
    where = str(store.folder)
    for name in ("a.parquet", "a.json"):
        assert main(["get", "307010/000001", "-o", str(tmp_path / name), "--in", where]) == 0
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 3
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))[1] == {"ID": "001", "N": 1}
    out = str(tmp_path / "b.csv")
    assert main(["get", "307010/000001", "-o", out, "--column", "ID", "--in", where]) == 0
    assert (tmp_path / "b.csv").read_bytes() == b"\xef\xbb\xbfID\n000\n001\n002\n"
    assert main(["get", "307010/000001", "-o", str(tmp_path / "a.docx"), "--in", where]) == 3
    assert main(["get", "nope", "-o", str(tmp_path / "c.csv"), "--in", where]) == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.json", "a.parquet", "b.csv"]
