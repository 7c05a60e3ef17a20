"""City from district and back: incremental, nothing lost, nothing doubled, every dataset known by where it began."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers.harvest import origin, vouched
from gongshu.publishers.harvest.limits import Limits
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import Fault

from .conftest import contents, now

TWO = ({"code": "d/1"}, {"code": "d/2", "title": "第二个"})


def whole(folder) -> bool:
    with Store(folder) as store:
        return not list(catalogue_faults(store))


def test_only_what_changed_is_taken(published, take, office, line):
    district, city = published("district", *TWO), office.folder / "city"
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "create", "d/2": "create"}
    before = contents(city)
    assert before["d/1"][2]["origin"]["root"]["code"] == "d/1"
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "unchanged", "d/2": "unchanged"}
    assert contents(city) == before
    office.write([line(number) for number in range(1, 4)], "few.csv")
    files = [{"key": "main", "path": "few.csv", "standard": "pack"}]
    published("district", {"code": "d/1", "files": files})
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "update", "d/2": "unchanged"}
    after = contents(city)
    assert after["d/1"][0] == "2"
    assert after["d/2"] == before["d/2"]
    assert whole(city)
    with Store(city) as store:
        # sources never leave, and nobody vouches for what came
        assert {one.audience for head in store.heads() for each in head.resources for one in each.outputs} == {"open"}
        assert not any(vouched(head) for head in store.heads())


def test_back_again_makes_no_loop(published, take, office):
    district = published("district", *TWO)
    city = published("city", {"code": "c/1"})
    region = office.folder / "region"
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "create", "d/2": "create"}
    assert take(f"catalogue:{city}", district)[0] == {"c/1": "create", "d/1": "ours", "d/2": "ours"}
    state = contents(city), contents(district)
    for _ in range(2):
        assert set(take(f"catalogue:{district}", city)[0].values()) <= {"ours", "unchanged"}
        assert set(take(f"catalogue:{city}", district)[0].values()) <= {"ours", "unchanged"}
    assert (contents(city), contents(district)) == state
    # over two ways: the shorter one is kept, and an entry taken over the longer one moves to it once
    assert take(f"catalogue:{city}", region)[0] == {"c/1": "create", "d/1": "create", "d/2": "create"}
    assert take(f"catalogue:{district}", region)[0] == {"c/1": "elsewhere", "d/1": "update", "d/2": "update"}
    assert take(f"catalogue:{city}", region)[0] == {"c/1": "unchanged", "d/1": "elsewhere", "d/2": "elsewhere"}
    assert set(contents(region)) == {"c/1", "d/1", "d/2"}
    # a ring of three
    assert set(take(f"catalogue:{region}", district)[0].values()) == {"ours", "elsewhere"}
    with Store(region) as store:
        told = origin(store.head("d/1"))
        assert len(told["via"]) == 1
    assert all(map(whole, (city, district, region)))


def test_one_of_our_own_is_never_overwritten(published, take, office):
    district = published("district", {"code": "x/1", "title": "外来的"})
    city = published("city", {"code": "x/1", "title": "自己的"})
    before = contents(city)
    got, done = take(f"catalogue:{district}", city)
    assert got == {"x/1": "blocked"}
    assert done.exit_code == 1
    assert done.lines[0].reasons[0]["code"] == "pull.taken"
    assert contents(city) == before
    with pytest.raises(Fault, match=r"本身|this very"):
        take(f"catalogue:{city}", city)
    shutil.copytree(city, office.folder / "copy")
    with pytest.raises(Fault, match=r"本身|this very"):
        take(f"catalogue:{office.folder / 'copy'}", city)


def test_a_vouched_pass_comes_along(published, take, office, capsys):
    district, city = published("district", *TWO), office.folder / "city"
    site, key = office.folder / "site", str(office.folder / "office.pem")
    assert main(["receipt", "keygen", "-o", key]) == 0
    _, done = take(f"catalogue:{district}", city)
    assert {each.reasons[0]["params"]["reason"] for each in done.lines} == {"unsigned"}
    assert main(["catalogue", "vouch", str(district), "--key", key]) == 0
    _, done = take(f"catalogue:{district}", city)
    assert {line.action for line in done.lines} == {"unchanged"}  # an unknown key changes nothing
    with Store(district) as store:
        public = store.connection.execute("SELECT key FROM vouchers").fetchone()[0]
    assert main(["receipt", "trust", "add", public, "--organisation", "11420000000013493M", "--in", str(city)]) == 0
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "update", "d/2": "update"}
    with Store(city) as store:
        assert all(vouched(head) for head in store.heads())
        assert store.head("d/1").number == "2" or store.head("d/1").edit == 1
        assert store.head("d/1").resources[0].record["gate"]["by"] == "own"
    assert whole(city)
    assert main(["publish", "verify", f"catalogue:{city}"]) == 0
    # and goes on to a mirror, while what has no pass stays in the catalogue
    other = published("other", {"code": "o/1", "providerCode": "11420000000013493M"})
    take(f"catalogue:{other}", city)
    plan = make_plan(office.manifest([{"code": "c/1"}]), [f"catalogue:{city}", f"files:{site}"], as_of="2026-03-31")
    assert {item.code for item in plan.items if item.target != "catalogue"} == {"c/1", "d/1", "d/2"}
    assert plan.apply(now=now).exit_code == 0
    assert main(["publish", "verify", f"files:{site}", "--in", str(city)]) == 0
    # tampered outputs do not get the pass
    with Store(district) as store:
        path = store.object_path(next(o.sha256 for o in store.head("d/1").resources[0].outputs if o.form == "csv"))
    path.chmod(0o644)
    path.write_bytes(b"forged")
    fresh = office.folder / "fresh"
    got, done = take(f"catalogue:{district}", fresh)
    assert got["d/1"] == "failed"
    assert done.lines[0].reasons[-1]["code"] == "pull.hash-differs"


def test_forged_records_get_no_pass(published, take, office):
    """Somebody with the folder replaces output and record; the voucher is over the records, so the pass is gone."""
    district, city = published("district", {"code": "d/1"}), office.folder / "city"
    key = str(office.folder / "office.pem")
    assert main(["receipt", "keygen", "-o", key]) == 0
    assert main(["catalogue", "vouch", str(district), "--key", key]) == 0
    with Store(district) as store:
        public = store.connection.execute("SELECT key FROM vouchers").fetchone()[0]
    with Store(city, write=True):
        pass
    assert main(["receipt", "trust", "add", public, "--organisation", "*", "--in", str(city)]) == 0
    connection = sqlite3.connect(district / "catalogue.sqlite")
    text = connection.execute("SELECT resources FROM versions").fetchone()[0]
    forged = text.replace('"draft_allowed": false', '"draft_allowed": 0')
    connection.execute("UPDATE versions SET resources = ?", (forged,))
    connection.commit()
    connection.close()
    _, done = take(f"catalogue:{district}", city)
    assert done.lines[0].badge == "harvested"
    assert done.lines[0].reasons[0]["params"]["reason"] == "older"


def test_vanished_is_told_and_withdrawn_on_request(published, take, office, capsys):
    district, city = published("district", *TWO), office.folder / "city"
    take(f"catalogue:{district}", city)
    assert main(["publish", "withdraw", "d/2", "--reason", "错", "--in", str(district)]) == 0
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "unchanged", "d/2": "vanished"}
    assert contents(city)["d/2"][1] == "published"
    assert take(f"catalogue:{district}", city, withdraw=True)[0] == {"d/1": "unchanged", "d/2": "withdraw"}
    assert contents(city)["d/2"][1] == "withdrawn"
    assert take(f"catalogue:{district}", city, withdraw=True)[0] == {"d/1": "unchanged"}
    published("district", {"code": "d/2", "title": "又有了"})
    assert take(f"catalogue:{district}", city)[0]["d/2"] == "update"
    assert contents(city)["d/2"][1] == "published"
    # what we ourselves withdrew does not come back
    assert main(["publish", "withdraw", "d/1", "--reason", "不要", "--in", str(city)]) == 0
    assert take(f"catalogue:{district}", city)[0]["d/1"] == "kept-away"
    # a filter leaves the others alone
    assert take(f"catalogue:{district}", city, query="又有了", withdraw=True)[0] == {"d/2": "unchanged"}
    assert take(f"catalogue:{district}", city, organisation="没有这个", withdraw=True)[0] == {}


def test_hostile_catalogues_are_refused_one_dataset_at_a_time(published, take, office):
    district, city = published("district", *TWO, {"code": "d/3"}), office.folder / "city"
    (office.folder / "secret").write_text("SECRET")
    connection = sqlite3.connect(district / "catalogue.sqlite")
    text = connection.execute("SELECT resources FROM versions WHERE code = 'd/1'").fetchone()[0]
    name = json.loads(text)[0]["outputs"]
    sha = next(each["sha256"] for each in name if each["form"] == "csv")
    for code, new in (("d/1", text.replace(sha, "../../../secret")), ("d/2", '[{"key": 1}]')):
        connection.execute("UPDATE versions SET resources = ? WHERE code = ?", (new, code))
    connection.execute("UPDATE versions SET metadata = json_set(metadata, '$.sharing', 'x', '$.title', ?)", ("甲\x00",))
    connection.commit()
    connection.close()
    got, _ = take(f"catalogue:{district}", city)
    assert got == {"d/1": "blocked", "d/2": "blocked", "d/3": "create"}
    assert b"SECRET" not in b"".join(path.read_bytes() for path in city.rglob("*") if path.is_file())
    assert "sharing" not in contents(city)["d/3"][2]
    assert main(["search", "停车", "--in", str(city), "--json"]) == 0
    assert main(["show", "d/3", "--in", str(city)]) == 0
    (office.folder / "junk").mkdir()
    (office.folder / "junk" / "catalogue.sqlite").write_bytes(b"not a database")
    assert main(["publish", "pull", f"catalogue:{office.folder / 'junk'}", "--into", str(city)]) == 1
    assert main(["publish", "pull", f"catalogue:{office.folder / 'nothing'}", "--into", str(office.folder / "n")]) == 3
    assert not (office.folder / "n").exists()
    for words in ("ftp:x", "catalogue:", "ckan:file:///etc/passwd", "catalogue:http://x/"):
        assert main(["publish", "pull", words, "--into", str(city)]) == 3


CHILD = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from gongshu.publishers.harvest.limits import Limits
    from gongshu.publishers.pull import pull

    left = int(sys.argv[3])

    def at(point):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    one = Limits(workers=1)  # several at once meet a different number of points from run to run
    pull(sys.argv[1], Path(sys.argv[2]), now=lambda: "2026-03-31T12:00:00+08:00", at=at, limits=one)
    """
)


def test_killed_anywhere_and_run_again(published, take, office):
    pytest.importorskip("fcntl")
    district = published("district", *TWO, {"code": "d/3"})
    calm, points = office.folder / "calm", []
    take(f"catalogue:{district}", calm, at=points.append, limits=Limits(workers=1))
    wanted = contents(calm)
    killed = 0
    for moment in range(len(points)):
        city = office.folder / f"city-{moment}"
        words = [sys.executable, "-c", CHILD, f"catalogue:{district}", str(city), str(moment)]
        done = subprocess.run(words, check=False)
        killed += done.returncode < 0
        _, outcome = take(f"catalogue:{district}", city)
        assert outcome.exit_code == 0
        assert contents(city) == wanted, moment
        assert set(take(f"catalogue:{district}", city)[0].values()) == {"unchanged"}
        with Store(city) as store:
            assert not list(catalogue_faults(store))
            states = store.connection.execute("SELECT state FROM journal WHERE state <> 'done'").fetchall()
        assert not states
        assert not list((city / "tmp").iterdir())
        shutil.rmtree(city)
    assert killed == len(points)


def test_two_pulls_at_once(published, take, office):
    district, city = published("district", *TWO), office.folder / "city"
    met = []

    def at(point: str) -> None:
        if point == "pull.begun":
            with pytest.raises(Fault) as second:
                take(f"catalogue:{district}", city)
            met.append(second.value.code)

    assert take(f"catalogue:{district}", city, at=at)[1].exit_code == 0
    assert met == ["publish.locked"]
    assert take(f"catalogue:{district}", city)[0] == {"d/1": "unchanged", "d/2": "unchanged"}


def test_dry_runs_take_nothing(published, office):
    district, city = published("district", *TWO), office.folder / "city"
    assert main(["publish", "pull", f"catalogue:{district}", "--into", str(city), "--dry-run"]) == 0
    assert not contents(city)
