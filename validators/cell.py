"""Judges one cell: what is damaged, what it means, what is wrong with that. This is the definition; kernels obey it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from gongshu.validators.batch import ERROR
from gongshu.validators.checks import (
    control_char,
    digits_lost,
    fullwidth,
    placeholder,
    required,
    scientific,
    whitespace,
)
from gongshu.validators.checks.pattern import TooSlow
from gongshu.validators.finding import EMPTY, Fix
from gongshu.validators.parsing.reading import Domain, Reading, Refusal

PRESENT, ABSENT, FAILED = 0, 1, 2


class Constraint(Protocol):
    """A check of one parsed value."""

    @property
    def code(self) -> str:
        """The code of the fault."""
        ...

    def fault(self, value: Any) -> Mapping[str, Any] | None:
        """What to say of one value; None when it passes."""
        ...


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong with one cell."""

    code: str
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    fix: Fix | None = None
    reason: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything about one cell. `text` is its right spelling, None where that is the raw text."""

    state: int
    faults: tuple[CellFault, ...] = ()
    value: Any = None
    text: str | None = None
    slow: bool = False  # its pattern took too long: that check was not made


@dataclass(frozen=True, slots=True)
class CellJudge:
    """The checks of one field on one cell."""

    domain: Domain
    constraints: tuple[Constraint, ...] = ()
    required: bool = False
    key: bool = False  # part of the primary key: an empty cell would be a new finding
    strict: bool = False
    missing: tuple[str, ...] | None = None  # None: empty and blank cells

    def absent(self, text: str) -> bool:
        """Whether the cell counts as empty."""
        return whitespace.blank(text) if self.missing is None else text in self.missing

    def judge(self, raw: str, mark: int = 0, on: date | None = None) -> Verdict:
        """The verdict on one cell with its origin mark and the reference date of its row."""
        if mark == ERROR:
            return Verdict(FAILED)  # the reader has said table.formula-error; a formula without a result is not absent
        if self.absent(raw):
            return Verdict(ABSENT, (CellFault(required.CODE),) if self.required else ())
        if digits_lost.lost(mark) and self.domain.kind == "text":
            return Verdict(FAILED, (CellFault(digits_lost.CODE),))
        try:
            if self.strict:
                outcome = self.domain.read(raw, mark, on)
            elif self.domain.formal:
                outcome = self._formal(raw, mark, on)
            else:
                outcome = self._free(raw)
        except TooSlow:
            return Verdict(PRESENT, value=raw, slow=True)
        if isinstance(outcome, Refusal):
            return self._refused(raw, outcome)
        return self._read(raw, outcome)

    def _formal(self, raw: str, mark: int, on: date | None) -> Reading | Refusal:
        """The reading of the least repair that gives one; else the refusal of the fully repaired text."""
        if _plain(raw):  # nothing to repair: most faulty cells
            outcome = self.domain.read(raw, mark, on)
            if isinstance(outcome, Reading):
                return outcome
            return self._worded(raw, filled=len(raw) <= placeholder.LONGEST and placeholder.filler(raw)) or outcome
        return self._repaired(raw, mark, on)

    def _worded(self, text: str, *, filled: bool) -> Refusal | None:
        """The refusal of a text that says that nothing is known, or is a number as a spreadsheet shortens it."""
        if filled:
            return Refusal(placeholder.CODE, fix=Fix(None, safe=not (self.required or self.key)))
        if self.domain.kind == "text" and ("e" in text or "E" in text) and scientific.scientific(text):
            plain = scientific.plain(text)
            return Refusal(scientific.CODE, fix=None if plain is None else Fix(plain, safe=False))
        return None

    def _repaired(self, raw: str, mark: int, on: date | None) -> Reading | Refusal:
        outcome: Reading | Refusal | None = None
        text = raw
        for damage, candidate in _repairs(raw, loose=self.domain.loose):
            text = candidate
            if whitespace.blank(candidate):
                continue
            outcome = self.domain.read(candidate, mark, on)
            if isinstance(outcome, Reading):
                if damage is None or outcome.damage is not None:
                    return outcome
                return Reading(outcome.value, outcome.text, damage)
        if whitespace.blank(text):
            return Refusal(control_char.CODE, fix=Fix(None, safe=not (self.required or self.key)))
        worded = self._worded(text, filled=placeholder.filler(text) or placeholder.filler(whitespace.mended(raw)))
        if worded is not None:
            return worded
        assert outcome is not None  # noqa: S101 - a text that is not blank was read at least once
        # rules count places from the front: repaired text that was refused stands elsewhere than the raw text
        return replace(outcome, whole=False) if isinstance(outcome, Refusal) and text != raw else outcome

    def _free(self, raw: str) -> Reading | Refusal:
        """Free text: full-width letters and digits, invisible characters and blanks at the edges are mended at once."""
        trimmed = whitespace.mended(raw, free=True)
        steady = whitespace.mended(control_char.mended(trimmed, free=True), free=True)
        text = fullwidth.mended(steady, free=True)
        if whitespace.blank(text):
            return Refusal(control_char.CODE, fix=Fix(None, safe=not (self.required or self.key)))
        if scientific.scientific(text, free=True):
            return Refusal(scientific.CODE)
        if text == raw:
            return Reading(raw, raw)
        wide, steered = text != steady, steady != trimmed
        code = fullwidth.CODE if wide else control_char.CODE if steered else whitespace.CODE
        return Reading(text, text, code)

    def _refused(self, raw: str, refusal: Refusal) -> Verdict:
        fault = CellFault(refusal.code, refusal.params, refusal.fix, refusal.reason, refusal.rule)
        if refusal.fix is not None and refusal.fix.safe:
            return Verdict(ABSENT, (fault,), text="")
        if refusal.whole and self.domain.kind == "text":
            return Verdict(PRESENT, (fault,), value=raw)
        return Verdict(FAILED, (fault,))

    def _read(self, raw: str, reading: Reading) -> Verdict:
        faults: list[CellFault] = []
        if reading.damage is not None:
            fix = Fix(reading.text, reading.safe)
            faults.append(CellFault(reading.damage, reading.params, fix, reading.reason, reading.rule))
            if not reading.safe:
                return Verdict(FAILED, tuple(faults))
        slow = False
        for check in self.constraints:
            try:
                params = check.fault(reading.value)
            except TooSlow:
                slow = True
                continue
            if params is not None:
                faults.append(CellFault(check.code, params))
        text = reading.text if reading.text != raw else None
        return Verdict(PRESENT, tuple(faults), reading.value, text, slow)


def _plain(raw: str) -> bool:
    """Whether there is nothing to repair: printable ASCII without a blank."""
    return raw.isascii() and raw.isprintable() and " " not in raw


def _repairs(raw: str, *, loose: bool) -> Iterator[tuple[str | None, str]]:
    """The texts to try, from the least repair to the most, each with the code of what it repairs."""
    trimmed = whitespace.mended(raw)
    steady = whitespace.mended(control_char.mended(trimmed))
    plain = whitespace.mended(fullwidth.mended(steady))
    steps = [(whitespace.CODE, trimmed), (control_char.CODE, steady), (fullwidth.CODE, plain)]
    # a pattern may admit the blanks around a value: those are damage nevertheless
    ladder = [*steps[:2], (None, raw), steps[2]] if loose else [(None, raw), *steps]
    tried: set[str] = set()
    for code, text in ladder:
        if text not in tried:
            tried.add(text)
            yield (None if text == raw else code), text
