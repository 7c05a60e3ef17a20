"""How many rows a table has and how new it is, against what the standard expects: `dataset.count`, `dataset.stale`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from gongshu.standards.model import Table
from gongshu.validators.finding import Finding, NotChecked, Sample
from gongshu.validators.headers import Severities

if TYPE_CHECKING:
    from gongshu.validators.engine import BatchVerdict

EPOCH = date(1970, 1, 1)


class Extent:
    """Takes the verdicts of one file in any order, then answers."""

    def __init__(self, table: Table | None, severity: Severities) -> None:
        self._table = table
        self._severity = severity
        self._rows = 0
        self._newest: date | None = None
        self._dated = False

    @property
    def checked(self) -> int:
        """How many checks these are."""
        table = self._table
        return 0 if table is None else self._counted + (table.freshness is not None)

    @property
    def _counted(self) -> bool:
        table = self._table
        return table is not None and (table.rows_minimum is not None or table.rows_maximum is not None)

    def take(self, verdict: BatchVerdict) -> None:
        """Count the rows of the next batch, and remember its newest date."""
        self._rows += len(verdict.batch.columns[0]) if verdict.batch.columns else 0
        fresh = self._table.freshness if self._table is not None else None
        if fresh is None or fresh.field not in verdict.judged:
            return
        self._dated = True
        values = verdict.judged[fresh.field].values
        if values.kind not in ("date", "datetime") or not len(values.data):
            return
        data = np.asarray(values.data)
        data = data if values.present is None else data[values.present]
        if len(data):
            top = int(data.max())
            day = EPOCH + timedelta(days=top if values.kind == "date" else top // 86_400_000_000)
            self._newest = day if self._newest is None else max(self._newest, day)

    def findings(self, as_of: date) -> list[Finding]:
        """What is not as the standard expects."""
        table = self._table
        if table is None:
            return []
        found = []
        least, most = table.rows_minimum, table.rows_maximum
        level = self._severity("dataset.count", None, "error")
        if level is not None and ((least or 0) > self._rows or (most is not None and most < self._rows)):
            params = {"found": self._rows, "expected": _between(least, most)}
            found.append(Finding("dataset.count", level, 1, params=params))
        fresh = table.freshness
        level = self._severity("dataset.stale", None, "warning")
        if fresh is None or level is None or self._newest is None:
            return found
        limit = as_of - timedelta(days=fresh.days)
        if self._newest < limit:
            sample = Sample(value=self._newest.isoformat(), params={"limit": limit.isoformat()})
            found.append(Finding("dataset.stale", level, 1, (fresh.field,), samples=(sample,)))
        return found

    def not_checked(self) -> list[NotChecked]:
        """Where the newest date is not known."""
        fresh = self._table.freshness if self._table is not None else None
        level = self._severity("dataset.stale", None, "warning")
        if fresh is None or level is None or self._newest is not None:
            return []
        reason = "no-date" if self._dated else "column-missing"
        return [NotChecked(reason, code="dataset.stale", columns=(fresh.field,), severity=level)]


def _between(least: int | None, most: int | None) -> str:
    if least == most:
        return str(least)
    return f"{'' if least is None else f'≥ {least}'} {'' if most is None else f'≤ {most}'}".strip()
