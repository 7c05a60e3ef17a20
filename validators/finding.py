"""What is wrong with a piece of data: findings are plain data; words come later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Severity(StrEnum):
    """How bad: only errors make data nonconforming."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SEVERITY_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Fix(NamedTuple):
    """A value that would mend the cell; `safe` when it may be applied without asking. `None` is an empty cell."""

    value: str | None
    safe: bool


class Sample(NamedTuple):
    """One place where a finding holds. What varies from cell to cell stands here.

    A named tuple and no dataclass, as `Fix` and `Detail` are: a bad file has millions, made in a quarter of the time.
    """

    row: int | None = None  # 1-based record number, header not counted
    line: int | None = None  # 1-based physical line (text), or spreadsheet row
    cell: str | None = None  # A1 address in a workbook
    byte: int | None = None  # offset in the file, for encoding faults
    pointer: str | None = None  # RFC 6901, for JSON; of a table in several files: the file, then `#` and that
    value: str | None = None
    key: Mapping[str, str] = EMPTY
    params: Mapping[str, Any] = EMPTY
    fix: Fix | None = None
    row_hash: str | None = None  # of the row's values, where no primary key tells rows apart


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault in one place (file, sheet, columns), with its exact count and the first samples by row."""

    code: str
    severity: Severity
    count: int
    columns: tuple[str, ...] = ()
    rule: str | None = None
    reason: str | None = None
    samples: Sequence[Sample] = ()  # a tuple, or `samples.Samples` where they are too many for memory
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)  # what is the same for every sample
    titles: tuple[str, ...] = field(default=())  # how the columns are called in the file or the standard, for people


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that was due and could not be made, with the reason: nothing passes by not being looked at."""

    reason: str
    rule: str | None = None
    code: str | None = None
    columns: tuple[str, ...] = ()
    severity: Severity = Severity.ERROR
