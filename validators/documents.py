"""JSON documents, JSON Lines and GeoJSON as findings: what a table's reader and checks are for tables, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gongshu.validators import geometry, jsontext, records
from gongshu.validators.finding import EMPTY, SEVERITY_ORDER, Finding, Sample, Severity
from gongshu.validators.jsontext import SyntaxFault

GEO_TYPES = frozenset(geometry.TYPES)


@dataclass(frozen=True, slots=True)
class Spot:
    """One fault in a document, not yet grouped."""

    code: str
    reason: str
    pointer: str
    severity: Severity = Severity.ERROR
    params: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    row: int | None = None  # of JSON Lines: the record
    line: int | None = None  # known without looking the pointer up


def is_geojson(value: Any) -> bool:
    """Whether a JSON value says of itself that it is GeoJSON (RFC 7946, 1.4 and 3)."""
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    named = isinstance(kind, str) and kind.casefold() in {each.casefold() for each in GEO_TYPES}
    return named or bool({"features", "geometry", "coordinates", "geometries"} & value.keys())


def document(
    text: str,
    *,
    schema: Mapping[str, Any] | bool | None = None,
    geojson: bool | None = None,
    bounds: geometry.Bounds | None = None,
    samples: int | None = 20,
) -> tuple[list[Finding], int]:
    """(findings, number of records at fault) of one JSON text.

    `schema` judges the value; `geojson` None means: judged as GeoJSON when the value says that it is. Without either,
    the syntax alone is judged. `samples` None keeps all.
    """
    try:
        value = jsontext.parse(text)
    except SyntaxFault as fault:
        spot = Spot("record.syntax", fault.reason, "", line=fault.line, params={"column": fault.column})
        return group([spot], {}, samples), 1
    spots = list(_spots(value, schema, geojson, bounds))
    wanted = {spot.pointer for spot in _kept(spots, samples)}
    return group(spots, jsontext.lines(text, wanted), samples), int(any(s.severity is Severity.ERROR for s in spots))


def json_lines(
    lines: Iterable[tuple[int, str]], *, schema: Mapping[str, Any] | bool | None = None, samples: int | None = 20
) -> tuple[list[Finding], int, int]:
    """(findings, number of records at fault, number of records) of JSON Lines given as (line number, text).

    A blank line is no record.
    """
    spots: list[Spot] = []
    row = 0
    for number, text in lines:
        if not text.strip():
            continue
        row += 1
        try:
            value = jsontext.parse(text)
        except SyntaxFault as fault:
            found = {"column": fault.column}
            spots.append(Spot("record.syntax", fault.reason, "", params=found, row=row, line=number))
            continue
        for spot in _spots(value, schema, False, None):
            spots.append(Spot(spot.code, spot.reason, spot.pointer, spot.severity, spot.params, row, number))
    faulty = {spot.row for spot in spots if spot.severity is Severity.ERROR}
    return group(spots, {}, samples), len(faulty), row


def _spots(value: Any, schema: Any, geojson: bool | None, bounds: geometry.Bounds | None) -> Iterator[Spot]:
    for pointer, name in jsontext.twice(value):
        place = f"{pointer}/{jsontext.escaped(name)}"
        yield Spot("record.syntax", "member-twice", place, params={"name": name})
    if geojson or (geojson is None and schema is None and is_geojson(value)):
        for each in geometry.judge(value, bounds=bounds):
            yield Spot(each.code, each.reason, each.pointer, each.severity, each.params)
    if schema is not None:
        for pointer, keyword, params in records.judge(value, schema):
            yield Spot("record.schema", keyword, pointer, params=params)


def _key(spot: Spot) -> tuple[Severity, str, str]:
    return spot.severity, spot.code, spot.reason


def _kept(spots: Iterable[Spot], samples: int | None) -> Iterator[Spot]:
    seen: dict[Any, int] = {}
    for spot in spots:
        seen[_key(spot)] = seen.get(_key(spot), 0) + 1
        if samples is None or seen[_key(spot)] <= samples:
            yield spot


def group(spots: list[Spot], lines: Mapping[str, int], samples: int | None) -> list[Finding]:
    """Findings with exact counts and the first samples; worst first, then in the order of the document."""
    counts: dict[tuple[Severity, str, str], int] = {}
    kept: dict[tuple[Severity, str, str], list[Sample]] = {}
    for spot in spots:
        counts[_key(spot)] = counts.get(_key(spot), 0) + 1
    for spot in _kept(spots, samples):
        line = spot.line if spot.line is not None else lines.get(spot.pointer)
        sample = Sample(
            row=spot.row, line=line, pointer=spot.pointer, value=spot.params.get("value"), params=spot.params
        )
        kept.setdefault(_key(spot), []).append(sample)
    order = sorted(counts, key=lambda key: SEVERITY_ORDER[key[0]])
    return [
        Finding(
            code, severity, counts[severity, code, reason], reason=reason, samples=tuple(kept[severity, code, reason])
        )
        for severity, code, reason in order
    ]
