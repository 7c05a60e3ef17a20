"""A manifest is read whole, and everything wrong with its shape is told at once, with lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.publishers import identity
from gongshu.publishers.manifest import ManifestFaults, read
from gongshu.publishers.targets import plan


def test_relative_paths_are_the_manifests(office, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (item,) = read(office.manifest()).items
    assert item.files[0].path == (office.folder / "lots.csv").resolve()
    assert item.metadata["releaseDate"] == "2026-01-01"
    assert item.metadata["sharing"] == {"type": "1", "mode": "platform"}
    assert item.metadata["open"] == {"type": "1"}
    assert item.metadata["resourceClass"] == [{"lei": "2", "xiang": "城乡建设"}]


def test_every_fault_at_once_with_its_line(tmp_path: Path):
    path = tmp_path / "m.yaml"
    path.write_text(
        "datasets:\n"
        "  - code: a1\n"
        "    titel: x\n"
        "    files:\n"
        "      - {key: k, path: a.csv}\n"
        "      - {key: main, path: a.csv, standard: s}\n"
        "      - {key: MAIN, path: a.csv, standard: s}\n"
        "  - title: no code\n"
        "  - code: a1\n"
        "    files: [{key: k, path: a.csv, standard: s}]\n",
        encoding="utf-8",
    )
    with pytest.raises(ManifestFaults) as caught:
        read(path)
    found = [(fault.code, fault.params["line"]) for fault in caught.value.faults]
    assert sorted(found) == [
        ("manifest.code-twice", 9),
        ("manifest.file-key-missing", 5),
        ("manifest.file-twice", 7),
        ("manifest.files-missing", 8),
        ("manifest.key-unknown", 3),
    ]
    for lang in ("zh", "en"):
        assert len(caught.value.say(lang).splitlines()) == len(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("datasets: [", "manifest.yaml"),
        ("", "manifest.shape"),
        ("- a", "manifest.shape"),
        ("datasets: []", "manifest.empty"),
        ("datasets: [1]", "manifest.shape"),
        ("datasets:\n  - code: a\n    code: b\n    withdraw: x", "manifest.key-twice"),
        ("a: !!python/object:os.system {}", "manifest.yaml"),
        ("a: &a [*a]", "manifest.yaml"),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, text: str, code: str):
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestFaults) as caught:
        read(path)
    assert code in [fault.code for fault in caught.value.faults]


def test_references_to_references_do_not_grow_without_bound(tmp_path: Path):
    letters = "abcdefghij"
    lines = [f"{to}: &{to} [{', '.join(['*' + of] * 9)}]" for of, to in zip(letters, letters[1:])]
    (tmp_path / "m.yaml").write_text("a: &a [x, x, x]\n" + "\n".join(lines) + "\ndatasets: *j\n", encoding="utf-8")
    with pytest.raises(ManifestFaults) as raised:
        read(tmp_path / "m.yaml")
    assert "manifest.yaml" in {fault.code for fault in raised.value.faults}


def test_bytes_that_are_no_utf8(tmp_path: Path):
    path = tmp_path / "m.yaml"
    path.write_bytes("datasets: 停车".encode("gb18030"))
    with pytest.raises(ManifestFaults) as caught:
        read(path)
    assert [fault.code for fault in caught.value.faults] == ["manifest.encoding"]


@given(st.text(min_size=1, max_size=200))
def test_a_slug_is_short_ascii_and_always_the_same(code: str):
    made = identity.slug(code)
    assert re.fullmatch(r"[a-z0-9_-]{2,100}", made)
    assert made == identity.slug(code)


def test_slugs_keep_what_people_recognise():
    assert identity.slug("307010/000001") == "307010-000001"
    assert identity.slug("420000-permits") == "420000-permits"
    assert identity.slug("停车场") != identity.slug("公园")


def test_ids_depend_on_catalogue_code_and_key_alone():
    one, other = "11111111-1111-4111-8111-111111111111", "21111111-1111-4111-8111-111111111111"
    assert identity.dataset_id(one, "a") == identity.dataset_id(one, "a")
    assert len({identity.dataset_id(one, "a"), identity.dataset_id(other, "a"), identity.dataset_id(one, "b")}) == 3
    assert identity.resource_id(one, "a", "k") != identity.resource_id(one, "a", "m")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('files: [{key: k, path: "a\\0b", standard: pack}]', "manifest.path"),
        ('files: [{key: k, path: lots.csv, standard: pack, receipt: "\\0"}]', "manifest.path"),
        ("files: [{key: k, path: lots.csv, standard: pack, date: 2026-13-45}]", "manifest.shape"),
        ("files: [{key: k, path: lots.csv, standard: pack, references: [x]}]", "manifest.shape"),
        ("files: lots.csv", "manifest.shape"),
        (f"withdraw: x\n    code: {'9' * 129}", "manifest.code-long"),
    ],
)
def test_what_cannot_be_is_a_fault_with_its_line(office, text: str, code: str):
    path = office.folder / "m.yaml"
    path.write_text(f"datasets:\n  - title: x\n    {text}\n", encoding="utf-8")
    with pytest.raises(ManifestFaults) as caught:
        read(path)
    assert code in [fault.code for fault in caught.value.faults]
    assert all(fault.params["place"].startswith("m.yaml:") for fault in caught.value.faults)


@pytest.mark.parametrize("sharing", [[1], {"type": [1]}, {"type": {"a": 1}}, "随便", 7])
def test_what_is_no_sharing_type_blocks_its_dataset(office, sharing):
    (item,) = plan(office.manifest([{"sharing": sharing}]), as_of="2026-01-02").items
    assert item.action == "blocked"
    assert "metadata.element-value" in [each["code"] for each in item.reasons]
