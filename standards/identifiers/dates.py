"""Dates and times by GB/T 7408.1-2023 (= ISO 8601-1:2019), as texts."""

from __future__ import annotations

from datetime import date, time

from gongshu.standards.identifiers.shape import misfit

_DAY = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_SPAN_OF_DAYS = (
    "(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+W)?(?:[0-9]+D)?|[0-9]+M(?:[0-9]+W)?(?:[0-9]+D)?|[0-9]+W(?:[0-9]+D)?|[0-9]+D)"
)
_SPAN_OF_TIME = "T(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+S)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"

PATTERNS = {
    "date": _DAY,
    "date-basic": "[0-9]{8}",
    "datetime": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    "year-month": "[0-9]{4}-(?:0[1-9]|1[0-2])",
    "period-duration": f"P(?:{_SPAN_OF_DAYS}(?:{_SPAN_OF_TIME})?|{_SPAN_OF_TIME})",
}


def calendar_day(digits: str) -> date | None:
    """The day that eight digits `YYYYMMDD` name, None where the calendar has none."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def date_extended(value: str) -> str | None:
    """None for a day as `YYYY-MM-DD` (clause 5.2.2.1, extended form)."""
    reason = misfit(value, "[0-9]{4}-[0-9]{2}-[0-9]{2}", alphabet="0123456789-", lengths=(10,))
    if reason:
        return reason
    return None if calendar_day(value.replace("-", "")) else "date"


def date_basic(value: str) -> str | None:
    """None for a day as `YYYYMMDD` (clause 5.2.2.1, basic form)."""
    reason = misfit(value, PATTERNS["date-basic"], alphabet="0123456789", lengths=(8,))
    if reason:
        return reason
    return None if calendar_day(value) else "date"


def datetime_extended(value: str) -> str | None:
    """None for a day and time with its zone, `YYYY-MM-DDThh:mm:ss+08:00`; second 60 is refused."""
    reason = misfit(value, PATTERNS["datetime"], alphabet="0123456789-:.+TZ")
    if reason:
        return reason
    zone = value[19:].lstrip(".0123456789")
    try:
        date.fromisoformat(value[:10])
        time.fromisoformat(value[11:19])
        if zone != "Z":
            time.fromisoformat(zone[1:])
    except ValueError:
        return "date"
    return None


def year_month(value: str) -> str | None:
    """None for a month as `YYYY-MM`."""
    reason = misfit(value, "[0-9]{4}-[0-9]{2}", alphabet="0123456789-", lengths=(7,))
    return reason or (None if "01" <= value[5:] <= "12" else "date")


def period_duration(value: str) -> str | None:
    """None for a duration such as `P1M` or `P1DT12H`: at least one number, units in order, `T` before hours."""
    return misfit(value, PATTERNS["period-duration"], alphabet="0123456789PYMWDTHS")
