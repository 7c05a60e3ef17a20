"""Bad weather of the machine itself: a full disk, a clock going backwards, a file that changes while it is read."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.publishers.plan import load
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault

CODE = "307010/000001"


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


def shown(site: Path) -> dict[str, str]:
    """Every file of a site with its hash."""
    return {
        str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def calm(office, manifest, name: str = "calm") -> dict[str, str]:
    """The site that an undisturbed run makes."""
    plan = make_plan(manifest, [f"files:{office.folder / name}"], as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0
    return shown(office.folder / name)


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no limit on the size of files on this system")
@pytest.mark.parametrize("most", [600, 150_000, 400_000])
def test_a_disk_that_takes_no_more(office, line, most):
    """Writes fail with the system's own error, at whatever place; with room again the same plan ends well."""
    office.write([line(number) for number in range(1, 9000)])
    manifest = office.manifest([{"code": "a/1"}, {"code": "b/1"}])
    site = office.folder / "site"
    plan = make_plan(manifest, [f"files:{site}"], as_of="2026-03-31")
    if most != 150_000:  # the catalogue has what it needs; it is the site's disk that is full, or nothing can be opened
        assert apply_plan(make_plan(manifest, as_of="2026-03-31"), now=now).exit_code == 0
        plan = make_plan(manifest, [f"files:{site}"], as_of="2026-03-31")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limit[1]))
        outcome = apply_plan(plan, now=now)
    except PublishFault as fault:
        outcome = None  # the journal could not be written, or the lists of the site: said in plain words
        assert fault.code in ("publish.io", "catalogue.full")  # noqa: PT017 - it may come or not
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    if most > 600:
        assert outcome is not None
        assert outcome.exit_code == 1
        assert {step.fault["code"] for step in outcome.retryable} <= {"publish.io", "publish.waits"}
    if (site / "catalogue.json").exists():
        for each in json.loads((site / "catalogue.json").read_text("utf-8"))["datasets"]:
            assert all((site / name).stat().st_size for name in each["files"])
    assert apply_plan(plan, now=now).exit_code == 0
    assert shown(site) == calm(office, manifest)
    with Store(office.catalogue) as store:
        assert [head.number for head in store.heads()] == ["1", "1"]
        assert not list(catalogue_faults(store))


def test_a_clock_that_goes_backwards(office, line):
    """Order is by version, never by date."""
    dates = iter(["2026-03-31T12:00:00+08:00", "2026-03-30T12:00:00+08:00", "1999-12-31T23:59:59+08:00"])
    for count in (3, 4, 5):
        office.write([line(number) for number in range(1, count)])
        plan = make_plan(office.manifest(), [f"files:{office.folder / 'site'}"], as_of="2026-03-31")
        assert apply_plan(plan, now=lambda: next(dates)).exit_code == 0
    assert shown(office.folder / "site") == calm(office, office.manifest())
    assert "1999-12-31" in (office.folder / "site" / "catalogue.json").read_text("utf-8")
    with Store(office.catalogue) as store:
        assert store.head(CODE).number == "3"
        assert store.head(CODE).resources[0].rows == 4
        assert not list(catalogue_faults(store))


@pytest.mark.parametrize("when", ["begun", "intent", "object.copied", "source", "gate", "converted"])
def test_a_file_that_changes_while_it_is_read(office, line, when):
    """What is published is what was planned, or nothing: never a part of each."""
    path = office.folder / "lots.csv"
    planned = path.read_bytes()
    site = office.folder / "site"
    plan = make_plan(office.manifest(), [f"files:{site}"], as_of="2026-03-31")
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        if point == when and heard.count(point) == 1:
            path.write_bytes(planned.replace("人民路".encode(), "别的路".encode()))

    outcome = apply_plan(plan, now=now, at=at)
    with Store(office.catalogue) as store:
        head = store.head(CODE)
        if head is None:
            assert [step.fault["code"] for step in outcome.retryable] == ["publish.source-moved", "publish.waits"]
            assert not (site / "catalogue.json").exists()
        else:
            (one,) = head.resources
            assert store.object_path(one.source_sha256).read_bytes() == planned
            text = next(each for each in one.outputs if each.form == "csv")
            assert "别的路".encode() not in store.object_path(text.sha256).read_bytes()
        assert not list(catalogue_faults(store))
    path.write_bytes(planned)
    assert apply_plan(plan, now=now).exit_code == 0
    assert shown(site) == calm(office, office.manifest())


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


def test_a_site_changed_between_plan_and_apply(office, line):
    """Another plan was faster at the site: a conflict, and what it made stays until there is a new plan."""
    site = f"files:{office.folder / 'site'}"
    assert apply_plan(make_plan(office.manifest(), [site], as_of="2026-03-31"), now=now).exit_code == 0
    office.write([line(1)])
    assert apply_plan(make_plan(office.manifest(), as_of="2026-03-31"), now=now).exit_code == 0
    late = make_plan(office.manifest(), [site], as_of="2026-03-31")
    office.write([line(1), line(2)])
    assert apply_plan(make_plan(office.manifest(), [site], as_of="2026-03-31"), now=now).exit_code == 0
    there = shown(office.folder / "site")
    outcome = apply_plan(late, now=now)
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    assert shown(office.folder / "site") == there
    assert {item.action for item in make_plan(office.manifest(), [site], as_of="2026-03-31").items} == {"unchanged"}


CHILD = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from gongshu.publishers.plan import load
    from gongshu.publishers.targets import apply_plan
    from gongshu.standards.faults import PublishFault

    while time.time() < float(sys.argv[2]):
        pass
    try:
        sys.exit(apply_plan(load(Path(sys.argv[1])), now=lambda: "2026-03-31T12:00:00+08:00").exit_code)
    except PublishFault as fault:
        sys.exit(7 if fault.code == "publish.locked" else 8)
    """
)


@pytest.mark.slow
@pytest.mark.parametrize("same", [True, False], ids=["one plan", "two plans"])
def test_two_applies_at_once(office, same):
    """Two processes at one catalogue and one site, three times: nothing is lost, doubled or half there."""
    site = office.folder / "site"
    first = office.manifest([{"code": f"a/{number}"} for number in range(6)], "one.yaml")
    second = office.manifest([{"code": f"{'a' if same else 'b'}/{number}"} for number in range(6)], "two.yaml")
    paths = []
    for manifest in (first, second):
        paths.append(office.folder / f"{manifest.stem}.json")
        make_plan(manifest, [f"files:{site}"], as_of="2026-03-31").save(paths[-1])
    codes = {0, 1, 7}
    for turn in range(3):
        start = time.time() + 2.0
        children = [subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(start)]) for path in paths]
        ended = [child.wait(120) for child in children]
        assert set(ended) <= codes, ended
        if turn == 0 and same:
            assert sorted(ended) == [0, 7]  # the same plan: the second one is told
    for path in paths:
        assert apply_plan(load(path), now=now).exit_code == 0
    with Store(office.catalogue) as store:
        heads = list(store.heads())
        assert [head.number for head in heads] == ["1"] * (6 if same else 12)
        assert not list(catalogue_faults(store))
    whole = office.manifest([{"code": head.code} for head in heads], "all.yaml")
    assert shown(site) == calm(office, whole)


def test_what_readers_see_meanwhile(office, line):
    """A reader that never rests finds the old dataset or the new one, and each file as the list says it is."""
    site = office.folder / "site"
    manifest = office.manifest([{"code": f"a/{number}"} for number in range(4)])
    assert apply_plan(make_plan(manifest, [f"files:{site}"], as_of="2026-03-31"), now=now).exit_code == 0
    seen: dict[str, set[str]] = {"catalogue": set(), "site": set(), "list": set()}
    faults: list[str] = []
    ended = threading.Event()

    def read() -> None:
        with Store(office.catalogue) as store:
            while not ended.is_set():
                for head in store.heads():
                    seen["catalogue"].add(head.number)
                    for output in head.resources[0].outputs:
                        if sha256(store.object_path(output.sha256)) != output.sha256:
                            faults.append(f"{head.code} {output.form}")
                for pointer in site.glob("datasets/*/dataset.json"):
                    told = json.loads(pointer.read_text("utf-8"))
                    seen["site"].add(told["version"])
                    for output in told["resources"][0]["outputs"]:
                        path = site / output["path"]
                        if sha256(path) != output["sha256"] and json.loads(pointer.read_text("utf-8")) == told:
                            faults.append(str(path))
                listed = json.loads((site / "catalogue.json").read_text("utf-8"))["datasets"]
                seen["list"].add(" ".join(sorted({each["version"] for each in listed})))

    def sha256(path: Path) -> str:
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return "gone"

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for count in (20, 30, 40):
            office.write([line(number) for number in range(1, count)])
            plan = make_plan(manifest, [f"files:{site}"], as_of="2026-03-31")
            assert apply_plan(plan, now=now).exit_code == 0
    finally:
        ended.set()
        reader.join()
    assert not faults
    assert seen["catalogue"] <= {"1", "2", "3", "4"}
    assert len(seen["site"]) >= 2
    assert seen["list"] <= {"1", "2", "3", "4"}  # the list turns all at once: never two versions in it


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
