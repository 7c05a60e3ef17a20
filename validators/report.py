"""The report: one model, many forms. Plain data, complete, in a fixed order; every form is derived from this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.validators.finding import Finding, NotChecked, Severity

if TYPE_CHECKING:
    from gongshu.validators.receipt import Receipt

REPORT_FORMAT = "gongshu/1"


class Verdict(StrEnum):
    """The answer, worst last."""

    CONFORMS = "conforms"
    NONCONFORMING = "nonconforming"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class StandardUsed:
    """Which standard judged a file."""

    id: str
    version: str
    sha256: str
    title: Mapping[str, str] = field(default_factory=dict)
    status: str = "draft"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in one file (one table of it)."""

    name: str  # relative name, no folders of this machine
    verdict: Verdict
    bytes: int | None = None  # None: an Arrow table or data frame has no bytes
    sha256: str | None = None
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    rows: int | None = None
    columns: int | None = None
    standard: StandardUsed | None = None
    looks_like: tuple[Mapping[str, Any], ...] = ()  # without a standard: [{"id", "version", "score", "reasons"}]
    checked: int = 0
    not_checked: tuple[NotChecked, ...] = ()
    findings: tuple[Finding, ...] = ()
    rows_with_errors: int = 0
    spread: tuple[int, ...] = ()  # rows with errors in each of up to 120 equal stretches of the table
    publishable: bool = False
    # for people: field name -> title in the data or the standard; masks are applied before a sample gets here
    titles: Mapping[str, str] = field(default_factory=dict)
    department: str | None = None  # first level of the folder that was given, or a manifest's publisher
    detected: float | None = None  # the standard was found out by the columns' names: how alike they are, 0 to 1

    def count(self, severity: Severity) -> int:
        """How many faults of that severity, exactly."""
        return sum(each.count for each in self.findings if each.severity == severity)


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict over all files, with everything that could have changed it in `inputs`."""

    verdict: Verdict
    publishable: bool
    inputs: Mapping[str, Any]  # standard, profile, as_of, timezone, files' hashes, references …: JSON-able
    files: tuple[FileReport, ...]
    engine: Mapping[str, str]  # {"name": "gongshu", "version": …}
    generated: str | None = None  # ISO 8601 with offset, from the caller's clock; left out by --reproducible
    duration: float | None = None  # seconds

    @property
    def counts(self) -> dict[str, int]:
        """{"errors", "warnings", "infos", "rows_with_errors"} over all files."""
        totals = {
            name: sum(file.count(severity) for file in self.files)
            for name, severity in (("errors", Severity.ERROR), ("warnings", Severity.WARNING), ("infos", Severity.INFO))
        }
        return {**totals, "rows_with_errors": sum(file.rows_with_errors for file in self.files)}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every file."""
        return tuple(finding for file in self.files for finding in file.findings)

    def save(self, path: str | Path, *, form: str | None = None, lang: str | None = None, **options: Any) -> None:
        """Write one form of the report to a file, whole or not at all; the ending says which where `form` does not."""
        from gongshu.validators.reports import save

        save(self, Path(path), form_name=form, lang=lang, **options)

    def receipt(self) -> Receipt:
        """The receipt of this verdict. Raises `UsageFault` for a table in memory, which has no bytes."""
        from gongshu.validators.receipt import receipt_of

        return receipt_of(self)

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 nonconforming, 2 when any file is unreadable."""
        return {Verdict.CONFORMS: 0, Verdict.NONCONFORMING: 1, Verdict.UNREADABLE: 2}[self.verdict]
