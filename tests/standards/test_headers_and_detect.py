"""Names are compared as people read them, and name the standard that a file looks like."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.detect import detect
from gongshu.standards.headers import normal
from gongshu.standards.registry import Registry


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        (" 姓\u3000名\n", "姓名"),
        ("*证件号码（必填）", "证件号码"),
        ("＊名称 (选填)", "名称"),
        ("ＸＫ_ＷＳＨ", "xk_wsh"),
        ("名称(必填)说明", "名称(必填)说明"),
        ("\ufeffid\u200b", "id"),
        ("", ""),
    ],
)
def test_the_normal_form_of_a_header(written: str, compared: str) -> None:
    assert normal(written) == compared


@given(st.text(st.characters(categories=["L", "N", "Zs"]), max_size=12))
def test_blanks_and_marks_make_no_difference(name: str) -> None:
    assert normal(f"* {name}\n(必填)") == normal(name)


def pack(root: Path, name: str, fields: str, status: str = "draft", version: str = "1.0.0") -> None:
    folder = root / name / version
    folder.mkdir(parents=True)
    text = f"id: {name}\nversion: {version}\nkind: table\ntitle: x\nstatus: {status}\nfields: {fields}\n"
    (folder / "standard.yaml").write_text(text, encoding="utf-8")


def test_the_best_match_comes_first_with_reasons(tmp_path: Path) -> None:
    pack(tmp_path, "people", "[{name: ID, title: 证件号码, constraints: {required: true}}, {name: XM, title: 姓名}]")
    pack(tmp_path, "firms", "[{name: USCC, constraints: {required: true}}, {name: XM, title: 姓名}]")
    pack(tmp_path, "old", "[{name: ID, title: 证件号码}, {name: XM, title: 姓名}]", status="withdrawn")
    pack(tmp_path, "other", "[{name: Q}]")
    registry = Registry((tmp_path,), builtin=False, installed=False)
    best, second = detect(["证件号码(必填)", "姓 名"], registry)
    assert (best.id, best.version, best.score) == ("people", "1.0.0", 1.0)
    assert best.reasons.matched == ("证件号码(必填)", "姓 名")
    assert second.id == "firms"
    assert second.score < 0.5
    assert second.reasons.missing == ("USCC",)
    assert second.reasons.unknown == ("证件号码(必填)",)
    assert detect([], registry) == []
    assert detect(["nothing"], registry) == []
    assert len(detect(["姓名"], registry, limit=1)) == 1


def test_every_built_in_table_is_known_by_its_own_header() -> None:
    registry = Registry(installed=False)
    for entry in registry.entries():
        if entry.kind != "table":
            continue
        table = registry.get(entry.reference).table
        assert table is not None
        for header in ([each.name for each in table.fields], [each.title.zh or each.name for each in table.fields]):
            best = detect(header, registry)[0]
            assert best.score >= 0.9, entry.id
            assert best.id == entry.id
