"""A receipt: which bytes were judged by which standard, with what verdict. One changed byte voids it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785

from gongshu.standards.faults import UsageFault
from gongshu.validators.report import Report

RECEIPT_FORMAT = "gongshu-receipt/1"
ALGORITHM = "ed25519"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a receipt holds for a file; `reason` is empty, or data | tampered | no-file | signature."""

    valid: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was judged, as JSON-able data (`statement`), and optionally who vouches for it.

    `signature` is {"algorithm": "ed25519", "key": base64 of the public key, "value": base64} over the statement's
    canonical bytes (RFC 8785).
    """

    statement: Mapping[str, Any]
    signature: Mapping[str, str] | None = None
    claimed: str | None = None  # the id written in the file it was loaded from

    @property
    def id(self) -> str:
        """SHA-256 of the statement's canonical form."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The statement as RFC 8785 writes it: the bytes that are hashed and signed."""
        return rfc8785.dumps(dict(self.statement))

    def signed(self, private_key: bytes) -> Receipt:
        """The same receipt with a signature by a raw Ed25519 private key (32 bytes)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.from_private_bytes(private_key)
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        value = base64.b64encode(key.sign(self.canonical())).decode()
        return Receipt(self.statement, {"algorithm": ALGORITHM, "key": public, "value": value}, self.claimed)

    def verify(self, path: Path | None = None) -> Verification:
        """Whether the receipt is untouched and, given a file, whether it is about exactly these bytes."""
        if self.claimed is not None and self.claimed != self.id:
            return Verification(False, "tampered")
        if self.signature is not None and not _signature_holds(self.signature, self.canonical()):
            return Verification(False, "signature")
        if path is None:
            return Verification(True)
        digest = digest_of(path)
        files = self.statement.get("files", [])
        archives = self.statement.get("inputs", {}).get("archives") or {}
        if any(each.get("sha256") == digest for each in files) or digest in archives.values():
            return Verification(True)
        known = len(files) == 1 or any(Path(str(each.get("name"))).name == path.name for each in files)
        return Verification(False, "data" if known else "no-file")

    def document(self) -> dict[str, Any]:
        """The receipt as it is written to a file."""
        return {
            "receipt": RECEIPT_FORMAT,
            "id": self.id,
            "statement": dict(self.statement),
            "signature": self.signature,
        }

    def save(self, path: Path | str, *, inputs: tuple[Path, ...] = ()) -> None:
        """Write it as JSON, whole or not at all."""
        from gongshu.validators.reports.output import write_atomically

        text = json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"
        write_atomically(Path(path), lambda out: _write(out, text), inputs=inputs)


def receipt_of(report: Report) -> Receipt:
    """The receipt of a report. Raises `UsageFault` for a table in memory, which has no bytes to vouch for."""
    from gongshu.validators.reports.sampletext import plain

    if any(file.sha256 is None for file in report.files):
        raise UsageFault("usage.receipt-memory")
    files = [
        {
            "name": file.name,
            "sha256": file.sha256,
            "bytes": file.bytes,
            "rows": file.rows,
            "verdict": str(file.verdict),
            "standard": None if file.standard is None else {
                "id": file.standard.id, "version": file.standard.version, "sha256": file.standard.sha256,
            },
            "counts": _counts(file.findings),
            "not_checked": len(file.not_checked),
        }
        for file in report.files
    ]  # fmt: skip
    statement = {
        "verdict": str(report.verdict),
        "publishable": report.publishable,
        "files": files,
        "inputs": plain(report.inputs),
        "counts": report.counts,
        "engine": dict(report.engine),
    }
    return Receipt(json.loads(json.dumps(statement)))


def load_receipt(path: Path) -> Receipt:
    """The receipt in a file. Raises `UsageFault` where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageFault("usage.path-missing", path=str(path)) from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageFault("usage.receipt-file", path=str(path), detail=str(error)) from error
    if (
        not isinstance(found, dict)
        or found.get("receipt") != RECEIPT_FORMAT
        or not isinstance(found.get("statement"), dict)
    ):
        raise UsageFault("usage.receipt-file", path=str(path), detail=RECEIPT_FORMAT)
    signature = found.get("signature")
    return Receipt(found["statement"], signature if isinstance(signature, dict) else None, str(found.get("id")))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileNotFoundError as error:
        raise UsageFault("usage.path-missing", path=str(path)) from error
    except IsADirectoryError as error:
        raise UsageFault("usage.path-folder", path=str(path)) from error
    return digest.hexdigest()


def _counts(findings: Any) -> dict[str, int]:
    found = {"errors": 0, "warnings": 0, "infos": 0}
    for each in findings:
        found[f"{each.severity}s"] += each.count
    return found


def _signature_holds(signature: Mapping[str, str], message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature.get("algorithm") != ALGORITHM:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["key"], validate=True))
        key.verify(base64.b64decode(signature["value"], validate=True), message)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def _write(out: Any, text: str) -> None:
    out.write(text.encode("utf-8"))
