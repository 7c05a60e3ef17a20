"""A file is validated once between plan and apply; what a receipt calls clean is still looked at before it leaves."""

from __future__ import annotations

import json

import pytest

import gongshu
from gongshu.catalogue.store import Store
from gongshu.catalogue.trusting import add
from gongshu.publishers import gate
from gongshu.publishers.plan import from_document
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.publishers.trust import keygen, private_key
from gongshu.standards.identifiers import identifier

DAY = "2026-03-31"
CARD = next(
    f"11010119000101001{last}" for last in "0123456789X" if identifier("citizen-id")(f"11010119000101001{last}") is None
)


@pytest.fixture
def validations(monkeypatch):
    """The names of files that the gate validates."""
    seen = []
    real = gate._examined
    monkeypatch.setattr(
        gate, "_examined", lambda file, *rest, **more: (seen.append(file.name), real(file, *rest, **more))[1]
    )
    return seen


def kept_receipt(office):
    with Store(office.catalogue) as store:
        (head,) = store.heads()
        (resource,) = head.resources
        (output,) = [each for each in resource.outputs if each.form == "receipt"]
        return resource.record, json.loads(store.object_path(output.sha256).read_text("utf-8"))


def test_apply_does_not_validate_what_the_plan_validated(office, validations):
    plan = make_plan(office.manifest(), as_of=DAY)
    assert validations == ["lots.csv"]
    assert apply_plan(plan).exit_code == 0
    assert validations == ["lots.csv"]
    record, receipt = kept_receipt(office)
    own = gongshu.validate(
        office.folder / "lots.csv", standard=str(office.folder / "pack"), profile="publication", as_of=DAY
    ).receipt()
    assert (record["gate"]["by"], receipt) == ("own", own.document())


def test_a_plan_that_another_catalogue_made_vouches_for_nothing(office, validations):
    """A pass is kept where only who may write to the catalogue can write: a plan says nothing of it."""
    plan = make_plan(office.manifest(), as_of=DAY)
    with Store(office.catalogue, write=True) as store:
        store.connection.execute("DELETE FROM passes")
    assert "passes" not in str(plan.document())
    assert apply_plan(from_document(plan.document(), "plan.json")).exit_code == 0
    assert validations == ["lots.csv", "lots.csv"]


@pytest.mark.parametrize("change", ["bytes", "day", "references"])
def test_a_pass_holds_under_its_own_terms_only(office, validations, change):
    make_plan(office.manifest(), as_of=DAY)
    file = {"key": "main", "path": "lots.csv", "standard": "pack"}
    day = DAY
    if change == "bytes":
        path = office.folder / "lots.csv"
        path.write_text(path.read_text("utf-8").replace("100", "101", 1), "utf-8")
    elif change == "day":
        day = "2026-04-01"
    else:
        file["references"] = {"other": "lots.csv"}
    plan = make_plan(office.manifest([{"files": [file]}]), as_of=day)
    with Store(office.catalogue, write=True) as store:
        store.connection.execute("DELETE FROM passes WHERE rowid > 1")
    assert apply_plan(plan).exit_code == 0
    assert len(validations) == 3


def test_a_blocked_file_leaves_no_pass(office, line):
    office.write([line(1), line(1)])
    plan = make_plan(office.manifest(), as_of=DAY)
    assert plan.blocked
    with Store(office.catalogue) as store:
        assert store.connection.execute("SELECT count(*) FROM passes").fetchone() == (0,)


def test_a_clean_receipt_spares_the_plan_a_reading_and_hides_nothing(office, line, monkeypatch):
    """Numbers behind the first look of a validation, under a receipt that is trusted: they do not leave."""
    late = [f"X{n},{CARD}停车场,1,5.50,2020-02-29,单位,公司,甲乙,," for n in range(9)]
    path = office.write([*(line(n) for n in range(1, 1101)), *late])
    public = keygen(office.folder / "key.pem")
    report = gongshu.validate(path, standard=str(office.folder / "pack"), profile="publication", as_of=DAY)
    assert report.publishable
    receipt = report.receipt().signed(private_key(office.folder / "key.pem"))
    receipt.save(office.folder / "lots.receipt.json")
    with Store(office.catalogue, write=True) as store:
        add(store, public, "*", name="who", at="2026-03-31T00:00:00+08:00")
    files = [{"key": "main", "path": "lots.csv", "standard": "pack", "receipt": "lots.receipt.json"}]
    plan = make_plan(office.manifest([{"files": files}]), as_of=DAY)
    outcome = apply_plan(plan)
    (step,) = outcome.steps
    assert (step.state, step.fault["code"]) == ("failed", "gate.undeclared-personal")
    assert not list((office.catalogue / "objects").rglob("*"))
