"""Verify reads every byte that a place gives away; whatever was done to a catalogue, a site or a CKAN is named."""

from __future__ import annotations

import json
import sqlite3

import pytest

from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.publishers.verification import verify

TWO = ({"code": "a/1"}, {"code": "b/1"})


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def publish(office, *to: str, datasets=TWO):
    plan = make_plan(office.manifest(datasets), [f"catalogue:{office.catalogue}", *to], as_of="2026-03-31")
    assert not plan.blocked
    assert apply_plan(plan, now=now).exit_code == 0
    return plan


def codes(found) -> list[tuple[str, str]]:
    return sorted((each.code, each.params["code"]) for each in found.faults)


def stored(office, code: str, form: str):
    with Store(office.catalogue) as store:
        (resource,) = store.head(code).resources
        return store.object_path(next(each.sha256 for each in resource.outputs if each.form == form))


def test_a_catalogue(office):
    publish(office)
    target = f"catalogue:{office.catalogue}"
    assert main(["publish", "verify", target]) == 0
    path = stored(office, "a/1", "csv")
    body = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(body[:-1])
    # both datasets have these bytes
    assert codes(verify(office.catalogue, target)) == [("verify.differs", "a/1"), ("verify.differs", "b/1")]
    path.unlink()
    assert codes(verify(office.catalogue, target)) == [("verify.missing", "a/1"), ("verify.missing", "b/1")]
    path.mkdir()
    assert {code for code, _ in codes(verify(office.catalogue, target))} == {"verify.missing"}
    path.rmdir()
    path.write_bytes(body)
    assert main(["publish", "verify", target]) == 0
    # another output is put in place of one, in the head alone: the record does not name it
    connection = sqlite3.connect(office.catalogue / "catalogue.sqlite")
    text = connection.execute("SELECT resources FROM versions WHERE code = 'a/1'").fetchone()[0]
    resources = json.loads(text)
    for each in resources[0]["outputs"]:
        if each["form"] == "csv":
            each["sha256"] = path.name[::-1]
    connection.execute("UPDATE versions SET resources = ? WHERE code = 'a/1'", (json.dumps(resources),))
    connection.commit()
    connection.close()
    assert codes(verify(office.catalogue, target)) == [("verify.missing", "a/1"), ("verify.record", "a/1")]
    assert main(["publish", "verify", target]) == 1
    assert main(["publish", "verify", f"catalogue:{office.folder / 'nothing'}"]) == 3


def test_a_site(office, capsys):
    site = office.folder / "site"
    target = f"files:{site}"
    publish(office, target)
    assert verify(office.catalogue, target).exit_code == 0
    csv = sorted(site.rglob("main.csv"))
    csv[0].write_bytes(csv[0].read_bytes().replace(b"5.5", b"6.5"))
    sorted(site.rglob("main.parquet"))[1].unlink()
    assert codes(verify(office.catalogue, target)) == [("verify.differs", "a/1"), ("verify.missing", "b/1")]
    index = site / "catalogue.json"
    whole = index.read_text(encoding="utf-8")
    told = json.loads(whole)
    told["datasets"][0]["state"] = "0" * 64
    told["datasets"].append({**told["datasets"][1], "code": "stranger/1"})
    index.write_text(json.dumps(told), encoding="utf-8")
    found = codes(verify(office.catalogue, target))
    assert ("verify.state", "a/1") in found
    assert ("verify.extra", "stranger/1") in found
    told["datasets"] = told["datasets"][1:2]
    index.write_text(json.dumps(told), encoding="utf-8")
    found = codes(verify(office.catalogue, target))
    assert ("verify.state", "a/1") in found
    index.write_text("{", encoding="utf-8")
    assert main(["publish", "verify", target, "--in", str(office.catalogue)]) == 1
    # what was withdrawn and is still there
    index.write_text(whole, encoding="utf-8")
    assert main(["publish", "withdraw", "a/1", "--reason", "错", "--in", str(office.catalogue)]) == 0
    assert ("verify.gone", "a/1") in codes(verify(office.catalogue, target))
    publish(office, target, datasets=({"code": "a/1", "withdraw": "错"}, {"code": "b/1"}))
    assert ("verify.gone", "a/1") not in codes(verify(office.catalogue, target))
    capsys.readouterr()
    assert main(["publish", "verify", target, "--in", str(office.catalogue), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {each["code"] for each in told["faults"]} == {"verify.missing"}


@pytest.mark.slow
def test_a_real_ckan(office, as_sysadmin, monkeypatch):
    target = f"ckan:{as_sysadmin.url}"
    mark = f"{abs(hash(office.folder)) % 10**8:08d}"
    datasets = [{"code": f"{mark}/{number}"} for number in (1, 2)]
    plan = publish(office, target, datasets=datasets)
    assert verify(office.catalogue, target).exit_code == 0
    slugs = sorted({item.slug for item in plan.items})
    remote = as_sysadmin.remote()
    resource = remote.action.package_show(id=slugs[0])["resources"][0]
    body = office.folder / "other.csv"
    body.write_bytes(b"forged\n")
    with body.open("rb") as source:
        remote.action.resource_patch(id=resource["id"], upload=source)
    remote.action.resource_delete(id=remote.action.package_show(id=slugs[1])["resources"][1]["id"])
    found = codes(verify(office.catalogue, target))
    assert ("verify.differs", datasets[0]["code"]) in found
    assert ("verify.missing", datasets[1]["code"]) in found
    assert {code for name, code in found if name == "verify.state"} == {each["code"] for each in datasets}
    monkeypatch.delenv("GONGSHU_CKAN_TOKEN")  # verifying is looking: anybody may
    assert ("verify.differs", datasets[0]["code"]) in codes(verify(office.catalogue, target))


@pytest.mark.slow
def test_what_was_brought_to_a_real_ckan_is_pulled_and_finds_home(office, as_sysadmin):
    from gongshu.publishers.pull import pull

    mark = f"{abs(hash(str(office.folder) + 'pull')) % 10**8:08d}"
    target = f"ckan:{as_sysadmin.url}"
    publish(office, target, datasets=[{"code": f"{mark}/{number}"} for number in (1, 2)])
    query = f"extras_gongshu_code:{mark}*"
    name = f"stranger-{mark}"
    made = as_sysadmin.remote().action.package_create(
        name=name,
        title="别人的数据集",
        notes="x",
        owner_org="11420000000013493m",
        extras=[{"key": "mark", "value": mark}],
    )
    body = office.folder / "theirs.csv"
    body.write_bytes("列\n1\n".encode())
    with body.open("rb") as source:
        file = as_sysadmin.remote().action.resource_create(
            package_id=made["id"], name="表", upload=source, format="CSV"
        )
    region = office.folder / "region"
    # our own comes home; elsewhere it is the first catalogue's
    home = pull(target, office.catalogue, query=query, now=now)
    assert [(line.code, line.action) for line in home.lines] == [(f"{mark}/1", "ours"), (f"{mark}/2", "ours")]
    away = pull(target, region, query=query, now=now)
    assert {(line.code, line.action, line.state) for line in away.lines} == {
        (f"{mark}/1", "create", "done"), (f"{mark}/2", "create", "done")}  # fmt: skip
    with Store(region) as store, Store(office.catalogue) as ours:
        head = store.head(f"{mark}/1")
        assert head.metadata["origin"]["root"] == {"namespace": ours.namespace, "code": f"{mark}/1"}
        assert head.metadata["sharing"]["type"] == "1"
        recorded = {each.sha256 for each in ours.head(f"{mark}/1").resources[0].outputs if each.audience == "open"}
        assert {output.sha256 for each in head.resources for output in each.outputs} == recorded
    assert {line.action for line in pull(target, region, query=query, now=now).lines} == {"unchanged"}
    # a stranger's dataset, its title changed by a sysadmin who lets metadata_modified stand, then its file
    theirs = {"query": f"name:{name}", "now": now}
    assert [line.action for line in pull(target, region, **theirs).lines] == ["create"]
    shown = as_sysadmin.remote().action.package_show(id=made["id"])
    as_sysadmin.remote().action.package_update(**{**shown, "title": "改名"})
    after = as_sysadmin.remote().action.package_show(id=made["id"])
    assert after["metadata_modified"] == shown["metadata_modified"]
    assert [line.action for line in pull(target, region, **theirs).lines] == ["update"]
    body.write_bytes("列\n2\n".encode())
    with body.open("rb") as source:
        as_sysadmin.remote().action.resource_patch(id=file["id"], upload=source)
    assert [line.action for line in pull(target, region, **theirs).lines] == ["update"]
    assert [line.action for line in pull(target, region, **theirs).lines] == ["unchanged"]
    with Store(region) as store:
        (code,) = [each.code for each in store.heads() if each.code.endswith(name)]
        assert [each.number for each in store.versions(code)] == ["1", "1.1", "2"]
    as_sysadmin.remote().action.package_delete(id=made["id"])
    assert [line.action for line in pull(target, region, **theirs).lines] == ["vanished"]
