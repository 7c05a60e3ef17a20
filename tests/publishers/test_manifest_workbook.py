"""The department's directory workbook says the same as YAML, however people keep it; mistakes are told by cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from gongshu.cli import main
from gongshu.publishers.manifest import LONGEST_CODE, ManifestFaults, read
from gongshu.publishers.manifests.columns import key_of
from gongshu.publishers.manifests.filelist import files_of
from gongshu.publishers.manifests.values import CYCLE, OPEN, SHARING, day, word
from gongshu.publishers.targets import plan
from gongshu.standards.faults import SourceFault


def test_it_says_what_the_yaml_says(office):
    table = read(office.directory([{}])).items[0]
    yaml = read(office.manifest([{"sharing": 1, "abstract": office.columns["摘要"]}])).items[0]
    assert dict(table.metadata) == dict(yaml.metadata)
    assert table.code == yaml.code
    assert (table.files[0].path, table.files[0].key, table.files[0].standard) == (
        yaml.files[0].path,
        yaml.files[0].key,
        yaml.files[0].standard,
    )
    assert table.named == ("停车场编码", "停车场名称")
    made = plan(office.directory([{}]), as_of="2026-03-31", stale="ignore")
    assert [item.action for item in made.items] == ["create"]


def test_the_twelve_columns_alone_are_enough(office):
    """A class that nobody asked for is the department's, the release date that of the first publication."""
    twelve = list(office.columns)[:12]
    (office.folder / "gongshu.toml").write_text("", encoding="utf-8")
    path = office.directory([{"代码": None}], heads=[*twelve, "标准"])
    made = plan(path, as_of="2026-03-31", stale="ignore")
    (item,) = made.items
    assert item.action == "create", [each["code"] for each in item.reasons]
    assert item.metadata["resourceClass"] == [{"lei": "3", "xiang": "示例市交通运输局"}]
    assert item.metadata["releaseDate"] == "2026-03-31"
    assert {"plan.assumed-date", "plan.assumed-class", "plan.code-given"} <= {each["code"] for each in item.reasons}
    made.apply()
    again = plan(path, as_of="2026-05-31", stale="ignore")
    assert [each.action for each in again.items] == ["unchanged"]
    assert again.items[0].metadata["releaseDate"] == "2026-03-31"
    assert again.items[0].code == item.code


@pytest.mark.parametrize(
    "heads",
    [
        {"名称": "信息资源名称（必填）", "共享类型": "共享类型\n（必填）", "更新周期": "＊更新周期"},
        {"名称": "1.名称", "代码": "资源代码【由目录编】", "关联文件": "  数 据 文 件 "},
        {"名称": "Resource name", "提供方": "Provider", "开放属性": "是否向社会开放", "摘要": "abstract"},
    ],
)
def test_headings_as_people_write_them(office, heads):
    named = [heads.get(head, head) for head in office.columns]
    book = Workbook()
    sheet = book.active
    sheet.append(["示例市政务信息资源目录"])
    sheet.append(["填报单位：示例市交通运输局"])
    sheet.append([])
    sheet.append(["序号", *named, "内部备注"])
    sheet.append(["1", *office.columns.values(), "留着"])
    sheet.merge_cells("A1:P1")
    path = office.folder / "目录.xlsx"
    book.save(path)
    (item,) = read(path).items
    assert item.line == 5
    assert {"title", "sharing", "open", "updateCycle", "abstract"} <= set(item.metadata)
    assert item.metadata["title"] == office.columns["名称"]
    assert item.places["title"] == "Sheet!B5"


def test_a_header_of_two_rows(office):
    book = Workbook()
    sheet = book.active
    sheet.append(["信息资源名称", "信息资源代码", "共享属性", None, "开放属性", None, "更新周期", "关联文件", "标准"])
    sheet.append([None, None, "共享类型", "共享条件", "开放类型", "开放条件", None, None, None])
    sheet.append(["停车场", "307010/000001", "有条件共享", "审批", "有条件开放", "申请", "每年", "lots.csv", "pack"])
    for cells in ("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2", "H1:H2", "I1:I2"):
        sheet.merge_cells(cells)
    path = office.folder / "目录.xlsx"
    book.save(path)
    (item,) = read(path).items
    assert item.metadata["sharing"] == {"type": "2", "condition": "审批"}
    assert item.metadata["open"] == {"type": "2", "condition": "申请"}
    assert item.metadata["updateCycle"] == "yearly"


def test_merged_cells_empty_rows_and_the_example_are_understood(office):
    path = office.directory(
        [
            {"名称": "〔示例〕停车场", "代码": ""},
            {"代码": "a1"},
            None,
            {"代码": "a2", "提供方": None, "提供方代码": None},
        ],
        merge=["C3:C5"],
    )
    items = read(path).items
    assert [item.code for item in items] == ["a1", "a2"]
    assert [item.metadata.get("provider") for item in items] == ["示例市交通运输局"] * 2
    assert [item.line for item in items] == [3, 5]


def test_several_files_in_one_cell(office):
    for text, keys in (
        ("lots-202601.csv; spaces-202601.csv", ["lots", "spaces"]),
        ("lots-202601.csv\nlots-202602.csv", ["lots-202601", "lots-202602"]),
        ("a=lots.csv；b=数据\\x.csv", ["a", "b"]),
        ("停车场2026年3月.xlsx", ["main"]),
    ):
        (item,) = read(office.directory([{"关联文件": text}])).items
        assert [file.key for file in item.files] == keys
        assert all(file.path.is_relative_to(office.folder.resolve()) for file in item.files)
        assert all(file.standard == str((office.folder / "pack").resolve()) for file in item.files)
    assert item.files[0].name == "停车场2026年3月.xlsx"


def test_everything_wrong_is_told_at_once_by_cell(office):
    path = office.directory(
        [
            {"代码": "x" * (LONGEST_CODE + 1)},
            {"代码": "a\n1"},
            {"代码": "b1"},
            {"代码": "b1"},
            {"代码": "c1", "关联文件": "a.csv;b.csv;c.csv", "标准": "pack;pack"},
            {"代码": "d1", "关联文件": "ka=a.csv;KA=b.csv"},
        ],
        above=[["标题"]],
    )
    with pytest.raises(ManifestFaults) as raised:
        read(path)
    found = {(fault.code, fault.params["place"]) for fault in raised.value.faults}
    assert found == {
        ("manifest.code-long", "目录!B3"),
        ("manifest.code-characters", "目录!B4"),
        ("manifest.code-twice", "目录!B6"),
        ("manifest.count", "目录!M7"),
        ("manifest.file-twice", "目录!L8"),
    }
    for lang in ("zh", "en"):
        said = raised.value.say(lang)
        assert len(said.splitlines()) == len(found)
        assert all(place in said for _, place in found)
        assert "{" not in said


def test_a_wrong_word_blocks_its_row_and_names_its_cell(office, capsys):
    path = office.directory(
        [
            {},
            {"代码": "b1", "更新周期": "经常", "共享类型": "随便", "摘要": None, "提供方代码": "11420000000013493X"},
            {"代码": "c1", "关联文件": None},
        ],
    )
    assert main(["publish", "plan", str(path), "--lang", "zh", "--json", "--as-of", "2026-03-31"]) == 1
    import json

    good, bad, empty = json.loads(capsys.readouterr().out)["items"]
    assert good["action"] == "create"
    assert (bad["action"], empty["action"]) == ("blocked", "blocked")
    said = "\n".join(bad["reasons"])
    for cell in ("目录!K3", "目录!H3", "目录!E3", "目录!D3"):
        assert cell in said
    assert "校验码" in said
    assert "check-digit" not in said
    assert "目录!L4" in empty["reasons"][0]


@pytest.mark.parametrize(
    ("heads", "code"),
    [
        (["甲", "乙"], "manifest.header-missing"),
        (["名称", "代码"], "manifest.header-missing"),
        (["名称", "资源名称", "关联文件"], "manifest.column-twice"),
    ],
)
def test_what_is_no_directory(office, heads, code):
    with pytest.raises(ManifestFaults) as raised:
        read(office.directory([{}], heads=heads))
    assert code in [fault.code for fault in raised.value.faults]
    assert all(fault.say(lang) and "{" not in fault.say(lang) for fault in raised.value.faults for lang in ("zh", "en"))


def test_a_directory_without_rows(office):
    with pytest.raises(ManifestFaults) as raised:
        read(office.directory([]))
    assert [fault.code for fault in raised.value.faults] == ["manifest.empty"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\xd0\xcf\x11\xe0" + bytes(600), b"<html></html>"])
def test_what_is_no_workbook(office, capsys, content):
    path = office.folder / "坏.xlsx"
    path.write_bytes(content)
    assert main(["publish", "plan", str(path), "--lang", "zh"]) in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_half_a_workbook(office):
    path = office.directory([{}] * 50)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(SourceFault):
        read(path)


def test_a_formula_that_the_workbook_holds_is_read_as_text(office):
    path = office.directory([{"名称": "=1+1"}])
    (item,) = read(path).items
    assert item.metadata.get("title", "") in ("", "=1+1")


def test_the_same_columns_as_csv(office):
    path = office.folder / "目录.csv"
    path.write_text(
        ",".join(office.columns) + "\n" + ",".join(f'"{text}"' for text in office.columns.values()) + "\n",
        encoding="utf-8",
    )
    (item,) = read(path).items
    assert item.metadata["sharing"] == {"type": "1"}
    assert item.places["title"] == "目录.csv:2"


def test_more_of_a_profile_in_columns_of_its_own(office):
    path = office.directory(
        [{"登记类型": "变更"}],
        above=[["元数据标准：public-data-resource-registration-2025"]],
        heads=[*office.columns, "登记类型", "应用场景信息/应用场景说明"],
    )
    manifest = read(path)
    assert manifest.profile == "public-data-resource-registration-2025"
    assert manifest.items[0].metadata["registrationType"] == "变更"
    made = plan(path, as_of="2026-03-31", stale="ignore")
    missing = {each["params"]["key"] for each in made.items[0].reasons if each["code"] == "metadata.profile-missing"}
    assert "registrationType" not in missing
    assert {"useScenarios", "securityRiskAssessment"} <= missing
    assert not missing & {"registrant", "resource"}  # the core metadata say these


def test_known_headings_are_known_whatever_surrounds_them():
    for heading in ("信息资源名称", "* 信息资源名称", "信息资源名称(必选)", "（一）信息资源名称", "１．信息资源名称"):
        assert key_of(heading) == "title"
    assert key_of("序号") is None
    assert key_of("") is None


@given(st.sampled_from([(SHARING, 3), (OPEN, 3), (CYCLE, 9)]), st.data())
def test_a_word_means_its_value_and_any_other_stays(words, data):
    table, count = words
    assert len(table) == count
    value = data.draw(st.sampled_from(sorted(table)))
    name = data.draw(st.sampled_from([value, *table[value]]))
    assert word(name, table) == value
    assert word(f" {name} ", table) == value
    assert word(f"{value} {table[value][0]}", table) == value
    assert word("全都不是", table) == "全都不是"


@given(st.dates())
def test_a_day_is_read_in_every_usual_spelling(of):
    iso = of.isoformat()
    for text in (
        iso,
        f"{of.year:04d}年{of.month}月{of.day}日",
        f"{of.year:04d}/{of.month}/{of.day}",
        iso.replace("-", ""),
    ):
        assert day(text) == iso
    assert day("2026-02-30") == "2026-02-30"
    assert day("去年") == "去年"


@given(st.lists(st.from_regex(r"[a-z]{1,6}(-20[0-9]{4})?\.csv", fullmatch=True), min_size=2, max_size=5, unique=True))
def test_keys_of_files_differ_where_names_do(names):
    keys = [key for key, _ in files_of(";".join(names), Path())]
    assert len(set(keys)) == len(keys)
