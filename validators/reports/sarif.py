"""The report as SARIF 2.1.0, the form in which code hosts and editors take findings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from gongshu.standards.messages import entry
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.cells import each_finding
from gongshu.validators.reports.speaking import Speaker

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def write(report: Report, out: BinaryIO, *, lang: str, **_: Any) -> None:
    """One run; a result a kept place. Results are written one by one, they are never held together."""
    out.write(_line({"$schema": SCHEMA, "version": "2.1.0"})[:-1] + b',"runs":[{\n')
    codes = sorted({finding.code for finding in report.findings})
    driver = {
        "name": report.engine.get("name", "gongshu"),
        "version": report.engine.get("version", ""),
        "rules": [_rule(code, lang) for code in codes],
    }
    language = {"zh": "zh-CN"}.get(lang, lang)
    head = {
        "tool": {"driver": driver},
        "language": language,
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": str(report.verdict), "publishable": report.publishable, **report.counts},
        "artifacts": [_artifact(each) for each in report.files],
    }
    out.write(_line(head)[1:-1] + b',\n"results":[')
    for number, result in enumerate(_results(report, codes, lang)):
        out.write((b",\n" if number else b"\n") + _line(result))
    out.write(b"\n]}]}\n")


def _results(report: Report, codes: list[str], lang: str) -> Iterator[dict[str, Any]]:
    numbers = {id(file): number for number, file in enumerate(report.files)}
    rules = {code: number for number, code in enumerate(codes)}
    for file, finding in each_finding(report):
        message = Speaker(finding, lang, "message", file)
        artifact = {"uri": quote(file.name), "index": numbers[id(file)]}
        for sample in finding.samples or (Sample(),):
            place: dict[str, Any] = {
                "physicalLocation": {"artifactLocation": artifact, **_region(sample, file)},
            }
            if sample.cell or finding.columns:
                where = f"{file.sheet}!{sample.cell}" if sample.cell else finding.columns[0]
                place["logicalLocations"] = [{"fullyQualifiedName": where, "kind": "member"}]
            yield {
                "ruleId": finding.code,
                "ruleIndex": rules[finding.code],
                "level": _LEVELS[finding.severity],
                "message": {"text": message(sample)},
                "locations": [place],
                "properties": _properties(finding, sample),
            }


def _properties(finding: Finding, sample: Sample) -> dict[str, Any]:
    found: dict[str, Any] = {"columns": list(finding.columns), "count": finding.count}
    found |= {name: value for name, value in (("rule", finding.rule), ("reason", finding.reason)) if value}
    found |= {name: value for name, value in (("row", sample.row), ("cell", sample.cell)) if value is not None}
    return found


def _region(sample: Sample, file: FileReport) -> dict[str, Any]:
    """Lines of text files alone: a workbook has none that an editor could open."""
    if file.sheet is not None or sample.line is None:
        return {}
    return {"region": {"startLine": sample.line}}


def _rule(code: str, lang: str) -> dict[str, Any]:
    words = entry(code, lang)
    explained = str(words.get("explain") or words.get("message") or code)
    return {
        "id": code,
        "shortDescription": {"text": explained},
        "help": {"text": f"gongshu explain {code}"},
    }


def _artifact(file: FileReport) -> dict[str, Any]:
    found: dict[str, Any] = {"location": {"uri": quote(file.name)}, "roles": ["analysisTarget"]}
    if file.bytes is not None:
        found["length"] = file.bytes
    if file.encoding:
        found["encoding"] = file.encoding
    if file.sha256:
        found["hashes"] = {"sha-256": file.sha256}
    return found


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
