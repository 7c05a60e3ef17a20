"""Parcels and real-property units by GB/T 37346-2019. No position carries a check character."""

from __future__ import annotations

from functools import partial

from gongshu.standards.identifiers.shape import ALPHANUMERIC, misfit, or_case

# 6 division, 3 cadastral area, 3 sub-area, ownership, parcel feature, 5 parcel serial
_PARCEL = "[0-9]{12}[GJZ][A-FSXHGWY][0-9]{5}"

PATTERNS = {
    "cadastral-parcel-19": _PARCEL,
    "realestate-unit-28": f"{_PARCEL}(?:[FLQ][0-9]{{8}}|W00000000)",
}


def cadastral_parcel_19(value: str) -> str | None:
    """None for a parcel of land or sea: the first 19 positions of a unit code."""
    return or_case(partial(misfit, pattern=_PARCEL, alphabet=ALPHANUMERIC, lengths=(19,)), value)


def realestate_unit_28(value: str) -> str | None:
    """None for a unit: parcel, fixture feature F, L, Q or W, 8 digits of the fixture; after W (none) they are zeros."""
    return or_case(partial(misfit, pattern=PATTERNS["realestate-unit-28"], alphabet=ALPHANUMERIC, lengths=(28,)), value)
