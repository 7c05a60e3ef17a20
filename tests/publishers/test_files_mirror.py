"""The files mirror: what frictionless accepts, what DuckDB or a browser would fetch, and nothing else left over."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import frictionless
import pyarrow.parquet as pq
import pytest

from gongshu.publishers.mirrors import MIRRORS, mirror
from gongshu.publishers.mirrors.files import Files
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault, UsageFault

LISTS = {"catalogue.json", "catalogue.jsonld", "index.html"}


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


def mirrored(office, *, site: Path, **changes):
    plan = make_plan(office.manifest([changes]), [f"catalogue:{office.catalogue}", f"files:{site}"], as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0
    return plan


def entries(site: Path) -> list[dict]:
    return json.loads((site / "catalogue.json").read_text("utf-8"))["datasets"]


def test_frictionless_itself_validates_the_package(office, monkeypatch):
    site = office.folder / "site"
    mirrored(office, site=site)
    (entry,) = entries(site)
    package = site / entry["datapackage"]
    monkeypatch.chdir(package.parent)
    report = frictionless.validate("datapackage.json")
    assert report.valid, report.flatten(["type", "message"])
    assert report.tasks[0].stats["rows"] == 10
    described = json.loads(package.read_text("utf-8"))["resources"][0]
    for each in (described, *described["alternatives"]):
        digest = hashlib.sha256((package.parent / each["path"]).read_bytes()).hexdigest()
        assert each["hash"] == f"sha256:{digest}"
    assert pq.read_table(package.parent / "main.parquet").num_rows == 10
    assert b"13800000000" not in (package.parent / "main.csv").read_bytes()


def test_only_what_the_index_points_to_is_there(office, line):
    site = office.folder / "site"
    mirrored(office, site=site)
    office.write([line(1)])
    mirrored(office, site=site)
    (entry,) = entries(site)
    assert entry["version"] == "2"
    there = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert there == {*LISTS, "datasets/307010-000001/dataset.json", *entry["files"]}
    again = make_plan(office.manifest(), [f"files:{site}"], as_of="2026-03-31")
    assert {item.action for item in again.items} == {"unchanged"}


def test_a_late_mirror_catches_up_and_withdrawal_reaches_it(office):
    site = office.folder / "site"
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0
    late = make_plan(office.manifest(), [f"files:{site}"], as_of="2026-03-31")
    assert [item.action for item in late.items] == ["unchanged", "create"]
    assert apply_plan(late, now=now).exit_code == 0
    mirrored(office, site=site, withdraw="错")
    assert entries(site)[0]["withdrawn"] is True
    left = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    assert left == {*LISTS, "datasets/307010-000001/dataset.json"}
    for name in left:
        assert "停车场" not in (site / name).read_text("utf-8")


def test_data_that_are_not_open_do_not_reach_the_site(office):
    site = office.folder / "site"
    mirrored(office, site=site, open={"type": 3})
    assert [Path(name).name for name in entries(site)[0]["files"]] == ["datapackage.json", "dcat.jsonld"]


def test_any_file_system_of_fsspec(office):
    plan = make_plan(office.manifest(), ["files:memory://gongshu-test-site"], as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0
    assert list(Files("memory://gongshu-test-site").read(None)) == ["307010/000001"]
    again = make_plan(office.manifest(), ["files:memory://gongshu-test-site"], as_of="2026-03-31")
    assert {item.action for item in again.items} == {"unchanged"}


def test_an_index_of_somebody_else_is_left_alone(office):
    site = office.folder / "site"
    site.mkdir()
    (site / "catalogue.json").write_text('{"mine": 1}')
    with pytest.raises(PublishFault) as caught:
        make_plan(office.manifest(), [f"files:{site}"], as_of="2026-03-31")
    assert caught.value.code == "mirror.index"
    assert (site / "catalogue.json").read_text() == '{"mine": 1}'


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(UsageFault) as caught:
        mirror("gopher:x")
    assert "files" in caught.value.say("zh")
    assert list(MIRRORS) == sorted(MIRRORS)


def test_a_recall_leaves_nothing_at_the_site(office, line):
    """Every version is gone from the site with the next plan: no file, no word of it in lists, page or graph."""
    from gongshu.publishers.history import withdraw

    site = office.folder / "site"
    office.manifest([{}])
    mirrored(office, site=site)
    office.write([line(1, name="泄露停车场")])
    mirrored(office, site=site)
    withdraw(office.catalogue, "307010/000001", reason="泄露", recall=True, now=now)
    plan = make_plan(office.manifest([{"code": "b/1"}]), [f"files:{site}"], as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0
    assert [(each["code"], each.get("withdrawn", False)) for each in entries(site)] == [
        ("307010/000001", True),
        ("b/1", False),
    ]
    assert {path.name for path in (site / "datasets" / "307010-000001").iterdir()} == {"dataset.json"}
    page, graph = (site / "index.html").read_text("utf-8"), (site / "catalogue.jsonld").read_text("utf-8")
    assert "307010/000001" not in page + graph
    for path in site.rglob("*"):
        assert not path.is_file() or "307010-000001" not in str(path.relative_to(site)) or path.name == "dataset.json"


def test_what_is_taken_back_is_gone_before_the_lists_are_made(office):
    """Dying right after the withdrawal leaves no file of it behind."""
    site = office.folder / "site"
    mirrored(office, site=site)
    plan = make_plan(office.manifest([{"withdraw": "错"}]), [f"files:{site}"], as_of="2026-03-31")

    def at(point: str) -> None:
        if point == "mirror.removed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_plan(plan, now=now, at=at)
    assert not list(site.rglob("*.csv"))
    late = make_plan(office.manifest([{"withdraw": "错"}]), [f"files:{site}"], as_of="2026-03-31")
    assert [item.action for item in late.items if item.target != "catalogue"] == ["withdraw"]  # lists are behind
    assert apply_plan(plan, now=now).exit_code == 0
    assert not (site / "pending.json").exists()


def test_a_plan_says_where_nothing_keeps_writers_apart(office):
    plan = make_plan(office.manifest([{}]), ["files:memory://gongshu-alone"], as_of="2026-03-31")
    told = [each["code"] for item in plan.items if item.target != "catalogue" for each in item.reasons]
    assert told == ["plan.single-writer"]
    local = make_plan(office.manifest([{}]), [f"files:{office.folder / 'site'}"], as_of="2026-03-31")
    assert not [each for item in local.items for each in item.reasons if each["code"] == "plan.single-writer"]


@pytest.mark.parametrize("address", ["gopher://x/y", "nonsense://", "sftp://h/x"])
def test_storage_that_is_not_there_is_said(address):
    with pytest.raises(UsageFault) as caught:
        mirror(f"files:{address}")
    assert caught.value.code == "mirror.scheme"
    assert "://" not in caught.value.say("zh").replace(address, "").replace("s3://", "")
