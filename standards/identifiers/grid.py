"""Codes of city management by grid: cells, components, events."""

from __future__ import annotations

from gongshu.standards.identifiers.shape import DIGITS, misfit

PATTERNS = {
    "grid-15": "[0-9]{15}",
    "service-grid-20": "[0-9]{20}",
    "component-16": "[0-9]{6}0[1-6][0-9]{8}",
    "event-type-4": "0[1-6][0-9]{2}",
}


def grid_15(value: str) -> str | None:
    """None for a grid cell by GB/T 30428.1-2013: 6 division, 3 street, 3 community, 3 serial.

    The 14 digits of the older CJ/T 213-2005 are `length`. No division is looked up: zones have codes of their own.
    """
    return misfit(value, PATTERNS["grid-15"], alphabet=DIGITS, lengths=(15,))


def service_grid_20(value: str) -> str | None:
    """None for a community service grid by CJ/T 349-2010: 6 object, 6 division, 3 street, 3 community, 2 serial."""
    return misfit(value, PATTERNS["service-grid-20"], alphabet=DIGITS, lengths=(20,))


def component_16(value: str) -> str | None:
    """None for a city component by GB/T 30428.2: 6 division, major class 01 to 06, 2 minor class, 6 serial."""
    return misfit(value, PATTERNS["component-16"], alphabet=DIGITS, lengths=(16,))


def event_type_4(value: str) -> str | None:
    """None for an event type by GB/T 30428.2: major class 01 to 06 and 2 minor class."""
    return misfit(value, PATTERNS["event-type-4"], alphabet=DIGITS, lengths=(4,))
