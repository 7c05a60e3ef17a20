"""One source as a file of the report, whatever it is: a table, a document, or something that cannot be read."""

from __future__ import annotations

from typing import Any

from gongshu.standards.faults import SourceFault
from gongshu.validators.asking import Asked, used
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.inputs import identity, is_binary
from gongshu.validators.jsonfiles import document_report
from gongshu.validators.plan import Terms
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.tables import table_report


def file_report(source: Any, name: str, asked: Asked, *, origin: Any = None) -> FileReport:
    """The report of one source; what cannot be read is a report too, identified by `origin`'s bytes if given."""
    try:
        return _judged(source, name, asked, asked.terms())
    except SourceFault as fault:
        return unreadable(fault, name, asked, source if origin is None else origin)


def unreadable(fault: SourceFault, name: str, asked: Asked, origin: Any) -> FileReport:
    """The report of what could not be read."""
    size, sha256 = identity(origin)
    params = {key: value for key, value in fault.params.items() if isinstance(value, (str, int, float))}
    reason = params.pop("reason", None)
    finding = Finding(fault.code, Severity.ERROR, 1, reason=None if reason is None else str(reason), params=params)
    return FileReport(
        name,
        Verdict.UNREADABLE,
        bytes=size,
        sha256=sha256,
        standard=used(asked.standard),
        findings=(finding,),
    )


def _judged(source: Any, name: str, asked: Asked, terms: Terms) -> FileReport:
    from gongshu.validators.readers.content import Content, open_content
    from gongshu.validators.readers.sniffing import format_of

    if not is_binary(source):
        return table_report(source, name, asked, terms)
    content = source if isinstance(source, Content) else open_content(source, asked.options.name or name)
    try:
        report = document_report(content, format_of(content), name, asked, terms)
        if report is not None:
            return report
        return table_report(content, name, asked, terms)
    finally:
        content.close()
