"""Whether a file may leave: the gate validates the exact bytes itself, and says what would unblock what it blocks.

A receipt that somebody else signed will be able to stand in for the gate's own validation (trust and signatures are
issue-level work of their own); until then every file is validated here, whatever a receipt says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.publishers.canonical import file_sha256
from gongshu.standards.faults import Fault, PublishFault, SourceFault, StandardFaults
from gongshu.standards.model import Kind, Standard, Status

if TYPE_CHECKING:
    from gongshu.publishers.manifest import File
    from gongshu.standards.registry import Registry
    from gongshu.validators.report import FileReport, Report

PROFILE = "publication"


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a gate judges. `allow_draft` lets a draft standard count as in force, and is written in the record."""

    registry: Registry
    as_of: date
    allow_draft: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """The gate's word on one file: it passes where there are no reasons."""

    reasons: tuple[Fault, ...]
    report: Report | None = None
    draft: bool = False  # it passes only because drafts were allowed


def standard_of(file: File, registry: Registry) -> Standard:
    """The table standard a file is to be published under. Raises the first `Fault` that is found with it."""
    try:
        standard = registry.resolve(file.standard)
    except StandardFaults as faults:
        raise faults.exceptions[0] from None
    if standard.kind is not Kind.TABLE or standard.table is None:
        raise PublishFault("gate.kind", standard=standard.reference, kind=standard.kind.value)
    return standard


def examine(file: File, standard: Standard, path: Path, terms: Terms, *, sha256: str) -> Passage:
    """Validate the bytes at `path`, which must hash to `sha256` before and after, under the publication profile."""
    from gongshu.validators.readers.options import ReadOptions
    from gongshu.validators.validation import validate

    try:
        report = validate(
            path,
            standard=standard,
            profile=PROFILE,
            as_of=terms.as_of,
            registry=terms.registry,
            options=ReadOptions(sheet=file.sheet, name=file.name),
        )
    except SourceFault as fault:
        return Passage((fault,))
    if file_sha256(path)[0] != sha256 or any(each.sha256 not in (None, sha256) for each in report.files):
        return Passage((PublishFault("publish.source-moved", key=file.key, name=file.name),), report)
    reasons = [reason for each in report.files for reason in _reasons(file, each)]
    draft = standard.status is Status.DRAFT
    if standard.status is Status.WITHDRAWN or (draft and not terms.allow_draft):
        code = "gate.draft" if draft else "gate.standard-withdrawn"
        reasons.append(PublishFault(code, key=file.key, standard=standard.reference))
    elif not reasons and not report.publishable and not draft:
        reasons.append(PublishFault("gate.not-publishable", key=file.key, name=file.name))
    return Passage(tuple(reasons), report, draft and not reasons)


def _reasons(file: File, report: FileReport) -> list[PublishFault]:
    from gongshu.validators.finding import Severity
    from gongshu.validators.report import Verdict

    found = []
    if report.verdict is not Verdict.CONFORMS:
        errors = [each for each in report.findings if each.severity is Severity.ERROR]
        worst = sorted(errors, key=lambda each: -each.count)[:3]
        summary = ", ".join(f"{each.code} {'/'.join(each.columns)} x{each.count}" for each in worst)
        found.append(
            PublishFault(
                "gate.nonconforming",
                key=file.key,
                name=file.name,
                errors=report.count(Severity.ERROR),
                rows=report.rows_with_errors,
                summary=summary,
                standard=report.standard.id if report.standard else file.standard,
            )
        )
    open_checks = [each for each in report.not_checked if each.severity is Severity.ERROR]
    if open_checks:
        names = ", ".join(f"{each.rule or each.code or ''} ({each.reason})" for each in open_checks[:5])
        found.append(
            PublishFault("gate.not-checked", key=file.key, name=file.name, count=len(open_checks), checks=names)
        )
    return found
