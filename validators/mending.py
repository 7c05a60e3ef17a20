"""One pass of repair: every block copied, the cells of safe fixes changed, each change logged."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import sentence
from gongshu.standards.model import Field, Standard
from gongshu.validators.cellwise import edited, prefix, rest
from gongshu.validators.masking import mask

if TYPE_CHECKING:
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan
    from gongshu.validators.validation import Asked

BOM = b"\xef\xbb\xbf"
SHOWN = 20  # changes kept to be shown; the log has all of them

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


def opened_table(path: Path, asked: Asked) -> tuple[Any, Plan]:
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

    made = Pass()
    opened, plan = opened_table(path, asked)
    try:
        shape = opened.shape
        mark = (shape.delimiter or ",").encode()
        with mended.open("wb") as out, changes.open("wb") as log:
            log.write(BOM)
            _log_row(log, sentence("fix.log-header", {}, lang).split(","))
            if bom:
                out.write(BOM)
            encoding, lines = shape.encoding or "utf-8", shape.first_line - 1
            out.write(prefix(path, encoding, lines).encode("utf-8"))
            for verdict in judge(opened, plan, threads=asked.threads):
                edits = _edits(verdict, plan, asked.standard, blocked, made, log, lang) if blocked is not None else {}
                for piece in edited(verdict.batch.block or b"", mark, edits):
                    out.write(piece)
                lines += verdict.batch.lines
            out.write(rest(path, encoding, lines).encode("utf-8"))
        if opened.sha256 is not None and opened.sha256 != sha256:
            raise UsageFault("usage.fix-changed", name=path.name)
    finally:
        opened.close()
    return made


def _edits(
    verdict: BatchVerdict,
    plan: Plan,
    standard: Standard | None,
    blocked: Blocked,
    made: Pass,
    log: BinaryIO,
    lang: str,
) -> dict[int, dict[int, str]]:
    """New values by record of the batch and column; each is logged and counted."""
    table = standard.table if standard is not None else None
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
            number = record + verdict.row0 + 1
            stays = blocked.get(number, frozenset())
            if stays is None or fault.columns[0] in stays:
                made.skipped += 1
            else:
                found.setdefault(record, {}).setdefault(column, (detail.fix.value or "", fault, detail))
    lines = verdict.batch.line_of
    for record, cells in sorted(found.items()):
        line = (record if lines is None else int(lines[record])) + verdict.line0
        made.rows += 1
        for _, (value, fault, detail) in sorted(cells.items()):
            made.cells += 1
            of = table.field(fault.columns[0]) if table is not None else None
            title = plan.header.written.get(fault.columns[0], fault.columns[0]).strip()
            before, after = _shown(detail.value or "", of), _shown(value, of)
            change = Change(
                record + verdict.row0 + 1, line, title, before, after, fault.code, _why(fault, detail, title, lang)
            )
            if len(made.shown) < SHOWN:
                made.shown.append(change)
            _log_row(log, [change.row, change.line, title, change.before, change.after, change.code, change.why])
    return {record: {column: cell[0] for column, cell in cells.items()} for record, cells in found.items()}


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


def _log_row(log: BinaryIO, cells: list[Any]) -> None:
    from gongshu.validators.reports.cells import neutral

    text = io.StringIO(newline="")
    csv.writer(text).writerow([neutral(str(each)) for each in cells])
    log.write(text.getvalue().encode("utf-8", "backslashreplace"))
