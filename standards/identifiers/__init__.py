"""Identifier rules by name: pure functions over one value, which give None or the reason why it is not one.

A rule answers with one of `REASONS`, the first that applies. An absent value is no business of a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from importlib import import_module

from gongshu.standards.faults import StandardFault

REASONS: tuple[str, ...] = (
    "length",  # not as many characters as it must have
    "case",  # right but for lower-case letters: upper case mends it
    "characters",  # a character that may not stand there at all
    "structure",  # the parts are not built as the standard says
    "region",  # the administrative division was never listed
    "date",  # no day of the calendar
    "future",  # a day after `today`
    "organisation-code",  # the organisation code inside a USCC fails its own check
    "check-digit",  # all is well but the check character
    "axis-order",  # latitude before longitude
    "bounds",  # outside China and its sea
)

IDENTIFIERS: Mapping[str, str] = {
    "bank-card": "gongshu.standards.identifiers.bank:bank_card",
    "business-reg-no": "gongshu.standards.identifiers.organisation:business_reg_no",
    "cadastral-parcel-19": "gongshu.standards.identifiers.real_estate:cadastral_parcel_19",
    "citizen-id": "gongshu.standards.identifiers.citizen:citizen_id",
    "citizen-id-15": "gongshu.standards.identifiers.citizen:citizen_id_15",
    "component-16": "gongshu.standards.identifiers.grid:component_16",
    "date": "gongshu.standards.identifiers.dates:date_extended",
    "date-basic": "gongshu.standards.identifiers.dates:date_basic",
    "datetime": "gongshu.standards.identifiers.dates:datetime_extended",
    "division-12": "gongshu.standards.identifiers.division:division_12",
    "division-6": "gongshu.standards.identifiers.division:division_6",
    "division-9": "gongshu.standards.identifiers.division:division_9",
    "ecert-id": "gongshu.standards.identifiers.certificate:ecert_id",
    "event-type-4": "gongshu.standards.identifiers.grid:event_type_4",
    "grid-15": "gongshu.standards.identifiers.grid:grid_15",
    "house-building-code": "gongshu.standards.identifiers.building:house_building_code",
    "house-unit-code": "gongshu.standards.identifiers.building:house_unit_code",
    "landline": "gongshu.standards.identifiers.telephone:landline",
    "lonlat-cgcs2000": "gongshu.standards.identifiers.place:lonlat_cgcs2000",
    "mobile": "gongshu.standards.identifiers.telephone:mobile",
    "org-code": "gongshu.standards.identifiers.organisation:org_code",
    "period-duration": "gongshu.standards.identifiers.dates:period_duration",
    "plate": "gongshu.standards.identifiers.plate:plate",
    "plate-blue": "gongshu.standards.identifiers.plate:plate_blue",
    "plate-new-energy": "gongshu.standards.identifiers.plate:plate_new_energy",
    "postcode": "gongshu.standards.identifiers.telephone:postcode",
    "realestate-unit-28": "gongshu.standards.identifiers.real_estate:realestate_unit_28",
    "resource-code": "gongshu.standards.identifiers.resource:resource_code",
    "school-code": "gongshu.standards.identifiers.resource:school_code",
    "service-grid-20": "gongshu.standards.identifiers.grid:service_grid_20",
    "smartcity-data-id": "gongshu.standards.identifiers.resource:smartcity_data_id",
    "taxpayer-id": "gongshu.standards.identifiers.taxpayer:taxpayer_id",
    "urban-rural-3": "gongshu.standards.identifiers.division:urban_rural_3",
    "uscc": "gongshu.standards.identifiers.organisation:uscc",
    "year-month": "gongshu.standards.identifiers.dates:year_month",
}

WITHOUT_RULE: Mapping[str, str] = {
    "address-geocode": "GB/T 39609-2020: the public part names no length, alphabet or check",
    "hubei-address-code": "DB42/T 2175-2024: the public part names no length, alphabet or check",
}

OPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "citizen-id": {"region": ("any", "province", "skip")},
    "citizen-id-15": {"region": ("any", "province", "skip")},
    "division-12": {"region": ("any", "province", "skip")},
    "division-6": {"region": ("any", "province", "skip")},
    "division-9": {"region": ("any", "province", "skip")},
    "uscc": {"region": ("any", "province", "skip")},
}

DATED: frozenset[str] = frozenset({"citizen-id", "citizen-id-15"})  # these take `today`


def identifier(name: str, *, today: date | None = None, **options: str) -> Callable[[str], str | None]:
    """The rule of that name, with its options bound. `today` is dropped where a rule has no use for it.

    Raises `StandardFault` for a name that is not known or has no rule, and for an option or value that does not exist.
    """
    if name in WITHOUT_RULE:
        raise StandardFault("standard.identifier-without-rule", name=name)
    if name not in IDENTIFIERS:
        near = ", ".join(get_close_matches(name, IDENTIFIERS, 3))
        raise StandardFault("standard.identifier-name", name=name, near=near)
    known = OPTIONS.get(name, {})
    for option, value in options.items():
        if value not in known.get(option, ()):
            raise StandardFault("standard.identifier-option", name=name, option=option, value=value)
    module, _, function = IDENTIFIERS[name].partition(":")
    rule: Callable[..., str | None] = getattr(import_module(module), function)
    bound: dict[str, str | date] = dict(options)
    if today is not None and name in DATED:
        bound["today"] = today
    return partial(rule, **bound) if bound else rule


def pattern(name: str) -> str | None:
    """The pattern that every value of that name matches in full, in RE2's words; None where a pattern says nothing."""
    if name not in IDENTIFIERS:
        return None
    patterns: Mapping[str, str] = import_module(IDENTIFIERS[name].partition(":")[0]).PATTERNS
    return patterns.get(name)
