"""Whether data are older than the update cycle that their catalogue entry promises.

The day of the data is the one that the manifest states, else that of the file. A cycle is counted by the calendar: data
of 31 January that are updated every month are due by the last day of February, and late the day after.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gongshu.publishers.manifest import File
from gongshu.standards.faults import PublishFault
from gongshu.standards.settings import setting

WARN, BLOCK, IGNORE = "warn", "block", "ignore"
POLICIES = (WARN, BLOCK, IGNORE)
# cycle -> (months, days); what has no period is never late
CYCLES: Mapping[str, tuple[int, int]] = {
    "realtime": (0, 1),
    "daily": (0, 1),
    "weekly": (0, 7),
    "monthly": (1, 0),
    "quarterly": (3, 0),
    "halfyear": (6, 0),
    "yearly": (12, 0),
}


def due(of: date, cycle: str) -> date | None:
    """The last day on which data of that day are as new as their cycle says; None where they cannot be late."""
    if cycle not in CYCLES:
        return None
    months, days = CYCLES[cycle]
    try:
        place = of.month - 1 + months
        year, month = of.year + place // 12, place % 12 + 1
        return date(year, month, min(of.day, calendar.monthrange(year, month)[1])) + timedelta(days=days)
    except (ValueError, OverflowError):  # the last year that there is
        return None


def late(file: File, metadata: Mapping[str, Any], as_of: date) -> PublishFault | None:
    """What to say of a file whose data are older than the dataset's update cycle on the reference date."""
    cycle = str(metadata.get("updateCycle") or "")
    of = day_of(file)
    last = due(of, cycle) if of is not None else None
    if of is None or last is None or as_of <= last:
        return None
    return PublishFault(
        "gate.stale",
        key=file.key,
        name=file.name,
        reason="stated" if file.date else "file",
        day=of.isoformat(),
        due=last.isoformat(),
        days=(as_of - last).days,
        as_of=as_of.isoformat(),
        **{f"cycle@{lang}": words for lang, words in _words(cycle).items()},
    )


def day_of(file: File) -> date | None:
    """The day of a file's data; None where it is neither stated nor to be seen."""
    if file.date:
        return date.fromisoformat(file.date)
    try:
        return _modified(file.path)
    except (OSError, OverflowError, ValueError):
        return None


def _modified(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, ZoneInfo(setting("timezone").value)).date()


def _words(cycle: str) -> dict[str, str]:
    from gongshu.standards.messages import sentence

    return {lang: sentence(f"cycle.{cycle}", {}, lang) for lang in ("zh", "en")}
