"""One pass of repair: every block copied, the cells of safe fixes changed, each change logged."""

from __future__ import annotations

import csv
from collections.abc import Callable, Container
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import sentence
from gongshu.standards.model import Field, Standard
from gongshu.validators.cellwise import edited, prefix, rest, rest_at
from gongshu.validators.masking import mask

if TYPE_CHECKING:
    from gongshu.validators.asking import Asked
    from gongshu.validators.batch import Shape
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan

BOM = b"\xef\xbb\xbf"
SHOWN = 20  # changes kept to be shown; the log has all of them

Places: TypeAlias = Container[tuple[int, int]]  # sheet row from 1 and number of the column from 0
Blocked: TypeAlias = dict[int, frozenset[str] | None]  # record number -> columns that stay as they are; None: all


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that was changed. Personal values are masked."""

    row: int
    line: int
    column: str  # title in the file
    before: str
    after: str
    code: str
    why: str

    def say(self, lang: str) -> str:
        """One line for people."""
        from gongshu.validators.reports.words import quoted

        values = {"before": quoted(self.before), "after": quoted(self.after)}
        params = {"line": self.line, "column": self.column, "why": self.why, **values}
        return sentence("fix.change", params, lang)


@dataclass(slots=True)
class Pass:
    """What one pass over the file changed."""

    cells: int = 0
    rows: int = 0
    skipped: int = 0
    shown: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the log says of every cell of one fault."""

    title: str
    field: Field | None
    why: str


def opened_table(path: Path, asked: Asked) -> tuple[Any, Plan]:
    """The source and the plan that judges it."""
    from gongshu.validators.headers import fit
    from gongshu.validators.plan import compile_plan
    from gongshu.validators.readers import open_table

    table = asked.standard.table if asked.standard is not None else None
    options = asked.options if table is None else replace(asked.options, fit=asked.options.fit or fit(table))
    opened = open_table(path, options=options)
    return opened, compile_plan(asked.standard, opened.shape, asked.terms())


def write_mended(
    path: Path,
    mended: Path,
    changes: Path,
    sha256: str | None,
    asked: Asked,
    blocked: Blocked | None,
    bom: bool,
    lang: str,
) -> Pass:
    """One pass: every block copied, with the cells of the allowed fixes changed. `blocked` None: no cell changes."""
    from gongshu.validators.engine import judge

    opened, plan = opened_table(path, asked)
    try:
        with Mending(path, opened.shape, mended, changes, asked, blocked, bom, lang) as mending:
            take = mending.watch(plan)
            for verdict in judge(opened, plan, threads=asked.threads):
                take(verdict)
            made = mending.finish()
        if opened.sha256 is not None and opened.sha256 != sha256:
            raise UsageFault("usage.fix-changed", name=path.name)
    finally:
        opened.close()
    return made


class Mending:
    """The mended text and its change log, growing with the batches of one reading. Use it in a `with` statement."""

    def __init__(
        self,
        path: Path,
        shape: Shape,
        mended: Path,
        changes: Path,
        asked: Asked,
        blocked: Blocked | None,
        bom: bool,
        lang: str,
    ) -> None:
        self._path, self._asked, self._blocked, self._lang = path, asked, blocked, lang
        self._mark = (shape.delimiter or ",").encode()
        self._encoding, self._lines = shape.encoding or "utf-8", shape.first_line - 1
        self._made = Pass()
        self._keys: frozenset[str] = frozenset()
        self.keyed: dict[int, set[str]] = {}  # record number -> columns of keys that were changed in it
        with ExitStack() as stack:
            self._out = stack.enter_context(mended.open("wb"))
            file = stack.enter_context(changes.open("w", encoding="utf-8-sig", errors="backslashreplace", newline=""))
            self._stack = stack.pop_all()
        self._log = csv.writer(file)
        self._log.writerow(sentence("fix.log-header", {}, lang).split(","))
        head = prefix(path, self._encoding, self._lines).encode("utf-8")
        self._out.write(BOM + head if bom else head)
        self._taken = len(head)  # bytes of the original, as UTF-8 and without a BOM

    def watch(self, plan: Plan) -> Callable[[BatchVerdict], None]:
        """What takes the batches, in their order, as that plan judges them."""
        self._keys = frozenset(name for key in plan.keys for name in key.fields)

        def take(verdict: BatchVerdict) -> None:
            edits = {}
            if self._blocked is not None:
                standard = self._asked.standard
                edits = edits_of(verdict, plan, standard, self._blocked, self._made, self._log, self._lang)
            block = verdict.batch.utf8()
            for piece in edited(block, self._mark, edits):
                self._out.write(piece)
            self._taken += len(block)
            self._lines += verdict.batch.lines
            at = {plan.header.columns[name]: name for name in self._keys if name in plan.header.columns}
            for record, cells in edits.items():
                for column in cells.keys() & at.keys():
                    self.keyed.setdefault(record + verdict.row0 + 1, set()).add(at[column])

        return take

    def finish(self) -> Pass:
        """Copy what stands behind the last record; what was changed in all."""
        behind = rest_at(self._path, self._encoding, self._taken)
        if behind is None:
            behind = rest(self._path, self._encoding, self._lines).encode("utf-8")
        self._out.write(behind)
        return self._made

    def __enter__(self) -> Mending:
        return self

    def __exit__(self, *fault: object) -> None:
        self._stack.close()


def edits_of(
    verdict: BatchVerdict,
    plan: Plan,
    standard: Standard | None,
    blocked: Blocked,
    made: Pass,
    log: Any,
    lang: str,
    stays: Places = frozenset(),
) -> dict[int, dict[int, str]]:
    """New values by record of the batch and column; each is logged and counted, but for cells that have to stay."""
    from gongshu.validators.reports.cells import neutral

    table = standard.table if standard is not None else None
    lines = verdict.batch.line_of
    found = _allowed(verdict, plan, blocked, made, stays)
    told: dict[int, _Told] = {}  # by fault: what is the same for all its cells
    for record, cells in sorted(found.items()):
        line = (record if lines is None else int(lines[record])) + verdict.line0
        made.rows += 1
        for _, (value, fault, detail) in sorted(cells.items()):
            made.cells += 1
            name = fault.columns[0]
            each = told.get(id(fault))
            if each is None:
                title = plan.header.written.get(name, name).strip()
                of = table.field(name) if table is not None else None
                each = told[id(fault)] = _Told(title, of, _why(fault, detail, title, lang))
            before, after = _shown(detail.value or "", each.field), _shown(value, each.field)
            row = record + verdict.row0 + 1
            if len(made.shown) < SHOWN:
                made.shown.append(Change(row, line, each.title, before, after, fault.code, each.why))
            log.writerow([row, line, neutral(each.title), neutral(before), neutral(after), fault.code, each.why])
    return {record: {column: cell[0] for column, cell in cells.items()} for record, cells in found.items()}


def _allowed(
    verdict: BatchVerdict, plan: Plan, blocked: Blocked, made: Pass, stays: Places
) -> dict[int, dict[int, tuple[str, Any, Any]]]:
    """By record and column: the new value, with the fault and the detail that say why. Those left out are counted."""
    index = verdict.batch.index
    found: dict[int, dict[int, tuple[str, Any, Any]]] = {}
    for fault in verdict.faults:
        if not fault.fixable or not fault.columns or fault.columns[0] not in plan.header.columns:
            continue
        column = plan.header.columns[fault.columns[0]]
        for row in fault.rows.tolist():
            detail = fault.describe(row)
            if detail.fix is None or not detail.fix.safe:
                continue
            record = row if index is None else int(index[row])
            kept = blocked.get(record + verdict.row0 + 1, frozenset())
            if kept is None or fault.columns[0] in kept or (record + verdict.line0, column) in stays:
                made.skipped += 1
            else:
                found.setdefault(record, {}).setdefault(column, (detail.fix.value or "", fault, detail))
    return found


def _why(fault: Any, detail: Any, title: str, lang: str) -> str:
    """What was wrong with the cell, without its value."""
    from gongshu.validators.finding import Finding, Sample
    from gongshu.validators.report import FileReport, Verdict
    from gongshu.validators.reports.words import finding_words

    sample = Sample(params=detail.params, fix=detail.fix)
    found = Finding(
        fault.code, fault.severity, 1, fault.columns, fault.rule, fault.reason, (sample,), fault.params, (title,)
    )
    return finding_words(found, lang, "title", file=FileReport("", Verdict.NONCONFORMING))


def _shown(value: str, of: Field | None) -> str:
    return mask(value, of.privacy) if of is not None else value
