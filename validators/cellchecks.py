"""Every check that one cell meets, in the order in which they are made: passed, failed or not made, and on what ground.

The cell is judged by the very plan that judges its file, so this can never say other than the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gongshu.standards.faults import UsageFault
from gongshu.standards.headers import normal
from gongshu.standards.model import EMPTY, Basis, Field, Standard
from gongshu.validators.batch import Shape, Structural
from gongshu.validators.engine import BatchVerdict, judge
from gongshu.validators.finding import Finding
from gongshu.validators.gathering import gather
from gongshu.validators.headers import fit
from gongshu.validators.parents import add_parents
from gongshu.validators.parsing.codes import Codes
from gongshu.validators.parsing.texts import FreeText, Identified, Listed, Patterned
from gongshu.validators.plan import ColumnAt, KeyPlan, Plan, compile_plan
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.samplelate import shortened
from gongshu.validators.tally import Tally
from gongshu.validators.whole import Late, Whole

if TYPE_CHECKING:
    from gongshu.validators.asking import Asked

PASSED, FAILED, SKIPPED, OFF = "passed", "failed", "skipped", "off"
SPELLING = ("cell.whitespace", "cell.fullwidth", "cell.control-char", "cell.placeholder", "cell.scientific")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True, slots=True)
class CellCheck:
    """One check. `findings` are what it found; `reason` is why it was not made: empty, unread, off."""

    code: str
    status: str
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)  # its limits
    rule: str | None = None
    reason: str | None = None
    basis: Basis | None = None  # of the field; else the standard's
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CellChecks:
    """One cell and everything that was asked of it. Its value is masked where it tells of a person, or may."""

    file: FileReport
    place: str
    column: str  # as written in the file
    field: str | None  # None: the standard has no such column
    row: int
    line: int | None
    value: str
    checks: tuple[CellCheck, ...]

    @property
    def failed(self) -> bool:
        """Whether some check found an error."""
        return any(found.severity == "error" for each in self.checks for found in each.findings)


@dataclass(frozen=True, slots=True)
class _Needed:
    """What a check is: the codes that it may give, the limits it goes by."""

    code: str
    codes: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    rule: str | None = None
    columns: tuple[str, ...] = ()  # that it looks at besides
    empty: bool = False  # made of empty cells too
    unread: bool = False  # made of cells that could not be understood too


def cell_checks(source: Any, where: str, asked: Asked) -> CellChecks:
    """The checks of the cell at `where`: `C8` in a workbook, `7:姓名` (line and column) in a text file.

    Raises `UsageFault` where there is no such cell, for several files, and without a standard of a table.
    """
    pieces = gather([source], asked)
    if len(pieces) != 1:
        raise UsageFault("usage.explain-cell-one", count=len(pieces))
    (piece,) = pieces
    asked = replace(piece.asked, samples=None)
    standard = asked.standard
    if standard is None or standard.table is None:
        raise UsageFault("usage.explain-cell-standard", name=piece.name)
    from gongshu.validators.readers import open_table

    options = replace(asked.options, name=asked.options.name or piece.name, bounds=asked.bounds)
    opened = open_table(piece.open(), options=replace(options, fit=asked.options.fit or fit(standard.table)))
    try:
        shape, terms = opened.shape, asked.terms()
        plan = compile_plan(standard, shape, terms)
        column, line = _located(where, shape, plan)
        tally = Tally(shape, plan.table, plan.header, terms.severity, samples=None, unmask=asked.unmask)
        found: tuple[BatchVerdict, int] | None = None
        with Whole(plan, budget=asked.budget) as whole:
            add_parents(whole, plan, asked, terms)
            for verdict in judge(opened, plan, threads=asked.threads):
                whole.take(verdict)
                if found is None and (at := _row_in(verdict, line, shape.positioned)) is not None:
                    found = verdict, at
                    tally.take(_only(verdict, at))
            if found is None:
                raise UsageFault("usage.explain-cell-outside", place=where)
            row = int(found[0].places(np.array([found[1]]))[0][0])
            for late in whole.late():
                if (kept := _only_row(late, row)) is not None:
                    tally.late(kept)
            findings = tally.findings(whole.primary_keys)
    finally:
        opened.close()
    names = shape.header.names if shape.header is not None else ()
    titles = (
        {each.name: each.title.zh or each.title.en or each.name for each in plan.table.fields} if plan.table else {}
    )
    file = FileReport(piece.name, Verdict.NONCONFORMING, sheet=shape.sheet, titles={**titles, **plan.header.written})
    here = next((each for each in plan.columns if each.index == column), None)
    raw = found[0].batch.columns[column][found[1]].as_py() or ""
    name = here.field.name if here is not None else None
    return CellChecks(
        file=file,
        place=where,
        column=names[column] if column < len(names) else "",
        field=name,
        row=row,
        line=line if shape.positioned else None,
        value=tally.masked(name, raw) if name is not None else raw if asked.unmask or not raw else "*",
        checks=() if here is None else tuple(_checks(here, found, plan, standard, findings)),
    )


# --- where the cell stands ---------------------------------------------------------------------------------------


def _located(where: str, shape: Shape, plan: Plan) -> tuple[int, int]:
    """Column (from 0) and line or sheet row (record where there are no lines), from 1."""
    names = shape.header.names if shape.header is not None else ()
    address = _ADDRESS.fullmatch(where.strip())
    if address is not None and shape.addressed:
        letters = address[1].upper()
        if letters not in shape.column_letters:
            raise UsageFault("usage.explain-cell-outside", place=where)
        return shape.column_letters.index(letters), int(address[2])
    line, colon, name = where.strip().partition(":" if ":" in where else "：")
    if not colon or not line.strip().isdecimal() or not name.strip():
        raise UsageFault("usage.explain-cell-place", place=where)
    fields = {normal(each): plan.header.columns[of.name] for of in _there(plan) for each in _called(of)}
    written = {normal(each): i for i, each in reversed(list(enumerate(names)))}
    column = written.get(normal(name), fields.get(normal(name)))
    if column is None:
        raise UsageFault("usage.explain-cell-column", name=name.strip(), known="、".join(names[:20]))
    return column, int(line)


def _there(plan: Plan) -> list[Field]:
    return [] if plan.table is None else [each for each in plan.table.fields if each.name in plan.header.columns]


def _called(of: Field) -> tuple[str, ...]:
    return tuple(each for each in (of.name, of.title.zh, of.title.en, *of.aliases) if each)


def _row_in(verdict: BatchVerdict, line: int, positioned: bool) -> int | None:
    """The parsed row of a batch that starts in that line, if any."""
    rows = len(verdict.batch.columns[0]) if verdict.batch.columns else 0
    records, lines = verdict.places(np.arange(rows))
    at = np.flatnonzero((lines if positioned else records) == line)
    return int(at[0]) if len(at) else None


def _only(verdict: BatchVerdict, row: int) -> BatchVerdict:
    """The verdict on one row alone."""
    faults = [replace(each, rows=each.rows[each.rows == row]) for each in verdict.faults if row in each.rows]
    return replace(verdict, faults=faults, batch=replace(verdict.batch, structural=list[Structural]()))


def _only_row(late: Late, row: int) -> Late | None:
    at = np.flatnonzero(late.rows == row)
    return shortened(late, at) if len(at) else None


# --- the checks --------------------------------------------------------------------------------------------------


def _checks(
    column: ColumnAt, found: tuple[BatchVerdict, int], plan: Plan, standard: Standard, findings: tuple[Finding, ...]
) -> Iterator[CellCheck]:
    """Each check with what it found; findings that no check here stands for come last, so that none is left out."""
    verdict, row = found
    name = column.field.name
    mine = [each for each in findings if name in each.columns]
    said: set[int] = set()
    of = column.field.basis
    basis = of if of.clause or of.title or of.source else next(iter(standard.basis), None)
    for need in (*_of_cell(column), *_of_row(name, plan), *_of_keys(name, plan)):
        hits = tuple(each for each in mine if each.code in need.codes and _speaks(each, need))
        said.update(map(id, hits))
        reason = None if hits else _why_not(need, name, verdict, row, column)
        status = FAILED if hits else PASSED if reason is None else OFF if reason == OFF else SKIPPED
        yield CellCheck(need.code, status, need.params, need.rule, reason, basis, hits)
    for each in mine:
        if id(each) not in said:
            yield CellCheck(each.code, FAILED, each.params, each.rule, None, basis, (each,))


def _speaks(finding: Finding, need: _Needed) -> bool:
    if need.code in ("row.rule", "key.duplicate", "key.foreign"):
        return finding.rule == need.rule and (not need.columns or set(finding.columns) <= set(need.columns))
    return True


def _why_not(need: _Needed, name: str, verdict: BatchVerdict, row: int, column: ColumnAt) -> str | None:
    """Why a check without a finding was not made; None where it was, and passed."""
    if column.judge.context.severity(need.code, need.rule, column.field.severity or "error") is None:
        return OFF
    for each in (name, *need.columns):
        judged = verdict.judged.get(each)
        if judged is None:
            continue
        failed = judged.failed is not None and bool(judged.failed[row])
        if failed and not need.unread:
            return "unread" if each == name else "unread-other"
        if each == name and not failed and not need.empty:
            present = judged.values.present
            if present is not None and not present[row]:
                return "empty"
    return None


def _of_cell(column: ColumnAt) -> Iterator[_Needed]:
    cell, of = column.judge.cell, column.field
    domain = cell.domain
    if cell.required:
        yield _Needed("cell.required", ("cell.required",), empty=True, unread=True)
    if not cell.strict:
        yield _Needed("cell.whitespace", SPELLING, empty=True, unread=True)
    lost = ("cell.leading-zero-lost", "cell.digits-lost")
    if isinstance(domain, Identified):
        yield _Needed(
            "cell.identifier", ("cell.identifier", *lost), {"identifier": domain.name}, domain.name, unread=True
        )
    elif isinstance(domain, Codes):
        listed = {"list": str(domain.use.list), "level": domain.use.level, "below": domain.use.below}
        codes = ("cell.code-unknown", "cell.code-withdrawn", "cell.code-name-given", *lost)
        yield _Needed("cell.code-unknown", codes, listed, unread=True)
    elif isinstance(domain, Listed):
        yield _Needed("cell.enum", ("cell.enum", *lost), {"allowed": "、".join(domain.enum.written)}, unread=True)
    elif isinstance(domain, Patterned):
        if domain.pattern is not None:
            yield _Needed("cell.pattern", ("cell.pattern", *lost), {"pattern": domain.pattern.text})
        if domain.length is not None:
            yield _Needed("cell.length", ("cell.length", *lost), _limits(domain.length))
    elif isinstance(domain, FreeText):
        yield _Needed("cell.digits-lost", ("cell.digits-lost",), unread=True)
    else:
        told = {"type": of.type, "format": of.format.write}
        yield _Needed("cell.type", ("cell.type", "cell.format", "cell.date-serial", *lost), told, unread=True)
    for each in cell.constraints:
        yield _Needed(each.code, (each.code,), _limits(each))
    if column.judge.label is not None:
        owner = column.judge.label[0]
        yield _Needed("row.label-differs", ("row.label-differs",), columns=(owner,))


def _limits(check: Any) -> dict[str, Any]:
    """The bounds of a check, under the names that messages use."""
    names = {"least": "minimum", "most": "maximum", "text": "pattern", "precision": "precision", "scale": "scale"}
    found = {to: getattr(check, name) for name, to in names.items() if hasattr(check, name)}
    written = getattr(check, "written", None)
    if isinstance(written, tuple):
        found["allowed"] = "、".join(written)
    elif written is not None:
        found |= {str(check.code).removeprefix("cell."): written, "exclusive": check.exclusive}
    return found


def _of_row(name: str, plan: Plan) -> Iterator[_Needed]:
    for rule in plan.rules:
        if name in rule.columns or name in rule.fields:
            others = tuple(dict.fromkeys((*rule.fields, *rule.columns)))
            yield _Needed("row.rule", ("row.rule",), rule.params, rule.id, others, empty=True)


def _of_keys(name: str, plan: Plan) -> Iterator[_Needed]:
    for key in plan.keys:
        if name not in key.fields or key.severity is None or key.role == "parent":
            continue
        yield _of_key(key)


def _of_key(key: KeyPlan) -> _Needed:
    if key.role == "foreign":
        return _Needed("key.foreign", ("key.foreign",), {"target": key.resource}, key.rule, key.fields, unread=True)
    if key.role == "row":
        return _Needed("row.duplicate", ("row.duplicate",), empty=True, unread=True)
    codes = ("key.duplicate", "key.missing")
    return _Needed("key.duplicate", codes, {"role": key.role}, key.rule, key.fields, unread=True)
