"""Whose files they are: a department is the first level of the folder given, or the publisher of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongshu.validators.finding import Severity
from gongshu.validators.report import FileReport, Report, Verdict


@dataclass(frozen=True, slots=True)
class Department:
    """The files of one department, added up."""

    name: str
    files: tuple[FileReport, ...]

    @property
    def faulty(self) -> int:
        """How many of its files do not conform or cannot be read."""
        return sum(each.verdict is not Verdict.CONFORMS for each in self.files)

    @property
    def unreadable(self) -> int:
        """How many of its files cannot be read."""
        return sum(each.verdict is Verdict.UNREADABLE for each in self.files)

    def count(self, severity: Severity) -> int:
        """How many faults of that severity its files have."""
        return sum(each.count(severity) for each in self.files)


def departments(report: Report) -> list[Department]:
    """Every department, worst first: most unreadable files, then most errors, then most warnings, then by name.

    Empty where no file has a department.
    """
    held: dict[str, list[FileReport]] = {}
    for each in report.files:
        held.setdefault(each.department or "", []).append(each)
    found = [Department(name, tuple(files)) for name, files in held.items()]
    if all(not each.name for each in found):
        return []
    return sorted(found, key=_worst)


def _worst(each: Department) -> tuple[Any, ...]:
    return (-each.unreadable, -each.count(Severity.ERROR), -each.count(Severity.WARNING), each.name)


def publisher_of(*places: Any) -> str | None:
    """The publisher (or provider) that the nearest of several mappings names: text, or a mapping with name or title."""
    for place in places:
        found = (place.get("publisher") or place.get("provider")) if isinstance(place, Mapping) else None
        if isinstance(found, Mapping):
            found = found.get("name") or found.get("title")
        if isinstance(found, Mapping):
            found = found.get("zh") or found.get("en")
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None
