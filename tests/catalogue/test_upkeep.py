"""A catalogue is copied while it serves, comes back from the copy, and keeps only what is referred to."""

from __future__ import annotations

import json
import os

import pytest

from gongshu.catalogue import trusting
from gongshu.catalogue.check import faults
from gongshu.catalogue.store import Store
from gongshu.catalogue.upkeep import audit_rows, backup, restore, sweep
from gongshu.cli import main
from gongshu.standards.faults import PublishFault, UsageFault

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_there_and_back(store, put, tmp_path):
    put("a/1")
    put("a/1", rows=5)
    copy = tmp_path / "copy"
    assert backup(store, copy).copied == 2
    put("b/1", rows=7)  # goes on after the copy
    assert backup(store, copy).copied == 1  # only what is new
    put("c/1", rows=8)
    back = tmp_path / "back"
    assert restore(copy, back) == 2
    with Store(back) as found:
        assert [head.code for head in found.heads()] == ["a/1", "b/1"]
        assert found.namespace == store.namespace
        assert not list(faults(found))
    with pytest.raises(UsageFault):
        restore(copy, back)
    with pytest.raises(UsageFault):
        restore(back, tmp_path / "other")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a").write_text("x")
    with pytest.raises(UsageFault):
        backup(store, tmp_path / "mine")


def test_only_what_nothing_refers_to_is_swept(store, put, tmp_path):
    put("a/1")
    kept = {path.name for path in store.objects.all()}
    (tmp_path / "left").write_bytes(b"left over")
    store.put(tmp_path / "left")
    assert sweep(store).objects == 1
    assert {path.name for path in store.objects.all()} == kept
    assert sweep(store).objects == 0
    assert not list(faults(store))


def test_a_publication_whose_bytes_were_swept_is_refused(store, make):
    made = make("a/1")
    sweep(store)
    with pytest.raises(PublishFault) as caught:
        store.publish(made, expected=None)
    assert caught.value.code == "catalogue.object-missing"


def test_recalled_bytes_that_came_back_are_told(store, put):
    head = put("a/1")
    path = store.object_path(head.resources[0].outputs[0].sha256)
    content = path.read_bytes()
    store.recall("a/1", reason="x", at="2026-03-31T10:00:00+08:00")
    assert not list(faults(store))
    path.write_bytes(content)
    assert [fault.code for fault in faults(store)] == ["catalogue.recalled-object"]
    store.recall("a/1", reason="x", at="2026-03-31T10:00:00+08:00")
    assert not list(faults(store))


def test_trust_is_in_the_audit(store):
    at = "2026-03-31T10:00:00+08:00"
    trusting.add(store, KEY, "X", name="审计处", at=at, actor="me")
    assert store.trusts("X", KEY)
    assert not store.trusts("Y", KEY)
    trusting.add(store, KEY, "*", name="", at=at)
    assert store.trusts("Y", KEY)
    trusting.revoke(store, KEY, reason="丢失", at=at)
    assert not store.trusts("X", KEY)
    assert [each["action"] for each in audit_rows(store)] == ["trust", "trust", "revoke-trust", "revoke-trust"]
    assert [each["action"] for each in audit_rows(store, "X")] == ["trust", "revoke-trust"]
    assert not list(faults(store))


def test_the_words(store, put, tmp_path, capsys):
    put("a/1")
    store.close()
    where = str(store.folder)
    assert main(["catalogue", "backup", where, str(tmp_path / "copy")]) == 0
    assert main(["catalogue", "restore", str(tmp_path / "copy"), str(tmp_path / "back")]) == 0
    assert main(["catalogue", "check", str(tmp_path / "back")]) == 0
    assert main(["catalogue", "gc", str(tmp_path / "back")]) == 0
    capsys.readouterr()
    assert main(["catalogue", "audit", where, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["action"] for each in told["rows"]] == ["publish", "backup"]
    assert told["broken"] is None
    assert main(["catalogue", "audit", where, "--lang", "en"]) == 0
    assert "publish" in capsys.readouterr().out
    for words in (["backup", str(tmp_path / "none"), "x"], ["gc", str(tmp_path / "none")], ["audit", str(tmp_path)]):
        assert main(["catalogue", *words]) == 3
    assert not os.path.lexists(tmp_path / "none")
