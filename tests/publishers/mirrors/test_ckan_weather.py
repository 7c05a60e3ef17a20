"""From a manifest to a real CKAN, in bad weather: everything arrives once, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
import requests

from bench.storm import KINDS, Storm
from gongshu.cli import main
from gongshu.publishers.mirrors import conformance
from gongshu.publishers.mirrors.ckan.mirror import Ckan
from gongshu.publishers.mirrors.ckan.transport import Patience
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault

pytestmark = pytest.mark.slow
AS_OF = "2026-03-31"
KILLS = int(os.environ.get("GONGSHU_KILLS", "6"))  # moments of dying on the way to CKAN; the catalogue has a hundred
MOST_BOUNDARIES = 14  # of one dataset on its way to CKAN, and some more


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


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_bad_weather_alone(office, as_sysadmin, kind):
    """A third of all requests meet this one kind: the dataset arrives once, whole, as in fair weather."""
    made = codes(office, 2)
    weather = Storm(as_sysadmin.url, share=0.34, seed=3, kinds=(kind,))
    try:
        plan = make_plan(office.manifest(made), [f"ckan:{weather.url}"], as_of=AS_OF)
        for _ in range(6):
            outcome = apply_plan(plan, now=now)
            if outcome.exit_code == 0:
                break
    finally:
        weather.end()
    assert weather.met[kind] >= 2
    assert outcome.exit_code == 0, [step.fault for step in outcome.retryable]
    arrived_once(office, as_sysadmin, plan, made)


def arrived_once(office, site, plan, made, rows: int = 10) -> None:
    """As many datasets as there should be, two files and one whole table each, and a new plan finds nothing to do."""
    found = listed(site.url, plan.namespace)
    assert len(found) == len(made)
    for each in found.values():
        assert [one["format"] for one in each["resources"]] == ["CSV", "Parquet"]
        table = site.remote().action.datastore_search(resource_id=each["resources"][0]["id"], include_total=True)
        assert table["total"] == rows
        for one in each["resources"]:
            content = requests.get(one["url"], timeout=60).content
            assert f"sha256:{hashlib.sha256(content).hexdigest()}" == one["hash"]
    still = make_plan(office.manifest(made), [f"ckan:{site.url}"], as_of=AS_OF)
    assert {item.action for item in still.items} == {"unchanged"}


@pytest.mark.parametrize("phase", ["create", "update", "withdraw"])
def test_killed_at_every_boundary_to_ckan(office, as_sysadmin, phase):
    """SIGKILL at each point of making, changing and withdrawing a dataset at CKAN, each time a fresh one. The catalogue
    has it by then: the boundaries before that are those of `test_killed.py`."""
    to = [f"ckan:{as_sysadmin.url}?workers=1"]
    path = office.folder / "plan.json"
    made = [{"code": f"{abs(hash(office.folder)) % 10**8:08d}/{number:03d}"} for number in range(MOST_BOUNDARIES)]
    wanted = made
    if phase != "create":
        assert apply_plan(make_plan(office.manifest(made), to, as_of=AS_OF), now=now).exit_code == 0
        wanted = [{**each, **({"title": "新名"} if phase == "update" else {"withdraw": "错"})} for each in made]
        office.write(["0001,改名,1,5.50,2020-02-29,单位,示例公司,测试乙,13800000000,内部"])
    for moment, each in enumerate(wanted):
        manifest = office.manifest([each])
        assert apply_plan(make_plan(manifest, as_of=AS_OF), now=now).exit_code == 0
        plan = make_plan(manifest, to, as_of=AS_OF)
        assert sum(item.acts for item in plan.items) == 1
        plan.save(path)
        child = subprocess.run([sys.executable, "-c", CHILD, str(path), str(moment)], check=False, timeout=120)
        if child.returncode == 0:  # it had fewer points than that
            break
        assert child.returncode < 0
        assert apply_plan(plan, now=now).exit_code == 0
    assert 5 < moment < MOST_BOUNDARIES - 1
    still = make_plan(office.manifest(wanted[: moment + 1]), to, as_of=AS_OF)
    assert {item.action for item in still.items} == {"unchanged"}
    print(f"killed at {moment} boundaries")


def test_killed_at_any_moment_on_the_way_to_ckan(office, as_sysadmin):
    """Moments in the middle of whatever goes on, with several datasets at once; each time fresh ones."""
    dice, between = random.Random(20260331), 0
    path = office.folder / "plan.json"
    to = [f"ckan:{as_sysadmin.url}"]
    every: list[dict] = []
    for turn in range(KILLS):
        made = [{"code": f"{abs(hash(office.folder)) % 10**8:08d}/m{turn:02d}-{number}"} for number in range(3)]
        every += made
        assert apply_plan(make_plan(office.manifest(made), as_of=AS_OF), now=now).exit_code == 0
        plan = make_plan(office.manifest(made), to, as_of=AS_OF)
        plan.save(path)
        moment, later = dice.randrange(1, 16), dice.uniform(0.0005, 0.03)
        call = [sys.executable, "-c", LATER, str(path), str(moment), str(later)]
        between += subprocess.run(call, check=False, timeout=120).returncode < 0
        assert apply_plan(plan, now=now).exit_code == 0
    assert {item.action for item in make_plan(office.manifest(every), to, as_of=AS_OF).items} == {"unchanged"}
    assert between >= KILLS * 3 // 4, between
    print(f"{between} of {KILLS} moments before the last step")


LATER = CHILD.replace(
    "os.kill(os.getpid(), signal.SIGKILL)",
    "threading.Timer(float(sys.argv[3]), os.kill, (os.getpid(), signal.SIGKILL)).start(); left = 10**9",
)


def test_a_token_that_is_revoked_in_the_middle(office, ckan_site, monkeypatch):
    """From then on nothing is written and it is said; with a new token the same plan ends as undisturbed."""
    call = ckan_site.remote().call_action
    made = codes(office, 4)

    def token() -> tuple[str, str]:
        name = f"short {uuid4().hex}"
        found = call("api_token_create", {"user": "gongshu-editor", "name": name})["token"]
        monkeypatch.setenv("GONGSHU_CKAN_TOKEN", found)
        listed_ = call("api_token_list", {"user_id": "gongshu-editor"})
        return found, next(each["id"] for each in listed_ if each["name"] == name)

    _, jti = token()
    plan = make_plan(office.manifest(made), [f"ckan:{ckan_site.url}?workers=1"], as_of=AS_OF)
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        if point == "mirror.revised" and heard.count(point) == 2:
            call("api_token_revoke", {"jti": jti})

    outcome = apply_plan(plan, now=now, at=at)
    assert {step.fault["code"] for step in outcome.retryable} <= {"mirror.refused", "mirror.token"}
    assert len(outcome.retryable) >= 2
    assert len(listed(ckan_site.url, plan.namespace)) <= 2  # what anybody sees meanwhile: the ones that are whole
    token()
    assert apply_plan(plan, now=now).exit_code == 0
    arrived_once(office, ckan_site, plan, made)


def test_two_writers_at_once_double_nothing(as_sysadmin, tmp_path):
    """Two processes bring the same head: one or both succeed, the other one is told; one dataset is there, whole."""
    bench = conformance.Bench(lambda: Ckan(as_sysadmin.url), tmp_path, str(uuid4()), False, tmp_path / "j")
    head = bench.head(bench.code(), {"main": conformance.ROWS})
    met: list[str] = []

    def bring() -> None:
        try:
            bench.bring(head)
            met.append("done")
        except PublishFault as fault:
            met.append(fault.code)

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(met) == 4
    assert set(met) <= {"done", "publish.target-moved", "mirror.rejected", "mirror.answer", "mirror.unsealed"}, met
    bench.bring(head)
    bench.shows(head)
    assert len(listed(as_sysadmin.url, bench.namespace)) == 1


def test_what_anybody_sees_meanwhile(office, as_sysadmin, line):
    """Without a token: nothing, or a dataset with all its files; each file is the old one or the new one, whole."""
    made = codes(office, 1)
    url = as_sysadmin.url
    states: set[tuple[str, int]] = set()
    hashes: set[str] = set()
    ended = threading.Event()
    slug = make_plan(office.manifest(made), as_of=AS_OF).items[0].slug

    def read() -> None:
        while not ended.is_set():
            answer = requests.get(f"{url}/api/3/action/package_show", {"id": slug}, timeout=60)
            if answer.status_code == 200:
                shown = answer.json()["result"]
                states.add((shown["version"], len(shown["resources"])))
                if shown["resources"]:
                    hashes.add(
                        hashlib.sha256(requests.get(shown["resources"][0]["url"], timeout=60).content).hexdigest()
                    )

    reader = threading.Thread(target=read)
    reader.start()
    known: set[str] = set()
    try:
        for count in (200, 300, 400):
            office.write([line(number) for number in range(1, count)])
            assert apply_plan(make_plan(office.manifest(made), [f"ckan:{url}"], as_of=AS_OF), now=now).exit_code == 0
            shown = as_sysadmin.remote().action.package_show(id=slug)
            known.add(shown["resources"][0]["hash"].removeprefix("sha256:"))
    finally:
        ended.set()
        reader.join()
    assert states <= {("1", 2), ("2", 2), ("3", 2)}, states
    assert len(states) >= 2
    assert hashes <= known
