"""Secrets in every place that an audience may not see: no byte that it gets, and nothing that is told, holds one.

The copies of the sources in `objects/` are the operator's, and the one exception.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml
from openpyxl.comments import Comment

from gongshu.catalogue.client import open as open_catalogue
from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.standards.identifiers import identifier

sys.path.insert(0, str(Path(__file__).parent))
from reading import holds

sys.path.pop(0)

CODE = "307010/000009"
STANDARD = """
id: secret-lots
version: 1.0.0
kind: table
status: in-force
title: {zh: 车位名录, en: Lots}
fields:
  - {name: BM, title: {zh: 编码}, type: string, constraints: {required: true}}
  - {name: MC, title: {zh: 名称}, type: string, constraints: {required: true}}
  - {name: LB, title: {zh: 类别}, type: string}
  - {name: SFGK, title: {zh: 是否公开}, type: string, constraints: {enum: [是, 否]}}
  - {name: FZR, title: {zh: 负责人}, type: string, privacy: {category: personal, mask: name, when: "LB = '自然人'"}}
  - name: LXR
    title: {zh: 联系人}
    type: string
    constraints: {enum: [枚举隐名子, 枚举隐名丑]}
    privacy: {category: personal, mask: name}
  - {name: SJ, title: {zh: 手机}, type: string, privacy: {category: personal, mask: phone}}
  - {name: ZJ, title: {zh: 证件号码}, type: string, privacy: {category: sensitive, mask: citizen-id}}
  - {name: DZ, title: {zh: 住址}, type: string, privacy: {category: sensitive}}
  - name: NBYJ
    title: {zh: 表头所藏一}
    description: {zh: 说明所藏一}
    type: string
    constraints: {enum: [内部所藏甲, 内部所藏乙]}
    opening: none
  - {name: TJGX, title: {zh: 表头所藏二}, type: string, sharing: conditional}
  - {name: BGX, title: {zh: 表头所藏三}, type: string, sharing: none, example: 例子所藏}
  - {name: WZ, title: {zh: 表头所藏四}, type: geojson, opening: none, sharing: none}
  - {name: SJBM, title: {zh: 上级编码}, type: string}
primaryKey: [BM]
foreignKeys:
  - {fields: SJBM, reference: {resource: "", fields: BM}}
  - {fields: ZJ, reference: {resource: "", fields: ZJ}}
rules:
  - id: hidden
    check: "NBYJ <> '规则所藏'"
    message: {zh: 规则说明所藏, en: rule}
"""
METADATA = {
    "title": "车位名录",
    "provider": "示例市交通运输局",
    "providerCode": "11420000000013493M",
    "abstract": "全市车位",
    "resourceClass": "主题信息资源/城乡建设",
    "format": ["xlsx"],
    "sharing": {"type": 1, "mode": "platform"},
    "open": 1,
    "updateCycle": "monthly",
    "releaseDate": "2026-01-01",
}


def number(order: int) -> str:
    """An identity number of nobody: born on 1900-01-01."""
    start = f"11010119000101{order:03d}"
    return next(start + last for last in "0123456789X" if identifier("citizen-id")(start + last) is None)


# what nobody may read who gets data; the middle of a number is what a mask hides
NEVER = {
    "masked name": "枚举隐名子",
    "masked name of another row": "枚举隐名丑",
    "what a mask of a name hides": "举隐名",
    "conditionally masked": "自然所藏人",
    "masked because its condition is in doubt": "存疑所藏人",
    "phone": "13912345678",
    "identity number": number(1),
    "middle of an identity number": number(1)[6:14] + number(1)[14:15],
    "sensitive without a mask": "住址所藏",
    "withheld from sharing": "不共享所藏",
    "shared under a condition": "条件所藏",
    "geometry": "116.3978901",
    "row out of scope": "范围外所藏",
    "column that the standard does not know": "多余所藏值",
    "its header": "多余所藏头",
    "another sheet": "别表所藏",
    "a remark of a cell": "批注所藏",
    "who wrote the workbook": "作者所藏",
    "a row above the header": "抬头所藏",
    "name of the file": "文件所藏",
    "name of the sheet": "工作表所藏",
    "title of a column not shared": "表头所藏三",
    "title of a column of geometries": "表头所藏四",
    "title of a column shared under a condition": "表头所藏二",
    "example of a column not shared": "例子所藏",
}
NOT_OPEN = {
    "value of a column not opened": "内部所藏甲",
    "title of a column not opened": "表头所藏一",
    "its description": "说明所藏一",
    "its list of values": "内部所藏乙",
    "rule on it": "规则所藏",
    "message of the rule": "规则说明所藏",
}
OPERATOR = ("name of the file", "name of the sheet", "title of")  # whoever plans may read what he wrote


def workbook(path: Path, *, change: str = "") -> None:
    """Six rows; those of odd numbers are in scope, row 5 says nothing of who it is."""
    book = openpyxl.Workbook()
    book.properties.creator = "作者所藏"
    sheet = book.active
    sheet.title = "工作表所藏"
    sheet.append(["抬头所藏"])
    heads = ["编码", "名称", "类别", "是否公开", "负责人", "联系人", "手机", "证件号码", "住址"]
    heads += ["表头所藏一", "表头所藏二", "表头所藏三", "表头所藏四", "上级编码", "多余所藏头"]
    sheet.append(heads)
    place = json.dumps({"type": "Point", "coordinates": [116.3978901, 39.9]})
    for row in range(1, 7):
        kind = {1: "自然人", 5: None}.get(row, "单位")
        name = {1: "自然所藏人", 5: "存疑所藏人"}.get(row, f"公开公司{row}")
        inside = row % 2 == 1
        contact = "枚举隐名子" if row < 4 else "枚举隐名丑"
        inner = "内部所藏甲"
        line = [
            f"B{row}",
            f"公开名称{row}{change}" if inside else f"范围外所藏{row}{change}",
            kind,
            "是" if inside else "否",
        ]
        line += [name, contact, "13912345678", number(row), f"住址所藏{row}", inner, "条件所藏", "不共享所藏", place]
        sheet.append([*line, "B1", "多余所藏值"])
    sheet["A3"].comment = Comment("批注所藏", "作者所藏")
    book.create_sheet("别表所藏").append(["别表所藏"])
    book["别表所藏"].sheet_state = "hidden"
    book.save(path)


@pytest.fixture
def published(tmp_path, stand_in, capsys):
    """Two versions, brought to the catalogue, a site for the public, one for departments, and a CKAN."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "standard.yaml").write_text(STANDARD, "utf-8")
    file = {"key": "main", "path": "文件所藏.xlsx", "standard": "pack", "sheet": "工作表所藏", "scope": "SFGK = '是'"}
    (tmp_path / "m.yaml").write_text(
        yaml.safe_dump({"datasets": [{"code": CODE, **METADATA, "files": [file]}]}, allow_unicode=True), "utf-8"
    )
    targets = [f"catalogue:{tmp_path}/c", f"files:{tmp_path}/open", f"files:{tmp_path}/share#shared"]
    targets.append(f"ckan:{stand_in.url}")
    told = b""
    for version in (1, 2):
        workbook(tmp_path / "文件所藏.xlsx", change="改" if version == 2 else "")
        words = [word for target in targets for word in ("--to", target)]
        plan = tmp_path / f"plan{version}.json"
        code = main(["publish", "plan", str(tmp_path / "m.yaml"), *words, "-o", str(plan), "--as-of", "2026-03-31"])
        out = capsys.readouterr()
        told += (out.out + out.err).encode()
        assert code == 0, out.out
        assert main(["publish", "apply", str(plan), "--lang", "zh"]) == 0, capsys.readouterr().out
        out = capsys.readouterr()
        told += (out.out + out.err).encode()
    return tmp_path, stand_in, told


def found(content: bytes, secrets: dict[str, str]) -> list[str]:
    """The secrets that stand in the bytes."""
    return [place for place, words in secrets.items() if holds(content, words)]


def files(folder: Path) -> list[Path]:
    return [each for each in sorted(folder.rglob("*")) if each.is_file()]


def test_no_audience_reads_a_secret(published):
    folder, stand_in, _ = published
    for site, secrets in (("open", NEVER | NOT_OPEN), ("share", NEVER)):
        seen = files(folder / site)
        assert {each.suffix for each in seen} >= {".parquet", ".csv", ".json"}
        for each in seen:
            assert found(each.read_bytes(), secrets) == [], each
            assert found(str(each.relative_to(folder)).encode(), secrets) == [], each
        for form in ("csv", "parquet"):  # the reading has teeth: what is public is found
            (data,) = [each for each in seen if each.suffix == f".{form}"]
            assert holds(data.read_bytes(), "公开名称1改")
    (shared,) = [each for each in files(folder / "share") if each.suffix == ".parquet"]
    assert holds(shared.read_bytes(), "内部所藏甲")  # departments share it
    assert {"package_revise", "datastore_create", "datastore_upsert"} <= stand_in.actions
    heard = b"\n".join(stand_in.heard)
    assert "公开名称1".encode() in heard
    assert b"PAR1" in heard
    for each in stand_in.heard:
        assert found(each, NEVER | NOT_OPEN) == []
        start = each.find(b"PAR1")
        if start >= 0:
            end = each.rfind(b"PAR1") + 4
            assert found(each[start:end], NEVER | NOT_OPEN) == []


def test_only_the_source_itself_is_in_the_catalogue(published):
    folder, _, _ = published
    with Store(folder / "c") as store:
        sources = {each.source_sha256 for head in store.versions(CODE) for each in head.resources}
        kept = {
            each.sha256: each.audience
            for head in store.versions(CODE)
            for one in head.resources
            for each in one.outputs
            if each.sha256 not in sources
        }
    exception = {place: words for place, words in NEVER.items() if not place.startswith(OPERATOR)}
    rules = ("its header", "example of a column not shared")
    exception = {place: words for place, words in exception.items() if place not in rules}
    seen = 0
    for each in files(folder / "c"):
        if each.name in sources:
            assert found(each.read_bytes(), NEVER)  # the operator's copy, and the reading has teeth
            continue
        seen += 1
        secrets = exception | (NOT_OPEN if kept.get(each.name) == "open" else {})
        assert found(each.read_bytes(), secrets) == [], (each, kept.get(each.name))
    assert seen > len(kept)


def test_what_is_told_holds_no_secret(published, capsys):
    folder, _, told = published
    values = {place: words for place, words in NEVER.items() if not place.startswith(OPERATOR)}
    shown = {"its header"}  # the plan names what it will not publish
    values = {place: words for place, words in values.items() if place not in shown}
    values |= {"value of a column not opened": NOT_OPEN["value of a column not opened"]}
    assert "公开名称1改".encode() in told  # row differences are told
    assert found(told, values) == []
    for version in (1, 2):
        assert found((folder / f"plan{version}.json").read_bytes(), values) == []
    for form in ("text", "json", "html"):
        words = ["publish", "diff", f"{CODE}@1", f"{CODE}@2", "--in", str(folder / "c"), "--format", form]
        assert main(words) == 0
        out = capsys.readouterr()
        assert "公开名称1改" in out.out
        assert found((out.out + out.err).encode(), NEVER | NOT_OPEN) == []
        assert main([*words, "--audience", "shared"]) == 0
        out = capsys.readouterr()
        assert found((out.out + out.err).encode(), NEVER) == []


def test_a_search_finds_no_secret(published):
    folder, _, _ = published
    with open_catalogue(folder / "c") as catalogue:
        assert catalogue.search("车位")
        for place, words in (NEVER | NOT_OPEN).items():
            assert catalogue.search(words) == [], place
        table = catalogue[CODE].table()
        assert table["BM"].to_pylist() == ["B1", "B3", "B5"]
        assert table["FZR"].to_pylist() == ["自****", "公开公司3", "存****"]


def test_what_leaves_conforms_to_its_derived_standard(published):
    folder, _, _ = published
    from gongshu.publishers.projection import derived, project
    from gongshu.standards.registry import Registry
    from gongshu.validators.validation import validate

    whole = Registry().resolve(folder / "pack")
    for site, audience in (("open", "open"), ("share", "shared")):
        projection = project(
            whole, {**METADATA, "sharing": {"type": "1"}, "open": {"type": "1"}}, audience, "SFGK = '是'"
        )
        standard = derived(whole, projection)
        (data,) = [each for each in files(folder / site) if each.suffix == ".csv"]
        report = validate(data, standard=standard, as_of="2026-03-31")
        assert report.verdict == "conforms", report.findings
        assert found(repr(standard.table).encode(), NEVER if audience == "shared" else NEVER | NOT_OPEN) == []
        assert standard.table.foreign_keys == ()
        assert standard.table.primary_key == ("BM",)


def test_a_bundle_holds_no_secret(published, tmp_path):
    folder, _, _ = published
    plan = tmp_path / "elsewhere.json"
    other = f"files:{tmp_path}/elsewhere"
    words = ["publish", "plan", str(folder / "m.yaml"), "--to", f"catalogue:{folder}/c", "--to", other]
    assert main([*words, "-o", str(plan), "--as-of", "2026-03-31"]) == 0
    assert main(["publish", "bundle", str(plan), "-o", str(tmp_path / "b.zip")]) == 0
    content = (tmp_path / "b.zip").read_bytes()
    assert holds(content, "公开名称1改")
    assert found(content, NEVER | NOT_OPEN) == []
