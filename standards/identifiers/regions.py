"""Which administrative divisions have ever been listed."""

from __future__ import annotations

from csv import reader
from functools import cache
from pathlib import Path

from gongshu.standards.faults import StandardFault

HISTORY = Path(__file__).parent.parent / "packs" / "divisions-6-history" / "1.0.0" / "codes.csv"

# Residence permits of people from Hong Kong, Macao and Taiwan carry these; 830000 stands in no division list.
RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})

STATE = "100000"  # state-level registration; no division, hence in no list


@cache
def listed() -> frozenset[str]:
    """Every six-digit code listed since 1980, withdrawn ones too."""
    with HISTORY.open(encoding="utf-8", newline="") as file:
        rows = reader(file)
        next(rows)
        return frozenset(row[0] for row in rows)


@cache
def provinces() -> frozenset[str]:
    """The first two digits of every code ever listed."""
    return frozenset(code[:2] for code in listed())


def exists(code: str, region: str, also: frozenset[str] = frozenset()) -> bool:
    """Whether a code will do: `any` wants a listing at some time, `province` a known province, `skip` nothing."""
    if region == "skip" or code in also:
        return True
    if region == "any":
        return code in listed()
    if region == "province":
        return code[:2] in provinces()
    raise StandardFault("standard.identifier-option", name="", option="region", value=region)
