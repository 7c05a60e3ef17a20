"""The safe fixes applied to a file: touched cells change, all else stays, and each change is logged.

Of delimited text every other byte stays; of a workbook every part but the sheet, and of the sheet every other cell.

The original is never written to. A fix that would give two rows the same key, or bring a finding that was not there
before, is left out.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.mending import Blocked, Change, Mending, Pass, opened_table, write_mended
from gongshu.validators.report import FileReport, Report, Verdict
from gongshu.validators.workbooks.mending import write_mended_workbook

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.asking import Asked
    from gongshu.validators.batch import Shape
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan
    from gongshu.validators.readers.options import ReadOptions

TEXT_FORMATS = frozenset({"csv", "tsv"})
WORKBOOK = "xlsx"
ROUNDS = 3  # how often fixes that bring new findings are taken back before none is applied
GARBLED = frozenset({"file.encoding", "file.encoding-mixed"})


@dataclass(frozen=True, slots=True)
class Repair:
    """What was changed and what is left: `report` judges the result."""

    output: Path | None
    log: Path | None
    cells: int
    rows: int
    skipped: int  # safe fixes left out, as they would repeat a key or bring a new finding
    transcoded: str | None  # the encoding it came in, where that was not UTF-8
    shown: tuple[Change, ...]
    before: Report
    report: Report

    def document(self, *, lang: str) -> dict[str, Any]:
        """As JSON-able data."""
        from gongshu.validators.reports.document import document

        names = ("row", "line", "column", "before", "after", "code")
        return {
            "output": self.output.name if self.output else None,
            "log": self.log.name if self.log else None,
            "cells": self.cells,
            "rows": self.rows,
            "skipped": self.skipped,
            "transcoded": self.transcoded,
            "changes": [{name: getattr(each, name) for name in names} for each in self.shown],
            "report": document(self.report, lang=lang),
        }


def fix(
    source: str | PathLike[str],
    *,
    standard: Any,
    output: str | PathLike[str] | None = None,
    dry_run: bool = False,
    bom: bool = True,
    log: str | PathLike[str] | None = None,
    profile: str | None = None,
    as_of: date | str | None = None,
    samples: int | None = 20,
    registry: Registry | None = None,
    options: ReadOptions | None = None,
    unmask: bool = False,
    lang: str = "zh",
) -> Repair:
    """The safe fixes of a CSV, TSV (made UTF-8) or XLSX file, written to `output` with a change log beside it.

    Nothing is written when `dry_run`, or when the file cannot be read. Raises `UsageFault` for other formats, for
    garbled bytes (they would be lost), and where an output is the input.
    """
    from gongshu.validators.reports.output import refuse_input
    from gongshu.validators.validation import asking

    path = Path(source)
    target = None if output is None or dry_run else Path(output)
    if target is None and not dry_run:
        raise UsageFault("usage.fix-output")
    log_path = None if target is None else Path(log) if log is not None else target.with_suffix(".changes.csv")
    for each in (target, log_path):
        if each is not None:
            refuse_input(each, (path,))
    asked = asking(
        standard=standard,
        profile=profile,
        as_of=as_of,
        samples=samples,
        registry=registry,
        options=options,
        unmask=unmask,
    )
    beside = target.parent if target is not None else None
    try:
        folder = Path(tempfile.mkdtemp(prefix=".gongshu-fix-", dir=beside))
    except OSError as error:
        raise UsageFault("usage.output-folder", path=str(target), detail=error.strerror or str(error)) from error
    try:
        mended, changes = folder / "mended", folder / "changes.csv"
        first = _first_reading(path, mended, changes, asked, bom, lang)
        before, (judged,) = first.before, first.before.files
        if judged.verdict is Verdict.UNREADABLE:
            return Repair(None, None, 0, 0, 0, None, (), before, before)
        if judged.format not in TEXT_FORMATS | {WORKBOOK}:
            raise UsageFault("usage.fix-workbook", name=path.name, format=judged.format)
        if judged.format == WORKBOOK:
            if target is not None and target.suffix.lower() not in (".xlsx", ".xlsm"):
                raise UsageFault("usage.fix-suffix", path=str(target))
            options_used = replace(asked.options, sheet=judged.sheet, header_row=judged.header_line)
            asked = replace(asked, options=options_used)
        if any(each.code in GARBLED for each in judged.findings):
            raise UsageFault("usage.fix-encoding", name=path.name)
        optimistic, mended = mended, mended.with_suffix(f".{judged.format}")
        if optimistic.exists():
            optimistic.rename(mended)
        name = target.name if target is not None else path.name
        made, after = _until_nothing_new(path, mended, changes, judged, first, asked, name, bom, lang)
        if target is not None and log_path is not None:
            _move(changes, log_path)
            _move(mended, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    encoding = judged.encoding or "utf-8"
    text = judged.format in TEXT_FORMATS
    transcoded = (
        None if not text or encoding.lower().replace("_", "-").startswith(("utf-8", "utf8", "ascii")) else encoding
    )
    return Repair(target, log_path, made.cells, made.rows, made.skipped, transcoded, tuple(made.shown), before, after)


def _until_nothing_new(
    path: Path,
    mended: Path,
    changes: Path,
    judged: FileReport,
    first: _First,
    asked: Asked,
    name: str,
    bom: bool,
    lang: str,
) -> tuple[Pass, Report]:
    """Write, judge, and take back the fixes of rows where the result has a finding that the original has not."""
    write_pass = write_mended if judged.format in TEXT_FORMATS else write_mended_workbook
    before, blocked = first.before, first.blocked
    made = first.made
    if made is None:
        made = write_pass(path, mended, changes, judged.sha256, asked, blocked, bom, lang)
    after = _judged(mended, _read_back(asked), name)
    for _ in range(ROUNDS):
        worse = _grown(before, after)
        if not worse or not made.cells:
            return made, after
        full = _judged(mended, _read_back(replace(asked, samples=None)), name)
        for finding in full.findings:
            if _group(finding) in worse:
                for sample in finding.samples:
                    for row in (sample.row, sample.params.get("first_row")):
                        if row is not None:
                            blocked[int(row)] = None
        made = write_pass(path, mended, changes, judged.sha256, asked, blocked, bom, lang)
        after = _judged(mended, _read_back(asked), name)
    if _grown(before, after):
        made = write_pass(path, mended, changes, judged.sha256, asked, None, bom, lang)
        after = _judged(mended, _read_back(asked), name)
    return made, after


@dataclass(slots=True)
class _First:
    """What the first reading gave: the report, rows whose keys have to stay, and the mended text if that may stay."""

    before: Report
    blocked: Blocked
    made: Pass | None


def _first_reading(path: Path, mended: Path, changes: Path, asked: Asked, bom: bool, lang: str) -> _First:
    """Judge the original; a text is mended along with it, which holds as long as no fix touches a repeated key."""
    repeats: list[_Repeats] = []

    def watched(plan: Plan) -> Callable[[BatchVerdict], None]:
        repeats.append(_Repeats(plan))
        stack.callback(repeats[-1].close)
        further = mending.watch(plan) if mending is not None else None

        def take(verdict: BatchVerdict) -> None:
            repeats[-1].take(verdict)
            if further is not None:
                further(verdict)

        return take

    with ExitStack() as stack:
        shape = _shape_of_text(path, asked)
        mending = None
        if shape is not None:
            with suppress(UnicodeDecodeError):  # garbled bytes: the judgement names them, and nothing is mended
                mending = stack.enter_context(Mending(path, shape, mended, changes, asked, {}, bom, lang))
        before = _judged(path, replace(asked, watch=watched), path.name)
        (judged,) = before.files
        repeated = any(each.code == "key.duplicate" for each in judged.findings)
        blocked = repeats[-1].rows() if repeated and repeats else {}
        garbled = any(each.code in GARBLED for each in judged.findings)
        if mending is None or garbled or judged.verdict is Verdict.UNREADABLE:
            return _First(before, blocked, None)
        made = mending.finish()
        touched = any(names & (blocked.get(row) or frozenset()) for row, names in mending.keyed.items())
        return _First(before, blocked, None if touched else made)


def _shape_of_text(path: Path, asked: Asked) -> Shape | None:
    """What a reader learns before the first batch; None where the file is no text, or cannot be read."""
    if _is_workbook(path):  # opening one takes as long as all else that is done here
        return None
    try:
        opened, _ = opened_table(path, asked)
    except SourceFault:
        return None  # the judgement says so, in its report
    try:
        shape: Shape = opened.shape
        return shape if shape.format in TEXT_FORMATS else None
    finally:
        opened.close()


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return False  # what it is, the reader says


def _judged(path: Path, asked: Asked, name: str) -> Report:
    from gongshu.validators.validation import validate

    report = validate(
        path,
        standard=asked.standard,
        profile=asked.profile,
        as_of=asked.as_of,
        samples=asked.samples,
        registry=asked.registry,
        threads=asked.threads,
        options=asked.options,
        unmask=asked.unmask,
        watch=asked.watch,
    )
    inputs = {**report.inputs, "files": [{**each, "name": name} for each in report.inputs["files"]]}
    return replace(report, inputs=inputs, files=tuple(replace(each, name=name) for each in report.files))


def _read_back(asked: Asked) -> Asked:
    """The result is UTF-8, whatever the original was said to be."""
    return replace(asked, options=replace(asked.options, encoding=None))


def _group(finding: Any) -> tuple[Any, ...]:
    return (finding.code, finding.columns, finding.rule, finding.reason)


def _grown(before: Report, after: Report) -> set[tuple[Any, ...]]:
    """Kinds of findings that the result has more of; the BOM that we write ourselves is none."""
    had: Counter[tuple[Any, ...]] = Counter()
    has: Counter[tuple[Any, ...]] = Counter()
    for report, counts in ((before, had), (after, has)):
        for finding in report.findings:
            if finding.code != "file.bom":
                counts[_group(finding)] += finding.count
    return {group for group, count in has.items() if count > had[group]}


class _Repeats:
    """Rows whose keys, once repaired, are those of another row: their key columns stay as they are."""

    def __init__(self, plan: Plan) -> None:
        from gongshu.validators.whole import Whole

        self._whole = Whole(replace(plan, dataset_rules=()))
        for number, key in enumerate(plan.keys):
            if key.role == "foreign" and key.resource:
                self._whole.parents[number] = self._whole.enter(_no_keys())
        self.take = self._whole.take

    def rows(self) -> Blocked:
        blocked: dict[int, frozenset[str] | None] = {}
        for late in self._whole.late():
            if late.code != "key.duplicate" or late.first_rows is None:
                continue
            for row in (*late.rows.tolist(), *late.first_rows.tolist()):
                blocked[row] = (blocked.get(row) or frozenset()) | set(late.key.fields)
        return blocked

    def close(self) -> None:
        self._whole.__exit__(None, None, None)


def _no_keys() -> Any:
    from gongshu.validators.keys import KeyStore

    return KeyStore()


def _move(made: Path, target: Path) -> None:
    try:
        made.replace(target)
    except OSError as error:
        raise UsageFault("usage.output-folder", path=str(target), detail=error.strerror or str(error)) from error
