"""Electronic certificate identifiers by GB/T 36904-2018."""

from __future__ import annotations

from gongshu.standards.identifiers.checksums import mod_37_36
from gongshu.standards.identifiers.shape import ALPHANUMERIC, misfit, or_case

ROOT = "1.2.156.3005.2"
PATTERNS = {
    "ecert-id": r"1\.2\.156\.3005\.2\.[0-9A-Z]{6,21}\.[0-9A-Z]{6,18}\.[0-9A-Z_]{1,64}\.[0-9]{3}\.[0-9A-Z]",
}


def ecert_id(value: str) -> str | None:
    """None for a certificate: root, type, issuing body, serial, version, check (ISO 7064 MOD 37,36).

    The check runs over type, issuer, serial and version without dots. A serial with `_` is outside the alphabet of
    that check; such a value is judged by its structure alone.
    """
    return or_case(_ecert_id, value)


def _ecert_id(value: str) -> str | None:
    reason = misfit(value, PATTERNS["ecert-id"], alphabet=ALPHANUMERIC + "._")
    if reason:
        return reason
    *parts, check = value.removeprefix(ROOT + ".").split(".")
    body = "".join(parts)
    return None if "_" in body or check == mod_37_36(body) else "check-digit"
