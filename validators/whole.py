"""What can only be said of a whole table: keys that recur, keys without a counterpart, rules over all rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from gongshu.validators.batch import Rows
from gongshu.validators.finding import Severity
from gongshu.validators.keys import BUDGET, KeyRows, KeyStore, missing, repeated

if TYPE_CHECKING:
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import DatasetPlan, KeyPlan, Plan

WHOLE_ROWS = 64 << 20  # bytes of rows without a key that are held: as large as the file, they go to disk early


@dataclass(frozen=True, slots=True)
class Late:
    """Rows at fault that only the end of the table could tell. `first_*` where an earlier row is the reason."""

    key: KeyPlan
    code: str
    severity: Severity
    text: pa.Array  # composed keys, one a row
    rows: Rows
    lines: Rows
    first_rows: Rows | None = None
    first_lines: Rows | None = None


class Whole:
    """Takes every batch of one table in order, then answers. Use it in a `with` statement."""

    def __init__(self, plan: Plan, *, budget: int = BUDGET, folder: Path | None = None) -> None:
        self._plan = plan
        self._stack = ExitStack()
        share = budget // max(1, len(plan.keys))
        self._portion = share
        budgets = [min(share, WHOLE_ROWS) if each.role == "row" else share for each in plan.keys]
        self._stores = [self._stack.enter_context(KeyStore(budget=each, folder=folder)) for each in budgets]
        self._states: list[Any] = [each.judge.start(today=plan.as_of) for each in plan.dataset_rules]
        for state in self._states:
            self._stack.callback(state.close)
        self.parents: dict[int, KeyStore] = {}  # key number -> the keys of the table that it points to

    def enter(self, store: KeyStore) -> KeyStore:
        """Close `store` together with this."""
        return self._stack.enter_context(store)

    def take(self, verdict: BatchVerdict) -> None:
        """Remember the keys of the next batch and fold it into the rules over all rows."""
        for store, keys in zip(self._stores, verdict.keys):
            rows, lines = verdict.places(keys.rows)
            store.add(KeyRows(keys.text, keys.digest, rows, lines))
        if self._plan.dataset_rules:
            values = {name: each.values for name, each in verdict.judged.items()}
            rows_here = len(verdict.batch.columns[0]) if verdict.batch.columns else 0
            self._states = [
                each.judge.feed(state, values, rows_here) for each, state in zip(self._plan.dataset_rules, self._states)
            ]

    def late(self) -> Iterator[Late]:
        """Faulty rows, in portions; ascending by row within each."""
        for number, (key, store) in enumerate(zip(self._plan.keys, self._stores)):
            if key.severity is None:
                continue
            if key.role == "foreign":
                for orphan in missing(store, self._parents_of(number, key), portion=self._portion):
                    yield Late(key, "key.foreign", key.severity, orphan.text, orphan.rows, orphan.lines)
            elif key.role != "parent":
                code = "row.duplicate" if key.role == "row" else "key.duplicate"
                for found in repeated(store, portion=self._portion):
                    places = (found.rows, found.lines, found.first_rows, found.first_lines)
                    yield Late(key, code, key.severity, found.text, *places)

    def broken_rules(self) -> list[DatasetPlan]:
        """Rules over all rows that do not hold (a rule that is NULL holds)."""
        return [
            each
            for each, state in zip(self._plan.dataset_rules, self._states)
            if each.judge.holds(state, today=self._plan.as_of) is False
        ]

    def primary_keys(self, rows: Rows) -> dict[int, str]:
        """The composed primary keys of these rows, as far as they have one."""
        number = next((i for i, key in enumerate(self._plan.keys) if key.role == "primary-key"), None)
        return {} if number is None else self._stores[number].of(rows)

    def _parents_of(self, number: int, key: KeyPlan) -> KeyStore:
        if number in self.parents:
            return self.parents[number]
        return self._stores[key.parent]  # the table points to itself

    def __enter__(self) -> Whole:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()
