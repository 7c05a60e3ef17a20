"""Our answer to one row of the acceptance material, through the doors that users have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from expectations import BASE, Expected

from gongshu import validate
from gongshu.standards.faults import SourceFault, StandardFault, StandardFaults
from gongshu.standards.linting import lint
from gongshu.standards.registry import Registry
from gongshu.validators.finding import Finding
from gongshu.validators.readers import ReadOptions, open_table

AS_OF = "2026-03-31"
DECLARED = {"declared UTF-8": "utf-8", "declared ISO-8859-1": "iso-8859-1"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One fault where it stands. `weight`: as many cells as others would count here."""

    code: str
    severity: str
    line: int | None = None
    columns: tuple[str, ...] = ()
    place: str = ""  # number or letter of the column, where it has no name of its own
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """Our verdict (conforms, nonconforming, unreadable) with every place, or the refusal of a standard.

    `stated`: classes of others that the report states in words of its own, as encoding, delimiter and format.
    """

    verdict: str
    spots: tuple[Spot, ...] = ()
    rows: int | None = None
    stated: frozenset[str] = frozenset()

    def of(self, severity: str) -> list[Spot]:
        """The faults that are so bad."""
        return [each for each in self.spots if each.severity == severity]


@cache
def registry() -> Registry:
    """The built-in standards."""
    return Registry()


def answer(row: Expected) -> Answer:
    """What we say of one row."""
    if row.folder == "json-schema":
        return _suite(row)
    if row.rule in ("schema-document", "index") or row.policy == "Table Schema document":
        return _document_of_standard(row)
    if row.policy == "package":
        return _package(row.path)
    if row.policy == "parse":
        return _parsed(row)
    return _data(row)


def _data(row: Expected) -> Answer:
    options = ReadOptions(encoding=DECLARED.get(row.policy), delimiter=_delimiter(row.policy))
    schema = None if row.policy.startswith("GeoParquet") else row.schema_path  # that one is of its metadata
    standard: Any = None
    if schema is not None:
        standard = descriptor(schema)
        if row.policy.startswith("strict-header"):
            standard = {**standard, "fieldsMatch": "exact"}
    try:
        report = validate(
            row.path,
            standard=standard,
            as_of=AS_OF,
            samples=None,
            registry=registry(),
            options=options,
            references=_references(standard, schema),
            unmask=True,
        )
    except (StandardFault, StandardFaults) as fault:
        return Answer("nonconforming", _refused(fault))
    return _said(report)


def _said(report: Any) -> Answer:
    spots = tuple(spot for file in report.files for each in file.findings for spot in spots_of(each))
    stated = frozenset(
        name
        for file in report.files
        for name, usual, said in (
            ("encoding", "utf-8", file.encoding),
            ("dialect", ",", file.delimiter),
            ("format", "csv", file.format),
        )
        if said not in (None, usual)
    )
    return Answer(str(report.verdict), spots, sum(file.rows or 0 for file in report.files), stated)


def spots_of(finding: Finding) -> list[Spot]:
    """A finding as single faults, all of which have a place when samples are not capped."""
    severity = str(finding.severity)
    spots = []
    for each in finding.samples:
        params = {**finding.params, **each.params}
        width = (params.get("expected"), params.get("found"))
        ragged = finding.code in ("table.row-short", "table.row-long")
        weight = abs(int(width[0]) - int(width[1])) if ragged and None not in width else 1
        spots.append(
            Spot(finding.code, severity, each.line, finding.columns, str(each.params.get("column", "")), weight)
        )
    rest = finding.count - len(spots)
    return [*spots, *[Spot(finding.code, severity, None, finding.columns) for _ in range(max(0, min(rest, 1000)))]]


def _delimiter(policy: str) -> str | None:
    words = policy.split()
    return words[1] if words[:1] == ["delimiter"] else None


@cache
def descriptor(path: Path) -> Mapping[str, Any]:
    """A JSON document with exact numbers."""
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    return found


def _references(standard: Any, schema: Path | None) -> dict[str, Path] | None:
    """The tables that a schema points to, as the Data Package above it names them."""
    if not standard or schema is None:
        return None
    wanted = {each["reference"].get("resource") for each in standard.get("foreignKeys", ())}
    for above in schema.parents:
        package = above / "datapackage.json"
        if package.is_file() and BASE in package.parents:
            resources = descriptor(package)["resources"]
            return {each["name"]: above / each["path"] for each in resources if each["name"] in wanted}
    return None


def _refused(fault: StandardFault | StandardFaults) -> tuple[Spot, ...]:
    group = fault.exceptions if isinstance(fault, StandardFaults) else (fault,)
    return tuple(Spot("standard", "error") for _ in group)


# --- standards themselves ----------------------------------------------------------------------------------------


def _document_of_standard(row: Expected) -> Answer:
    """A schema document as `gongshu standards lint` sees it; indexes and foreign YAML as plain documents."""
    path = row.schema_path or row.path
    if path.suffix in (".yml", ".yaml"):  # no standard of ours; it parses
        return Answer("conforms" if yaml.safe_load(path.read_text("utf-8")) else "nonconforming")
    if row.rule == "index":
        return _said(validate(path, registry=registry(), as_of=AS_OF))
    _, faults = lint(path, registry())
    return Answer("nonconforming" if faults else "conforms", tuple(Spot("standard", "error") for _ in faults))


# --- packages ----------------------------------------------------------------------------------------------------


def _package(path: Path) -> Answer:
    try:
        report = validate(path, as_of=AS_OF, samples=None, registry=registry(), unmask=True)
    except (StandardFault, StandardFaults) as fault:
        return Answer("nonconforming", _refused(fault))
    return _said(report)


# --- texts -------------------------------------------------------------------------------------------------------


def _parsed(row: Expected) -> Answer:
    """The cells of a file against its JSON twin."""
    assert row.schema_path is not None
    twin = json.loads(row.schema_path.read_text("utf-8"))
    try:
        source = open_table(row.path, options=ReadOptions())
    except SourceFault as fault:
        return Answer("unreadable", (Spot(fault.code, "error"),))
    names = source.shape.header.names if source.shape.header else ()
    found: list[dict[str, str]] = []
    for task in source.blocks():
        columns = [column.to_pylist() for column in task().columns]
        found += [dict(zip(names, cells)) for cells in zip(*columns)]
    source.close()
    if found == twin:
        return Answer("conforms", rows=len(found))
    return Answer("nonconforming", (Spot("csv-parse", "error"),), len(found))


# --- the JSON Schema suite ---------------------------------------------------------------------------------------

DIALECTS = {
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}


@cache
def _remotes(draft: str) -> dict[str, Any]:
    root = BASE / "json-schema" / "remotes"
    found = {
        f"http://localhost:1234/{path.relative_to(root).as_posix()}": json.loads(path.read_text("utf-8"))
        for path in root.rglob("*.json")
    }
    return {uri: each for uri, each in found.items() if "/draft" not in uri or f"/{draft}/" in uri}


def _suite(row: Expected) -> Answer:
    """A test file that holds its own verdicts: `mixed` where all agree; every test that does not is a spot."""
    from gongshu.validators.records import judge

    spots, count = [], 0
    for group in json.loads(row.path.read_text("utf-8")):
        schema = group["schema"]
        if isinstance(schema, dict):
            schema = {"$schema": DIALECTS[row.policy], **schema}
        for test in group["tests"]:
            count += 1
            if test["valid"] == bool(list(judge(test["data"], schema, others=_remotes(row.policy)))):
                spots.append(Spot("record.schema", "error", columns=(test["description"],)))
    return Answer("mixed", tuple(spots), count)
