"""The report as one HTML page: no network, readable without JavaScript, every language in it.

Both the words and the data are escaped, characters that cannot be seen are shown as `<U+202E>`, and a content security
policy lets no script run but the page's own. Places beyond `PLACES` and findings beyond `FINDINGS` are counted, and the
page says so: its size depends on how many kinds of faults there are, not on how many faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import files
from itertools import islice
from typing import Any, BinaryIO

from gongshu.standards.messages import languages
from gongshu.validators.finding import Finding, Sample
from gongshu.validators.report import FileReport, Report
from gongshu.validators.reports.folding import Entry, groups
from gongshu.validators.reports.pagecharts import LEVELS, bars, overview, strip
from gongshu.validators.reports.pagewords import anchor_of, both, lists, safe, said, source_hash, switch_style, tag
from gongshu.validators.reports.steps import next_steps
from gongshu.validators.reports.words import (
    about,
    answer,
    detail_words,
    not_checked_words,
    place,
    quoted,
    say,
)

PLACES = 2000  # places listed in the whole page
FINDINGS = 600  # kinds of faults listed in the whole page
AT_ONCE = 5  # places of a finding that are open from the start


def write(report: Report, out: BinaryIO, *, lang: str, reproducible: bool = False, **_: Any) -> None:
    """UTF-8 HTML that opens in `lang`. Only the report itself is held, the page is written as it is made."""
    for piece in _page(report, lang, reproducible):
        out.write(piece.encode("utf-8", "xmlcharrefreplace"))


def _page(report: Report, lang: str, reproducible: bool) -> Iterator[str]:
    spoken = sorted(languages(), key=lambda each: each != lang)
    script, style = _asset("page.js"), _asset("page.css") + switch_style(spoken, "background:#fff3;font-weight:600")
    trusted = f"sha256-{source_hash(script)}"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src '{trusted}'; base-uri 'none'"
    title = f"{', '.join(file.name for file in report.files[:3])} - {say(f'report.verdict-{report.verdict}', lang)}"
    yield (
        f'<!DOCTYPE html>\n<html lang="{tag(lang)}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">\n<title>{safe(title)}</title>\n'
        f"<style>{style}</style></head>\n<body>\n"
    )
    for each in spoken:
        checked = " checked" if each == lang else ""
        yield f'<input type="radio" name="lang" id="l-{each}"{checked}>'
    labels = "".join(f'<label for="l-{each}">{safe(say("report.language", each))}</label>' for each in spoken)
    yield "\n"
    yield from contents(report, reproducible=reproducible, beside=f'<nav class="langs">{labels}</nav>')
    yield f"<script>{script}</script>\n</body></html>\n"


def contents(report: Report, *, reproducible: bool = False, beside: str = "") -> Iterator[str]:
    """What the page says: `header` and `main`, every language in it, without style or script of its own.

    `beside` is HTML that stands before the verdict.
    """
    yield f'<header class="v-{report.verdict}">{beside}\n<h1>{both(lambda lang: answer(report, lang))}</h1>'
    if any(file.standard is None and file.rows is not None for file in report.files):
        yield f"<p>{said('report.structure-only')}</p>"
    yield "</header>\n<main>\n"
    if len(report.files) > 1:
        yield from overview(report)
    yield from _tools()
    room = _Room(report)
    for number, file in enumerate(report.files):
        yield from _file(file, report, number, room)
    yield from _inputs(report, reproducible)
    yield "</main>\n"


class _Room:
    """How much may still be listed."""

    def __init__(self, report: Report) -> None:
        kinds = sum(len(file.findings) for file in report.files)
        self.each = max(AT_ONCE, min(200, PLACES // max(1, min(kinds, FINDINGS))))
        self.findings = FINDINGS
        self.places = PLACES + AT_ONCE * min(kinds, FINDINGS)


def _tools() -> Iterator[str]:
    """Filter and search; the script shows them."""
    yield '<form class="tools" id="tools" hidden>'
    for level in LEVELS:
        yield f'<label class="s-{level}"><input type="checkbox" value="{level}" checked> '
        yield f"{said(f'report.severity-{level}')}</label>"
    yield f'<label class="search">{said("report.search")} <input type="search" id="search"></label>'
    yield f'<output id="none" hidden>{said("report.search-none")}</output></form>\n'


def _file(file: FileReport, report: Report, number: int, room: _Room) -> Iterator[str]:
    yield f'<section class="file" id="f{number}"><h2>{safe(file.name)}</h2>\n<ul class="about">'
    for line in lists(lambda lang: about(file, report, lang)[file.rows is None :]):
        yield f"<li>{line}</li>"
    yield "</ul>\n"
    yield from strip(file)
    yield from bars(file, number)
    shown = groups(file, languages()[0])
    titles = lists(lambda lang: [title for title, _ in groups(file, lang)])
    left = 0
    anchors: set[str] = set()
    for title, (_, found) in zip(titles, shown):
        if room.findings <= 0:
            left += len(found)
            continue
        name = found[0].finding.columns[0] if found[0].finding.columns else ""
        anchor = "" if name in anchors or not name else f' id="{anchor_of(number, name)}"'
        anchors.add(name)
        yield f'<section class="group"{anchor}><h3>{title}</h3>\n'
        for entry in found[: room.findings]:
            yield from _entry(entry, file, room)
        left += max(0, len(found) - room.findings)
        room.findings -= len(found)
        yield "</section>\n"
    if left:
        yield f'<p class="cut">{said("report.kinds-more", count=f"{left:,}")}</p>\n'
    yield from _ending(file)
    yield "</section>\n"


def _entry(entry: Entry, file: FileReport, room: _Room) -> Iterator[str]:
    finding = entry.finding
    yield f'<article class="s-{finding.severity}" data-s="{finding.severity}"><h4><b>'
    yield both(lambda lang: say(f"report.severity-{finding.severity}", lang))
    yield f"</b> {both(lambda lang: say('report.times', lang, count=f'{finding.count:,}'))} "
    yield f"{both(lambda lang: entry.words('title', lang, file))} <code>{safe(finding.code)}</code></h4>\n"
    samples = (each for each in finding.samples if each.row is not None or each.cell or each.byte is not None)
    most = max(0, min(room.each, room.places))
    kept = list(islice(samples, most))
    placed = bool(kept) or (not most and next(samples, None) is not None)
    room.places -= len(kept)
    if kept:
        yield from _places(finding, kept, file)
    if placed and finding.count > len(kept):
        yield f'<p class="cut">{said("report.more", count=f"{finding.count - len(kept):,}")}</p>'
    yield f'<p class="help">{both(lambda lang: entry.advice(lang, file))}</p>'
    yield "</article>\n"


def _places(finding: Finding, samples: list[Sample], file: FileReport) -> Iterator[str]:
    yield "<table>"
    for each in samples[:AT_ONCE]:
        yield _place(finding, each, file)
    yield "</table>"
    if len(samples) > AT_ONCE:
        yield f"<details><summary>{said('report.unfold', count=len(samples) - AT_ONCE)}</summary><table>"
        for each in samples[AT_ONCE:]:
            yield _place(finding, each, file)
        yield "</table></details>"


def _place(finding: Finding, sample: Sample, file: FileReport) -> str:
    fix = sample.fix
    if fix is not None and fix.safe and fix.value != sample.value and sample.value:
        mended = f"<ins>{safe(quoted(fix.value))}</ins>" if fix.value else said("report.fix-empty")
        detail = f"<del>{safe(quoted(sample.value))}</del> {'→ ' if fix.value else ''}{mended}"
    else:
        detail = both(lambda lang: detail_words(finding, sample, file, lang))
    key = " ".join(f"{file.titles.get(name) or name} {quoted(text)}" for name, text in sample.key.items() if text)
    beside = f" <small>{safe(key)}</small>" if key and set(sample.key) != set(finding.columns) else ""
    return f"<tr><th>{both(lambda lang: place(sample, lang, file))}</th><td>{detail}{beside}</td></tr>\n"


def _ending(file: FileReport) -> Iterator[str]:
    yield '<footer class="ending">'
    if file.rows == 0:
        yield f"<p>{said('report.no-rows')}</p>"
    if file.checked:
        yield f"<p>{said('report.checked', checked=file.checked)}</p>"
    if file.not_checked:
        yield f"<p>{said('report.not-checked', count=len(file.not_checked))}</p><ul>"
        for each in file.not_checked[:FINDINGS]:
            what = each.rule or each.code or ", ".join(each.columns)
            words = both(partial(not_checked_words, each.reason))
            yield f"<li><code>{safe(what)}</code> {words}</li>"
        yield "</ul>"
    if file.publishable:
        yield f"<p>{said('report.publishable')}</p>"
    steps = lists(lambda lang: next_steps(file, lang))
    if steps:
        yield f'<h3>{said("report.next")}</h3><ul class="next">'
        for step in steps:
            yield f"<li>{step}</li>"
        yield "</ul>"
    yield "</footer>\n"


def _inputs(report: Report, reproducible: bool) -> Iterator[str]:
    """What the verdict rests on."""
    rows = [("gongshu", report.engine.get("version", "")), ("profile", report.inputs.get("profile") or "-")]
    rows += [("as_of", str(report.inputs.get("as_of", ""))), ("timezone", str(report.inputs.get("timezone", "")))]
    for file in report.files:
        rows += [(f"{file.name} sha256", file.sha256 or "-")]
        if file.standard is not None:
            rows += [(f"{file.standard.id}@{file.standard.version} sha256", file.standard.sha256)]
    if not reproducible and report.generated:
        rows += [("generated", report.generated)]
    yield f'<details class="inputs"><summary>{said("report.inputs")}</summary><table>'
    for name, value in dict(rows).items():
        yield f"<tr><th>{safe(name)}</th><td><code>{safe(value)}</code></td></tr>\n"
    yield "</table></details>\n"


@cache
def _asset(name: str) -> str:
    return files("gongshu.validators.reports").joinpath(name).read_text(encoding="utf-8")
