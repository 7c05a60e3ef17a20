"""Taxpayer identification numbers (纳税人识别号)."""

from __future__ import annotations

from gongshu.standards.identifiers import REASONS
from gongshu.standards.identifiers.citizen import citizen_id
from gongshu.standards.identifiers.organisation import ALPHABET, org_code, uscc
from gongshu.standards.identifiers.shape import ALPHANUMERIC, DIGITS, misfit, or_case

PATTERNS = {"taxpayer-id": f"[{ALPHABET}]{{18}}|[0-9]{{6}}[0-9A-Z]{{9}}|[0-9]{{17}}[0-9X](?:[0-9]{{2}})?"}


def taxpayer_id(value: str) -> str | None:
    """None for a taxpayer number: a USCC, an old one (region, organisation code), a citizen id, or that and 2 digits.

    An 18-character value is judged as the kind that it comes nearer to. Rules of the tax administration as commonly
    stated; the text itself was not at hand.
    """
    return or_case(_taxpayer_id, value)


def _taxpayer_id(value: str) -> str | None:
    if len(value) == 15:
        return misfit(value, PATTERNS["taxpayer-id"], alphabet=ALPHANUMERIC) or org_code(value[6:])
    if len(value) == 18:
        reasons = [uscc(value), citizen_id(value)]
        return None if None in reasons else max((each for each in reasons if each), key=REASONS.index)
    if len(value) == 20:
        return misfit(value[18:], "[0-9]{2}", alphabet=DIGITS) or citizen_id(value[:18])
    return "length"
