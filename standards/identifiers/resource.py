"""Codes of information resources, smart-city data and schools."""

from __future__ import annotations

from gongshu.standards.identifiers.shape import ALPHANUMERIC, DIGITS, misfit

PATTERNS = {
    "resource-code": "[1-3][0-9]{5}[0-9A-Za-z]*/[0-9]+",
    "smartcity-data-id": r"1\.2\.156\.3008\.[0-9]+\.[0-9]+\.[0-9A-Z]{18}.*",
    "school-code": "[0-9]{10}",
}


def resource_code(value: str) -> str | None:
    """None for a government information resource (发改高技〔2017〕1272号): class 1 + 2 + 3 + n, `/`, running number."""
    return misfit(value, PATTERNS["resource-code"], alphabet=ALPHANUMERIC + ALPHANUMERIC[10:].lower() + "/")


def smartcity_data_id(value: str) -> str | None:
    """None for a smart-city data identifier by GB/T 36625.2-2018; of the provider's code only the length is judged."""
    return misfit(value, PATTERNS["smartcity-data-id"])


def school_code(value: str) -> str | None:
    """None for a school identifier of ten digits."""
    return misfit(value, PATTERNS["school-code"], alphabet=DIGITS, lengths=(10,))
