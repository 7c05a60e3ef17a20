"""Datasets that are new at CKAN: one request each, and whoever was there first is not overwritten."""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest

from gongshu.publishers.mirrors.ckan.transport import Site
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

pytestmark = pytest.mark.slow
AS_OF = "2026-03-31"


def codes(office, count: int = 1) -> list[dict]:
    return [{"code": f"{abs(hash(office.folder)) % 10**8:08d}/n{number}"} for number in range(count)]


def links(site) -> list[str]:
    return [f"ckan:{site.url}?files=https://files.example"]


def at_ckan(plan):
    return [item for item in plan.items if item.target.startswith("ckan:")]


def test_one_request_each(office, as_sysadmin, monkeypatch):
    asked: Counter[str] = Counter()
    call = Site.call

    def counted(site, action, *words, **more):
        asked[action] += 1
        return call(site, action, *words, **more)

    monkeypatch.setattr(Site, "call", counted)
    manifest = office.manifest(codes(office, 6))
    plan = make_plan(manifest, links(as_sysadmin), as_of=AS_OF)
    assert asked == {"user_show": 1, "package_search": 2}
    asked.clear()
    assert apply_plan(plan).exit_code == 0
    assert asked == {"user_show": 1, "organization_show": 1, "package_create": 6}
    asked.clear()
    assert {item.action for item in make_plan(manifest, links(as_sysadmin), as_of=AS_OF).items} == {"unchanged"}
    assert asked == {"user_show": 1, "package_search": 1}


def test_a_name_that_somebody_takes_between_plan_and_apply(office, ckan):
    manifest = office.manifest(codes(office))
    plan = make_plan(manifest, links(ckan), as_of=AS_OF)
    slug = at_ckan(plan)[0].slug
    remote = ckan.remote()
    remote.action.package_create(name=slug, title="别人的", owner_org="11420000000013493m")
    assert [step.fault["code"] for step in apply_plan(plan).retryable] == ["mirror.taken"]
    assert remote.action.package_show(id=slug)["title"] == "别人的"
    again = make_plan(manifest, links(ckan), as_of=AS_OF)
    assert [(item.action, item.reasons[0]["code"]) for item in at_ckan(again)] == [("blocked", "mirror.taken")]
    remote.action.dataset_purge(id=slug)
    assert apply_plan(make_plan(manifest, links(ckan), as_of=AS_OF)).exit_code == 0


def test_one_that_another_plan_brought_meanwhile(office, as_sysadmin):
    """The same content: done. Changed since by somebody: a conflict, and it stays as it is."""
    manifest = office.manifest(codes(office))
    assert apply_plan(make_plan(manifest, as_of=AS_OF)).exit_code == 0
    to = links(as_sysadmin)[0]
    plans = [make_plan(manifest, [f"{to}&workers={number}"], as_of=AS_OF) for number in (1, 2, 3)]
    assert apply_plan(plans[0]).exit_code == 0
    assert apply_plan(plans[1]).exit_code == 0
    slug = at_ckan(plans[0])[0].slug
    as_sysadmin.remote().action.package_patch(id=slug, title="别人改的")
    outcome = apply_plan(plans[2])
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    assert as_sysadmin.remote().action.package_show(id=slug)["title"] == "别人改的"


@pytest.mark.parametrize("forgotten", [False, True])
def test_one_that_was_deleted_at_ckan_comes_back(office, ckan, forgotten):
    """Deleted datasets are not in the search index: the journal knows that there may be one, and CKAN where it does
    not (a catalogue that was restored)."""
    manifest = office.manifest(codes(office))
    plan = make_plan(manifest, links(ckan), as_of=AS_OF)
    assert apply_plan(plan).exit_code == 0
    slug = at_ckan(plan)[0].slug
    remote = ckan.remote()
    remote.action.package_delete(id=slug)
    if forgotten:
        connection = sqlite3.connect(office.catalogue / "catalogue.sqlite")
        with connection:
            connection.execute("DELETE FROM journal")
        connection.close()
    second = make_plan(manifest, links(ckan), as_of=AS_OF)
    assert [item.action for item in at_ckan(second)] == ["create" if forgotten else "update"]
    if apply_plan(second).exit_code:  # who may give ids meets the deleted one: that takes another plan, and no more
        assert forgotten
        assert apply_plan(make_plan(manifest, links(ckan), as_of=AS_OF)).exit_code == 0
    assert remote.action.package_show(id=slug)["state"] == "active"
    assert {item.action for item in make_plan(manifest, links(ckan), as_of=AS_OF).items} == {"unchanged"}
