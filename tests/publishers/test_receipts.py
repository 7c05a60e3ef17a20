"""Who vouches for what: a signed receipt of a trusted key stands in for the gate, and nothing else does."""

from __future__ import annotations

import json
import stat

import pytest

import gongshu
from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers import gate
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.publishers.trust import keygen, private_key, public_key
from gongshu.standards.faults import UsageFault
from gongshu.validators.receipt import Receipt

PROVIDER = "11420000000013493M"


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


@pytest.fixture
def signed(office):
    """A receipt for the office's table, signed; and the key."""
    key = keygen(office.folder / "key.pem")
    report = gongshu.validate(
        office.folder / "lots.csv", standard=str(office.folder / "pack"), profile="publication", as_of="2026-03-20"
    )
    receipt = report.receipt().signed(private_key(office.folder / "key.pem"))
    receipt.save(office.folder / "lots.receipt.json")
    return receipt, key


def manifest(office):
    return office.manifest(
        [{"files": [{"key": "main", "path": "lots.csv", "standard": "pack", "receipt": "lots.receipt.json"}]}]
    )


def trust(office, key: str, organisation: str = PROVIDER) -> None:
    with Store(office.catalogue, write=True):
        pass
    assert main(["receipt", "trust", "add", key, "--organisation", organisation, "--in", str(office.catalogue)]) == 0


def noted(office, **how) -> list[str]:
    (item,) = make_plan(manifest(office), as_of=how.pop("as_of", "2026-03-31")).items
    return [each["params"].get("reason", each["code"]) for each in item.reasons if "receipt" in str(each)]


def test_a_trusted_receipt_stands_in_for_the_gate(office, signed, monkeypatch):
    receipt, key = signed
    trust(office, key)

    def never(*words, **how):
        raise AssertionError("validated again")

    monkeypatch.setattr(gate, "_examined", never)
    plan = make_plan(manifest(office), as_of="2026-03-31")
    assert "plan.vouched" in {each["code"] for each in plan.items[0].reasons}
    assert apply_plan(plan, now=now).exit_code == 0
    with Store(office.catalogue) as store:
        (resource,) = store.head("307010/000001").resources
        assert resource.rows == 10
        assert resource.record["gate"]["by"] == "receipt"
        assert resource.record["gate"]["signer"] == key
        stored = next(each for each in resource.outputs if each.form == "receipt")
        kept = json.loads(store.object_path(stored.sha256).read_text("utf-8"))
        assert kept["id"] == receipt.id
        assert kept["signature"]["key"] == key


def test_every_doubt_falls_back_to_the_gate(office, signed, line):
    receipt, key = signed
    place = office.folder / "lots.receipt.json"
    assert noted(office) == ["untrusted"]
    trust(office, key, "91420000MA4KXXXX1Q")
    assert noted(office) == ["untrusted"]  # another organisation's key
    trust(office, key)
    assert noted(office) == ["plan.vouched"]
    assert noted(office, as_of="2026-04-30") == ["stale"]
    assert noted(office, as_of="2026-03-01") == ["stale"]  # from the future
    Receipt(receipt.statement).save(place)
    assert noted(office) == ["unsigned"]
    raw = private_key(office.folder / "key.pem")
    for change, reason in (
        ({"publishable": False}, "not-publishable"),
        ({"inputs": {**receipt.statement["inputs"], "profile": "draft"}}, "profile"),
        ({"engine": {"name": "gongshu", "version": "99.0"}}, "engine"),
        ({"files": []}, "other-file"),
    ):
        Receipt({**receipt.statement, **change}).signed(raw).save(place)
        assert noted(office) == [reason]
    document = receipt.document()
    document["statement"] = {**document["statement"], "publishable": True, "verdict": "conforms!"}
    place.write_text(json.dumps(document))
    assert noted(office) == ["void"]
    place.write_text("{")
    assert noted(office) == ["unreadable"]
    receipt.save(place)
    office.write([line(1)])
    assert noted(office) == ["other-file"]
    pack = office.folder / "pack" / "standard.yaml"
    office.write([line(number) for number in range(1, 11)])
    pack.write_text(pack.read_text("utf-8").replace("minimum: 0", "minimum: 1"), "utf-8")
    assert noted(office) == ["other-standard"]


def test_a_key_revoked_between_plan_and_apply_is_not_relied_on(office, signed):
    _, key = signed
    trust(office, key)
    plan = make_plan(manifest(office), as_of="2026-03-31")
    assert main(["receipt", "trust", "revoke", key, "--reason", "泄露", "--in", str(office.catalogue)]) == 0
    assert apply_plan(plan, now=now).exit_code == 0
    with Store(office.catalogue) as store:
        assert store.head("307010/000001").resources[0].record["gate"]["by"] == "own"


def test_the_words(office, signed, capsys):
    _, key = signed
    pem = office.folder / "key.pem"
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    assert main(["receipt", "keygen", "-o", str(pem)]) == 3  # overwrites nothing
    trust(office, key)
    capsys.readouterr()
    assert main(["receipt", "trust", "list", "--in", str(office.catalogue), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["key"], told["organisation"], told["algorithm"]) == (key, PROVIDER, "Ed25519")
    assert main(["receipt", "trust", "revoke", key, "--reason", "x", "--in", str(office.catalogue)]) == 0
    assert main(["receipt", "trust", "revoke", key, "--reason", "x", "--in", str(office.catalogue)]) == 3
    assert main(["receipt", "trust", "add", "abc", "--organisation", "*", "--in", str(office.catalogue)]) == 3
    place = office.folder / "lots.receipt.json"
    assert main(["receipt", "sign", str(place), "--key", str(pem)]) == 0
    assert main(["receipt", "verify", str(place), str(office.folder / "lots.csv")]) == 0
    assert main(["receipt", "sign", str(place), "--key", str(place)]) == 3
    for bad in ("", "AAAA", "钥"):
        with pytest.raises(UsageFault):
            public_key(bad)
