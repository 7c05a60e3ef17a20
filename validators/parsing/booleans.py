"""Truth values in the words that the field names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.batch import BOOLEAN
from gongshu.validators.checks import type as types
from gongshu.validators.parsing.reading import Reading, Refusal, Screened

TRUE = ("true", "True", "TRUE", "1")
FALSE = ("false", "False", "FALSE", "0")


@dataclass(frozen=True, slots=True)
class Booleans:
    """`boolean`; without words of its own a field takes Table Schema's."""

    true: tuple[str, ...] = TRUE
    false: tuple[str, ...] = FALSE
    kind: str = "boolean"
    formal: bool = True
    loose: bool = False

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """The truth of one cell."""
        if text in self.true or text in self.false:
            return Reading(text in self.true, text)
        if mark == BOOLEAN and text.lower() in ("true", "false", "1", "0"):
            return Reading(text.lower() in ("true", "1"), text)
        return Refusal(types.CODE, {"type": "boolean"})

    def screen(self, column: Any) -> Screened:
        """Cells that are one of the words."""
        true = np.asarray(pc.is_in(column, value_set=pa.array(self.true, pa.string())))
        return Screened(true | np.asarray(pc.is_in(column, value_set=pa.array(self.false, pa.string()))), true)
