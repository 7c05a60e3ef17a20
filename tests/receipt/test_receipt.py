"""A receipt speaks of exact bytes: one changed byte, in the data or in the receipt, voids it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.standards.faults import UsageFault
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.receipt import Receipt, load_receipt, receipt_of
from gongshu.validators.report import FileReport, Report, StandardUsed, Verdict

DATA = "姓名,年龄\n张一,30\n".encode()


def report_on(data: bytes | None, name: str = "a.csv") -> Report:
    file = FileReport(
        name,
        Verdict.NONCONFORMING,
        bytes=None if data is None else len(data),
        sha256=None if data is None else hashlib.sha256(data).hexdigest(),
        rows=1,
        standard=StandardUsed("people", "1.0.0", "ab" * 32),
        findings=(Finding("cell.type", Severity.ERROR, 3),),
    )
    inputs = {"profile": "publication", "as_of": "2026-03-31"}
    engine = {"name": "gongshu", "version": "0"}
    return Report(Verdict.NONCONFORMING, False, inputs, (file,), engine, generated="2026-03-31T00:00:00+08:00")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(DATA)
    return path


def test_it_holds_for_the_bytes_that_were_judged(data: Path, tmp_path: Path) -> None:
    receipt_of(report_on(DATA)).save(tmp_path / "r.json")
    found = load_receipt(tmp_path / "r.json")
    assert found.verify(data).valid
    assert found.statement["counts"] == {"errors": 3, "warnings": 0, "infos": 0, "rows_with_errors": 0}
    assert found.id == receipt_of(report_on(DATA)).id


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
def test_one_changed_byte_of_the_data_voids_it(data: Path, at: int, bit: int) -> None:
    changed = bytearray(DATA)
    changed[at] ^= 1 << bit
    data.write_bytes(bytes(changed))
    answer = receipt_of(report_on(DATA)).verify(data)
    assert (answer.valid, answer.reason) == (False, "data")


def test_a_changed_receipt_is_void(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    receipt_of(report_on(DATA)).save(path)
    found = json.loads(path.read_text(encoding="utf-8"))
    found["statement"]["verdict"] = "conforms"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert load_receipt(path).verify(data).reason == "tampered"


def test_another_file_is_not_the_one(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(b"x")
    both = dataclasses.replace(report_on(DATA), files=(*report_on(DATA).files, *report_on(b"y", "b.csv").files))
    assert receipt_of(both).verify(other).reason == "no-file"


def test_a_signature_is_checked(data: Path) -> None:
    key = Ed25519PrivateKey.generate()
    signed = receipt_of(report_on(DATA)).signed(key.private_bytes_raw())
    assert signed.verify(data).valid
    assert signed.signature is not None
    assert signed.signature["algorithm"] == "ed25519"
    forged = Receipt({**signed.statement, "verdict": "conforms"}, signed.signature)
    assert forged.verify(data).reason == "signature"
    nonsense = Receipt(signed.statement, {"algorithm": "none"})
    assert nonsense.verify(data).reason == "signature"


def test_a_table_in_memory_gets_none() -> None:
    with pytest.raises(UsageFault, match=r".") as fault:
        receipt_of(report_on(None))
    assert fault.value.code == "usage.receipt-memory"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"receipt": "gongshu-receipt/1"}', "\udc80"])
def test_what_is_no_receipt_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageFault) as fault:
        load_receipt(path)
    assert fault.value.code == "usage.receipt-file"


def test_the_clock_is_no_part_of_it() -> None:
    later = dataclasses.replace(report_on(DATA), generated="2030-01-01T00:00:00+08:00", duration=9.0)
    assert receipt_of(later).id == receipt_of(report_on(DATA)).id
