"""What a check says of one batch: which rows fail, and how to describe one of them when it is kept as a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from gongshu.validators.batch import Rows
from gongshu.validators.finding import EMPTY, Fix, Severity


class Detail(NamedTuple):
    """What varies from one faulty cell to the next."""

    value: str | None
    params: Mapping[str, Any] = EMPTY
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault in one batch. Exact by `rows`; nothing is built a row until somebody keeps a sample."""

    code: str
    severity: Severity
    columns: tuple[str, ...]  # field names; the first is where the finding stands
    rows: Rows  # ascending numbers of *parsed rows* of the batch (0-based)
    describe: Callable[[int], Detail]  # takes a row number out of `rows`
    rule: str | None = None
    reason: str | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))  # the same for every row
    fixable: bool = False  # some row has a safe fix: repair has to ask `describe`
    describe_all: Callable[[Rows], list[Detail]] | None = None  # `describe` of many rows at once, where that is faster

    def details(self, rows: Rows) -> list[Detail]:
        """What `describe` says of each of these rows."""
        if self.describe_all is not None:
            return self.describe_all(rows)
        return list(map(self.describe, rows.tolist()))
