"""One line a faulty cell: JSON Lines for machines, CSV for people. Complete when the report keeps every sample."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from gongshu.validators.finding import Finding, Sample
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.document import sample_document
from gongshu.validators.reports.words import finding_words, say, title_list

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_jsonl(report: Report, out: BinaryIO, *, lang: str, **_: Any) -> None:
    """One JSON object a line: file, code, severity, columns, rule, reason, the sample's fields, message."""
    for file, finding, sample in each_cell(report):
        line = {
            "file": file.name,
            "sheet": file.sheet,
            "code": finding.code,
            "severity": str(finding.severity),
            "columns": list(finding.columns),
            "rule": finding.rule,
            "reason": finding.reason,
            **sample_document(sample),
            "message": finding_words(finding, lang, "message", sample=sample, file=file),
        }
        out.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def write_csv(report: Report, out: BinaryIO, *, lang: str, bom: bool = True, **_: Any) -> None:
    """UTF-8 with BOM, so that spreadsheets read it; no cell can start a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(say("report.csv-header", lang).split(","))
    for file, finding, sample in each_cell(report):
        fix = sample.fix
        automatic = "" if fix is None else say("report.yes" if fix.safe else "report.no", lang)
        writer.writerow([
            neutral(str(each)) for each in (
                file.name,
                file.sheet or "",
                " ".join(finding.columns),
                " ".join(title_list(finding, file)),
                sample.row or "",
                sample.line or "",
                sample.cell or "",
                say(f"report.severity-{finding.severity}", lang),
                finding.code,
                finding_words(finding, lang, "message", sample=sample, file=file),
                sample.value or "",
                (fix.value or "") if fix is not None else "",
                automatic,
                finding_words(finding, lang, "help", sample=sample, file=file),
            )
        ])  # fmt: skip
    out.write((b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode("utf-8", "backslashreplace"))


def neutral(value: str) -> str:
    """The value so that no spreadsheet takes it for a formula; a plain negative number stays."""
    if not value.startswith(_FORMULA) or value[1:].replace(".", "", 1).isdigit():
        return value
    return "'" + value


def each_cell(report: Report) -> Iterator[tuple[FileReport, Finding, Sample]]:
    """Every kept sample; a finding without one stands for itself."""
    for file in report.files:
        for finding in file.findings:
            for sample in finding.samples or (Sample(),):
                yield file, finding, sample
