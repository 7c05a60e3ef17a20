"""Two versions of a code list held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gongshu.standards.model import Code
from gongshu.standards.versions.change import SENDERS, Change, breaking, compatible, cosmetic


def codes_changed(old: Sequence[Code], new: Sequence[Code]) -> Iterator[Change]:
    """Every change of the rows. A code may have several rows; together they say on which days it is in force."""
    before, after = _grouped(old), _grouped(new)
    lost = [code for code in before if code not in after]
    gained = [code for code in after if code not in before]
    if lost:
        yield breaking("codes-removed", "codes.csv", lost)
    if gained:
        yield compatible("codes-added", "codes.csv", "", gained)
    for code, rows in before.items():
        if code in after and rows != after[code]:
            yield from _code(code, rows, after[code])


def _grouped(codes: Sequence[Code]) -> dict[str, list[Code]]:
    found: dict[str, list[Code]] = {}
    for each in codes:
        found.setdefault(each.code, []).append(each)
    return found


def _code(code: str, old: list[Code], new: list[Code]) -> Iterator[Change]:
    where = f"codes.csv[{code}]"
    one, other = _days(old), _days(new)
    if one != other:
        made = compatible if _covered(one, other) else breaking
        yield made("code-period", where, _spans(one), _spans(other), of=SENDERS)
    names = [{name for row in rows for name in (row.name_zh, row.name_en) if name} for rows in (old, new)]
    if names[0] - names[1]:
        # Data that give names in place of codes (`by: name` or `either`) are not understood any more.
        yield breaking("code-renamed", where, old[-1].name_zh or old[-1].name_en, new[-1].name_zh or new[-1].name_en)
    elif names[0] != names[1]:
        yield compatible("code-named", where, "", names[1] - names[0])
    for name in ("parent", "level"):
        was, now = ([getattr(row, name) for row in rows] for rows in (old, new))
        if was != now and set(was) != set(now):
            made = compatible if set(was) == {""} else breaking
            yield made("code-place", f"{where}.{name}", was, now)
    for name in ("replaced_by", "extra"):
        if [getattr(row, name) for row in old] != [getattr(row, name) for row in new]:
            yield cosmetic("detail-changed", f"{where}.{name}")


def _days(rows: list[Code]) -> list[tuple[date, date]]:
    return sorted((row.valid_from or date.min, row.valid_to or date.max) for row in rows)


def _covered(inner: list[tuple[date, date]], outer: list[tuple[date, date]]) -> bool:
    """Whether every day of `inner` is one of `outer`; periods of one code do not overlap, but may touch."""
    merged: list[tuple[date, date]] = []
    for start, end in outer:
        if merged and (start.toordinal() - merged[-1][1].toordinal()) <= 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return all(any(low <= start and end <= high for low, high in merged) for start, end in inner)


def _spans(days: list[tuple[date, date]]) -> str:
    return ", ".join(f"{'' if start == date.min else start}–{'' if end == date.max else end}" for start, end in days)
