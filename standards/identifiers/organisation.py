"""Identifiers of organisations: unified social credit identifier, organisation code, business registration number."""

from __future__ import annotations

from functools import partial

from gongshu.standards.identifiers.checksums import mod_11_10
from gongshu.standards.identifiers.regions import STATE, exists
from gongshu.standards.identifiers.shape import ALPHANUMERIC, DIGITS, misfit, or_case

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015 table 1: no I, O, Z, S, V
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3 ** (i - 1) mod 31

ORG_CODE_ALPHABET = ALPHANUMERIC
ORG_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORG_CODE_CHECKS = "0X987654321"  # by remainder: 11 is written 0, 10 is written X

# Registration authority (first character) -> organisation categories (second), GB 32100-2015 with Amendment 1.
CATEGORIES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}

_HEADS = "|".join(f"{authority}[{kinds}]" for authority, kinds in CATEGORIES.items())
PATTERNS = {
    "uscc": f"(?:{_HEADS})[0-9]{{6}}[{ALPHABET}]{{10}}",
    "org-code": "[0-9A-Z]{8}-?[0-9X]",
    "business-reg-no": "[0-9]{15}",
}


def check_character(body: str) -> str:
    """The 18th character of a USCC for the 17 before it (GB 32100-2015, clause 5 and annex A)."""
    return ALPHABET[-sum(ALPHABET.index(character) * weight for character, weight in zip(body, WEIGHTS)) % 31]


def org_code_check(body: str) -> str:
    """The 9th character of an organisation code for the 8 before it (GB 11714-1997, 3.3)."""
    total = sum(ORG_CODE_ALPHABET.index(character) * weight for character, weight in zip(body, ORG_CODE_WEIGHTS))
    return ORG_CODE_CHECKS[total % 11]


def uscc(value: str, *, region: str = "province") -> str | None:
    """None for a unified social credit identifier by GB 32100-2015 with Amendment 1 (2016).

    Judged in order: authority and category, region, the organisation code inside (`organisation-code`), the whole.
    `region` asks by default only for a known province: development zones register under codes that no division list
    has (320594 Suzhou Industrial Park, 110302 Beijing E-Town); `any` asks for a listed code, `skip` for nothing.
    """
    return or_case(partial(_uscc, region=region), value)


def _uscc(value: str, *, region: str) -> str | None:
    reason = misfit(value, PATTERNS["uscc"], alphabet=ALPHABET, lengths=(18,))
    if reason:
        return reason
    if not exists(value[2:8], region, frozenset({STATE})):
        return "region"
    if value[16] != org_code_check(value[8:16]):
        return "organisation-code"
    return None if value[17] == check_character(value[:17]) else "check-digit"


def org_code(value: str) -> str | None:
    """None for an organisation code by GB 11714-1997, with or without the hyphen of print.

    The block PDY00001 to PDY99999 passes: it is well formed, though meant for an organisation's own use only.
    """
    return or_case(_org_code, value)


def _org_code(value: str) -> str | None:
    reason = misfit(value, PATTERNS["org-code"], alphabet=ORG_CODE_ALPHABET + "-", lengths=(9, 10))
    if reason:
        return reason
    return None if value[-1] == org_code_check(value[:8]) else "check-digit"


def business_reg_no(value: str) -> str | None:
    """None for an old business registration number of 15 digits by GS 15-2006 (MOD 11,10).

    The six leading digits name a registration office, not always a listed division, so they are not looked up.
    """
    reason = misfit(value, PATTERNS["business-reg-no"], alphabet=DIGITS, lengths=(15,))
    if reason:
        return reason
    return None if value[14] == mod_11_10(value[:14]) else "check-digit"
