"""What is kept of a pack between processes saves time and changes nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gongshu.standards.faults import StandardFaults
from gongshu.standards.registry import Registry
from gongshu.standards.remembering import cache_folder

PACK = """id: kept-table
version: 1.0.0
kind: table
title: {zh: 甲, en: A}
fields:
  - {name: a, type: string, constraints: {maxLength: 3}, codelist: kept-list}
rules:
  - {id: r, check: "a <> 'x'", message: {zh: 不可以, en: no}}
"""
LIST = "id: kept-list\nversion: 1.0.0\nkind: codelist\ntitle: {zh: 乙, en: B}\n"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    root = tmp_path / "packs"
    for name, text in (("kept-table", PACK), ("kept-list", LIST)):
        (root / name / "1.0.0").mkdir(parents=True)
        (root / name / "1.0.0" / "standard.yaml").write_text(text, encoding="utf-8")
    (root / "kept-list" / "1.0.0" / "codes.csv").write_text("code,name_zh\n1,一\n", encoding="utf-8")
    return root


def _registry(packs: Path, cache: Path | None) -> Registry:
    return Registry([packs], installed=False, cache=cache)


def test_what_is_kept_is_the_same_standard_and_needs_no_parser(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _registry(packs, tmp_path / "cache").get("kept-table")
    assert first == _registry(packs, None).get("kept-table")

    def read(folder: Path) -> None:
        pytest.fail(f"{folder} was read from its sources")

    monkeypatch.setattr("gongshu.standards.loading.load_folder", read)
    assert _registry(packs, tmp_path / "cache").get("kept-table") == first


def test_an_edit_of_the_pack_or_of_its_list_is_seen(packs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = _registry(packs, cache).get("kept-table")
    codes = packs / "kept-list" / "1.0.0" / "codes.csv"
    codes.write_text("code,name_zh\n1,一\n2,二\n", encoding="utf-8")
    after = _registry(packs, cache).get("kept-table")
    assert after.fingerprint != before.fingerprint
    assert after.fingerprint == _registry(packs, None).get("kept-table").fingerprint
    source = packs / "kept-table" / "1.0.0" / "standard.yaml"
    source.write_text(PACK.replace("maxLength: 3", "maxLength: 4"), encoding="utf-8")
    changed = _registry(packs, cache).get("kept-table")
    assert changed.table is not None
    assert changed.table.fields[0].constraints.max_length == 4
    source.write_text(PACK.replace("type: string", "type: strange"), encoding="utf-8")
    with pytest.raises(StandardFaults):
        _registry(packs, cache).get("kept-table")


def test_a_damaged_or_forbidden_cache_changes_nothing(packs: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    whole = _registry(packs, cache).get("kept-table")
    for each in (cache / "standards").iterdir():
        each.write_bytes(each.read_bytes()[:100])
    assert _registry(packs, cache).get("kept-table") == whole
    (tmp_path / "file").write_text("no folder")
    assert _registry(packs, tmp_path / "file").get("kept-table") == whole


def test_the_setting_chooses_the_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder("no") is None
    assert cache_folder("here") == Path("here")
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert cache_folder("") == tmp_path / "gongshu"
