"""Plan and apply into the ledger: what goes out, what is held back, and what a plan promises."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.client import open as open_catalogue
from gongshu.catalogue.store import Store
from gongshu.publishers.plan import load
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault, UsageFault
from gongshu.standards.identifiers import identifier

CODE = "307010/000001"


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def published(office, **changes):
    plan = make_plan(office.manifest([changes] if changes else [{}]), as_of="2026-03-31")
    assert not plan.blocked, plan.blocked
    assert apply_plan(plan, now=now).exit_code == 0
    return plan


def codes(item) -> list[str]:
    return [each["code"] for each in item.reasons]


def test_what_is_published_is_typed_projected_and_masked(office):
    published(office)
    with open_catalogue(office.catalogue) as catalogue:
        dataset = catalogue[CODE]
        table = dataset.table()
        assert table.schema.names == ["TCCBM", "TCCMC", "BWS", "SFBZ", "QYRQ", "LB", "GLR", "LXR"]
        assert table.schema.field("BWS").type == pa.int64()
        assert table.schema.field("SFBZ").type == pa.decimal128(38, 2)
        assert table.schema.field("QYRQ").type == pa.date32()
        assert table["TCCBM"].to_pylist()[0] == "0001"
        assert table["GLR"].to_pylist()[:2] == ["示例公司", "测**"]  # masked only where a person runs it
        assert set(table["LXR"].to_pylist()) == {"测**"}
        text = dataset.path("csv").read_bytes()
        assert text.startswith(b"\xef\xbb\xbfTCCBM,")
        assert b"13800000000" not in text
        assert "内部".encode() not in text
        record = dataset.resource().record
        assert {each["column"]: each["reason"] for each in record["projection"]["dropped"]} == {
            "LXDH": "sensitive",
            "BZ": "opening",
        }
        assert record["gate"] == {
            "by": "own",
            "profile": "publication",
            "as_of": "2026-03-31",
            "draft_allowed": False,
        }
        schema = {each["name"]: each for each in dataset.resource().schema["fields"]}
        assert "constraints" not in schema["LXR"]
        assert schema["BWS"]["constraints"] == {"minimum": 0}
        assert dataset.resource().schema["primaryKey"] == ["TCCBM"]
        assert not list(catalogue_faults(catalogue.store))


def test_a_masked_key_is_no_key(office):
    pack = office.folder / "pack" / "standard.yaml"
    pack.write_text(pack.read_text("utf-8").replace("primaryKey: [TCCBM]", "primaryKey: [LXR, TCCBM]"), "utf-8")
    published(office)
    with open_catalogue(office.catalogue) as catalogue:
        assert "primaryKey" not in catalogue[CODE].resource().schema


def test_a_second_plan_is_unchanged_and_a_finished_one_does_nothing(office):
    plan = published(office)
    again = make_plan(office.manifest(), as_of="2026-03-31")
    assert [item.action for item in again.items] == ["unchanged"]
    assert apply_plan(plan, now=now).exit_code == 0
    with Store(office.catalogue) as store:
        assert [head.number for head in store.versions(CODE)] == ["1"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_voids_a_plan(office, data):
    path = office.folder / "lots.csv"
    whole = path.read_bytes()
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    if not any(item.acts for item in plan.items):
        return
    place = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    try:
        outcome = apply_plan(plan, now=now)
    finally:
        path.write_bytes(whole)
    assert [step.fault["code"] for step in outcome.retryable] == ["publish.source-moved"]
    with Store(office.catalogue) as store:
        assert store.head(CODE) is None


def test_content_makes_a_version_and_metadata_an_edit(office, line):
    published(office)
    published(office, title="停车场名录(新)")
    office.write([line(1, name="改名"), *(line(n) for n in range(3, 13))])
    plan = make_plan(office.manifest([{"title": "停车场名录(新)"}]), as_of="2026-03-31")
    (item,) = plan.items
    rows = item.changes["rows"]["main"]
    assert {name: rows[name] for name in ("added", "changed", "removed")} == {"added": 2, "changed": 1, "removed": 1}
    assert apply_plan(plan, now=now).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        assert [each["version"] for each in catalogue[CODE].versions] == ["2", "1.1", "1"]
        assert catalogue[CODE].table()["TCCMC"].to_pylist()[0] == "改名"


def test_faulty_data_and_metadata_block_their_dataset_only(office, line):
    office.write([line(1), line(1), line(2, spaces="many")], "bad.csv")
    files = [{"key": "main", "path": "bad.csv", "standard": "pack"}]
    missing = [{"key": "main", "path": "nowhere.csv", "standard": "pack"}]
    unknown = [{"key": "main", "path": "lots.csv", "standard": "parking-lot-standard"}]
    plan = make_plan(
        office.manifest(
            [
                {"code": "a/1"},
                {"code": "b/1", "files": files, "abstract": None},
                {"code": "c/1", "files": missing},
                {"code": "d/1", "files": unknown},
            ]
        ),
        as_of="2026-03-31",
    )
    assert [item.action for item in plan.items] == ["create", "blocked", "blocked", "blocked"]
    assert codes(plan.items[1]) == ["metadata.element-missing", "gate.nonconforming"]
    assert codes(plan.items[2]) == ["gate.file-missing"]
    assert codes(plan.items[3]) == ["standard.unknown"]
    assert plan.exit_code == 1
    assert apply_plan(plan, now=now).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        assert [each.code for each in catalogue] == ["a/1"]


def test_a_draft_standard_needs_to_be_allowed_and_that_is_recorded(office):
    pack = office.folder / "pack" / "standard.yaml"
    pack.write_text(pack.read_text("utf-8").replace("in-force", "draft"), "utf-8")
    assert codes(make_plan(office.manifest(), as_of="2026-03-31").items[0]) == ["gate.draft"]
    plan = make_plan(office.manifest(), as_of="2026-03-31", allow_draft=True)
    assert "plan.draft-allowed" in codes(plan.items[0])
    assert apply_plan(plan, now=now).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].draft
        assert catalogue[CODE].resource().record["gate"]["draft_allowed"] is True


def test_what_is_not_open_is_an_entry_without_data(office):
    published(office, open={"type": 2, "condition": "实名申请"})
    with open_catalogue(office.catalogue) as catalogue:
        assert [each.code for each in catalogue.search("停车")] == [CODE]
        with pytest.raises(PublishFault) as caught:
            catalogue[CODE].table()
        assert caught.value.code == "catalogue.not-open"


@pytest.mark.parametrize("words", ["110105190001010036", "联系人110105190001010036转"])
def test_an_identity_number_where_none_was_declared_blocks(office, line, words):
    assert identifier("citizen-id")("110105190001010036") is None  # synthetic: born 1900-01-01
    office.write([line(1, name=words)])
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    assert codes(plan.items[0]) == ["gate.undeclared-personal"]
    assert words not in plan.items[0].reasons[0]["params"]["columns"]


def test_a_standard_that_lets_nothing_out_blocks_an_open_dataset(office):
    pack = office.folder / "pack" / "standard.yaml"
    pack.write_text(pack.read_text("utf-8").replace("type: ", "opening: conditional, type: ", 6), "utf-8")
    text = pack.read_text("utf-8").replace("    title: {zh: 管理人}", "    title: {zh: 管理人}\n    opening: none")
    pack.write_text(text.replace("{name: LXR,", "{name: LXR, opening: none,"), "utf-8")
    assert codes(make_plan(office.manifest(), as_of="2026-03-31").items[0]) == ["gate.nothing-open"]
    published(office, open={"type": 3})


def test_two_codes_of_one_slug_are_refused(office):
    plan = make_plan(office.manifest([{"code": "A/1"}, {"code": "a-1"}]), as_of="2026-03-31")
    assert [codes(item) for item in plan.items] == [["plan.slug-collision"], ["plan.slug-collision"]]


def test_a_standard_that_changed_after_the_plan_stops_it(office):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    pack = office.folder / "pack" / "standard.yaml"
    pack.write_text(pack.read_text("utf-8").replace("maxLength: 20", "maxLength: 21"), "utf-8")
    outcome = apply_plan(plan, now=now)
    assert outcome.exit_code == 1
    assert [step.fault["code"] for step in outcome.retryable] == ["publish.policy-moved"]


def test_a_target_that_moved_is_a_conflict(office):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    published(office, title="别人先到")
    outcome = apply_plan(plan, now=now)
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].title == "别人先到"


def test_a_failure_is_retried_by_the_same_plan_and_others_go_on(office):
    office.write(["0001,甲,1,1.00,2020-01-01,单位,某公司,测试乙,1,x"], "other.csv")
    other = [{"key": "main", "path": "other.csv", "standard": "pack"}]
    plan = make_plan(office.manifest([{"code": "b/1", "files": other}, {}]), as_of="2026-03-31")
    away = (office.folder / "other.csv").rename(office.folder / "away.csv")
    outcome = apply_plan(plan, now=now)
    assert [step.state for step in outcome.steps] == ["failed", "done"]
    away.rename(office.folder / "other.csv")
    assert apply_plan(plan, now=now).exit_code == 0


def test_withdrawal_leaves_a_tombstone_and_can_be_undone(office):
    published(office)
    plan = make_plan(office.manifest([{"withdraw": "数据有误"}]), as_of="2026-03-31")
    assert [item.action for item in plan.items] == ["withdraw"]
    assert apply_plan(plan, now=now).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue.search("停车") == []
        with pytest.raises(KeyError) as caught:
            catalogue[CODE]
        assert "数据有误" in caught.value.say("zh")
    published(office)
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].version == "1.1"


def test_a_plan_on_disk_is_the_plan_and_may_not_be_edited(office):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    path = office.folder / "plan.json"
    plan.save(path)
    assert load(path) == plan
    text = path.read_text("utf-8")
    path.write_text(text.replace('"create"', '"update"'), "utf-8")
    with pytest.raises(UsageFault) as caught:
        load(path)
    assert caught.value.code == "plan.changed"
    for broken in ("", "[]", '{"plan": "gongshu-plan/1"}', json.dumps({"plan": 1})):
        path.write_text(broken, "utf-8")
        with pytest.raises(UsageFault):
            load(path)


def test_a_file_that_changes_while_it_is_validated_is_caught(office, monkeypatch):
    from gongshu.validators import validation

    whole = validation.validate

    def changing(path: Path, **how):
        report = whole(path, **how)
        path.write_bytes(path.read_bytes() + b" ")
        return report

    monkeypatch.setattr(validation, "validate", changing)
    assert codes(make_plan(office.manifest(), as_of="2026-03-31").items[0]) == ["publish.source-moved"]
