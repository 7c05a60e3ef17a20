"""Resources without a code get one that stays, and applying writes it into the manifest and nothing else."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
import yaml

from gongshu.cli import main
from gongshu.publishers.manifest import read
from gongshu.publishers.plan import load
from gongshu.publishers.targets import apply_plan, ledger_at
from gongshu.publishers.targets import plan as make_plan

DAY = "2026-03-31"


def plan(path, **how):
    return make_plan(path, as_of=DAY, stale="ignore", **how)


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


@pytest.fixture
def three(office):
    """Three resources of which two have no code, in a workbook with colours, notes and another sheet."""
    path = office.directory(
        [{}, {"代码": None, "名称": "停车场二"}, {"代码": None, "名称": "停车场三", "分类": "部门信息资源/交通"}],
        above=[["目录"]],
    )
    book = openpyxl.load_workbook(path)
    book["目录"]["B4"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    book["目录"]["B4"].comment = openpyxl.comments.Comment("由目录编", "审核人")
    book.create_sheet("说明")["A1"] = "不要动"
    book.save(path)
    return path


def test_codes_are_class_and_the_next_number(three):
    made = plan(three)
    assert [item.code for item in made.items] == ["307010/000001", "307010/000002", "300000/000001"]
    assert all(item.action == "create" for item in made.items)
    again = plan(three)
    assert [item.code for item in again.items] == [item.code for item in made.items]
    assert made.sha256 == again.sha256
    assert read(three).items[1].code == ""  # planning writes nothing


def test_apply_writes_them_into_the_cells_and_nothing_else(three, capsys):
    before = parts(three)
    saved = three.parent / "plan.json"
    plan(three).save(saved)
    assert main(["publish", "apply", str(saved), "--lang", "zh"]) == 0
    assert "目录!B4 307010/000002" in capsys.readouterr().err
    after = parts(three)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"xl/worksheets/sheet1.xml"}
    assert before.keys() == after.keys()
    book = openpyxl.load_workbook(three)
    assert [book["目录"][f"B{row}"].value for row in (3, 4, 5)] == ["307010/000001", "307010/000002", "300000/000001"]
    assert book["目录"]["B4"].fill.fgColor.rgb == "00FFFF00"
    assert book["目录"]["B4"].comment.text == "由目录编"
    assert book["说明"]["A1"].value == "不要动"
    made = plan(three)
    assert [item.action for item in made.items] == ["unchanged"] * 3
    assert made.manifest == {}
    bytes_ = three.read_bytes()
    assert main(["publish", "apply", str(saved)]) == 0  # a finished plan again
    assert three.read_bytes() == bytes_


@pytest.mark.parametrize("how", ["other", "gone", "readonly-folder", "broken"])
def test_a_manifest_that_is_not_as_it_was_stays_as_it_is(three, how):
    made = plan(three)
    if how == "other":
        book = openpyxl.load_workbook(three)
        book["目录"]["A4"] = "改了名"
        book.save(three)
    elif how == "gone":
        three.unlink()
    elif how == "broken":
        three.write_bytes(b"PK\x03\x04")
    else:
        shutil.move(three, three.parent / "别处.xlsx")
        three.mkdir()
    before = three.read_bytes() if three.is_file() else None
    outcome = apply_plan(made, now=lambda: "2026-03-31T12:00:00+08:00")
    assert outcome.exit_code == 0
    (note,) = outcome.notes
    assert note.code in ("write-back.changed", "write-back.unopened")
    assert all("300000/000001" in note.say(lang) and "{" not in note.say(lang) for lang in ("zh", "en"))
    assert (three.read_bytes() if three.is_file() else None) == before


def test_a_dataset_whose_code_could_not_be_written_is_known_again(three):
    made = plan(three)
    copy = three.parent / "原件.xlsx"
    shutil.copy(three, copy)
    apply_plan(made, now=lambda: "2026-03-31T12:00:00+08:00")
    shutil.copy(copy, three)  # somebody puts the old one back
    again = plan(three)
    assert [item.code for item in again.items] == [item.code for item in made.items]
    assert [item.action for item in again.items] == ["unchanged"] * 3
    assert again.manifest["codes"] == made.manifest["codes"]


def test_the_same_said_in_other_bytes_is_still_written(three):
    made = plan(three)
    openpyxl.load_workbook(three).save(three)  # Excel saves it again, nothing was changed
    outcome = apply_plan(made, now=lambda: "2026-03-31T12:00:00+08:00")
    assert [note.code for note in outcome.notes] == ["write-back.done"]


def test_killed_before_writing_it_is_written_the_next_time(three, monkeypatch):
    made = plan(three)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("gongshu.publishers.manifests.writing._replace", killed)
    before = three.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        apply_plan(made, now=lambda: "2026-03-31T12:00:00+08:00")
    assert three.read_bytes() == before
    monkeypatch.undo()
    outcome = apply_plan(made, now=lambda: "2026-04-01T12:00:00+08:00")
    assert [note.code for note in outcome.notes] == ["write-back.done"]
    assert [item.code for item in read(three).items] == [item.code for item in made.items]


def test_only_codes_of_what_was_published_are_written(three):
    made = plan(three)
    (three.parent / "lots.csv").write_text("moved", encoding="utf-8")
    outcome = apply_plan(made, now=lambda: "2026-03-31T12:00:00+08:00")
    assert outcome.exit_code == 1
    assert outcome.notes == ()
    assert [item.code for item in read(three).items] == ["307010/000001", "", ""]


def test_two_rows_that_cannot_be_told_apart_are_blocked(office):
    path = office.directory([{"代码": None}, {"代码": None}])
    first, second = plan(path).items
    assert first.action == "create"
    assert second.action == "blocked"
    assert second.reasons[0]["code"] == "plan.code-same"
    assert first.code != second.code


def test_the_counter_goes_on_where_the_catalogue_is(office):
    plan(office.manifest([{"code": "203001/0041"}])).apply()
    path = office.directory([{"代码": None, "名称": "另一个"}])
    (item,) = plan(path).items
    assert item.code == "203001/0042"  # the class of the dataset that is there, its digits too
    with ledger_at(office.catalogue) as ledger:
        assert ledger.head(item.code) is None


def test_a_given_code_never_meets_an_address_that_is_taken(office):
    taken = [{"代码": "200000-000001"}, {"代码": None, "名称": "另一个"}]
    codes = [item.code for item in plan(office.directory(taken)).items]
    assert codes == ["200000-000001", "200000/000002"]


def test_codes_that_meet_in_one_address_are_refused(office):
    path = office.directory([{"代码": "a/1"}, {"代码": "a-1"}])
    assert [item.reasons[0]["code"] for item in plan(path).items] == ["plan.slug-collision"] * 2


YAML = """\
# 交通局的清单
datasets:   # 两个
  - title: 停车场名录      # 名称在前
    code:    # 由目录编
{rest}
  - {{title: 停车场二, {flow}}}
  - title: 停车场三
{rest}
"""


def test_yaml_keeps_its_comments_and_order(office):
    usual = yaml.safe_load(office.manifest().read_text(encoding="utf-8"))["datasets"][0]
    body = {name: each for name, each in usual.items() if name not in ("title", "code")}
    rest = "".join(f"    {line}\n" for line in yaml.safe_dump(body, allow_unicode=True).splitlines()).rstrip("\n")
    flow = yaml.safe_dump(body, allow_unicode=True, default_flow_style=True, width=10_000).strip()[1:-1]
    for newline in ("\n", "\r\n"):
        path = office.folder / "m.yaml"
        text = YAML.format(rest=rest, flow=flow).replace("\n", newline)
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        made = plan(path, to=f"catalogue:{office.folder / ('c' + str(len(newline)))}")
        codes = [item.code for item in made.items]
        assert codes == ["200000/000001", "200000/000002", "200000/000003"]
        (note,) = made.apply().notes
        assert note.code == "write-back.done", note.say("en")
        after = path.read_bytes().decode("utf-8-sig")
        assert [item.code for item in read(path).items] == codes
        assert "# 交通局的清单" in after
        assert "code: 200000/000001    # 由目录编" in after
        assert after.count(newline) == text.count(newline) + 1  # one line more, of the third
        removed = after.replace(" 200000/000001", "").replace("code: 200000/000002, ", "")
        assert removed.replace(f"code: 200000/000003{newline}    ", "") == text


def test_a_yaml_dataset_that_stands_twice_by_reference_is_left_alone(office):
    usual = yaml.safe_load(office.manifest().read_text(encoding="utf-8"))["datasets"][0]
    usual.pop("code")
    path = office.folder / "m.yaml"
    path.write_text(yaml.safe_dump({"datasets": [usual, usual]}, allow_unicode=True), encoding="utf-8")
    before = path.read_bytes()
    made = plan(path)
    assert [item.action for item in made.items] == ["create", "blocked"]
    (note,) = made.apply().notes
    assert note.code == "write-back.form"
    assert path.read_bytes() == before


def test_a_workbook_without_a_column_for_codes(office):
    path = office.directory([{}], heads=[head for head in office.columns if head != "代码"])
    before = path.read_bytes()
    made = plan(path)
    assert made.items[0].action == "create"
    assert [note.code for note in made.apply().notes] == ["write-back.form"]
    assert path.read_bytes() == before
    assert [item.action for item in plan(path).items] == ["unchanged"]


def test_a_plan_keeps_what_it_needs_to_write_back(three):
    saved = three.parent / "plan.json"
    made = plan(three)
    made.save(saved)
    assert load(saved).manifest == made.manifest
