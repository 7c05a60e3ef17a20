"""Numbers: plain decimals in packs, Table Schema's own spelling in plain schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from gongshu.validators.batch import NUMBERS
from gongshu.validators.checks import format as spelling
from gongshu.validators.checks import scientific
from gongshu.validators.checks import type as types
from gongshu.validators.finding import Fix
from gongshu.validators.kernels import decimals
from gongshu.validators.parsing.reading import Reading, Refusal, Screened

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_LOOSE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SPECIAL = {"NaN": Decimal("NaN"), "INF": Decimal("Infinity"), "-INF": Decimal("-Infinity")}
_LONGEST = 1000  # characters of a number; more is no number that anybody wrote


@dataclass(frozen=True, slots=True)
class Numbers:
    """`number`, `integer` and `year`. Values are `Decimal`, never binary floats."""

    type: str = "number"
    strict: bool = False
    decimal_char: str = "."
    group_char: str | None = None
    bare: bool = True
    kind: str = "number"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The number of one cell."""
        refusal = Refusal(types.CODE, {"type": self.type})
        if len(text) > _LONGEST:
            return refusal
        if self.type == "year":
            good = re.fullmatch(r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})" if self.strict else r"[0-9]{4}", text)
            return Reading(Decimal(text), text) if good else refusal
        if self.strict:
            value = self._strict(text, typed=mark in NUMBERS)
            return refusal if value is None else Reading(value, text)
        localised = text if mark in NUMBERS else self._localised(text)
        if _PLAIN.fullmatch(localised):
            return self._plain(text, localised) or refusal
        if self.group_char is None and _GROUPED.fullmatch(text):
            bare = text.replace(",", "")
            reading = self._plain(bare, bare)
            return Reading(reading.value, reading.text, spelling.CODE) if reading else refusal
        if scientific.scientific(text):
            plain = scientific.plain(text)
            return Refusal(scientific.CODE, fix=None if plain is None else Fix(plain, safe=False))
        return refusal

    def _plain(self, text: str, localised: str) -> Reading | None:
        value = Decimal(localised)
        if self.type == "integer" and "." in localised:
            whole = value.to_integral_value() if len(localised) < 28 else None
            if whole != value:
                return None
            text = format(value.to_integral_value(), "f")
            return Reading(value, text, spelling.CODE)
        return Reading(value, text)

    def _localised(self, text: str) -> str:
        if self.group_char:
            text = text.replace(self.group_char, "")
        return text.replace(self.decimal_char, ".") if self.decimal_char != "." and "." not in text else text

    def _strict(self, text: str, *, typed: bool) -> Decimal | None:
        """The number as the schema spells it; `typed`: a number in its source, which no schema can spell."""
        if text in _SPECIAL and self.type == "number":
            return _SPECIAL[text]
        if not self.bare:
            text = re.sub(r"\A[^0-9+\-.]*|[^0-9.]*\Z", "", text)
        if not typed:
            if "." in text and "." not in (self.decimal_char, self.group_char):
                return None
            text = self._localised(text)
        good = _LOOSE.fullmatch(text) if self.type == "number" else re.fullmatch(r"[+-]?[0-9]+", text)
        return Decimal(text) if good else None

    def screen(self, column: Any) -> Screened:
        """Plain decimals of up to 18 digits."""
        if self.type == "year":
            return Screened(np.zeros(len(column), bool), np.zeros(len(column), np.int64))
        if self.decimal_char != "." or self.group_char == ".":
            return Screened(np.zeros(len(column), bool), np.zeros(len(column), np.int64))
        return Screened(*decimals.read(column, point=self.type == "number"))
