"""What a domain says of one cell, and of one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from gongshu.validators.finding import EMPTY, Fix
from gongshu.validators.kernels.buffers import Ints, Mask


@dataclass(frozen=True, slots=True)
class Reading:
    """The cell was understood. `damage` is set when `text`, its right spelling, differs from what stood there."""

    value: Any
    text: str
    damage: str | None = None
    safe: bool = True
    reason: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The cell was not understood or not admitted. `whole`: rules may still look at the text as it stands."""

    code: str
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    fix: Fix | None = None
    reason: str | None = None
    rule: str | None = None
    whole: bool = False


@dataclass(slots=True)
class Screened:
    """Which cells are right beyond doubt (None: all), and their values; undefined elsewhere. `data` None: the text."""

    ok: Mask | None
    data: Ints | None = None
    scale: int = 0


class Domain(Protocol):
    """Values of one field."""

    @property
    def kind(self) -> str:
        """The kind of its values (values.py)."""
        ...

    @property
    def formal(self) -> bool:
        """Typed, coded or an identifier; else free text."""
        ...

    @property
    def loose(self) -> bool:
        """May admit text with blanks around it, so those are looked for first."""
        ...

    def read(self, text: str, mark: int, on: date | None) -> Reading | Refusal:
        """One cell, exactly as it stands, with its origin mark and the reference date of its row."""
        ...

    def screen(self, column: Any) -> Screened:
        """A whole column, fast. What it accepts, `read` gives the same value for, and no damage."""
        ...
