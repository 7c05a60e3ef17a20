"""The verdict over data: `validate` reads, judges by a standard, and reports."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongshu.standards.faults import SourceFault, StandardFault, UsageFault
from gongshu.standards.model import Kind, Standard, Status
from gongshu.standards.settings import setting
from gongshu.validators.engine import judge
from gongshu.validators.finding import Finding, NotChecked, Severity
from gongshu.validators.headers import blank, fit, titled
from gongshu.validators.inputs import identity, names_of
from gongshu.validators.keys import BUDGET
from gongshu.validators.parents import add_parents
from gongshu.validators.plan import PUBLICATION, Check, DatasetPlan, Plan, Terms, compile_plan, severities
from gongshu.validators.report import FileReport, Report, StandardUsed, Verdict
from gongshu.validators.tally import Tally, levelled
from gongshu.validators.whole import Whole

if TYPE_CHECKING:
    from gongshu.standards.detect import Reasons
    from gongshu.standards.registry import Registry
    from gongshu.validators.batch import Source
    from gongshu.validators.readers.options import ReadOptions

LIKENESSES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """How one call of `validate` was asked to judge."""

    registry: Registry
    standard: Standard | None
    profile: str | None
    as_of: date
    timezone: str
    options: ReadOptions
    samples: int | None = 20
    threads: int | None = None
    unmask: bool = False
    checks: Mapping[str, Any] | None = None
    references: Mapping[str, Any] | None = None
    budget: int = BUDGET

    def terms(self) -> Terms:
        """The terms of the plan. Raises `UsageFault` for an unknown profile."""
        return Terms(
            as_of=self.as_of,
            timezone=self.timezone,
            codes=self.registry.codes,
            severity=severities(self.standard, self.profile),
            references=frozenset(self.references or ()),
            checks=tuple(_extra(self.checks).values()),
        )


def validate(
    *sources: Any,
    standard: Any = None,
    profile: str | None = None,
    as_of: date | str | None = None,
    samples: int | None = 20,
    registry: Registry | None = None,
    threads: int | None = None,
    options: ReadOptions | None = None,
    references: Mapping[str, Any] | None = None,
    unmask: bool = False,
    checks: Mapping[str, Any] | None = None,
    budget: int = BUDGET,
) -> Report:
    """The report over `sources`: paths, bytes, binary file objects, Arrow tables, data frames.

    `standard` is an id, `id@version`, a pack folder, a Table Schema (file or mapping) or a `Standard`; without one the
    structure alone is looked at. `profile` defaults to the setting, else to none; `as_of` to today in the time
    zone of the settings. `samples` caps the places a finding lists (None: all); counts are exact. `references` are the
    tables that foreign keys point to, by resource name or standard id. `checks` are further checks, `CHECKS | {name:
    function of the judged columns and the number of rows, giving faults}`; with any, nothing is publishable. `budget`
    bounds the memory for keys, in bytes.

    A source that cannot be read makes its file's verdict `unreadable`. Raises `UsageFault` for a path that does not
    exist or an unknown profile, `StandardFault` for a standard that is faulty or unknown.
    """
    started = time.perf_counter()
    if not sources:
        raise UsageFault("usage.nothing-given")
    asked = asking(
        standard=standard,
        profile=profile,
        as_of=as_of,
        samples=samples,
        registry=registry,
        threads=threads,
        options=options,
        references=references,
        unmask=unmask,
        checks=checks,
        budget=budget,
    )
    files = tuple(_file(source, name, asked) for source, name in zip(sources, names_of(sources)))
    return Report(
        verdict=max((each.verdict for each in files), key=list(Verdict).index),
        publishable=all(each.publishable for each in files),
        inputs=_inputs(asked, files),
        files=files,
        engine={"name": "gongshu", "version": _version()},
        generated=datetime.now(ZoneInfo(asked.timezone)).isoformat(timespec="seconds"),
        duration=round(time.perf_counter() - started, 3),
    )


def asking(
    *,
    standard: Any = None,
    profile: str | None = None,
    as_of: date | str | None = None,
    registry: Registry | None = None,
    options: ReadOptions | None = None,
    **rest: Any,
) -> Asked:
    """The same request with every default settled: registry, standard, profile, reference date, time zone."""
    from gongshu.standards.registry import Registry
    from gongshu.validators.readers.options import ReadOptions

    known = registry if registry is not None else Registry()
    found = known.resolve(standard) if standard is not None else None
    if found is not None and found.table is None:
        params = {"name": found.reference, "kind": found.kind.value, "expected": Kind.TABLE.value}
        raise StandardFault("standard.kind-wrong", **params)
    zone = setting("timezone").value
    return Asked(
        registry=known,
        standard=found,
        profile=profile or setting("profile").value or None,
        as_of=_day(as_of, zone),
        timezone=zone,
        options=options or ReadOptions(),
        **rest,
    )


def _extra(checks: Mapping[str, Any] | None) -> dict[str, Check]:
    """The checks that are not our own."""
    if not checks:
        return {}
    from gongshu.validators.checks import CHECKS

    return {name: check for name, check in checks.items() if CHECKS.get(name) != check}


def _day(given: date | str | None, zone: str) -> date:
    try:
        if given is None:
            return datetime.now(ZoneInfo(zone)).date()
        if isinstance(given, datetime):
            return given.date()
        return given if isinstance(given, date) else date.fromisoformat(given)
    except ValueError as error:
        raise UsageFault("usage.date", value=str(given)) from error
    except KeyError as error:
        raise UsageFault("usage.timezone", value=zone) from error


# --- one file ----------------------------------------------------------------------------------------------------


def _file(source: Any, name: str, asked: Asked) -> FileReport:
    """The report of one source; what cannot be read is a report too."""
    terms = asked.terms()
    try:
        return _judged(source, name, asked, terms)
    except SourceFault as fault:
        size, sha256 = identity(source)
        params = {key: value for key, value in fault.params.items() if isinstance(value, (str, int, float))}
        finding = Finding(fault.code, Severity.ERROR, 1, params=params)
        return FileReport(
            name,
            Verdict.UNREADABLE,
            bytes=size,
            sha256=sha256,
            standard=_used(asked.standard),
            findings=(finding,),
        )


def _judged(source: Any, name: str, asked: Asked, terms: Terms) -> FileReport:
    from gongshu.validators.readers import open_table

    table = asked.standard.table if asked.standard is not None else None
    options = replace(
        asked.options,
        name=asked.options.name or name,
        fit=asked.options.fit or (fit(table) if table is not None else None),
    )
    opened = open_table(source, options=options)
    try:
        shape = opened.shape
        plan = compile_plan(asked.standard, shape, terms)
        tally = Tally(shape, table, plan.header, terms.severity, samples=asked.samples, unmask=asked.unmask)
        filled: dict[int, int] = {}
        undone: dict[NotChecked, None] = {}
        rows = 0
        with Whole(plan, budget=asked.budget) as whole:
            add_parents(whole, plan, asked, terms)
            for verdict in judge(opened, plan, threads=asked.threads):
                tally.take(verdict)
                whole.take(verdict)
                undone.update((each, None) for judged in verdict.judged.values() for each in judged.not_checked)
                for column, count in verdict.filled.items():
                    filled[column] = filled.get(column, 0) + count
                rows = int(verdict.row0 + verdict.batch.records)
            for late in whole.late():
                tally.late(late)
            for finding in (
                *levelled(shape.findings, terms.severity),
                *plan.header.findings,
                *titled(shape, terms.severity),
                *blank(shape, filled, terms.severity),
                *(
                    Finding("dataset.rule", r.severity, 1, r.fields, r.id, params=r.params)
                    for r in whole.broken_rules()
                ),
            ):
                tally.finding(finding)
            findings = tally.findings(whole.primary_keys)
        return _report(opened, name, asked, plan, findings, tally.rows_with_errors, rows, tuple(undone))
    finally:
        opened.close()


def _broken(rule: DatasetPlan) -> Finding:
    return Finding("dataset.rule", rule.severity, 1, rule.fields, rule.id, params=rule.params)


def _report(
    opened: Source,
    name: str,
    asked: Asked,
    plan: Plan,
    findings: tuple[Finding, ...],
    wrong_rows: int,
    rows: int,
    undone: tuple[NotChecked, ...],
) -> FileReport:
    shape = opened.shape
    not_checked = (*plan.not_checked, *undone, *shape.not_checked)
    wrong = any(each.severity is Severity.ERROR for each in findings)
    verdict = Verdict.NONCONFORMING if wrong else Verdict.CONFORMS
    names = shape.header.names if shape.header is not None else ()
    table = plan.table
    titles = {each.name: each.title.zh or each.title.en or each.name for each in table.fields} if table else {}
    return FileReport(
        name=name,
        verdict=verdict,
        bytes=opened.bytes,
        sha256=opened.sha256,
        format=shape.format,
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        sheet=shape.sheet,
        header_line=shape.header.line if shape.header is not None and shape.positioned else None,
        rows=rows,
        columns=len(names),
        standard=_used(asked.standard),
        looks_like=() if asked.standard is not None else _likenesses(names, asked.registry),
        checked=plan.checked,
        not_checked=not_checked,
        findings=findings,
        rows_with_errors=wrong_rows,
        publishable=verdict is Verdict.CONFORMS
        and _may_be_published(asked)
        and not any(each.severity is Severity.ERROR for each in not_checked)
        and not any(each.code.startswith("privacy.") for each in findings),
        titles={**titles, **plan.header.written},
    )


def _may_be_published(asked: Asked) -> bool:
    """Whether a conforming file would be publishable: judged in full by a standard in force on the reference date."""
    standard = asked.standard
    return (
        standard is not None
        and standard.status is Status.IN_FORCE
        and (standard.valid_from is None or standard.valid_from <= asked.as_of)
        and (standard.valid_to is None or asked.as_of <= standard.valid_to)
        and asked.profile == PUBLICATION
        and not _extra(asked.checks)
    )


def _used(standard: Standard | None) -> StandardUsed | None:
    if standard is None:
        return None
    title = {"zh": standard.title.zh, "en": standard.title.en}
    return StandardUsed(standard.id, standard.version, standard.fingerprint, title, str(standard.status))


def _likenesses(names: Sequence[str], registry: Registry) -> tuple[Mapping[str, Any], ...]:
    from gongshu.standards.detect import detect

    return tuple(
        {"id": each.id, "version": each.version, "score": round(each.score, 3), "reasons": _reasons(each.reasons)}
        for each in detect(names, registry, limit=LIKENESSES)
    )


def _reasons(found: Reasons) -> list[dict[str, Any]]:
    sides = {"matched": found.matched, "missing": found.missing, "unknown": found.unknown}
    return [{side: list(names)} for side, names in sides.items() if names]


# --- inputs ------------------------------------------------------------------------------------------------------


def _inputs(asked: Asked, files: Sequence[FileReport]) -> dict[str, Any]:
    """Everything that can change a verdict."""
    used = _used(asked.standard)
    return {
        "standard": None if used is None else {"id": used.id, "version": used.version, "sha256": used.sha256},
        "profile": asked.profile,
        "as_of": asked.as_of.isoformat(),
        "timezone": asked.timezone,
        "references": {name: identity(each)[1] for name, each in sorted((asked.references or {}).items())},
        "checks": sorted(_extra(asked.checks)),
        "files": [
            {
                "name": each.name,
                "sha256": each.sha256,
                "format": each.format,
                "encoding": each.encoding,
                "delimiter": each.delimiter,
                "sheet": each.sheet,
                "header_line": each.header_line,
            }
            for each in files
        ],
    }


def _version() -> str:
    from importlib.metadata import version

    return version("gongshu")
