"""One line a faulty cell: JSON Lines for machines, CSV for people. Complete when the report keeps every sample."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from json.encoder import encode_basestring
from typing import Any, BinaryIO

from gongshu.validators.finding import Finding, Sample
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.sampletext import sample_texts
from gongshu.validators.reports.speaking import Speaker
from gongshu.validators.reports.words import say, title_list
from gongshu.validators.samples import portions

PORTION = 1 << 20  # characters written at once
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_jsonl(report: Report, out: BinaryIO, *, lang: str, **_: Any) -> None:
    """One JSON object a line: file, code, severity, columns, rule, reason, the sample's fields, message."""
    for file, finding in each_finding(report):
        message = Speaker(finding, lang, "message", file)
        same = {
            "file": file.name,
            "sheet": file.sheet,
            "code": finding.code,
            "severity": str(finding.severity),
            "columns": list(finding.columns),
            "rule": finding.rule,
            "reason": finding.reason,
        }
        start = json.dumps(same, ensure_ascii=False)[:-1]
        for portion in portions(finding.samples or (Sample(),)):
            bodies = (f"{text[1:-1]}, " if text != "{}" else "" for text in sample_texts(portion))
            said = (encode_basestring(message(sample)) for sample in portion.samples())
            lines = [f'{start}, {body}"message": {words}}}\n' for body, words in zip(bodies, said)]
            out.write("".join(lines).encode("utf-8", "backslashreplace"))


def write_csv(report: Report, out: BinaryIO, *, lang: str, bom: bool = True, **_: Any) -> None:
    """UTF-8 with BOM, so that spreadsheets read it; no cell can start a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(say("report.csv-header", lang).split(","))
    out.write(b"\xef\xbb\xbf" if bom else b"")
    yes, no = say("report.yes", lang), say("report.no", lang)
    for file, finding in each_finding(report):
        message, advice = (Speaker(finding, lang, part, file) for part in ("message", "help"))
        names, titles = " ".join(finding.columns), " ".join(title_list(finding, file))
        level = say(f"report.severity-{finding.severity}", lang)
        for sample in finding.samples or (Sample(),):
            fix = sample.fix
            place = (sample.row or "", sample.line or "", sample.cell or sample.pointer or "")
            mended = ("", "") if fix is None else (fix.value or "", yes if fix.safe else no)
            told = (level, finding.code, message(sample), sample.value or "", *mended, advice(sample))
            writer.writerow(
                [neutral(str(each)) for each in (file.name, file.sheet or "", names, titles, *place, *told)]
            )
            if text.tell() > PORTION:
                _pass_on(text, out)
    _pass_on(text, out)


def _pass_on(text: io.StringIO, out: BinaryIO) -> None:
    out.write(text.getvalue().encode("utf-8", "backslashreplace"))
    text.seek(0)
    text.truncate()


def neutral(value: str) -> str:
    """The value so that no spreadsheet takes it for a formula; a plain negative number stays."""
    if not value.startswith(_FORMULA) or value[1:].replace(".", "", 1).isdigit():
        return value
    return "'" + value


def each_finding(report: Report) -> Iterator[tuple[FileReport, Finding]]:
    """Every finding with its file."""
    for file in report.files:
        for finding in file.findings:
            yield file, finding
