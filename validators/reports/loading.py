"""A report read back from its JSON, so that it can be shown in another form or compared with a later one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from gongshu.standards.faults import UsageFault
from gongshu.validators.finding import EMPTY, Finding, Fix, NotChecked, Sample, Severity
from gongshu.validators.report import FileReport, Report, StandardUsed, Verdict
from gongshu.validators.reports.samplelines import Unlike, divided, filled
from gongshu.validators.samplestore import SampleStore


def load_report(path: Path) -> Report:
    """The report. Raises `UsageFault` for a missing file and for what `report.schema.json` does not allow."""
    import jsonschema

    try:
        try:
            return _by_line(path)
        except (Unlike, json.JSONDecodeError):
            return report_of(_valid(json.loads(path.read_bytes())))
    except FileNotFoundError as fault:
        raise UsageFault("usage.path-missing", path=str(path), near="") from fault
    except (OSError, ValueError, RecursionError, jsonschema.ValidationError) as fault:
        raise UsageFault("usage.report-unreadable", path=str(path)) from fault


def _by_line(path: Path) -> Report:
    """The report, with samples that lie in a file where they are too many for memory."""
    store = SampleStore()
    document, kept = divided(path, store)
    return filled(report_of(_valid(document)), kept, store) if kept else report_of(_valid(document))


def _valid(document: Any) -> Any:
    import jsonschema

    schema = json.loads(files("gongshu.validators").joinpath("report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def report_of(document: Mapping[str, Any]) -> Report:
    """The report that a document of the published schema describes."""
    return Report(
        verdict=Verdict(document["verdict"]),
        publishable=document["publishable"],
        inputs=document["inputs"],
        files=tuple(_file(each) for each in document["files"]),
        engine=document["engine"],
        generated=document.get("generated"),
        duration=document.get("duration"),
    )


def _file(given: Mapping[str, Any]) -> FileReport:
    same = ("name", "bytes", "sha256", "format", "encoding", "delimiter", "sheet", "header_line", "rows", "columns")
    more = ("checked", "rows_with_errors", "publishable", "titles", "detected", "department")
    used = given["standard"]
    return FileReport(
        verdict=Verdict(given["verdict"]),
        standard=StandardUsed(**used) if used is not None else None,
        looks_like=tuple(given["looks_like"]),
        spread=tuple(given.get("spread", ())),
        not_checked=tuple(_not_checked(each) for each in given["not_checked"]),
        findings=tuple(_finding(each) for each in given["findings"]),
        **{name: given[name] for name in (*same, *more) if name in given},
    )


def _not_checked(given: Mapping[str, Any]) -> NotChecked:
    return NotChecked(
        given["reason"], given["rule"], given["code"], tuple(given["columns"]), Severity(given["severity"])
    )


def _finding(given: Mapping[str, Any]) -> Finding:
    return Finding(
        given["code"],
        Severity(given["severity"]),
        given["count"],
        tuple(given["columns"]),
        given["rule"],
        given["reason"],
        tuple(_sample(each) for each in given["samples"]),
        given["params"] or EMPTY,
    )


def _sample(given: Mapping[str, Any]) -> Sample:
    fix = given.get("fix")
    rest = {name: value for name, value in given.items() if name != "fix"}
    return Sample(**rest, fix=Fix(fix["value"], fix["safe"]) if fix is not None else None)
