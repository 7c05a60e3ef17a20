"""The publication record: what stands behind each output, so that anyone can check the chain back to the source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gongshu.publishers.canonical import digest
from gongshu.publishers.conversion import VERSION
from gongshu.publishers.ledger import Output
from gongshu.standards.edition import VERSION as EDITION

if TYPE_CHECKING:
    from datetime import date

    from gongshu.publishers.projection import Projection
    from gongshu.standards.model import Standard

FORMAT = "gongshu-record/1"
ALGORITHM = "SHA-256"


def record(
    *,
    source: tuple[str, int],
    standard: Standard,
    projection: Projection,
    receipt: str,
    outputs: Sequence[Output],
    as_of: date,
    draft: bool,
    rows: int,
    signer: str = "",
    others: Sequence[Projection] = (),
) -> dict[str, Any]:
    """The record as plain data. `draft`: the standard was a draft, and whoever published allowed that.

    `signer`: the key whose receipt stood in for the gate's own validation.
    """
    gate = {"by": "own", "profile": "publication", "as_of": as_of.isoformat(), "draft_allowed": draft}
    if signer:
        gate |= {"by": "receipt", "signer": signer, "signature": "Ed25519"}
    return {
        "record": FORMAT,
        "algorithm": ALGORITHM,
        "source": {"sha256": source[0], "bytes": source[1]},
        "standard": {
            "id": standard.id,
            "version": standard.version,
            "sha256": standard.fingerprint,
            "status": standard.status.value,
        },
        "gate": gate,
        "receipt": receipt,
        "projection": projection.describe(),
        **({"projections": {each.audience: each.describe() for each in others}} if others else {}),
        "converter": {"name": "gongshu", "version": EDITION, "conversion": VERSION},
        "rows": rows,
        "outputs": [
            {"audience": each.audience, "form": each.form, "sha256": each.sha256, "bytes": each.bytes}
            for each in outputs
        ],
    }


def content_sha256(parts: Sequence[tuple[str, str, str | None, Standard, Sequence[Projection]]]) -> str:
    """What a version is: of each file its key, source hash, sheet, standard, projections; no clock, no order of keys.

    It can be told before anything is converted, so that unchanged data are recognised by their hash alone.
    """
    return digest(
        sorted(
            [key, source, sheet, standard.reference, standard.fingerprint, *(each.sha256 for each in projections)]
            for key, source, sheet, standard, projections in parts
        )
    )
