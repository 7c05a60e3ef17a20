"""An apply that is killed at any moment and run again gives the catalogue and the site of an undisturbed run."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.publishers.journal import Journal
from gongshu.publishers.plan import Plan, load
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

SEED, MOMENTS, BETWEEN, PARTS = 20260331, 100, 80, 4
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


@dataclass
class Outing:
    """A scene with what an undisturbed run makes of it."""

    scene: tuple
    path: Path
    points: list[str]
    undisturbed: dict

    @property
    def places(self) -> range:
        """The boundaries from the first step to the last."""
        last = len(self.points) - 1 - self.points[::-1].index("done")
        return range(self.points.index("begun") + 1, last)

    def killed(self, moment: int, later: float = 0.0) -> bool:
        """Kill an apply at that point, or so many seconds after it; run again; whether it died between the steps.

        Then everything is as without the kill: nothing lost, nothing doubled, nothing half there.
        """
        plan, folder, site, restore = self.scene
        restore()
        child = subprocess.run(
            [sys.executable, "-c", CHILD, str(self.path), str(moment), str(later)], check=False, timeout=120
        )
        reached = steps(plan, folder)
        between = child.returncode == -signal.SIGKILL and bool(reached) and set(reached) != {"done"}
        whole_for_readers(folder, site)
        outcome = apply_plan(plan, now=now)
        assert outcome.exit_code == 0, (self.points[moment], outcome)
        assert state(folder, site) == self.undisturbed, self.points[moment]
        with Store(folder) as store:
            assert not list(catalogue_faults(store)), self.points[moment]
        assert not list((folder / "tmp").iterdir())
        assert not list((folder / "locks").iterdir())
        return between


def whole_for_readers(folder: Path, site: Path) -> None:
    """What readers find after a kill and before the next run: lists and catalogue name only what is there, whole."""
    with Store(folder) as store:
        for head in store.heads():
            for resource in head.resources if head.state == "published" else ():
                for output in resource.outputs:
                    assert hashlib.sha256(store.object_path(output.sha256).read_bytes()).hexdigest() == output.sha256
    listed = json.loads((site / "catalogue.json").read_text("utf-8"))["datasets"]
    pointers = [json.loads(path.read_text("utf-8")) for path in site.glob("datasets/*/dataset.json")]
    withdrawn = {each["code"] for each in pointers if each.get("withdrawn")}
    for each in [*pointers, *(one for one in listed if one["code"] not in withdrawn)]:
        for resource in each.get("resources", ()):
            for output in resource["outputs"]:
                content = (site / output["path"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == output["sha256"], output["path"]


@pytest.fixture
def outing(scene, office) -> Outing:
    """An undisturbed run, with the names of all boundaries between its durable steps."""
    plan, folder, site, _ = scene
    points: list[str] = []
    assert apply_plan(plan, now=now, at=points.append).exit_code == 0
    return Outing(scene, office.folder / "plan.json", points, state(folder, site))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_boundary(outing, part):
    """SIGKILL at each point between two durable steps, once."""
    assert len(outing.places) > 50
    mine = outing.places[part::PARTS]
    for place in mine:
        assert outing.killed(place), outing.points[place]
    print(f"killed at {len(mine)} of {len(outing.places)} boundaries")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_moment(outing, part):
    """A hundred moments in all, in the middle of whatever follows a random boundary; at least eighty of them between
    the first step and the last. From the first two thirds of the boundaries, so that a fast machine is not done."""
    dice = random.Random(SEED + part)
    early = outing.places[: 2 * len(outing.places) // 3]
    between = sum(outing.killed(dice.choice(early), dice.uniform(0.0001, 0.012)) for _ in range(MOMENTS // PARTS))
    assert between >= BETWEEN // PARTS, between
    print(f"{between} of {MOMENTS // PARTS} moments between the first and the last step")


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
