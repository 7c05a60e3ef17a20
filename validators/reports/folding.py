"""Findings of a header that differ only by their column, as one: 26 missing columns are one thing to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gongshu.validators.finding import EMPTY, SEVERITY_ORDER, Finding
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import finding_words, say, title_list

# code -> the words of several of its findings
FOLDS: dict[str, str] = {
    "table.column-duplicate": "report.columns-duplicate",
    "table.column-extra": "report.columns-extra",
    "table.column-missing": "report.columns-missing",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to read: a finding, or several of one code and severity without cells of their own."""

    finding: Finding  # of several: their columns together, no samples
    folded: int = 1

    def words(self, part: str, lang: str, file: FileReport) -> str:
        """`title`, `message` or `help` in words."""
        if self.folded == 1:
            return finding_words(self.finding, lang, part, file=file)
        code = FOLDS[self.finding.code]
        columns = ("、" if lang == "zh" else ", ").join(named(self.finding, file, lang))
        return say(f"{code}-help" if part == "help" else code, lang, count=self.folded, columns=columns)

    def advice(self, lang: str, file: FileReport) -> str:
        """What to do, after the words that say that this is what follows."""
        return f"{say('report.help', lang)}{'' if lang == 'zh' else ' '}{self.words('help', lang, file)}"


def entries(findings: Iterable[Finding]) -> list[Entry]:
    """The findings in their order, those that fold at the place of the first of them."""
    groups: dict[object, list[Finding]] = {}
    for number, each in enumerate(findings):
        alike = each.code in FOLDS and len(each.columns) == 1 and all(sample.row is None for sample in each.samples)
        groups.setdefault((each.code, each.severity, each.rule, each.reason) if alike else number, []).append(each)
    return [Entry(found[0]) if len(found) == 1 else _together(found) for found in groups.values()]


def groups(file: FileReport, lang: str) -> list[tuple[str, list[Entry]]]:
    """Findings by the column they stand in, the column with the worst finding first."""
    found: dict[str, list[Entry]] = {}
    for entry in entries(sorted(file.findings, key=lambda each: SEVERITY_ORDER[each.severity])):
        found.setdefault(_group_title(entry.finding, file, lang), []).append(entry)
    return list(found.items())


def _group_title(finding: Finding, file: FileReport, lang: str) -> str:
    if finding.code.startswith("table.column-"):
        return say("report.whole-table", lang)
    if not finding.columns:
        return say("report.whole-file" if finding.code.startswith("file.") else "report.whole-table", lang)
    return ("、" if lang == "zh" else ", ").join(named(finding, file, lang))


def named(finding: Finding, file: FileReport, lang: str) -> list[str]:
    """The finding's columns as title and name."""
    opening, closing = ("（", "）") if lang == "zh" else (" (", ")")
    return [
        title if title == name else f"{title}{opening}{name}{closing}"
        for title, name in zip(title_list(finding, file), finding.columns)
    ]


def _together(found: list[Finding]) -> Entry:
    titles = tuple(title for each in found for title in each.titles)
    return Entry(
        replace(
            found[0],
            count=sum(each.count for each in found),
            columns=tuple(name for each in found for name in each.columns),
            samples=(),
            params=EMPTY,
            titles=titles if all(each.titles for each in found) else (),
        ),
        len(found),
    )
