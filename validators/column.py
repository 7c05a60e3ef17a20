"""One field of a standard, made ready to judge whole columns.

A kernel screens each batch and accepts what is right beyond doubt; every other cell goes, once a distinct text, to the
judge of one cell (`cell.py`), which is the definition of every `cell.*` finding. So speed can never change a verdict.
"""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.codelists import CodeTable
from gongshu.standards.model import Field, Reference, Table
from gongshu.validators.batch import DIGITS_LOST, ERROR, Marks, Rows
from gongshu.validators.cell import FAILED, PRESENT, CellFault, CellJudge, Verdict
from gongshu.validators.checks import label_differs, pattern, required
from gongshu.validators.doubts import Doubts, told_apart
from gongshu.validators.fault import Detail, Fault
from gongshu.validators.finding import NotChecked, Severity
from gongshu.validators.kernels.buffers import Ints, Mask, offsets, texts
from gongshu.validators.parsing.codes import Codes
from gongshu.validators.parsing.fields import constraints_of, domain_of
from gongshu.validators.parsing.reading import Screened
from gongshu.validators.parsing.screening import screened
from gongshu.validators.values import Values

Cell: TypeAlias = "tuple[str, int, int | None]"  # text, origin mark, reference date as days since 1970

REMEMBERED = 4096  # verdicts that are kept from batch to batch, a column
SHORT = 64  # characters of the texts among them
_EPOCH = date(1970, 1, 1)
_EXACT = decimal.Context(prec=2000)
_ROOM = 2**62


@dataclass(frozen=True, slots=True)
class Context:
    """What judging needs besides the standard. `severity` gives None where a check is off."""

    as_of: date
    codes: Callable[[Reference], CodeTable]
    severity: Callable[[str, str | None, str], Severity | None]
    timezone: str = "Asia/Shanghai"


@dataclass(slots=True)
class Judged:
    """One column of one batch. `text` is repaired by safe fixes; rules skip the rows of `failed`."""

    faults: list[Fault]
    values: Values
    text: Any
    failed: Mask | None = None
    not_checked: tuple[NotChecked, ...] = ()  # a pattern that took too long on some cell


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The checks of one field. Only what it remembers grows; `judge` may run in several threads."""

    field: Field
    cell: CellJudge
    context: Context
    checks: int
    needs: tuple[str, ...] = ()
    as_of: str | None = None  # the column with each row's reference date
    label: tuple[str, CodeTable] | None = None  # the code column whose name stands here, and its list
    # verdicts on the first short texts that were judged singly: the same mistakes come again
    known: dict[Cell, Verdict] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def judge(self, text: Any, marks: Marks | None = None, others: Mapping[str, Values] | None = None) -> Judged:
        """Judge one column of one batch; `others` holds the columns named in `needs`, as far as they are there."""
        text = text.fill_null("") if text.null_count else text
        rows = len(text)
        absent = self._absent(text)
        if absent is not None and marks is not None:
            absent = absent & (marks != ERROR)
        first = screened(self.cell, text)
        dates = self._dates(others or {})
        if dates is not None and isinstance(self.cell.domain, Codes) and not self.cell.constraints:
            right = self.cell.domain.screen_on(text, dates)
            first.ok = first.ok if right is None or first.ok is None else first.ok | right
        suspect = self._suspects(first, absent, marks, rows)
        doubts = self._doubts(text, suspect, marks, None if dates is None else dates[suspect])
        faults = [] if absent is None or not self.cell.required else self._missing(text, absent)
        faults += self._faults(doubts)
        judged = self._settle(text, first, absent, doubts)
        judged.faults = faults
        if self.label is not None and others and self.label[0] in others:
            self._label(judged, others[self.label[0]])
        return judged

    def _absent(self, text: Any) -> Mask | None:
        """Cells that are empty at a glance; blank ones are found singly."""
        missing = self.cell.missing
        if missing is None or missing == ("",):
            bounds = offsets(text)
            empty = bounds[1:] == bounds[:-1]
            return empty if empty.any() else None
        found = np.asarray(pc.is_in(text, value_set=pa.array(missing, pa.string())))
        return found if found.any() else None

    def _suspects(self, first: Screened, absent: Mask | None, marks: Marks | None, rows: int) -> Rows:
        if first.ok is None and marks is None:
            return np.empty(0, np.int64)
        doubt = np.zeros(rows, bool) if first.ok is None else ~first.ok
        if marks is not None:
            doubt |= (marks == ERROR) | (marks == DIGITS_LOST)
        if absent is not None:
            doubt &= ~absent
        return np.flatnonzero(doubt)

    def _dates(self, others: Mapping[str, Values]) -> Ints | None:
        """The reference date of each row, as days since 1970; None where all have the general one."""
        values = others.get(self.as_of) if self.as_of is not None else None
        if values is None or values.kind not in ("date", "datetime"):
            return None
        days = values.data if values.kind == "date" else values.data // 86_400_000_000
        found: Ints = days.astype(np.int64)
        if values.present is not None:
            found = np.where(values.present, found, (self.context.as_of - _EPOCH).days)
        return found

    def _doubts(self, text: Any, suspect: Rows, marks: Marks | None, dates: Ints | None) -> Doubts:
        """The verdicts on the suspect cells, each distinct one judged once."""
        if not len(suspect):
            return Doubts(suspect, np.empty(0, np.int64), [], [])
        encoded = text.take(pa.array(suspect)).dictionary_encode()
        which = encoded.indices.to_numpy(zero_copy_only=False)
        words = texts(encoded.dictionary)
        count = len(words)
        origins, days = [0] * count, [None] * count
        if marks is not None or dates is not None:
            which, words, origins, days = told_apart(which, words, None if marks is None else marks[suspect], dates)
        return Doubts(suspect, which, words, list(map(self._verdict, words, origins, days)))

    def _verdict(self, text: str, origin: int, days: int | None) -> Verdict:
        key = text, origin, days
        verdict = self.known.get(key)
        if verdict is None:
            verdict = self.cell.judge(text, origin, None if days is None else _EPOCH + timedelta(days=days))
            if len(self.known) < REMEMBERED and len(text) <= SHORT:
                self.known[key] = verdict
        return verdict

    def _severity(self, code: str, rule: str | None) -> Severity | None:
        free = not self.cell.domain.formal and code in FREE
        default = self.field.severity or ("warning" if free else "error")
        return self.context.severity(code, rule, default)

    def _missing(self, text: Any, absent: Mask) -> list[Fault]:
        severity = self._severity(required.CODE, None)
        if severity is None:
            return []
        rows = np.flatnonzero(absent)
        return [Fault(required.CODE, severity, (self.field.name,), rows, lambda row: Detail(text[row].as_py()))]

    def _faults(self, doubts: Doubts) -> list[Fault]:
        groups: dict[tuple[str, str | None, str | None], dict[int, CellFault]] = {}
        for number, verdict in enumerate(doubts.verdicts):
            for each in verdict.faults:
                groups.setdefault((each.code, each.rule, each.reason), {})[number] = each
        faults = []
        for (code, rule, reason), found in groups.items():
            severity = self._severity(code, rule)
            if severity is not None:
                faults.append(self._fault(code, rule, reason, severity, doubts, found))
        return faults

    def _fault(
        self,
        code: str,
        rule: str | None,
        reason: str | None,
        severity: Severity,
        doubts: Doubts,
        found: dict[int, CellFault],
    ) -> Fault:
        def told(number: int) -> Detail:
            each = found[number]
            return Detail(doubts.words[number], each.params, each.fix)

        def describe(row: int) -> Detail:
            return told(int(doubts.at(row)))

        def describe_all(rows: Rows) -> list[Detail]:
            return list(map(told, doubts.at(rows).tolist()))

        rows = doubts.rows[doubts.of(list(found))]
        fixable = any(each.fix is not None and each.fix.safe for each in found.values())
        return Fault(
            code,
            severity,
            (self.field.name,),
            rows,
            describe,
            rule,
            reason,
            fixable=fixable,
            describe_all=describe_all,
        )

    def _settle(self, text: Any, first: Screened, absent: Mask | None, doubts: Doubts) -> Judged:
        """Values, repaired text and the cells that failed."""
        present = None if absent is None else ~absent
        failed = None
        repaired = text
        slow: tuple[NotChecked, ...] = ()
        if doubts.verdicts:
            states = doubts.states()[doubts.which]
            if (states != PRESENT).any():
                present = np.ones(len(text), bool) if present is None else present
                present[doubts.rows[states != PRESENT]] = False
            if (states == FAILED).any():
                failed = np.zeros(len(text), bool)
                failed[doubts.rows[states == FAILED]] = True
            repaired = doubts.repaired(text)
            if any(each.slow for each in doubts.verdicts):
                slow = (NotChecked("timeout", code=pattern.CODE, columns=(self.field.name,)),)
        values = _values(self.cell.domain.kind, repaired, first, present, doubts)
        return Judged([], values, repaired, failed, slow)

    def _label(self, judged: Judged, codes: Values) -> None:
        if self.label is None:
            return
        severity = self._severity(label_differs.CODE, None)
        if severity is None or codes.kind != "text" or judged.values.kind != "text":
            return
        columns = (self.field.name, self.label[0])
        fault = label_differs.label_fault(
            columns, judged.values, codes, self.label[1], self.context.as_of, severity=severity
        )
        if fault is not None:
            judged.faults.append(fault)


# Damage of free text is a warning: nothing is misread because of it.
FREE = frozenset({"cell.whitespace", "cell.fullwidth", "cell.control-char", "cell.scientific"})


def _values(kind: str, text: Any, first: Screened, present: Mask | None, doubts: Doubts) -> Values:
    if kind == "text" or first.data is None:
        return Values(kind, text, present)
    good = {number: each.value for number, each in enumerate(doubts.verdicts) if each.state == PRESENT}
    if kind == "number":
        return _numbers(first, present, doubts, good)
    return Values(kind, doubts.put(first.data, good), present)


def _numbers(first: Screened, present: Mask | None, doubts: Doubts, good: dict[int, Any]) -> Values:
    """Whole numbers on one scale; `Decimal` objects where 64 bits do not hold them. NaN and infinities are absent."""
    data, scale = first.data, first.scale
    assert data is not None  # noqa: S101 - numbers are always screened with data
    finite = {number: value for number, value in good.items() if value.is_finite()}
    if len(finite) < len(good):
        present = np.ones(len(data), bool) if present is None else present
        present[doubts.rows[doubts.of([number for number in good if number not in finite])]] = False
    if not finite:
        return Values("number", data, present, scale)
    wanted = max(scale, *(max(0, -value.as_tuple().exponent) for value in finite.values()))
    if wanted <= 18 and int(np.abs(data).max(initial=0)) * 10 ** (wanted - scale) < _ROOM:
        whole = {number: int(value.scaleb(wanted, _EXACT)) for number, value in finite.items()}
        if all(abs(value) < _ROOM for value in whole.values()):
            return Values("number", doubts.put(data * 10 ** (wanted - scale), whole), present, wanted)
    objects = np.empty(len(data), object)
    objects[:] = [decimal.Decimal(value).scaleb(-scale, _EXACT) for value in data.tolist()]
    return Values("number", doubts.put(objects, finite), present, scale)


def compile_column(field: Field, table: Table, context: Context) -> ColumnPlan:
    """The plan of one field. Raises `StandardFault` for an identifier, pattern or bound that means nothing."""
    missing = field.missing_values if field.missing_values is not None else table.missing_values
    domain = domain_of(field, table, context.as_of, context.codes)
    constraints = constraints_of(field, domain)
    cell = CellJudge(
        domain,
        constraints,
        required=field.constraints.required,
        key=field.name in table.primary_key,
        strict=table.strict,
        missing=missing,
    )
    label = None
    owner = table.field(field.label_of) if field.label_of else None
    if owner is not None and owner.codelist is not None:
        label = (owner.name, context.codes(owner.codelist.list))
    as_of = field.codelist.as_of if field.codelist is not None else None
    needs = tuple(dict.fromkeys(name for name in (as_of, label[0] if label else None) if name))
    checks = 1 + field.constraints.required + len(constraints) + (label is not None)
    return ColumnPlan(field, cell, context, checks, needs, as_of, label)
