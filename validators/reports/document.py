"""The report as JSON, exactly as `report.schema.json` describes it: the form that machines and other forms read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring as _quoted
from typing import Any, BinaryIO

from gongshu.validators.finding import Finding, NotChecked, Sample
from gongshu.validators.report import REPORT_FORMAT, FileReport, Report, StandardUsed
from gongshu.validators.reports.words import finding_words

PORTION = 10_000  # samples written at once
_MARK = "\x01"
_EMPTIED = '\n     "samples": "\\u0001"'


def write(report: Report, out: BinaryIO, *, lang: str, reproducible: bool = False, **_: Any) -> None:
    """UTF-8 JSON with a line break at its end; every sample is one line."""
    text = json.dumps(document(report, lang=lang, reproducible=reproducible, bare=True), ensure_ascii=False, indent=1)
    findings = [finding for file in report.files for finding in file.findings if finding.samples]
    parts = text.split(_EMPTIED)  # no text of the report has a line break, so nothing else can look like this
    for finding, part in zip(findings, parts):
        out.write(part.encode("utf-8", "backslashreplace") + b'\n     "samples": [')
        _write_samples(finding.samples, out)
        out.write(b"\n     ]")
    out.write(parts[-1].encode("utf-8", "backslashreplace") + b"\n")


def _write_samples(samples: Sequence[Sample], out: BinaryIO) -> None:
    known: dict[int, str] = {}  # parameters that many samples share are written once
    for start in range(0, len(samples), PORTION):
        lines = [sample_text(each, known) for each in samples[start : start + PORTION]]
        text = ("\n      " if not start else ",\n      ") + ",\n      ".join(lines)
        out.write(text.encode("utf-8", "backslashreplace"))


def sample_text(sample: Sample, known: dict[int, str]) -> str:
    """`sample_document` as JSON. `known` holds texts of parameters by identity, which must outlive the call."""
    row, line, cell, byte, pointer, value, key, params, fix, row_hash = sample
    found = [f'"{name}": {each}' for name, each in (("row", row), ("line", line)) if each is not None]
    if cell is not None:
        found.append(f'"cell": {_quoted(cell)}')
    if byte is not None:
        found.append(f'"byte": {byte}')
    if pointer is not None:
        found.append(f'"pointer": {_quoted(pointer)}')
    if value is not None:
        found.append(f'"value": {_quoted(value)}')
    if key:
        found.append('"key": {' + ", ".join([f"{_quoted(name)}: {_quoted(each)}" for name, each in key.items()]) + "}")
    if row_hash is not None:
        found.append(f'"row_hash": "{row_hash}"')
    if params:
        said = known.get(id(params))
        if said is None:
            said = _ENCODER.encode(params)
            if len(known) < PORTION:
                known[id(params)] = said
        found.append(f'"params": {said}')
    if fix is not None:
        found.append(f'"fix": {_ENCODER.encode(fix._asdict())}')
    return "{" + ", ".join(found) + "}"


def document(report: Report, *, lang: str, reproducible: bool = False, bare: bool = False) -> dict[str, Any]:
    """The report as JSON-able data, in a fixed order; the clock's values are left out when it must be reproducible.

    `bare`: a mark stands where samples belong.
    """
    found: dict[str, Any] = {
        "report": REPORT_FORMAT,
        "verdict": str(report.verdict),
        "publishable": report.publishable,
        "inputs": plain(report.inputs),
        "engine": dict(report.engine),
        "summary": report.counts,
        "files": [_file(each, lang, bare) for each in report.files],
    }
    if not reproducible:
        found["generated"] = report.generated
        found["duration"] = report.duration
    made: dict[str, Any] = plain(found)
    return made


def _file(file: FileReport, lang: str, bare: bool) -> dict[str, Any]:
    return {
        "name": file.name,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "format": file.format,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "sheet": file.sheet,
        "header_line": file.header_line,
        "rows": file.rows,
        "columns": file.columns,
        "verdict": str(file.verdict),
        "publishable": file.publishable,
        "rows_with_errors": file.rows_with_errors,
        "spread": list(file.spread),
        **({"department": file.department} if file.department is not None else {}),
        **({"detected": file.detected} if file.detected is not None else {}),
        "standard": _standard(file.standard),
        "looks_like": [plain(each) for each in file.looks_like],
        "titles": dict(file.titles),
        "checked": file.checked,
        "not_checked": [_not_checked(each) for each in file.not_checked],
        "findings": [_finding(each, file, lang, bare) for each in file.findings],
    }


def _standard(used: StandardUsed | None) -> dict[str, Any] | None:
    if used is None:
        return None
    title = {name: text for name, text in used.title.items() if text}
    return {"id": used.id, "version": used.version, "sha256": used.sha256, "title": title, "status": str(used.status)}


def _not_checked(each: NotChecked) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "code": each.code,
        "columns": list(each.columns),
        "reason": each.reason,
        "severity": str(each.severity),
    }


def _finding(finding: Finding, file: FileReport, lang: str, bare: bool) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "columns": list(finding.columns),
        "rule": finding.rule,
        "reason": finding.reason,
        "count": finding.count,
        "params": plain(finding.params),
        "message": finding_words(finding, lang, "message", file=file),
        "help": finding_words(finding, lang, "help", file=file),
        "samples": _MARK if bare and finding.samples else [sample_document(each) for each in finding.samples],
    }


def sample_document(sample: Sample) -> dict[str, Any]:
    """A sample; what it does not have is left out."""
    found: dict[str, Any] = {
        "row": sample.row,
        "line": sample.line,
        "cell": sample.cell,
        "byte": sample.byte,
        "pointer": sample.pointer,
        "value": sample.value,
    }
    found = {name: plain(value) for name, value in found.items() if value is not None}
    if sample.key:
        found["key"] = plain(sample.key)
    if sample.row_hash is not None:
        found["row_hash"] = sample.row_hash
    if sample.params:
        found["params"] = plain(sample.params)
    if sample.fix is not None:
        found["fix"] = {"value": sample.fix.value, "safe": sample.fix.safe}
    return found


def plain(value: Any) -> Any:
    """The value as JSON has it; dates in ISO 8601, decimals and everything else as text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return value
    return value.item() if hasattr(value, "item") else str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=plain)
