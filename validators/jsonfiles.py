"""One JSON text as a file of the report: a document under a JSON Schema, GeoJSON, or syntax alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import SourceFault
from gongshu.standards.model import Kind
from gongshu.standards.recordschema import schema_of
from gongshu.validators import documents, geometry
from gongshu.validators.asking import may_be_published, used
from gongshu.validators.borders import Border, arrays
from gongshu.validators.finding import Finding, NotChecked, Severity
from gongshu.validators.offsets import unknown
from gongshu.validators.report import FileReport, Verdict
from gongshu.validators.tally import levelled

if TYPE_CHECKING:
    from gongshu.validators.asking import Asked
    from gongshu.validators.plan import Terms
    from gongshu.validators.readers.content import Content
    from gongshu.validators.readers.encodings import Settled

JSON = ("json", "jsonl")


def document_report(content: Content, kind: str, name: str, asked: Asked, terms: Terms) -> FileReport | None:
    """The report of a text that is judged as a document; None where it is to be judged as a table.

    A standard of kind `record` judges documents only: anything else raises SourceFault `file.format-mismatch`. A table
    standard judges tables. Without a standard, GeoJSON and values that are no array of objects are documents.
    """
    record = asked.standard is not None and asked.standard.kind is Kind.RECORD
    if kind not in JSON:
        if record:
            actual = "CSV" if kind == "text" else kind
            raise SourceFault("file.format-mismatch", name=name, extension="—", actual=actual, reason="no-json")
        return None
    if not record and (asked.standard is not None or kind == "jsonl"):
        return None
    if kind == "jsonl":
        return _lines(content, name, asked, terms)
    return _document(content, name, asked, terms, record=record)


def _document(content: Content, name: str, asked: Asked, terms: Terms, *, record: bool) -> FileReport | None:
    from gongshu.validators.readers.objects import whole_text

    text, settled = whole_text(content, asked.options)
    geojson, rows = False, None
    border: Border | None = None
    start = text.lstrip("\ufeff \t\r\n")
    if not record:
        if asked.detect or (start[:1] == "[" and start[1:].lstrip(" \t\r\n")[:1] == "{"):
            return None
        border = Border(asked.options.bounds)
        geojson, rows = _geojson(text, border, named=content.name.lower().endswith(".geojson"))
    found, faulty = documents.document(
        text,
        schema=_schema(asked) if record else None,
        geojson=geojson,
        bounds=asked.options.bounds,
        samples=asked.samples,
    )
    undone = geometry.unseen() if geojson else []
    if border is not None and border.suspected():
        params = {"name": " / ".join(border.suspected()).upper()}
        found = [*found, Finding("geo.offset-system", Severity.WARNING, 1, reason="border", params=params)]
    elif border is not None and border.silent() and terms.severity("geo.offset-system", None, "warning") is not None:
        undone = [*undone, unknown(border)]
    checked = 1 + (geojson or record)
    return _report(
        content, settled, "geojson" if geojson else "json", name, asked, terms, found, faulty, rows, checked, undone
    )


def _geojson(text: str, border: Border, *, named: bool) -> tuple[bool, int | None]:
    """Whether the text or the file's name says that it is GeoJSON, and how many features it has.

    `border` gets the positions, unless a member `crs` says what they are.
    """
    from gongshu.validators.jsontext import SyntaxFault, parse

    try:
        value = parse(text)
    except SyntaxFault:
        return False, None
    if not (named or documents.is_geojson(value)):
        return False, None
    if not (isinstance(value, dict) and "crs" in value):
        border.take(*arrays(geometry.positions(value)))
    features = value.get("features") if isinstance(value, dict) else None
    return True, len(features) if isinstance(features, list) else 1


def _lines(content: Content, name: str, asked: Asked, terms: Terms) -> FileReport:
    from gongshu.validators.readers.encodings import settle
    from gongshu.validators.readers.objects import as_text, physical_lines

    settled = settle(content, asked.options.encoding)
    body, start = as_text(content, settled)

    def lines() -> Iterator[tuple[int, str]]:
        for number, raw in enumerate(physical_lines(body, start), 1):
            yield number, raw.decode("utf-8", "replace")

    found, faulty, rows = documents.json_lines(lines(), schema=_schema(asked), samples=asked.samples)
    if body is not content:
        body.close()
    return _report(content, settled, "jsonl", name, asked, terms, found, faulty, rows, 2, [])


def _schema(asked: Asked) -> Mapping[str, Any] | bool | None:
    from gongshu.standards.recordschema import check_schema

    found = schema_of(asked.standard) if asked.standard is not None else None
    if found is None:
        return None
    check_schema(found)
    answer: Mapping[str, Any] | bool = found
    return answer


def _report(
    content: Content,
    settled: Settled,
    form: str,
    name: str,
    asked: Asked,
    terms: Terms,
    found: Sequence[Finding],
    faulty: int,
    rows: int | None,
    checked: int,
    undone: Sequence[NotChecked],
) -> FileReport:
    from gongshu.validators.readers.digesting import sha256_of
    from gongshu.validators.readers.objects import encoding_findings
    from gongshu.validators.readers.sniffing import mismatch

    kind = "jsonl" if form == "jsonl" else "json"
    named = mismatch(content.name, kind)
    everything = [*named, *encoding_findings(settled), *found]
    findings = tuple(levelled(everything, terms.severity))
    wrong = any(each.severity is Severity.ERROR for each in findings)
    verdict = Verdict.NONCONFORMING if wrong else Verdict.CONFORMS
    return FileReport(
        name=name,
        verdict=verdict,
        bytes=content.size,
        sha256=sha256_of(content),
        format=form,
        encoding=settled.encoding,
        rows=rows,
        standard=used(asked.standard),
        checked=checked,
        not_checked=tuple(undone),
        findings=findings,
        rows_with_errors=faulty if wrong else 0,
        publishable=verdict is Verdict.CONFORMS
        and may_be_published(asked)
        and not any(each.severity is Severity.ERROR for each in undone),
    )
