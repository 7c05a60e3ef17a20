"""Bad weather of the machine itself: a full disk, a clock going backwards, a file that changes while it is read."""

from __future__ import annotations

import os
import resource
import signal

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

CODE = "307010/000001"


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no limit on the size of files on this system")
def test_a_disk_that_takes_no_more(office, line):
    """Writes fail with the system's own error, at whatever place; with room again the same plan ends well."""
    office.write([line(number) for number in range(1, 4000)])
    plan = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), as_of="2026-03-31")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limit[1]))
        outcome = apply_plan(plan, now=now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    assert {step.fault["code"] for step in outcome.retryable} == {"publish.io"}
    assert apply_plan(plan, now=now).exit_code == 0
    with Store(office.catalogue) as store:
        assert [head.number for head in store.heads()] == ["1", "1"]
        assert not list(catalogue_faults(store))


def test_a_clock_that_goes_backwards(office, line):
    """Order is by version, never by date."""
    dates = iter(["2026-03-31T12:00:00+08:00", "2026-03-30T12:00:00+08:00", "1999-12-31T23:59:59+08:00"])
    for count in (3, 4, 5):
        office.write([line(number) for number in range(1, count)])
        plan = make_plan(office.manifest(), as_of="2026-03-31")
        assert apply_plan(plan, now=lambda: next(dates)).exit_code == 0
    with Store(office.catalogue) as store:
        assert store.head(CODE).number == "3"
        assert store.head(CODE).resources[0].rows == 4
        assert not list(catalogue_faults(store))


@pytest.mark.parametrize("when", ["begun", "intent", "object.copied", "source", "gate", "converted"])
def test_a_file_that_changes_while_it_is_read(office, line, when):
    """What is published is what was planned, or nothing: never a part of each."""
    path = office.folder / "lots.csv"
    planned = path.read_bytes()
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        if point == when and heard.count(point) == 1:
            path.write_bytes(planned.replace("人民路".encode(), "别的路".encode()))

    outcome = apply_plan(plan, now=now, at=at)
    with Store(office.catalogue) as store:
        head = store.head(CODE)
        if head is None:
            assert [step.fault["code"] for step in outcome.retryable] == ["publish.source-moved"]
        else:
            (one,) = head.resources
            assert store.object_path(one.source_sha256).read_bytes() == planned
            text = next(each for each in one.outputs if each.form == "csv")
            assert "别的路".encode() not in store.object_path(text.sha256).read_bytes()
        assert not list(catalogue_faults(store))
    path.write_bytes(planned)
    assert apply_plan(plan, now=now).exit_code == 0


def test_a_target_changed_between_plan_and_apply(office, line):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    office.write([line(1)])
    other = make_plan(office.manifest(), as_of="2026-03-31")
    assert apply_plan(other, now=now).exit_code == 0
    office.write([line(number) for number in range(1, 11)])
    outcome = apply_plan(plan, now=now)
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    with Store(office.catalogue) as store:
        assert store.head(CODE).resources[0].rows == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(office):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    objects = office.catalogue / "objects"
    objects.mkdir(exist_ok=True)
    objects.chmod(0o555)
    try:
        assert apply_plan(plan, now=now).exit_code == 1
    finally:
        objects.chmod(0o755)
    assert apply_plan(plan, now=now).exit_code == 0
