"""The report as JSON, exactly as `report.schema.json` describes it: the form that machines and other forms read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from gongshu.validators.finding import Finding, NotChecked, Sample
from gongshu.validators.report import REPORT_FORMAT, FileReport, Report, StandardUsed
from gongshu.validators.reports.sampletext import plain, sample_texts
from gongshu.validators.reports.words import finding_words
from gongshu.validators.samples import portions

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
    for number, portion in enumerate(portions(samples)):
        text = (",\n      " if number else "\n      ") + ",\n      ".join(sample_texts(portion))
        out.write(text.encode("utf-8", "backslashreplace"))


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
