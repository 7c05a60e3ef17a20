"""An apply that is killed at any moment and run again gives the catalogue and the site of an undisturbed run."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.publishers.journal import Journal
from gongshu.publishers.plan import Plan, load
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

SEED, MOMENTS, BETWEEN = 20260331, 100, 80
CHILD = textwrap.dedent(
    """
    import os, signal, sys, threading
    from pathlib import Path
    from gongshu.publishers.plan import load
    from gongshu.publishers.targets import apply_plan

    left, later = int(sys.argv[2]), float(sys.argv[3])

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def at(point):
        global left
        left -= 1
        if left == -1:
            threading.Timer(later, die).start() if later else die()

    apply_plan(load(Path(sys.argv[1])), now=lambda: "2026-03-31T12:00:00+08:00", at=at)
    """
)
TABLES = ("organisations", "datasets", "versions", "outputs", "records", "receipts", "audit", "found")


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


def state(folder: Path, site: Path) -> dict:
    """Everything that a catalogue and a site hold, journal and locks apart."""
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    tables = {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}"))) for name in TABLES}  # noqa: S608 - names are ours
    connection.close()
    files = {
        str(path.relative_to(base)): hashlib.sha256(path.read_bytes()).hexdigest()
        for base in (folder / "objects", folder / "tmp", site)
        for path in sorted(base.rglob("*"))
        if path.is_file()
    }
    return {**tables, "files": files}


@pytest.fixture
def scene(office, line):
    """A plan that creates, updates, edits and withdraws, with a site beside the catalogue."""
    site = office.folder / "site"
    to = [f"catalogue:{office.catalogue}", f"files:{site}"]
    first = office.manifest([{"code": "a/1"}, {"code": "b/1"}, {"code": "c/1"}])
    assert apply_plan(make_plan(first, to, as_of="2026-03-31"), now=now).exit_code == 0
    office.write([line(number) for number in range(3, 30)], "more.csv")
    more = [
        {"key": "main", "path": "more.csv", "standard": "pack"},
        {"key": "old", "path": "lots.csv", "standard": "pack"},
    ]
    second = office.manifest(
        [
            {"code": "a/1", "files": more},
            {"code": "b/1", "title": "改名"},
            {"code": "c/1", "withdraw": "错"},
            {"code": "d/1"},
        ]
    )
    plan = make_plan(second, to, as_of="2026-03-31")
    plan.save(office.folder / "plan.json")
    snapshot = office.folder / "snapshot"
    for folder in (office.catalogue, site):
        shutil.copytree(folder, snapshot / folder.name)

    def restore() -> None:
        for folder in (office.catalogue, site):
            shutil.rmtree(folder)
            shutil.copytree(snapshot / folder.name, folder)

    return load(office.folder / "plan.json"), office.catalogue, site, restore


def steps(plan: Plan, folder: Path) -> list[str]:
    book = Journal(folder / "catalogue.sqlite")
    found = [step.state for step in book.steps(plan.sha256)]
    book.close()
    return found


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_anywhere_and_run_again(scene, office):
    plan, folder, site, restore = scene
    points: list[str] = []
    assert apply_plan(plan, now=now, at=points.append).exit_code == 0
    undisturbed = state(folder, site)
    begun = points.index("begun")
    last = len(points) - 1 - points[::-1].index("done")
    # every point in turn; each third kill comes somewhat later than its point, in the middle of what follows it, and
    # then from the first half of the points, so that it does not come after the end on a fast machine
    dice = random.Random(SEED)
    places = list(range(begun + 1, last))
    early = places[: len(places) // 2]
    moments = [dice.choice(early) if number % 3 == 0 else places[number % len(places)] for number in range(MOMENTS)]
    between = 0
    for number, moment in enumerate(moments):
        restore()
        later = dice.uniform(0.0, 0.012) if number % 3 == 0 else 0.0
        child = subprocess.run(
            [sys.executable, "-c", CHILD, str(office.folder / "plan.json"), str(moment), str(later)],
            check=False,
            timeout=60,
        )
        reached = steps(plan, folder)
        if child.returncode == -signal.SIGKILL and reached and set(reached) != {"done"}:
            between += 1  # killed between the first and the last step
        outcome = apply_plan(plan, now=now)
        assert outcome.exit_code == 0, (points[moment], outcome)
        assert state(folder, site) == undisturbed, points[moment]
        with Store(folder) as store:
            assert not list(catalogue_faults(store)), points[moment]
        assert not list((folder / "tmp").iterdir())
        assert not list((folder / "locks").iterdir())
    assert between >= BETWEEN, between


def test_every_step_can_fail_and_come_back(scene):
    """The same, in one process: whatever raises at a point leaves a state from which the plan goes on."""
    plan, folder, site, restore = scene
    points: list[str] = []
    assert apply_plan(plan, now=now, at=points.append).exit_code == 0
    undisturbed = state(folder, site)
    for name in sorted(set(points)):
        restore()
        heard: list[str] = []

        def at(point: str, name: str = name, heard: list[str] = heard) -> None:
            heard.append(point)
            if point == name and heard.count(point) == 1:
                raise OSError(28, "No space left on device")

        try:
            outcome = apply_plan(plan, now=now, at=at)
            assert outcome.exit_code == 1 or name in ("begun", "finished"), name
        except OSError:
            assert name in ("begun", "finished"), name
        assert apply_plan(plan, now=now).exit_code == 0, name
        found = state(folder, site)
        # what failed came after what went on, so the audit holds the same rows in another order
        assert {**found, "audit": len(found["audit"])} == {**undisturbed, "audit": len(undisturbed["audit"])}, name
        with Store(folder) as store:
            assert not list(catalogue_faults(store)), name
