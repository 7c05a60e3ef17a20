"""Two reports of the same data at two times: which faults were mended, which are left, which are new.

A fault is known again by code, columns, rule, reason, and the key of its row, else the hash of its row: rows move. A
row without a key of which another cell was mended has another hash, and a row of which the key itself was mended has
another key: it is known again by its place and value, then, without a key, by its value alone. Where a report keeps
fewer places than it counts, that kind of fault is compared by its count alone, and the comparison says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gongshu.validators.finding import SEVERITY_ORDER, Finding, Sample
from gongshu.validators.report import FileReport, Report

Way: TypeAlias = Callable[[Sample], Any]  # what a place is known again by; None: not in this way
Kind: TypeAlias = tuple[str, str, tuple[str, ...], str | None, str | None]  # file, code, columns, rule, reason


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of fault in one file."""

    finding: Finding  # as the later report has it, else as the earlier one
    file: FileReport
    mended: int
    left: int
    new: int
    exact: bool  # False: by counts alone


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was mended, is left, or is new. `judged_alike`: by the same standard under the same profile."""

    kinds: tuple[Compared, ...]
    judged_alike: bool

    @property
    def mended(self) -> int:
        """Faults that are gone."""
        return sum(each.mended for each in self.kinds)

    @property
    def left(self) -> int:
        """Faults that are still there."""
        return sum(each.left for each in self.kinds)

    @property
    def new(self) -> int:
        """Faults that were not there before."""
        return sum(each.new for each in self.kinds)

    @property
    def exact(self) -> bool:
        """Whether every kind was compared place by place."""
        return all(each.exact for each in self.kinds)

    def document(self) -> dict[str, Any]:
        """As JSON-able data."""
        kinds = [
            {
                "file": each.file.name,
                "code": each.finding.code,
                "severity": str(each.finding.severity),
                "columns": list(each.finding.columns),
                "rule": each.finding.rule,
                "reason": each.finding.reason,
                "mended": each.mended,
                "left": each.left,
                "new": each.new,
                "exact": each.exact,
            }
            for each in self.kinds
        ]
        totals = {"mended": self.mended, "left": self.left, "new": self.new}
        return {**totals, "exact": self.exact, "judged_alike": self.judged_alike, "kinds": kinds}


def compare(earlier: Report, later: Report) -> Comparison:
    """The comparison, worst kinds first. Files are matched by name; a single one with the single other."""
    alone = len(earlier.files) == len(later.files) == 1
    old, new = (_by_kind(each, alone) for each in (earlier, later))
    kinds = []
    for kind in dict.fromkeys((*new, *old)):
        before, after = old.get(kind), new.get(kind)
        file, finding = after or before  # type: ignore[misc]  # one of the two is there
        kinds.append(_compared(file, finding, before and before[1], after and after[1]))
    kinds.sort(key=lambda each: (SEVERITY_ORDER[each.finding.severity], not each.new, not each.left))
    return Comparison(tuple(kinds), _terms(earlier) == _terms(later))


def _by_kind(report: Report, alone: bool) -> dict[Kind, tuple[FileReport, Finding]]:
    return {
        ("" if alone else file.name, each.code, each.columns, each.rule, each.reason): (file, each)
        for file in report.files
        for each in file.findings
    }


def _compared(file: FileReport, finding: Finding, before: Finding | None, after: Finding | None) -> Compared:
    counts = (before.count if before else 0, after.count if after else 0)
    exact = all(each is None or len(each.samples) == each.count for each in (before, after))
    left = _alike(before.samples if before else (), after.samples if after else ()) if exact else min(counts)
    exact = exact or 0 in counts
    return Compared(finding, file, counts[0] - left, left, counts[1] - left, exact)


def _alike(before: Sequence[Sample], after: Sequence[Sample]) -> int:
    """How many places of two reports are the same place: the surest way of knowing one again goes first."""
    had, has, found = before, after, 0
    for way in (_by_key, _by_place, _by_value):
        had, has, pairs = _paired(had, has, way)
        found += pairs
    return found


def _paired(had: Sequence[Sample], has: Sequence[Sample], way: Way) -> tuple[list[Sample], list[Sample], int]:
    """Those of either side that have no counterpart in this way, and how many pairs there were."""
    shared = Counter(map(way, had)) & Counter(map(way, has))
    shared.pop(None, None)
    return _without(had, shared, way), _without(has, shared, way), shared.total()


def _without(samples: Iterable[Sample], shared: Counter[Any], way: Way) -> list[Sample]:
    left, kept = Counter(shared), []
    for each in samples:
        mark = way(each)
        if left[mark] > 0:
            left[mark] -= 1
        else:
            kept.append(each)
    return kept


def _by_key(sample: Sample) -> Any:
    return tuple(sorted(sample.key.items())) if sample.key else sample.row_hash


def _by_place(sample: Sample) -> Any:
    return sample.row, sample.value or ""


def _by_value(sample: Sample) -> Any:
    """Of an empty cell the value tells nothing where the report has hashes of rows."""
    return None if sample.key or (sample.row_hash and not sample.value) else sample.value or ""


def _terms(report: Report) -> tuple[Any, ...]:
    used = {(each.standard.id, each.standard.sha256) if each.standard else None for each in report.files}
    return frozenset(used), report.inputs.get("profile")
