"""What comes after publishing: versions, an old one again, withdrawal, recall, and proof of every byte."""

from __future__ import annotations

import json

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

CODE = "307010/000001"


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def publish(office, *to: str, **changes) -> None:
    plan = make_plan(office.manifest([changes]), [f"catalogue:{office.catalogue}", *to], as_of="2026-03-31")
    assert not plan.blocked, plan.blocked
    assert apply_plan(plan, now=now).exit_code == 0


def test_an_old_version_comes_back_as_a_new_one(office, line, capsys):
    publish(office)
    first = (office.folder / "lots.csv").read_bytes()
    office.write([line(1, name="错的")])
    publish(office, title="新名")
    where, plan = ["--in", str(office.catalogue)], str(office.folder / "back.json")
    packs = ["--standards", str(office.folder)]
    site = office.folder / "site"
    (office.folder / "lots.csv").unlink()  # the old content comes from the catalogue
    words = ["-o", plan, "--as-of", "2026-03-31", "--to", f"files:{site}", *where, *packs]
    assert main(["publish", "rollback", f"{CODE}@1", *words]) == 0
    assert main(["publish", "apply", plan, *packs]) == 0
    capsys.readouterr()
    assert main(["publish", "history", CODE, "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["version"] for each in told] == ["3", "2", "1"]
    assert told[0]["content"] == told[2]["content"]
    assert told[0]["title"] == "新名"  # metadata are today's
    with Store(office.catalogue) as store:
        (resource,) = store.head(CODE).resources
        assert store.object_path(resource.source_sha256).read_bytes() == first
    assert main(["publish", "verify", f"files:{site}", *where]) == 0
    assert main(["publish", "rollback", f"{CODE}@9", *where]) == 3
    assert main(["publish", "rollback", CODE, *where]) == 3
    assert main(["publish", "history", "nothing", *where]) == 3


def test_what_no_longer_passes_does_not_come_back(office, line):
    publish(office)
    office.write([line(1)])
    publish(office)
    pack = office.folder / "pack" / "standard.yaml"
    pack.write_text(pack.read_text("utf-8").replace("minimum: 0", "minimum: 500"), "utf-8")
    words = ["--standards", str(office.folder), "--in", str(office.catalogue), "--as-of", "2026-03-31"]
    assert main(["publish", "rollback", f"{CODE}@1", *words]) == 1


def test_withdraw_and_recall(office, line, capsys):
    publish(office)
    office.write([line(1)])
    publish(office)
    with Store(office.catalogue) as store:
        hashes = {each.sha256 for head in store.versions(CODE) for one in head.resources for each in one.outputs}
        assert all(store.object_path(each).is_file() for each in hashes)
    where = ["--in", str(office.catalogue)]
    assert main(["publish", "withdraw", CODE, "--reason", "错", *where]) == 0
    capsys.readouterr()
    assert main(["publish", "withdraw", CODE, "--reason", "含个人信息", "--recall", "--yes", "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["purged"]) == hashes
    assert told["versions"] == ["1", "2"]
    with Store(office.catalogue) as store:
        assert not any(store.object_path(each).exists() for each in hashes)
        assert store.head(CODE).state == "withdrawn"
        assert [each.content_sha256 for each in store.versions(CODE)]  # hashes stay
        assert not list(catalogue_faults(store))
        assert store.tombstone(CODE)["reason"] == "含个人信息"


def test_a_recall_keeps_what_another_dataset_has_too(office, capsys):
    two = [{"code": "a/1"}, {"code": "b/1"}]
    assert apply_plan(make_plan(office.manifest(two), as_of="2026-03-31"), now=now).exit_code == 0
    assert (
        main(["publish", "withdraw", "a/1", "--reason", "x", "--recall", "--yes", "--in", str(office.catalogue)]) == 0
    )
    with Store(office.catalogue) as store:
        assert not list(catalogue_faults(store))
        for each in store.head("b/1").resources[0].outputs:
            assert store.object_path(each.sha256).is_file()


def test_verify_reads_every_byte(office, capsys):
    site = office.folder / "site"
    publish(office, f"files:{site}")
    where = ["--in", str(office.catalogue)]
    assert main(["publish", "verify", f"files:{site}", *where]) == 0
    assert main(["publish", "verify", f"catalogue:{office.catalogue}"]) == 0
    (text,) = site.rglob("main.csv")
    text.write_bytes(text.read_bytes().replace(b"5.5", b"6.5"))
    next(site.rglob("main.parquet")).unlink()
    capsys.readouterr()
    assert main(["publish", "verify", f"files:{site}", "--json", *where]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {each["code"] for each in told["faults"]} == {"verify.differs", "verify.missing"}
    with Store(office.catalogue) as store:
        output = next(each for each in store.head(CODE).resources[0].outputs if each.form == "csv")
        path = store.object_path(output.sha256)
    path.chmod(0o644)
    path.write_bytes(b"x")
    assert main(["publish", "verify", f"catalogue:{office.catalogue}"]) == 1
