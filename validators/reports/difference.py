"""A comparison in words: mended, left, new; then kind by kind what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gongshu.validators.reports.words import finding_words, say, title_list

if TYPE_CHECKING:
    from gongshu.validators.comparison import Comparison

SHOWN = 30  # kinds of faults listed


def difference_lines(found: Comparison, lang: str, *, quiet: bool = False) -> Iterator[str]:
    """The totals first; nothing but them when `quiet`."""
    totals = {"mended": f"{found.mended:,}", "left": f"{found.left:,}", "new": f"{found.new:,}"}
    yield say("report.diff", lang, **totals)
    if quiet:
        return
    if not found.judged_alike:
        yield say("report.diff-terms", lang)
    if not found.exact:
        yield say("report.diff-counts", lang)
    several = len({each.file.name for each in found.kinds}) > 1
    for each in found.kinds[:SHOWN]:
        title = finding_words(each.finding, lang, "title", file=each.file)
        called = ("、" if lang == "zh" else ", ").join(title_list(each.finding, each.file))
        counts = {"mended": f"{each.mended:,}", "left": f"{each.left:,}", "new": f"{each.new:,}"}
        level = say(f"report.severity-{each.finding.severity}", lang)
        named = " ".join(part for part in (each.file.name if several else "", called, title) if part)
        yield say("report.diff-kind", lang, level=level, what=named, code=each.finding.code, **counts)
    if len(found.kinds) > SHOWN:
        yield say("report.kinds-more", lang, count=len(found.kinds) - SHOWN)
