"""The verdict as a badge: a small SVG for a page about the data."""

from __future__ import annotations

from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from gongshu.validators.report import Report, Verdict
from gongshu.validators.reports.words import say

_COLORS = {Verdict.CONFORMS: "#1a7f37", Verdict.NONCONFORMING: "#cf222e", Verdict.UNREADABLE: "#57606a"}
_STRUCTURE = "#0969da"  # nobody said what is right: a blue badge is no praise
_HEIGHT, _PAD = 20, 7


def write(report: Report, out: BinaryIO, *, lang: str, **_: Any) -> None:
    """SVG in UTF-8: the standard on the left, the verdict and the number of errors on the right."""
    used = [file.standard for file in report.files if file.standard is not None]
    names = dict.fromkeys(f"{each.id} {each.version}" for each in used)
    left = next(iter(names)) if len(names) == 1 else say("report.badge", lang)
    right, color = say(f"report.verdict-{report.verdict}", lang), _COLORS[report.verdict]
    if report.verdict is Verdict.NONCONFORMING:
        right += " · " + say("report.badge-errors", lang, count=f"{report.counts['errors']:,}")
    elif report.verdict is Verdict.CONFORMS and not used:
        right, color = say("report.badge-structure", lang), _STRUCTURE
    out.write(_svg(left, right, color).encode("utf-8", "xmlcharrefreplace"))


def _svg(left: str, right: str, color: str) -> str:
    one, two = _width(left) + 2 * _PAD, _width(right) + 2 * _PAD
    title = escape(f"{left}: {right}", {'"': "&quot;"})
    font = "system-ui,'Noto Sans CJK SC','Microsoft YaHei',Verdana,sans-serif"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{one + two}" height="{_HEIGHT}" role="img"'
        f' aria-label="{title}"><title>{title}</title>'
        f'<clipPath id="r"><rect width="{one + two}" height="{_HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{one}" height="{_HEIGHT}" fill="#424a53"/>'
        f'<rect x="{one}" width="{two}" height="{_HEIGHT}" fill="{color}"/></g>'
        f'<g fill="#fff" font-family="{font}" font-size="11" text-anchor="middle">'
        f'<text x="{one / 2}" y="14" textLength="{one - 2 * _PAD}">{escape(left)}</text>'
        f'<text x="{one + two / 2}" y="14" textLength="{two - 2 * _PAD}">{escape(right)}</text></g></svg>\n'
    )


def _width(text: str) -> int:
    """Pixels at 11 px, roughly: a wide character takes 11, a narrow one 6.5."""
    return round(sum(11 if ord(each) >= 0x2E80 else 6.5 for each in text))
