"""From a manifest to a real CKAN, in bad weather: everything arrives once, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest
import requests

from bench.storm import KINDS, Storm
from gongshu.cli import main
from gongshu.publishers.mirrors import conformance
from gongshu.publishers.mirrors.ckan.mirror import Ckan
from gongshu.publishers.mirrors.ckan.transport import Patience
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

pytestmark = pytest.mark.slow
AS_OF = "2026-03-31"


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


@pytest.fixture
def storm(as_sysadmin) -> Iterator[Storm]:
    made = Storm(as_sysadmin.url, share=0.3, seed=7)
    yield made
    made.end()


def listed(url: str, prefix: str) -> dict:
    asked = {"q": f'extras_gongshu_namespace:"{prefix}"', "rows": 1000}
    found = requests.get(f"{url}/api/3/action/package_search", asked, timeout=60).json()["result"]["results"]
    return {each["name"]: each for each in found}


def codes(office, count: int, **changes) -> list[dict]:
    return [{"code": f"{abs(hash(office.folder)) % 10**8:08d}/{number:03d}", **changes} for number in range(count)]


def test_plan_apply_status_with_a_real_ckan(office, as_sysadmin, capsys):
    url = as_sysadmin.url
    manifest, plan = str(office.manifest(codes(office, 2))), str(office.folder / "plan.json")
    assert main(["publish", "plan", manifest, "--to", f"ckan:{url}", "-o", plan, "--as-of", AS_OF]) == 0
    assert main(["publish", "apply", plan]) == 0
    capsys.readouterr()
    assert main(["publish", "status", f"ckan:{url}", "--json"]) == 0
    told = {each["code"]: each for each in json.loads(capsys.readouterr().out)["datasets"]}
    for each in codes(office, 2):
        assert told[each["code"]]["state"] == "published"
        assert told[each["code"]]["title"] == "停车场名录"
    again = make_plan(manifest, [f"ckan:{url}"], as_of=AS_OF)
    assert {item.action for item in again.items} == {"unchanged"}
    assert "GONGSHU_CKAN_TOKEN" not in plan
    assert as_sysadmin.tokens["sysadmin"] not in (office.folder / "plan.json").read_text()
    # an edit at the target between plan and apply is not overwritten
    office.manifest(codes(office, 2, title="新名"))
    moved = make_plan(manifest, [f"ckan:{url}"], as_of=AS_OF)
    slug = moved.items[-1].slug
    as_sysadmin.remote().action.package_patch(id=slug, title="别人改的")
    outcome = apply_plan(moved, now=now)
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    fresh = make_plan(manifest, [f"ckan:{url}"], as_of=AS_OF)
    assert [item.reasons[0]["code"] for item in fresh.items if item.acts] == ["plan.mirror-edited"]
    assert apply_plan(fresh, now=now).exit_code == 0
    assert as_sysadmin.remote().action.package_show(id=slug)["title"] == "新名"


def test_all_arrive_in_a_storm(office, as_sysadmin, storm):
    """Three in ten requests fail, nine ways; afterwards CKAN shows what an undisturbed run shows."""
    made = codes(office, 12)
    plan = make_plan(office.manifest(made), [f"ckan:{storm.url}"], as_of=AS_OF)
    for _ in range(6):
        outcome = apply_plan(plan, now=now)
        if outcome.exit_code == 0:
            break
    assert outcome.exit_code == 0, [step.fault for step in outcome.retryable]
    assert len(set(storm.met) & set(KINDS)) >= 6
    office.write(["0001,改名,1,5.50,2020-02-29,单位,示例公司,测试乙,13800000000,内部"])
    second = make_plan(office.manifest(made), [f"ckan:{storm.url}"], as_of=AS_OF)
    for _ in range(6):
        outcome = apply_plan(second, now=now)
        if outcome.exit_code == 0:
            break
    assert outcome.exit_code == 0, [step.fault for step in outcome.retryable]
    found = listed(as_sysadmin.url, plan.namespace)
    assert len(found) == len(made)
    for each in found.values():
        assert len(each["resources"]) == 2
        assert each["version"] == "2"
        rows = as_sysadmin.remote().action.datastore_search(resource_id=each["resources"][0]["id"], include_total=True)
        assert rows["total"] == 1
    still = make_plan(office.manifest(made), [f"ckan:{as_sysadmin.url}"], as_of=AS_OF)
    assert {item.action for item in still.items} == {"unchanged"}


@pytest.mark.parametrize("case", ["created", "interrupted", "updated", "withdrawn"])
def test_the_suite_passes_in_a_storm(case, as_sysadmin, storm, tmp_path):
    patience = Patience(tries=12, first=0.01, longest=1.0)
    conformance.run(case, lambda: Ckan(storm.url, patience=patience), tmp_path)


CHILD = textwrap.dedent(
    """
    import os, signal, sys, threading
    from pathlib import Path
    from gongshu.publishers.plan import load
    from gongshu.publishers.targets import apply_plan

    left, guard = int(sys.argv[2]), threading.Lock()

    def at(point):
        global left
        with guard:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    apply_plan(load(Path(sys.argv[1])), now=lambda: "2026-03-31T12:00:00+08:00", at=at)
    """
)


def test_killed_on_the_way_to_ckan(office, as_sysadmin):
    """Several datasets are on the way at once when the process is killed; the next run finishes each."""
    made = codes(office, 4)
    plan = make_plan(office.manifest(made), [f"ckan:{as_sysadmin.url}"], as_of=AS_OF)
    path = office.folder / "plan.json"
    plan.save(path)
    killed = 0
    for moment in (45, 6, 7, 5, 9, 4, 8):  # of what is left each time
        child = subprocess.run([sys.executable, "-c", CHILD, str(path), str(moment)], check=False, timeout=120)
        killed += child.returncode < 0
    assert killed >= 4
    assert apply_plan(plan, now=now).exit_code == 0
    found = listed(as_sysadmin.url, plan.namespace)
    assert len(found) == len(made)
    for each in found.values():
        rows = as_sysadmin.remote().action.datastore_search(resource_id=each["resources"][0]["id"], include_total=True)
        assert rows["total"] == 10
    assert {
        item.action for item in make_plan(office.manifest(made), [f"ckan:{as_sysadmin.url}"], as_of=AS_OF).items
    } == {"unchanged"}
