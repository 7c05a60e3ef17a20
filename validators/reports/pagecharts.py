"""The page's tables and charts: departments and files worst first, where errors lie, which columns have most."""

from __future__ import annotations

from collections.abc import Iterator

from gongshu.standards.messages import languages
from gongshu.validators.finding import Severity
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.pagewords import anchor_of, both, lists, safe, said
from gongshu.validators.reports.ranking import department_cells, ranked_files
from gongshu.validators.reports.words import say

BARS = 60  # columns with a bar
LEVELS = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def overview(report: Report) -> Iterator[str]:
    """Departments and files, worst first."""
    yield from _departments(report)
    yield '<table class="overview"><thead><tr>'
    for title in lists(lambda lang: say("report.overview-header", lang).split(",")):
        yield f"<th>{title}</th>"
    yield "</tr></thead><tbody>"
    for number, file in ranked_files(report):
        counts = "".join(f'<td class="n">{file.count(level):,}</td>' for level in LEVELS[:2])
        yield (
            f'<tr><td><a href="#f{number}">{safe(file.name)}</a></td>'
            f'<td class="v-{file.verdict}">{said(f"report.verdict-{file.verdict}")}</td>'
            f'{counts}<td class="n">{file.rows or 0:,}</td></tr>\n'
        )
    yield "</tbody></table>\n"


def _departments(report: Report) -> Iterator[str]:
    rows = {lang: department_cells(report, lang) for lang in languages()}
    first, *_ = rows.values()
    if not first:
        return
    yield '<table class="overview departments"><thead><tr>'
    for title in lists(lambda lang: say("report.department-header", lang).split(",")):
        yield f"<th>{title}</th>"
    yield "</tr></thead><tbody>"
    for at, (_, *counts) in enumerate(first):
        name = both({lang: row[at][0] for lang, row in rows.items()}.__getitem__)
        cells = "".join(f'<td class="n">{each}</td>' for each in counts)
        yield f"<tr><td>{name}</td>{cells}</tr>\n"
    yield "</tbody></table>\n"


def strip(file: FileReport) -> Iterator[str]:
    """Where in the table the rows with errors lie."""
    if not file.spread or not file.rows:
        return
    parts, rows, most = len(file.spread), file.rows, max(file.spread) or 1
    caption = said("report.strip", rows=f"{rows:,}", wrong=f"{file.rows_with_errors:,}")
    yield f'<figure class="strip"><figcaption>{caption}</figcaption>'
    yield f'<svg viewBox="0 0 {parts} 1" preserveAspectRatio="none" role="img" aria-hidden="true">'
    for at, count in enumerate(file.spread):
        if count:
            first, last = -(-at * rows // parts) + 1, -(-(at + 1) * rows // parts)
            strength = 0.25 + 0.75 * count / most
            yield f'<rect x="{at}" width="1" height="1" fill-opacity="{strength:.2f}">'
            yield f"<title>{first:,}–{last:,}: {count:,}</title></rect>"
    yield f"</svg><span>1</span><span>{rows:,}</span></figure>\n"


def bars(file: FileReport, number: int) -> Iterator[str]:
    """How many faults each column has."""
    counts: dict[str, dict[Severity, int]] = {}
    for finding in file.findings:
        if finding.columns and not finding.code.startswith("table.column-"):
            of = counts.setdefault(finding.columns[0], dict.fromkeys(LEVELS, 0))
            of[finding.severity] += finding.count
    if len(counts) < 2:
        return
    most = max(sum(each.values()) for each in counts.values())
    order = sorted(counts, key=lambda name: [-counts[name][level] for level in LEVELS])
    yield f'<figure class="bars"><figcaption>{said("report.bars")}</figcaption><table>'
    for name in order[:BARS]:
        parts = "".join(
            f'<i class="s-{level}" style="width:{100 * count / most:.2f}%"></i>'
            for level, count in counts[name].items()
            if count
        )
        total = sum(counts[name].values())
        title = safe(file.titles.get(name) or name)
        yield f'<tr><th><a href="#{anchor_of(number, name)}">{title}</a></th>'
        yield f'<td class="bar">{parts}</td><td class="n">{total:,}</td></tr>\n'
    yield "</table>"
    if len(order) > BARS:
        yield f"<p>{said('report.columns-more', count=len(order) - BARS)}</p>"
    yield "</figure>\n"
