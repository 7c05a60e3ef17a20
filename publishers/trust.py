"""Whether a receipt stands in for our own validation: signed, by a key trusted for the provider, fresh."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.edition import VERSION as EDITION
from gongshu.standards.faults import PublishFault, UsageFault

if TYPE_CHECKING:
    from gongshu.standards.model import Standard
    from gongshu.validators.receipt import Receipt

FRESH = 30  # days that a receipt's reference date may lie back
ALGORITHM = "Ed25519"
PROFILE = "publication"

Trusted = Callable[[str], bool]  # public key (base64) -> trusted for the organisation in question


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that speaks for an organisation."""

    key: str  # base64 of 32 bytes
    organisation: str  # unified social credit code; `*` speaks for all
    name: str
    added: str
    revoked: str = ""
    reason: str = ""
    algorithm: str = ALGORITHM


def keygen(path: Path) -> str:
    """Write a new private key (PEM, readable by its owner only) and return the public one. Overwrites nothing."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    text = made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageFault("usage.key-exists", path=path.name) from error
    with os.fdopen(handle, "wb") as out:
        out.write(text)
    return base64.b64encode(made.public_key().public_bytes_raw()).decode()


def private_key(path: Path) -> bytes:
    """The raw private key of a file that `keygen` wrote."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError as error:
        raise UsageFault("usage.path-missing", path=str(path)) from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageFault("usage.key-file", path=path.name) from error
    if not isinstance(found, Ed25519PrivateKey):
        raise UsageFault("usage.key-file", path=path.name)
    return found.private_bytes_raw()


def public_key(text: str) -> str:
    """The same key in its one spelling. Raises `UsageFault` where it is none."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise UsageFault("usage.key", key=text) from error
    if len(raw) != 32:
        raise UsageFault("usage.key", key=text)
    return base64.b64encode(raw).decode()


def doubts(
    receipt: Receipt, standard: Standard, *, sha256: str, sheet: str | None, as_of: date, trusted: Trusted, key: str
) -> PublishFault | None:
    """The first reason for not relying on the receipt for this file under this standard; None: it stands."""

    def doubt(reason: str, **more: Any) -> PublishFault:
        return PublishFault("gate.receipt", key=key, reason=reason, **more)

    if not receipt.verify().valid:
        return doubt("void")
    if receipt.signature is None:
        return doubt("unsigned")
    if not trusted(str(receipt.signature.get("key", ""))):
        return doubt("untrusted", signer=str(receipt.signature.get("key", "")))
    said = receipt.statement
    inputs = said.get("inputs") or {}
    files = [each for each in said.get("files") or () if each.get("sha256") == sha256]
    if not files:
        return doubt("other-file")
    named = (files[0].get("standard") or {}).get("sha256")
    if named != standard.fingerprint:
        return doubt("other-standard", standard=standard.reference)
    if said.get("publishable") is not True or files[0].get("verdict") != "conforms":
        return doubt("not-publishable")
    if inputs.get("profile") != PROFILE:
        return doubt("profile", profile=str(inputs.get("profile") or ""))
    if str((said.get("engine") or {}).get("version", "")).partition(".")[0] != EDITION.partition(".")[0]:
        return doubt("engine")
    try:
        age = (as_of - date.fromisoformat(str(inputs.get("as_of")))).days
    except ValueError:
        return doubt("date")
    if age < 0 or age > FRESH:
        return doubt("stale", days=age, most=FRESH)
    if sheet is not None and not _names(inputs, sheet):
        return doubt("other-sheet", sheet=sheet)
    return None


def _names(inputs: Any, sheet: str) -> bool:
    """Whether that sheet was what was looked at."""
    return any(each.get("sheet") == sheet for each in inputs.get("files") or ()) or inputs.get("sheet") == sheet


# --- signed statements: vouchers and bundles ---------------------------------------------------------------------

VOUCHER = "gongshu-voucher/1"


def sign(statement: Mapping[str, Any], key: Path) -> dict[str, str]:
    """{algorithm, key, value} over the statement's canonical bytes (RFC 8785), as receipts have it."""
    from gongshu.validators.receipt import Receipt as Statement

    return dict(Statement(statement).signed(private_key(key)).signature or {})


def signer(statement: Mapping[str, Any], signature: Mapping[str, Any] | None) -> str | None:
    """The public key whose signature holds for exactly this statement; None where none does."""
    from gongshu.validators.receipt import Receipt as Statement

    if not isinstance(signature, dict) or not all(isinstance(each, str) for each in signature.values()):
        return None
    try:
        valid = Statement(statement, signature).verify().valid
    except (ValueError, TypeError, RecursionError):
        return None
    return public_key(signature["key"]) if valid else None


def voucher(namespace: str, datasets: Mapping[str, tuple[str, Sequence[str]]], at: str) -> dict[str, Any]:
    """The statement that these datasets, in these states and with these publication records, are ours.

    `datasets`: code -> (hash of its state, hashes of its records).
    """
    told = {code: {"state": state, "records": list(records)} for code, (state, records) in datasets.items()}
    return {"voucher": VOUCHER, "algorithm": "SHA-256", "namespace": namespace, "at": at, "datasets": told}


def voucher_doubt(
    vouchers: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    *,
    namespace: str,
    code: str,
    state: str,
    records: Sequence[str],
    trusted: Trusted,
) -> PublishFault | None:
    """The nearest reason for not relying on (statement, signature) pairs for a dataset; None: one holds."""
    reason, who = "unsigned", ""
    for statement, signature in vouchers:
        told = (statement.get("datasets") or {}).get(code)
        if statement.get("voucher") != VOUCHER or statement.get("namespace") != namespace or told is None:
            continue
        key = signer(statement, signature)
        if key is None:
            reason = "signature"
        elif (told.get("state"), told.get("records")) != (state, list(records)):
            reason = "older"
        elif not trusted(key):
            reason, who = "untrusted", key
        else:
            return None
    return PublishFault("pull.no-pass", code=code, reason=reason, signer=who)
