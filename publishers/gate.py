"""Whether a file may leave: the gate validates the exact bytes itself, and says what would unblock what it blocks.

A receipt stands in for that validation when its signer is trusted for the provider and it is fresh (`trust.py`); any
other receipt is a hint: the file is validated here, and the plan says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.publishers.canonical import digest, file_sha256
from gongshu.standards.edition import VERSION
from gongshu.standards.faults import Fault, PublishFault, SourceFault, StandardFaults, UsageFault
from gongshu.standards.messages import languages, sentence
from gongshu.standards.model import Kind, Standard, Status
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    from gongshu.publishers.manifest import File
    from gongshu.standards.registry import Registry
    from gongshu.validators.asking import Watch
    from gongshu.validators.finding import Finding, NotChecked
    from gongshu.validators.receipt import Receipt
    from gongshu.validators.report import FileReport, Report

PROFILE = "publication"


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a gate judges. `allow_draft` lets a draft standard count as in force, and is written in the record."""

    registry: Registry
    as_of: date
    allow_draft: bool = False
    trusts: Callable[[str, str], bool] = lambda organisation, key: False  # whether a key speaks for a provider
    standards: dict[str, Standard] = field(default_factory=dict)  # those of this run, by how manifests name them
    passed: Callable[[str], str | None] = lambda key: None  # what was kept under that key when a file passed
    keep: Callable[[str, str], None] = lambda key, said: None
    stale: str = ""  # data older than their update cycle: warn | block | ignore; '' = as the manifest says


@dataclass(frozen=True, slots=True)
class Passage:
    """The gate's word on one file: it passes where there are no reasons."""

    reasons: tuple[Fault, ...]
    report: Report | None = None
    draft: bool = False  # it passes only because drafts were allowed
    receipt: Receipt | None = None  # it passes on this word, and was not validated here
    doubt: PublishFault | None = None  # why a receipt that was given is not relied on
    own: Receipt | None = None  # the gate's own, unsigned, of a validation here, be it an earlier one


def standard_of(file: File, terms: Terms) -> Standard:
    """The table standard a file is to be published under. Raises the first `Fault` that is found with it."""
    if file.standard in terms.standards:
        return terms.standards[file.standard]
    try:
        standard = terms.registry.resolve(file.standard)
    except StandardFaults as faults:
        raise faults.exceptions[0] from None
    if standard.kind is not Kind.TABLE or standard.table is None:
        raise PublishFault("gate.kind", standard=standard.reference, **kind_words(standard.kind))
    return terms.standards.setdefault(file.standard, standard)


def kind_words(kind: Kind) -> dict[str, str]:
    """What a standard of that kind is called, as a parameter of a fault in every language."""
    return {f"kind_words@{lang}": sentence(f"kind.{kind.value}", {}, lang) for lang in languages()}


def examine(
    file: File,
    standard: Standard,
    path: Path,
    terms: Terms,
    *,
    sha256: str,
    organisation: str = "",
    watch: Watch | None = None,
) -> Passage:
    """Validate the bytes at `path`, which must hash to `sha256` before and after, under the publication profile.

    Or rely on the file's receipt, where the key that signed it is trusted for the organisation; then `watch`, which
    else sees every batch that is judged, sees nothing. Without `watch`, what these bytes passed before under the same
    terms they pass again: a plan that is applied does not validate twice.
    """
    from gongshu.validators.receipt import Receipt, receipt_of

    receipt, doubt = vouching(file, standard, terms, sha256=sha256, organisation=organisation)
    if receipt is not None:
        return Passage((), receipt=receipt)
    key = _key(file, standard, terms, sha256)
    said = terms.passed(key) if key and watch is None else None
    if said is not None:
        draft = standard.status is Status.DRAFT
        return Passage((), draft=draft, doubt=doubt, own=Receipt(json.loads(said)))
    passage = replace(_examined(file, standard, path, terms, sha256=sha256, watch=watch), doubt=doubt)
    if passage.reasons or passage.report is None:
        return passage
    own = receipt_of(passage.report)
    if key:
        terms.keep(key, own.canonical().decode("utf-8"))
    return replace(passage, own=own)


def _key(file: File, standard: Standard, terms: Terms, sha256: str) -> str:
    """Everything that a verdict on these bytes depends on; nothing where other files have a say in it."""
    if file.references or standard.status is Status.WITHDRAWN or (
        standard.status is Status.DRAFT and not terms.allow_draft
    ):  # fmt: skip
        return ""
    where = [file.name, file.sheet, terms.as_of.isoformat(), setting("timezone").value]
    return digest([sha256, standard.reference, standard.fingerprint, PROFILE, VERSION, *where])


def vouching(
    file: File, standard: Standard, terms: Terms, *, sha256: str, organisation: str
) -> tuple[Receipt | None, PublishFault | None]:
    """The file's receipt where it stands in for a validation, or why it does not; neither where there is none."""
    if file.receipt is None:
        return None, None
    receipt, doubt = _vouched(file, standard, terms, sha256=sha256, organisation=organisation)
    return (None if standard.status in (Status.DRAFT, Status.WITHDRAWN) else receipt), doubt


def _vouched(
    file: File, standard: Standard, terms: Terms, *, sha256: str, organisation: str
) -> tuple[Receipt | None, PublishFault | None]:
    """The receipt that can be relied on, or why it cannot."""
    from gongshu.publishers.trust import doubts
    from gongshu.validators.receipt import load_receipt

    try:
        receipt = load_receipt(file.receipt or Path())
    except UsageFault:
        return None, PublishFault("gate.receipt", key=file.key, reason="unreadable")
    found = doubts(
        receipt,
        standard,
        sha256=sha256,
        sheet=file.sheet,
        as_of=terms.as_of,
        trusted=lambda key: terms.trusts(organisation, key),
        key=file.key,
    )
    return (None, found) if found is not None else (receipt, None)


def _examined(
    file: File, standard: Standard, path: Path, terms: Terms, *, sha256: str, watch: Watch | None = None
) -> Passage:
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
            references=file.references or None,
            watch=watch,
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
                **{f"summary@{lang}": _worst(worst, report, lang) for lang in languages()},
                standard=report.standard.id if report.standard else file.standard,
            )
        )
    undeclared = [each for each in report.findings if each.code == "privacy.undeclared-personal"]
    if undeclared:  # a warning to whoever only validates; whatever leaves may hold nothing of the kind
        columns = ", ".join(dict.fromkeys(name for each in undeclared for name in each.columns))
        found.append(PublishFault("gate.personal", key=file.key, name=file.name, columns=columns))
    open_checks = [each for each in report.not_checked if each.severity is Severity.ERROR]
    if open_checks:
        names = ", ".join(f"{each.rule or each.code or ''} ({each.reason})" for each in open_checks[:5])
        words = {f"checks@{lang}": _open(open_checks[:5], lang) for lang in languages()}
        found.append(
            PublishFault(
                "gate.not-checked", key=file.key, name=file.name, count=len(open_checks), checks=names, **words
            )
        )
    return found


def _worst(findings: Sequence[Finding], report: FileReport, lang: str) -> str:
    """The findings in words: what is wrong, in which column, how often."""
    from gongshu.validators.reports.words import finding_words, title_list

    said = []
    for each in findings:
        title = finding_words(each, lang, "title", file=report)
        columns = [name for name in title_list(each, report) if name not in title]
        said.append(" ".join([*columns, title, f"× {each.count:,}"]))
    return ("；" if lang == "zh" else "; ").join(said)


def _open(checks: Sequence[NotChecked], lang: str) -> str:
    """Checks that could not be made, in words: of what, and why."""
    from gongshu.validators.reports.words import not_checked_words

    said = []
    for each in checks:
        of = each.rule or "/".join(each.columns) or each.code or ""
        why = not_checked_words(each.reason, lang)
        said.append(f"{of}（{why}）" if lang == "zh" else f"{of} ({why})")
    return ("；" if lang == "zh" else "; ").join(said)
