"""One table as a file of the report: opened, judged batch by batch and as a whole, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gongshu.validators.asking import may_be_published, used
from gongshu.validators.engine import judge
from gongshu.validators.extent import Extent
from gongshu.validators.finding import Finding, NotChecked, Severity
from gongshu.validators.headers import blank, fit, titled
from gongshu.validators.offsets import Offsets
from gongshu.validators.parents import add_parents
from gongshu.validators.personal import Exposure
from gongshu.validators.plan import Plan, Terms, compile_plan
from gongshu.validators.positions import declared
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.tally import Tally, levelled
from gongshu.validators.whole import Whole

if TYPE_CHECKING:
    from gongshu.standards.detect import Reasons
    from gongshu.standards.registry import Registry
    from gongshu.validators.asking import Asked
    from gongshu.validators.batch import Source

LIKENESSES = 3


def table_report(source: Any, name: str, asked: Asked, terms: Terms) -> FileReport:
    """The report of one table. Raises `SourceFault` where it cannot be read."""
    from gongshu.validators.readers import open_table

    table = asked.standard.table if asked.standard is not None else None
    options = replace(
        asked.options,
        name=asked.options.name or name,
        bounds=asked.bounds,
        fit=asked.options.fit or (fit(table) if table is not None else None),
    )
    opened = open_table(source, options=options)
    try:
        shape = opened.shape
        if shape.shaped:
            terms = asked.terms(geojson=False)
        plan = compile_plan(asked.standard, shape, terms)
        tally = Tally(
            shape,
            table,
            plan.header,
            terms.severity,
            samples=asked.samples,
            unmask=asked.unmask,
            store=asked.store,
        )
        extent, exposure = Extent(table, terms.severity), Exposure(table, plan)
        offsets = Offsets(table, terms.severity, asked.bounds)
        watching = asked.watch(plan) if asked.watch is not None else None
        filled: dict[int, int] = {}
        undone: dict[NotChecked, None] = {}
        rows = 0
        with Whole(plan, budget=asked.budget) as whole:
            add_parents(whole, plan, asked, terms)
            for verdict in judge(opened, plan, threads=asked.threads):
                tally.take(verdict)
                if watching is not None:
                    watching(verdict)
                whole.take(verdict)
                extent.take(verdict)
                offsets.take(verdict)
                exposure.take(verdict)
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
                *extent.findings(asked.as_of),
                *exposure.findings(terms.severity),
                *declared(table, terms.severity),
                *offsets.findings(),
                *(
                    Finding("dataset.rule", r.severity, 1, r.fields, r.id, params=r.params)
                    for r in whole.broken_rules()
                ),
            ):
                tally.finding(finding)
            findings = tally.findings(whole.primary_keys)
        undone.update((each, None) for each in (*extent.not_checked(), *offsets.not_checked()))
        report = _report(opened, name, asked, plan, findings, tally.rows_with_errors, rows, tuple(undone))
        return replace(report, spread=tally.spread(rows) if rows and report.rows_with_errors else ())
    finally:
        opened.close()


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
        standard=used(asked.standard),
        looks_like=() if asked.standard is not None else likenesses(names, asked.registry),
        checked=plan.checked,
        not_checked=not_checked,
        findings=findings,
        rows_with_errors=wrong_rows,
        publishable=verdict is Verdict.CONFORMS
        and may_be_published(asked)
        and not any(each.severity is Severity.ERROR for each in not_checked)
        and not any(each.code.startswith("privacy.") for each in findings),
        titles={**titles, **plan.header.written},
        detected=asked.detected,
    )


def likenesses(names: Sequence[str], registry: Registry) -> tuple[Mapping[str, Any], ...]:
    from gongshu.standards.detect import detect

    return tuple(
        {"id": each.id, "version": each.version, "score": round(each.score, 3), "reasons": _reasons(each.reasons)}
        for each in detect(names, registry, limit=LIKENESSES)
    )


def _reasons(found: Reasons) -> list[dict[str, Any]]:
    sides = {"matched": found.matched, "missing": found.missing, "unknown": found.unknown}
    return [{side: list(names)} for side, names in sides.items() if names]
