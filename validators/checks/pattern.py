"""The text does not match the whole of its pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.kernels.buffers import Mask

CODE = "cell.pattern"
LIMIT = 0.5  # seconds that one value may take in the engine that backtracks

_UNICODE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9A-Fa-f]{4})")


class TooSlow(Exception):
    """A pattern took too long on one value, so nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Judges a full match. RE2 where it knows the syntax (linear time), else PyPI `regex` under a time limit."""

    text: str
    linear: str | None  # the pattern as RE2 reads it
    backtracking: Any = field(default=None, compare=False)
    code: str = CODE

    def fault(self, value: str) -> Mapping[str, Any] | None:
        """What to say of one value; None when it matches. Raises `TooSlow`."""
        if self.linear is not None:
            good = pc.match_substring_regex(pa.array([value], pa.string()), self.linear)[0].as_py()
        else:
            try:
                good = self.backtracking.fullmatch(value, timeout=LIMIT)
            except TimeoutError:
                raise TooSlow from None
        return None if good else {"pattern": self.text}

    def passes(self, column: Any) -> Mask | None:
        """Which cells match for certain; None: all. Without RE2 none is certain: the distinct ones are tried singly."""
        if self.linear is None:
            return np.zeros(len(column), bool)
        good = np.asarray(pc.match_substring_regex(column, self.linear))
        return None if good.all() else good


def pattern(text: str) -> Pattern:
    """The check of one pattern. Raises `ValueError` where no engine understands it."""
    linear = r"\A(?:" + _UNICODE.sub(r"\1\\x{\2}", text) + r")\z"
    try:
        pc.match_substring_regex(pa.array([""], pa.string()), linear)
    except pa.ArrowInvalid:
        import regex  # only for what RE2 does not know: it is slow to import

        try:
            return Pattern(text, None, regex.compile(text, regex.ASCII))
        except regex.error as error:
            raise ValueError(str(error)) from error
    return Pattern(text, linear)
