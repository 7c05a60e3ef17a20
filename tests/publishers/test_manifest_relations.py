"""Foreign keys between datasets are checked when they are published; what a file lacks or has too much is told."""

from __future__ import annotations

import json

import pytest

from gongshu.cli import main
from gongshu.publishers.targets import plan as make_plan

CHILD = """
id: parking-spaces
version: 1.0.0
kind: table
status: in-force
title: {zh: 泊位, en: Parking spaces}
fields:
  - {name: BWBM, title: {zh: 泊位编码}, type: string, constraints: {required: true}}
  - {name: TCCBM, title: {zh: 停车场编码}, type: string, constraints: {required: true}}
primaryKey: [BWBM]
foreignKeys: [{fields: [TCCBM], reference: {REFERENCE, fields: [TCCBM]}}]
"""


def plan(path, **how):
    return make_plan(path, as_of="2026-03-31", stale="ignore", **how)


@pytest.fixture
def related(office):
    """The office with a second table whose rows belong to parking lots. Gives a function that writes its manifest."""

    def write(reference="standard: parking-lots", spaces=("1,0001", "2,0002"), lots=True, **file):
        folder = office.folder / "spaces"
        folder.mkdir(exist_ok=True)
        (folder / "standard.yaml").write_text(CHILD.replace("REFERENCE", reference), encoding="utf-8")
        text = "\n".join(["泊位编码,停车场编码", *spaces]) + "\n"
        (office.folder / "spaces.csv").write_text(text, encoding="utf-8")
        child = {
            "code": "307010/000002",
            "title": "泊位",
            "files": [{"key": "main", "path": "spaces.csv", "standard": "spaces", **file}],
        }
        return office.manifest([*([{}] if lots else []), child])

    return write


def codes(item):
    return [each["code"] for each in item.reasons]


def test_datasets_of_one_manifest_are_checked_together(related):
    lots, spaces = plan(related()).items
    assert (lots.action, spaces.action) == ("create", "create")
    assert "plan.related" in codes(spaces)
    _, lost = plan(related(spaces=("1,0001", "2,9999"))).items
    assert codes(lost) == ["gate.nonconforming"]
    made = plan(related())
    assert made.apply().exit_code == 0


def test_a_reference_that_is_nowhere_is_said_and_blocks(related, capsys):
    path = related(lots=False)
    (item,) = plan(path).items
    assert codes(item) == ["gate.not-checked"]
    assert main(["publish", "plan", str(path), "--lang", "zh", "--json"]) == 1
    said = " ".join(json.loads(capsys.readouterr().out)["items"][0]["reasons"])
    assert "reference-missing" not in said
    (item,) = plan(related(lots=False, references={"parking-lots": "307010/000077"})).items
    assert "gate.reference-unknown" in codes(item)


@pytest.mark.parametrize("where", ["lots.csv", "307010/000001", "307010/000001#main", "catalogue:#307010/000001"])
def test_references_by_name(related, office, where):
    plan(office.manifest()).apply()  # the parking lots are in the catalogue by now
    good = related(lots=where == "lots.csv", references={"parking-lots": where})
    assert plan(good).items[-1].action == "create"
    bad = related(lots=False, spaces=("1,0001", "2,9999"), references={"parking-lots": where})
    assert codes(plan(bad).items[-1]) == ["gate.nonconforming"]


def test_a_dataset_of_another_catalogue(related, office):
    other = office.folder / "other"
    plan(office.manifest(), to=f"catalogue:{other}").apply()
    path = related(lots=False, references={"parking-lots": f"catalogue:{other}#307010/000001"})
    (item,) = plan(path).items
    assert item.action == "create"
    path = related(lots=False, references={"parking-lots": f"catalogue:{other}#nowhere"})
    (item,) = plan(path).items
    assert item.action == "blocked"


def test_what_is_applied_was_checked_with_the_same_references(related, office):
    made = plan(related())
    (office.folder / "lots.csv").write_text("停车场编码,停车场名称\n0003,x\n", encoding="utf-8")
    outcome = made.apply()
    assert [step.state for step in outcome.steps] == ["failed", "failed"]


def test_columns_that_do_not_meet_are_told(office, line, capsys):
    lines = [f"{line(number)},多余" for number in range(1, 4)]
    text = (office.folder / "lots.csv").read_text(encoding="utf-8").splitlines()[0].replace(",收费标准", "")
    body = [",".join(part for at, part in enumerate(each.split(",")) if at != 3) for each in lines]
    (office.folder / "lots.csv").write_text("\n".join([f"{text},多余的列", *body]) + "\n", encoding="utf-8")
    (item,) = plan(office.manifest([{"items": "停车场编码、车牌"}])).items
    said = {each["code"]: each["params"] for each in item.reasons}
    assert item.action == "create"
    assert said["plan.columns-extra"]["columns"] == "多余的列"
    assert said["plan.columns-absent"]["columns"] == "SFBZ"
    assert said["plan.items-unknown"]["items"] == "车牌"
    assert "泊位数" in said["plan.items-unnamed"]["items"]
    assert main(["publish", "plan", str(office.folder / "manifest.yaml"), "--lang", "en", "--json"]) == 0
    assert all("{" not in each for each in json.loads(capsys.readouterr().out)["items"][0]["reasons"])


def test_a_further_profile_is_asked_for(office, capsys):
    path = str(office.manifest())
    assert main(["publish", "plan", path, "--profile", "core-metadata-gbt21063-3-2007", "--as-of", "2026-01-02"]) == 0
    capsys.readouterr()
    assert main(["publish", "plan", path, "--profile", "public-data-resource-registration-2025", "--lang", "zh"]) == 1
    assert "登记类型" in capsys.readouterr().out
    assert main(["publish", "plan", path, "--profile", "dcat-ap-3", "--stale", "ignore"]) == 0
    capsys.readouterr()
    for wrong in ("parking-lots", "administrative-permit", "nothing"):
        assert main(["publish", "plan", path, "--profile", wrong, "--lang", "zh"]) == 3
        assert capsys.readouterr().err.strip()


def test_what_a_profile_asks_for_is_published_with_the_rest(office):
    text = office.manifest().read_text(encoding="utf-8")
    extra = {
        "lawfulSource": {"source": "履职产生"},
        "evidenceKeeping": {"number": "1"},
        "useScenarios": {"scenario": "找停车场"},
        "securityRiskAssessment": {"result": "低"},
        "registrationType": "随便登记",
    }
    path = office.folder / "manifest.yaml"
    more = "".join(f"  {name}: {json.dumps(each, ensure_ascii=False)}\n" for name, each in extra.items())
    path.write_text(f"profile: public-data-resource-registration-2025\n{text}{more}", encoding="utf-8")
    (item,) = plan(path).items
    reasons = [(each["code"], each["params"]) for each in item.reasons]
    assert item.action == "blocked"
    assert [code for code, _ in reasons] == ["metadata.profile-value"]
    assert "首次" in reasons[0][1]["values"]
    path.write_text(path.read_text(encoding="utf-8").replace("随便登记", "首次"), encoding="utf-8")
    made = plan(path)
    assert made.items[0].action == "create"
    assert made.items[0].metadata["registrationType"] == "首次"
    assert made.apply().exit_code == 0
    assert [item.action for item in plan(path).items] == ["unchanged"]
