"""The header among the first rows: one row, or two or three whose cells say group and item together.

A group title reaches over the blank cells to its right, as a merged cell does; an item may name its field alone
(`法定代表人`) or with its group (`行政相对人` + `名称`). Several rows are the header only where they fit the standard
better than any single row does, so a title above a good header stays a title.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.readers.rows import blank_cell, header_place, is_blank

Fit: TypeAlias = Callable[[Sequence[str]], float]

HEIGHT = 3  # rows of a header at most
DEEPEST = 12  # several rows are tried as the header among so many first rows
WIDEST = 500  # columns; a table wider than that has no group titles, and trying them would take long
JOINTS = ("", "_", "-")  # between group and item


@dataclass(frozen=True, slots=True)
class Heading:
    """`top` to `place` are the header's rows (from 0); `names` is None where the one row says it all."""

    place: int
    top: int
    names: tuple[str, ...] | None = None
    score: float = 0.0


def heading(rows: Sequence[Sequence[str]], fit: Fit | None = None, place: int | None = None) -> Heading | None:
    """The header of these first rows, None where no row has a filled cell. `place`: where its last row has to be."""
    single = header_place(rows, fit) if place is None else place
    if single is None or fit is None:
        return None if single is None else Heading(single, single)
    if single >= len(rows):
        return Heading(single, single)
    best = Heading(single, single, score=_scored(rows[single], fit))
    if best.score >= 1 or max(map(len, rows[:DEEPEST]), default=0) > WIDEST:
        return best

    @cache
    def named(name: str) -> bool:
        return fit([name]) > 0

    for bottom in range(1, min(DEEPEST, len(rows))) if place is None else [place]:
        if is_blank(rows[bottom]):
            continue
        for height in range(2, min(HEIGHT, bottom + 1) + 1):
            stack = rows[bottom - height + 1 : bottom + 1]
            if any(is_blank(row) for row in stack):
                break
            for alone in (False, True):
                names = _joined(stack, named, alone=alone)
                score = fit(names)
                if score > best.score + 1e-9:
                    best = Heading(bottom, bottom - height + 1, names, score)
    return best


def _scored(row: Sequence[str], fit: Fit) -> float:
    return 0.0 if is_blank(row) else fit(list(row))


def _joined(stack: Sequence[Sequence[str]], named: Callable[[str], bool], *, alone: bool) -> tuple[str, ...]:
    """One name a column. `alone`: an item that names a field by itself goes before group and item together."""
    width = max(map(len, stack))
    rows: list[list[str]] = []
    for row in stack[:-1]:
        rows.append(_reaching(row, width, rows))
    rows.append([*stack[-1], *[""] * (width - len(stack[-1]))])
    return tuple(_name([row[column] for row in rows], named, alone=alone) for column in range(width))


def _reaching(row: Sequence[str], width: int, above: Sequence[Sequence[str]]) -> list[str]:
    """A row of group titles, each said again for the blank cells to its right that lie under the same group."""
    made: list[str] = []
    for column in range(width):
        cell = row[column] if column < len(row) else ""
        blank = blank_cell(cell) and column > 0
        made.append(made[-1] if blank and all(each[column - 1] == each[column] for each in above) else cell)
    return made


def _name(cells: Sequence[str], named: Callable[[str], bool], *, alone: bool) -> str:
    parts: list[str] = []
    for cell in cells:
        if not blank_cell(cell) and (not parts or parts[-1] != cell):
            parts.append(cell)
    if len(parts) < 2:
        return parts[0] if parts else ""
    item = parts[-1]
    if alone and named(item):
        return item
    for start in range(len(parts) - 1):
        for joint in JOINTS:
            if named(name := joint.join(parts[start:])):
                return name
    return item if named(item) else "".join(parts)


def told(rows: Sequence[tuple[int, str]]) -> list[Finding]:
    """That the header takes several rows: (line, text) of those above its last one."""
    samples = tuple(Sample(line=line, value=text[:200]) for line, text in rows)
    return [Finding("table.title-rows", Severity.INFO, len(rows), reason="multi-row", samples=samples)] if rows else []
