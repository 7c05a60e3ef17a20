"""Exact counts of what is wrong, and the first samples by row; personal values are masked before they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from gongshu.standards.model import EMPTY, Privacy, Table
from gongshu.validators.batch import Rows, Shape, Structural
from gongshu.validators.engine import BatchVerdict
from gongshu.validators.fault import Fault
from gongshu.validators.finding import SEVERITY_ORDER, Finding, Fix, Sample, Severity
from gongshu.validators.headers import HeaderMatch, Severities
from gongshu.validators.kernels.buffers import texts
from gongshu.validators.keytext import divided
from gongshu.validators.masking import mask
from gongshu.validators.whole import Late

Group: TypeAlias = tuple[
    str, Severity, tuple[str, ...], str | None, str | None
]  # code, severity, columns, rule, reason
Hide: TypeAlias = Callable[[str], str]
KeysOf: TypeAlias = Callable[[Rows], Mapping[int, str]]  # row -> composed primary key

LONGEST = 1000  # characters of a value that a sample keeps
# Parameters that speak of the standard or of a place, never of a person's value (`replaced_by` would tell the code)
OPEN = frozenset(
    {"type", "example", "limit", "pattern", "list", "identifier", "hint", "encoding", "column", "unit", "check"}
    | {"message", "first", "target", "range", "valid_to", "kind", "mask"}
    | {"allowed", "below", "format", "level", "maximum", "minimum"}
)


@dataclass(slots=True)
class _Kept:
    count: int = 0
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    samples: list[Sample] = field(default_factory=list)


class Tally:
    """Takes the verdicts of one file in order. `samples` None keeps every sample; `unmask` shows personal values."""

    def __init__(
        self,
        shape: Shape,
        table: Table | None,
        header: HeaderMatch,
        severity: Severities,
        *,
        samples: int | None = 20,
        unmask: bool = False,
    ) -> None:
        self._shape, self._header, self._severity = shape, header, severity
        self._limit = samples
        self._kept: dict[Group, _Kept] = {}
        self._late: dict[Group, list[tuple[Late, Rows]]] = {}
        self._errors = _RowSet()
        fields = table.fields if table is not None else ()
        self._order = {each.name: i for i, each in enumerate(fields)}
        self._hides = {} if unmask else {each.name: _hide(each.privacy) for each in fields if _personal(each.privacy)}
        self._key = [name for name in (table.primary_key if table is not None else ()) if name in header.columns]

    # --- taking ---------------------------------------------------------------------------------------------------

    def take(self, verdict: BatchVerdict) -> None:
        """Count the faults of the next batch, and keep samples as long as there is room."""
        wrong = np.zeros(verdict.batch.records, np.bool_)
        index = verdict.batch.index
        for group, faults in _grouped(verdict.faults).items():
            kept = self._group(group, faults[0].params)
            for each in faults:
                kept.count += len(each.rows)
                if each.severity is Severity.ERROR:
                    wrong[each.rows if index is None else index[each.rows]] = True
            self._keep(kept, faults, verdict)
        for shapeless in verdict.batch.structural:
            level = self._severity(shapeless.code, None, shapeless.severity)
            if level is not None:
                if level is Severity.ERROR:
                    wrong[shapeless.rows] = True
                self._structural(shapeless, level, verdict)
        self._errors.add(verdict.row0, wrong)

    def late(self, found: Late) -> None:
        """Count faults of rows that only the end of the table could tell."""
        columns = found.key.fields
        group = (found.code, found.severity, columns, found.key.rule, None)
        self._group(group, EMPTY).count += len(found.rows)
        if found.severity is Severity.ERROR:
            self._errors.mark(found.rows)
        chosen = np.arange(len(found.rows))[: self._limit]
        kept = self._late.setdefault(group, [])
        kept.append((shortened(found, chosen), found.rows[chosen]))
        if self._limit is not None and len(kept) > 64:  # portions come by key, not by row: keep the first rows of all
            self._late[group] = self._first(kept)

    def finding(self, found: Finding) -> None:
        """Add a finding about the file or its header, with its severity as it stands."""
        group = (found.code, found.severity, found.columns, found.rule, found.reason)
        kept = self._group(group, found.params)
        kept.count += found.count
        room = None if self._limit is None else max(0, self._limit - len(kept.samples))
        kept.samples += found.samples[:room]

    # --- telling --------------------------------------------------------------------------------------------------

    def findings(self, keys: KeysOf | None = None) -> tuple[Finding, ...]:
        """Every finding, in the order of the report: severity, column, code. `keys` knows the primary keys of rows."""
        for group, portions in self._late.items():
            self._kept[group].samples = self._with_keys(self._late_samples(portions), group[2], keys)
        found = [
            Finding(
                code, severity, kept.count, columns, rule, reason, self._pointed(kept.samples, columns), kept.params
            )
            for (code, severity, columns, rule, reason), kept in self._kept.items()
        ]
        return tuple(sorted(found, key=self._rank))

    @property
    def rows_with_errors(self) -> int:
        """How many records have at least one error, exactly."""
        return self._errors.count()

    def spread(self, rows: int, parts: int = 120) -> tuple[int, ...]:
        """How many records with an error there are in each of up to `parts` equal stretches of `rows` records."""
        return self._errors.spread(rows, parts)

    def _rank(self, found: Finding) -> tuple[Any, ...]:
        last = len(self._order)
        at = tuple(self._order.get(name, last) for name in found.columns)
        where = (SEVERITY_ORDER[found.severity], at, found.code)
        return (*where, found.columns, found.rule or "", found.reason or "")

    def _pointed(self, samples: list[Sample], columns: tuple[str, ...]) -> tuple[Sample, ...]:
        """The samples with their places in a JSON document, where it is one."""
        point = self._shape.pointer
        if point is None:
            return tuple(samples)
        name = self._header.written.get(columns[0], columns[0]) if columns else None
        return tuple(
            each if each.row is None else each._replace(pointer=(point(each.row, name) or "") + (each.pointer or ""))
            for each in samples
        )

    # --- samples --------------------------------------------------------------------------------------------------

    def _group(self, group: Group, params: Mapping[str, Any]) -> _Kept:
        kept = self._kept.get(group)
        if kept is None:
            kept = self._kept[group] = _Kept(params=params)
        return kept

    def _keep(self, kept: _Kept, faults: Sequence[Fault], verdict: BatchVerdict) -> None:
        room = None if self._limit is None else self._limit - len(kept.samples)
        if room is not None and room <= 0:
            return
        if len(faults) == 1:
            chosen = [(faults[0], faults[0].rows[:room])]
        else:  # several faults of one group in one batch: the first rows of all of them
            rows = np.concatenate([each.rows for each in faults])
            whose = np.repeat(np.arange(len(faults)), [len(each.rows) for each in faults])
            order = np.argsort(rows, kind="stable")[:room]
            chosen = [(faults[whose[i]], rows[i : i + 1]) for i in order]
        for fault, at in chosen:
            kept.samples += self._samples(fault, at, verdict)

    def _samples(self, fault: Fault, at: Rows, verdict: BatchVerdict) -> list[Sample]:
        rows, lines = verdict.places(at)
        keys = self._keys(verdict, at)
        known = [None] * len(at) if self._key or fault.severity is not Severity.ERROR else self._hashes(verdict, at)
        first = fault.columns[0] if fault.columns else None
        hide = self._hides.get(first) if first is not None else None
        touched = any(name in self._hides for name in fault.columns)
        hidden = touched or (fault.code == "row.rule" and bool(self._hides))  # a rule shows every column it names
        letter = self._letter(first)
        positioned = self._shape.positioned
        made = []
        describe = fault.describe
        for row, line, key, row_hash, local in zip(rows.tolist(), lines.tolist(), keys, known, at.tolist()):
            value, params, fix = describe(local)
            if value is not None and len(value) > LONGEST:
                value = value[:LONGEST] + "…"
            if hidden:
                value, params, fix = self._hidden(value, params, fix, hide)
            cell = f"{letter}{line}" if letter else None
            made.append(Sample(row, line if positioned else None, cell, None, None, value, key, params, fix, row_hash))
        return made

    def _hashes(self, verdict: BatchVerdict, at: Rows) -> Sequence[str | None]:
        """What a row without a primary key is known again by, wherever it moves: a hash of its values.

        Of the standard's columns as they stand, personal values masked first, so that nothing can be guessed from it.
        """
        columns = []
        for name, index in self._header.columns.items():
            found = texts(verdict.batch.columns[index].take(pa.array(at)))
            shown = [self._mask(name, text) for text in found] if name in self._hides else found
            columns.append([f"{name}\x1f{text}\x1e" if text else "" for text in shown])
        rows = ("".join(parts).encode("utf-8", "surrogatepass") for parts in zip(*columns))
        return [blake2b(row, digest_size=6).hexdigest() for row in rows]

    def _hidden(
        self, value: str | None, params: Mapping[str, Any], fix: Fix | None, hide: Hide | None
    ) -> tuple[str | None, Mapping[str, Any], Fix | None]:
        veil = hide or (lambda text: "*" if text else text)
        value = hide(value) if hide is not None and value else value
        shown: dict[str, Any] = {}
        for name, each in params.items():
            if isinstance(each, Mapping):
                shown[name] = {of: self._mask(of, text) for of, text in each.items()}
            elif isinstance(each, str) and name not in OPEN:
                shown[name] = veil(each)
            elif isinstance(each, (list, tuple)) and name not in OPEN:
                shown[name] = [veil(str(one)) for one in each]
            else:
                shown[name] = each
        if hide is not None and fix is not None and fix.value:
            fix = Fix(hide(fix.value), fix.safe)
        return value, shown, fix

    def masked(self, name: str, text: str) -> str:
        """A value of that field as it may be shown."""
        return str(self._mask(name, text))

    def _mask(self, name: str, text: Any) -> Any:
        hide = self._hides.get(name)
        return hide(text) if hide is not None and isinstance(text, str) and text else text

    def _keys(self, verdict: BatchVerdict, at: Rows) -> Sequence[Mapping[str, str]]:
        """The primary key of each row, as it stands in the file."""
        if not self._key:
            return [EMPTY] * len(at)
        columns = []
        for name in self._key:
            found = texts(verdict.batch.columns[self._header.columns[name]].take(pa.array(at)))
            columns.append([self._mask(name, text) for text in found] if name in self._hides else found)
        if len(columns) == 1:
            only = self._key[0]
            return [{only: text} for text in columns[0]]
        return [dict(zip(self._key, parts)) for parts in zip(*columns)]

    def _letter(self, name: str | None) -> str | None:
        if not self._shape.addressed or name is None or name not in self._header.columns:
            return None
        return self._shape.column_letters[self._header.columns[name]]

    def _called(self, column: int) -> str:
        """A column of the file by its field, else as its header says."""
        names = self._shape.header.names if self._shape.header is not None else ()
        written = names[column] if column < len(names) else ""
        return next((name for name, at in self._header.columns.items() if at == column), written)

    def _structural(self, fault: Structural, level: Severity, verdict: BatchVerdict) -> None:
        columns = () if fault.column is None else (self._called(fault.column),)
        kept = self._group((fault.code, level, columns, None, fault.reason), EMPTY)
        kept.count += len(fault.rows)
        room = None if self._limit is None else max(0, self._limit - len(kept.samples))
        rows, lines = verdict.record_places(fault.rows[:room])
        for i, (row, line) in enumerate(zip(rows.tolist(), lines.tolist())):
            at = verdict.line0 + fault.lines[i] if fault.lines else line
            value = fault.values[i] if fault.values else None
            if value and self._hides:  # an excerpt of a record may hold anything of a person
                value = "*"
            elif value and len(value) > LONGEST:
                value = value[:LONGEST] + "…"
            byte = fault.bytes[i] if fault.bytes else None
            params = fault.params[i] if fault.params else EMPTY
            pointer = fault.pointers[i] if fault.pointers else None
            line_at = at if self._shape.positioned else None
            addressed = fault.column is not None and self._shape.addressed
            cell = f"{self._shape.column_letters[fault.column or 0]}{at}" if addressed else None
            kept.samples.append(Sample(row, line_at, cell, byte, pointer, value, EMPTY, params, None))

    def _first(self, portions: list[tuple[Late, Rows]]) -> list[tuple[Late, Rows]]:
        """The same portions, without rows that can no longer be among the first."""
        border = np.sort(np.concatenate([rows for _, rows in portions]))[: self._limit][-1]
        shorter = []
        for found, rows in portions:
            chosen = np.flatnonzero(rows <= border)
            if len(chosen):
                shorter.append((shortened(found, chosen), rows[chosen]))
        return shorter

    def _late_samples(self, portions: list[tuple[Late, Rows]]) -> list[Sample]:
        made = []
        for found, _ in portions:
            names = found.key.fields
            first = names[0] if names else None
            letter = self._letter(first)
            firsts = (found.first_rows, found.first_lines)
            earlier = zip(*(each.tolist() for each in firsts if each is not None)) if firsts[0] is not None else None
            for row, line, text in zip(found.rows.tolist(), found.lines.tolist(), texts(found.text)):
                parts = divided(text, len(names)) if found.code != "row.duplicate" else ()
                shown = {name: self._mask(name, part) for name, part in zip(names, parts)}
                params: dict[str, Any] = {"target": found.key.resource} if found.code == "key.foreign" else {}
                if earlier is not None:
                    first_row, first_line = next(earlier)
                    params = {"first": first_line if self._shape.positioned else first_row, "first_row": first_row}
                    if self._shape.positioned:
                        params["first_line"] = first_line
                cell = f"{letter}{line}" if letter else None
                at = line if self._shape.positioned else None
                key = shown if tuple(self._key) == names else EMPTY
                value = ", ".join(shown.values()) if shown else None
                made.append(Sample(row, at, cell, None, None, value, key, params, None))
        made.sort(key=lambda each: each.row or 0)
        return made[: self._limit]

    def _with_keys(self, samples: list[Sample], names: tuple[str, ...], keys: KeysOf | None) -> list[Sample]:
        """The same samples with the primary keys of their rows; where the key itself is at fault they have it."""
        if keys is None or not samples or not self._key or tuple(self._key) == names:
            return samples
        known = keys(np.array([each.row for each in samples]))
        made = []
        for each in samples:
            text = known.get(each.row or 0)
            parts = divided(text, len(self._key)) if text is not None else ()
            key = {name: self._mask(name, part) for name, part in zip(self._key, parts)}
            made.append(each._replace(key=key or EMPTY))
        return made


def levelled(findings: Iterable[Finding], severity: Severities) -> list[Finding]:
    """Findings of a reader with the severity that the profile gives them; those that it ignores are left out."""
    answer = []
    for each in findings:
        level = severity(each.code, each.rule, each.severity)
        if level is not None:
            answer.append(each if level is each.severity else replace(each, severity=level))
    return answer


class _RowSet:
    """Which records have an error: one bit a record."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._bits: list[np.ndarray[Any, np.dtype[np.uint8]]] = []

    def add(self, row0: int, wrong: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self._starts.append(row0)
        self._bits.append(np.packbits(wrong))

    def mark(self, rows: Rows) -> None:
        """Add records by number (1-based)."""
        order = np.sort(rows) - 1
        owners = np.searchsorted(self._starts, order, side="right") - 1
        for owner in np.unique(owners):
            local = order[owners == owner] - self._starts[owner]
            np.bitwise_or.at(self._bits[owner], local >> 3, np.uint8(128) >> (local & 7).astype(np.uint8))

    def count(self) -> int:
        return sum(int(np.unpackbits(each).sum()) for each in self._bits)

    def spread(self, rows: int, parts: int) -> tuple[int, ...]:
        """Members in each of `min(parts, rows)` equal stretches of `rows` records."""
        stretches = min(parts, rows)
        found = np.zeros(stretches, np.int64)
        for start, bits in zip(self._starts, self._bits):
            wrong = np.flatnonzero(np.unpackbits(bits)) + start
            found += np.bincount(np.minimum(wrong * stretches // rows, stretches - 1), minlength=stretches)
        return tuple(found.tolist())


def _grouped(faults: Iterable[Fault]) -> dict[Group, list[Fault]]:
    groups: dict[Group, list[Fault]] = {}
    for each in faults:
        if len(each.rows):
            groups.setdefault((each.code, each.severity, each.columns, each.rule, each.reason), []).append(each)
    return groups


def shortened(found: Late, chosen: Rows) -> Late:
    """The same fault in the rows of those numbers alone."""
    firsts = (found.first_rows, found.first_lines)
    first_rows, first_lines = (None if each is None else each[chosen] for each in firsts)
    text = found.text.take(pa.array(chosen))
    return replace(
        found,
        text=text,
        rows=found.rows[chosen],
        lines=found.lines[chosen],
        first_rows=first_rows,
        first_lines=first_lines,
    )


def _personal(privacy: Privacy) -> bool:
    return privacy.category != "none" or privacy.mask is not None


def _hide(privacy: Privacy) -> Hide:
    return lambda value: mask(value, privacy)
