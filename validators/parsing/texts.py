"""Text: free, or bound by an identifier rule, a list of values or a pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.checks import enum, identifier, leading_zero_lost, pattern
from gongshu.validators.checks.enum import Enum
from gongshu.validators.checks.length import Length
from gongshu.validators.checks.pattern import Pattern
from gongshu.validators.kernels.buffers import Mask
from gongshu.validators.kernels.oddities import odd
from gongshu.validators.parsing.reading import Reading, Refusal, Screened


@dataclass(frozen=True, slots=True)
class FreeText:
    """Any text. Constraints are judged afterwards."""

    strict: bool = False
    kind: str = "text"
    formal: bool = False
    loose: bool = True

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The text."""
        return Reading(text, text)

    def screen(self, column: Any) -> Screened:
        """Everything but cells with characters that free text must not hold."""
        return Screened(None if self.strict else _even(column))


@dataclass(frozen=True, slots=True)
class Patterned:
    """Text that must match a pattern, have one length, or both."""

    pattern: Pattern | None
    length: Length | None
    width: int | None = None
    kind: str = "text"
    formal: bool = True
    loose: bool = True

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The text, where it conforms as it stands or with its zeros back. Raises `pattern.TooSlow`."""
        refusal = self._refusal(text)
        if refusal is None:
            return Reading(text, text)
        padded = leading_zero_lost.padded(text, self.width)
        if padded is not None and self._refusal(padded) is None:
            return Reading(padded, padded, leading_zero_lost.CODE)
        return refusal

    def _refusal(self, text: str) -> Refusal | None:
        for check in (self.pattern, self.length):
            params = check.fault(text) if check is not None else None
            if check is not None and params is not None:
                return Refusal(check.code, params, whole=True)
        return None

    def screen(self, column: Any) -> Screened:
        """Cells that match and hold no odd characters."""
        masks = [check.passes(column) for check in (self.pattern, self.length) if check is not None]
        return Screened(meet(_even(column), *masks))


@dataclass(frozen=True, slots=True)
class Listed:
    """Text that must be one of the values listed."""

    enum: Enum
    width: int | None = None
    kind: str = "text"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The text, where it is listed as it stands or with its zeros back."""
        params = self.enum.fault(text)
        if params is None:
            return Reading(text, text)
        padded = leading_zero_lost.padded(text, self.width)
        if padded is not None and padded in self.enum.allowed:
            return Reading(padded, padded, leading_zero_lost.CODE)
        return Refusal(enum.CODE, params, whole=True)

    def screen(self, column: Any) -> Screened:
        """Cells that are listed."""
        return Screened(members(column, pa.array(self.enum.written, pa.string())))


@dataclass(frozen=True, slots=True)
class Identified:
    """Text under an identifier rule. `kernel` accepts whole columns, where there is one."""

    name: str
    rule: Callable[[str], str | None]
    kernel: Callable[[Any], Mask | None] | None = None
    width: int | None = None
    kind: str = "text"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The text, where the rule holds for it as it stands, in upper case, or with its zeros back."""
        reason = self.rule(text)
        if reason is None:
            return Reading(text, text)
        if reason == "case":
            return Reading(text.upper(), text.upper(), identifier.CODE, reason=reason, rule=self.name)
        padded = leading_zero_lost.padded(text, self.width)
        if padded is not None and self.rule(padded) is None:
            return Reading(padded, padded, leading_zero_lost.CODE)
        return Refusal(identifier.CODE, reason=reason, rule=self.name, whole=reason in identifier.WHOLE)

    def screen(self, column: Any) -> Screened:
        """Cells for which the rule holds as they stand."""
        return Screened(np.zeros(len(column), bool) if self.kernel is None else self.kernel(column))


def members(column: Any, values: Any) -> Mask | None:
    """Which cells are among `values`; None: all."""
    found = np.asarray(pc.is_in(column, value_set=values))
    return None if found.all() else found


def meet(*masks: Mask | None) -> Mask | None:
    """Where every mask holds; None: everywhere."""
    some = [mask for mask in masks if mask is not None]
    return None if not some else some[0] if len(some) == 1 else np.logical_and.reduce(some)


def _even(column: Any) -> Mask | None:
    rows = odd(column)
    if rows is None:
        return None
    good = np.ones(len(column), bool)
    good[rows] = False
    return good


TooSlow = pattern.TooSlow
