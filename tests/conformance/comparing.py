"""Where our answer is not the oracle's: verdict, first line, column, class of error, count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classes import codes_of
from expectations import Expected, Place, places
from judging import Answer, Spot

CONFORMING = ("valid", "warning")
UNCOUNTED = (
    "schema-document",
    "descriptor",
    "index",
    "parquet-corrupt",
    "json-syntax",
)  # others count the document, not its faults
MOST = 6  # places that are told one by one
WHOLE_ROW = ("table.row", "table.unclosed-quote", "file.")  # said of the row, not of a column


def differences(row: Expected, ours: Answer) -> Iterator[tuple[str, str]]:
    """(aspect, what we say instead) for each aspect in which we differ: of the row, and of the places it lists."""
    yield from _of_row(row, ours)
    listed = places(row)
    if listed and ours.verdict != "unreadable":
        apart = [*_missing(listed, ours), *_surplus(listed, ours)]
        if apart:
            yield "places", "; ".join(apart[:MOST]) + (f"; and {len(apart) - MOST} more" if len(apart) > MOST else "")


def _missing(listed: list[Place], ours: Answer) -> Iterator[str]:
    """Faults of the oracle's list that we do not have at their line and column in a fitting class."""
    for place in listed:
        levels = ("error",) if place.level == "error" else ("warning", "info")
        found = [spot for spot in ours.spots if spot.severity in levels and _at(spot, place)]
        codes = codes_of(place.rule)
        if place.rule not in ours.stated and not any(codes is None or spot.code in codes for spot in found):
            where = " ".join(str(part) for part in (place.line, place.column) if part)
            yield f"not said: {place.rule} {where}".strip()


def _surplus(listed: list[Place], ours: Answer) -> Iterator[str]:
    """Errors of ours where the oracle's list has none."""
    everywhere = {code for place in listed if place.every for code in codes_of(place.rule) or ()}
    for spot in ours.of("error"):
        if spot.code not in everywhere and not any(_at(spot, place) for place in listed):
            yield f"said besides: {spot.code} {spot.line or ''} {','.join(spot.columns)}".strip()


def _at(spot: Spot, place: Place) -> bool:
    if place.line is not None and spot.line is not None and place.line != spot.line:
        return False
    return not place.column or not spot.columns or _names(spot, place.column)


def _of_row(row: Expected, ours: Answer) -> Iterator[tuple[str, str]]:
    if row.verdict == "mixed":
        if ours.spots:
            yield "verdict", "; ".join(spot.columns[0] for spot in ours.spots)
        if ours.rows != row.count:
            yield "count", f"{ours.rows} tests"
        return
    wanted = "conforms" if row.verdict in CONFORMING else "fails"
    got = "conforms" if ours.verdict == "conforms" else "fails"
    if wanted != got:
        yield "verdict", f"{ours.verdict}: {told(ours.of('error')) or 'no error'}"
    elif row.verdict == "warning":
        yield from _warned(row, ours)
    elif row.verdict == "invalid":
        yield from _placed(row, ours)
    elif row.policy == "parse" and ours.rows != row.count:
        yield "count", f"{ours.rows} rows"


def _warned(row: Expected, ours: Answer) -> Iterator[tuple[str, str]]:
    """Where others warn, we say so too, as a warning or for information."""
    if row.rule in ours.stated:
        return
    codes = codes_of(row.rule)
    spots = [*ours.of("warning"), *ours.of("info")]
    if not (any(spot.code in codes for spot in spots) if codes is not None else spots):
        yield "class", told(spots) or "nothing said"


def _placed(row: Expected, ours: Answer) -> Iterator[tuple[str, str]]:
    codes, errors = codes_of(row.rule), ours.of("error")
    if row.first_row is not None:
        lines = [spot.line for spot in errors if spot.line is not None]
        if not lines or min(lines) != row.first_row:
            yield "line", f"first line {min(lines, default=None)}: {told(errors)}"
            return
    here = [spot for spot in errors if row.first_row is None or spot.line == row.first_row]
    fitting = [spot for spot in here if codes is None or spot.code in codes]
    if not fitting:
        yield "class", told(here) or "nothing said"
    elif row.column and not any(_names(spot, row.column) for spot in fitting):
        yield "column", told(fitting)
    count = sum(spot.weight for spot in errors)
    if row.count is not None and row.rule not in UNCOUNTED and row.folder != "geojson" and count != row.count:
        yield "count", f"{count} instead of {row.count}: {told(errors)}"


def _names(spot: Spot, column: str) -> bool:
    """Whether this is the column: by name, or by its number where the file gives it none of its own."""
    number = re.search(r"\d+$", column)
    bare = column[: number.start()] if number else column
    if spot.code.startswith(WHOLE_ROW) or column in spot.columns:
        return True
    if spot.code == "table.column-duplicate":  # others number the second one
        return bare in spot.columns
    return bool(number) and spot.code == "table.header-blank"


def told(spots: list[Spot]) -> str:
    """The spots in few words."""
    words: dict[str, int] = {}
    for spot in sorted(spots, key=lambda each: each.line or 0):
        columns = ",".join(spot.columns[:2])
        word = f"{spot.code}{f' {columns}' if columns else ''}"
        words[word] = words.get(word, 0) + 1
    return "; ".join(f"{word} ×{count}" if count > 1 else word for word, count in list(words.items())[:8])
