"""What our own marked and mended workbooks bring along when they come back: no data of anybody, so no fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from gongshu.standards.messages import languages, sentence

_NUMBERED = re.compile(r" \(\d+\)$")


@cache
def problem_columns() -> frozenset[str]:
    """The name of the problem column, in every language."""
    return frozenset(sentence("report.problem-column", {}, lang) for lang in languages())


def problem_column(names: Sequence[str]) -> int | None:
    """Which column (from 0) is our own: the last that has a name, if that is the problem column's."""
    last = next((i for i in range(len(names) - 1, -1, -1) if names[i].strip()), None)
    return last if last is not None and names[last].strip() in problem_columns() else None


def own_sheet(name: str, rows: Sequence[Sequence[object]]) -> bool:
    """Whether a sheet is our summary or change log: by its name and by the header among its first rows."""
    headers = _sheets().get(_NUMBERED.sub("", name))
    if headers is None:
        return False
    return any(tuple(str(cell) for cell in row if cell not in ("", None)) in headers for row in rows)


@cache
def _sheets() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for lang in languages():
        for name, header in (("report.sheet-name", "report.summary-header"), ("fix.log-sheet", "fix.log-header")):
            headers = found.setdefault(sentence(name, {}, lang), set())
            headers.add(tuple(sentence(header, {}, lang).split(",")))
    return found
