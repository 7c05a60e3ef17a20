"""The sheet that says what was found, with a link to each place: as lines, and as the XML of a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from xml.sax.saxutils import quoteattr

from gongshu.validators.finding import Finding, Sample
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.folding import Entry, entries
from gongshu.validators.reports.words import about, answer, finding_words, place, quoted, say, title_list
from gongshu.validators.workbooks.sheetxml import written

EACH = 20  # places listed of one finding
PLACES = 2000  # places listed in all
WIDTHS = (8, 22, 46, 10, 18, 24, 24, 60, 24)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK_AT = 4  # the cell of a line that is linked


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet."""

    cells: tuple[str, ...]
    bold: bool = False
    link: str | None = None  # 'sheet'!A1


def lines(
    file: FileReport,
    report: Report,
    lang: str,
    address: Callable[[Finding, Sample], str | None],
    remarks: list[str],
) -> Iterator[Line]:
    """The verdict, what was judged, remarks; then finding by finding its places. Personal values are masked."""
    yield Line((answer(report, lang),), bold=True)
    for text in (*about(file, report, lang), *remarks):
        yield Line((text,))
    yield Line(())
    yield Line(tuple(say("report.summary-header", lang).split(",")), bold=True)
    yield from finding_lines(file, lang, address, PLACES)


def finding_lines(
    file: FileReport, lang: str, address: Callable[[Finding, Sample], str | None], left: int
) -> Iterator[Line]:
    """Finding by finding its places, `left` of them in all."""
    for entry in entries(file.findings):
        yield _finding(entry, file, lang)
        most = max(0, min(EACH, left))
        placed = (each for each in entry.finding.samples if each.row is not None or each.cell)
        shown = list(islice(placed, most))
        left -= len(shown)
        for sample in shown:
            yield _place(entry.finding, sample, file, lang, address(entry.finding, sample))
        if (shown or next(placed, None) is not None) and entry.finding.count > len(shown):
            more = say("report.more", lang, count=f"{entry.finding.count - len(shown):,}")
            yield Line(("", "", "", "", more))


def _finding(entry: Entry, file: FileReport, lang: str) -> Line:
    finding = entry.finding
    called = ("、" if lang == "zh" else ", ").join(title_list(finding, file)) if entry.folded == 1 else ""
    level = say(f"report.severity-{finding.severity}", lang)
    title, advice = entry.words("title", lang, file), entry.words("help", lang, file)
    return Line((level, called, title, f"{finding.count:,}", "", "", "", advice, finding.code), bold=True)


def _place(finding: Finding, sample: Sample, file: FileReport, lang: str, link: str | None) -> Line:
    fix = sample.fix
    mended = quoted(fix.value) if fix is not None and fix.value else ""
    value = quoted(sample.value) if sample.value else ""
    words = finding_words(finding, lang, "message", sample=sample, file=file)
    return Line(("", "", words, "", place(sample, lang, file), value, mended), link=link)


def sheet_xml(found: Iterator[Line], bold: int, linked: int) -> bytes:
    """The lines as a sheet; styles by their numbers."""
    rows, links = [], []
    for number, line in enumerate(found, 1):
        cells = []
        for at, text in enumerate(line.cells):
            if text:
                is_link = line.link is not None and at == LINK_AT
                style = linked if is_link else bold if line.bold else 0
                cells.append(
                    b'<c r="%s%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
                    % (b"ABCDEFGHI"[at : at + 1], number, style, written(text))
                )
        if line.link is not None:
            links.append(f"<hyperlink ref={quoteattr(f'E{number}')} location={quoteattr(line.link)}/>")
        rows.append(b'<row r="%d">%s</row>' % (number, b"".join(cells)))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, 1)
    )
    linking = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
        f"<cols>{columns}</cols><sheetData>".encode()
        + b"".join(rows)
        + f"</sheetData>{linking}</worksheet>".encode("utf-8", "replace")
    )


def location(sheet: str, cell: str) -> str:
    """A cell as links name it."""
    return f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}"
