"""Data older than their update cycle are told of, or kept back where the policy says so."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.publishers.freshness import CYCLES, due, late
from gongshu.publishers.manifest import File
from gongshu.publishers.targets import plan
from gongshu.standards.model import Reference
from gongshu.standards.registry import Registry


def of(day: str) -> File:
    return File("main", Path("x.csv"), "x.csv", "s", date=day)


@pytest.mark.parametrize(
    ("cycle", "day", "fresh", "stale"),
    [
        ("monthly", "2026-01-31", "2026-02-28", "2026-03-01"),
        ("daily", "2026-03-30", "2026-03-31", "2026-04-01"),
        ("weekly", "2026-03-01", "2026-03-08", "2026-03-09"),
        ("quarterly", "2026-01-01", "2026-04-01", "2026-04-02"),
        ("halfyear", "2025-08-31", "2026-02-28", "2026-03-01"),
        ("yearly", "2024-02-29", "2025-02-28", "2025-03-01"),
    ],
)
def test_the_last_day_and_the_day_after(cycle, day, fresh, stale):
    metadata = {"updateCycle": cycle}
    assert late(of(day), metadata, date.fromisoformat(fresh)) is None
    fault = late(of(day), metadata, date.fromisoformat(stale))
    assert fault is not None
    assert fault.params["days"] == 1
    for lang in ("zh", "en"):
        assert day in fault.say(lang)
        assert "{" not in fault.say(lang)
        assert cycle == "daily" or cycle not in fault.say("zh")


def test_what_has_no_cycle_is_never_late():
    for cycle in ("irregular", "never", "often", ""):
        assert late(of("1990-01-01"), {"updateCycle": cycle}, date(2026, 1, 1)) is None


def test_cycles_are_those_of_the_code_list():
    """The list has no period for real time; a day is what can be seen of a file."""
    codes = Registry().codes(Reference.parse("resource-update-cycle@1"))
    periods = {code.code: dict(code.extra).get("iso8601_duration") for code in codes.standard.codes or ()}
    assert set(CYCLES) <= set(periods)
    spelled = {(months, days): f"P{f'{months}M' if months else f'{days}D'}" for months, days in CYCLES.values()}
    same = {"P12M": "P1Y", "P7D": "P1W"}
    for cycle, found in CYCLES.items():
        if cycle != "realtime":
            assert same.get(spelled[found], spelled[found]) == periods[cycle]


@given(st.dates(), st.sampled_from(sorted(CYCLES)))
def test_a_due_date_is_after_its_day_and_never_skips_a_cycle(day, cycle):
    last = due(day, cycle)
    if last is not None:
        assert day < last <= date.fromordinal(min(day.toordinal() + 366, date.max.toordinal()))


def aged(office, day: str) -> None:
    stamp = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    os.utime(office.folder / "lots.csv", (stamp, stamp))


@pytest.mark.parametrize("policy", ["", "warn", "block", "ignore"])
def test_the_policy_decides(office, policy):
    aged(office, "2026-01-15")
    (item,) = plan(office.manifest(), as_of="2026-03-31", stale=policy).items
    codes = [each["code"] for each in item.reasons]
    assert item.action == ("blocked" if policy == "block" else "create")
    assert ("gate.stale" in codes) == (policy != "ignore")


def test_the_manifest_may_say_the_policy_and_the_day(office):
    path = office.manifest([{"files": [{"key": "main", "path": "lots.csv", "standard": "pack", "date": "2026-01-15"}]}])
    path.write_text("stale: block\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    (item,) = plan(path, as_of="2026-03-31").items
    assert [each["code"] for each in item.reasons] == ["gate.stale"]
    assert item.reasons[0]["params"]["reason"] == "stated"
    (item,) = plan(path, as_of="2026-03-31", stale="warn").items
    assert item.action == "create"
    (item,) = plan(path, as_of="2026-02-15").items
    assert item.action == "create"


def test_what_is_published_stays_and_its_age_is_told(office):
    plan(office.manifest(), as_of="2026-03-31", stale="ignore").apply()
    aged(office, "2026-01-15")
    for policy in ("warn", "block"):
        (item,) = plan(office.manifest(), as_of="2026-06-30", stale=policy).items
        assert item.action == "unchanged"
        assert "gate.stale" in [each["code"] for each in item.reasons]
