"""The report as JUnit XML: a suite a file, a test a kind of fault, so that a build server shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from gongshu.validators.finding import Finding, Severity
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.folding import Entry, entries
from gongshu.validators.reports.words import about, detail_words, place, say

# what XML 1.0 cannot hold, not even escaped
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report, out: BinaryIO, *, lang: str, reproducible: bool = False, shown: int = 20, **_: Any) -> None:
    """XML in UTF-8. Errors are failures; warnings and notes pass, with their words; an unreadable file is an error."""
    spent = "" if reproducible or report.duration is None else f' time="{report.duration}"'
    suites = [(file, entries(file.findings)) for file in report.files]
    tests = sum(max(1, len(found)) for _, found in suites)
    failures = sum(_fails(each.finding, file) for file, found in suites for each in found)
    errors = sum(
        each.severity is Severity.ERROR for file in report.files if file.rows is None for each in file.findings
    )
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    head = f'<testsuites name="gongshu" tests="{tests}" failures="{failures}" errors="{errors}"{spent}>'
    out.write(head.encode() + b"\n")
    for file, found in suites:
        for line in _suite(file, found, report, lang, shown):
            out.write(line.encode("utf-8", "xmlcharrefreplace") + b"\n")
    out.write(b"</testsuites>\n")


def _suite(file: FileReport, found: list[Entry], report: Report, lang: str, shown: int) -> Iterator[str]:
    failures = sum(_fails(each.finding, file) for each in found)
    errors = sum(_errors(each.finding, file) for each in found)
    name = _attribute(file.name)
    yield f'  <testsuite name={name} tests="{max(1, len(found))}" failures="{failures}" errors="{errors}" skipped="0">'
    if not found:
        yield f"    <testcase classname={name} name={_attribute(say('report.conforms', lang))}/>"
    for each in found:
        yield from _case(each, file, lang, shown)
    yield f"    <system-out>{_text(chr(10).join(about(file, report, lang)))}</system-out>"
    yield "  </testsuite>"


def _case(entry: Entry, file: FileReport, lang: str, shown: int) -> Iterator[str]:
    finding = entry.finding
    title = entry.words("title", lang, file)
    columns = " ".join(finding.columns) if entry.folded == 1 else ""
    name = " ".join(each for each in (finding.code, columns, finding.rule or "", finding.reason or "") if each)
    yield f"    <testcase classname={_attribute(file.name)} name={_attribute(name)}>"
    if finding.severity is Severity.ERROR:
        tag = "failure" if _fails(finding, file) else "error"
        times = say("report.times", lang, count=f"{finding.count:,}")
        message = _attribute(f"{title} ({times})")
        start = f"{tag} type={_attribute(finding.code)} message={message}"
    else:
        tag = start = "system-out"
    yield f"      <{start}>{_text(title)}"
    for line in _places(finding, file, lang, shown):
        yield _text(line)
    yield f"{_text(entry.advice(lang, file))}</{tag}>"
    yield "    </testcase>"


def _places(finding: Finding, file: FileReport, lang: str, shown: int) -> Iterator[str]:
    count = 0
    for each in islice(finding.samples, shown):
        if each.row is not None or each.cell:
            count += 1
            yield f"{place(each, lang, file)}  {detail_words(finding, each, file, lang)}"
    if count and finding.count > count:
        yield say("report.more", lang, count=f"{finding.count - count:,}")


def _fails(finding: Finding, file: FileReport) -> bool:
    return finding.severity is Severity.ERROR and file.rows is not None


def _errors(finding: Finding, file: FileReport) -> bool:
    return finding.severity is Severity.ERROR and file.rows is None


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub(_visible, text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub(_visible, text))


def _visible(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
