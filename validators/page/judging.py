"""One file judged, mended and marked in a process of its own, which can be stopped and takes no one else down.

`python -m gongshu.validators.page.judging FOLDER`: reads `ask.json` and the file in `given/`, writes into `made/`, and
says in `outcome.json` what there is; written anew after each step, whole each time.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import Fault, SourceFault, StandardFaults, UsageFault
from gongshu.standards.messages import languages, sentence

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.report import Report

Words = dict[str, str]  # a sentence in every language
_BAR = re.compile(r'<i class="(s-[a-z]+)" style="width:([0-9.]+)%">')  # no text has these: it is escaped
ENDINGS = {"zh": ("_标注", "_修补", "_改动记录", "_报告"), "en": ("_marked", "_mended", "_changes", "_report")}


@dataclass(slots=True)
class Outcome:
    """What there is so far. `made` maps a product to the name of its file; `missing` says why one will not come."""

    stage: str = "judging"
    fault: Words | None = None
    standard: str = ""
    detected: float | None = None
    verdict: str = ""
    made: dict[str, str] = field(default_factory=dict)
    missing: dict[str, Words] = field(default_factory=dict)
    cells: int = 0
    rows: int = 0
    left: int = 0

    def document(self) -> dict[str, Any]:
        """As JSON-able data."""
        return {name: getattr(self, name) for name in self.__slots__}


def work(folder: Path) -> None:
    """`outcome.json` of the folder is at the stage `done`, whatever happened."""
    asked = json.loads((folder / "ask.json").read_text(encoding="utf-8"))
    (source,) = (folder / "given").iterdir()
    (folder / "made").mkdir(exist_ok=True)
    outcome = Outcome()
    try:
        for _ in _steps(folder, source, asked, outcome):
            _tell(folder, outcome)
    except Exception as fault:  # nobody else is here to say it
        outcome.fault = outcome.fault or words(fault, folder)
    outcome.stage = "done"
    _tell(folder, outcome)


def _steps(folder: Path, source: Path, asked: dict[str, Any], outcome: Outcome) -> Iterator[None]:
    """Judge, mend, mark; each step is told before it begins."""
    from gongshu.standards.registry import Registry
    from gongshu.validators.filelists import is_list
    from gongshu.validators.packages import is_descriptor
    from gongshu.validators.validation import validate

    yield
    if is_list(source) or is_descriptor(source):  # it would name files of this machine that nobody handed in
        raise UsageFault("page.file-list", name=source.name)
    registry = Registry([Path(each) for each in asked["folders"]])
    outcome.standard = asked["standard"]
    if not outcome.standard:
        outcome.standard, outcome.detected = _detected(source, registry)
    standard = outcome.standard or None
    report = validate(source, standard=standard, profile=asked["profile"], registry=registry)
    _write_findings(folder, source, report, asked["lang"], outcome)
    outcome.verdict, outcome.stage = str(report.verdict), "mending"
    yield
    _try("mended", folder, outcome, lambda: _mend(folder, source, registry, asked, outcome))
    outcome.stage = "marking"
    yield
    _try("workbook", folder, outcome, lambda: _mark(folder, source, registry, asked, outcome))


def _detected(source: Path, registry: Registry) -> tuple[str, float | None]:
    """The standard that the file plainly is of, and how like it is; none where that is not plain."""
    from gongshu.validators.drafting import detect
    from gongshu.validators.gathering import LIKE_ENOUGH

    try:
        best = next(iter(detect(source, registry, limit=1)), None)
    except (SourceFault, UsageFault):  # validation says what is wrong with the file
        return "", None
    if best is None or best.score < LIKE_ENOUGH:
        return "", None
    return f"{best.id}@{best.version}", best.score


def _write_findings(folder: Path, source: Path, report: Report, lang: str, outcome: Outcome) -> None:
    from gongshu.validators.reports.page import contents

    with (folder / "made" / "findings.html").open("w", encoding="utf-8", errors="xmlcharrefreplace") as out:
        for piece in contents(report):
            out.write(_BAR.sub(lambda bar: f'<i class="{bar[1]} w{max(1, round(float(bar[2])))}">', piece))
    name = f"{source.stem}{ENDINGS[lang][3]}.html"
    report.save(folder / "made" / name, form="html", lang=lang)
    outcome.made["report"] = name


def _mend(folder: Path, source: Path, registry: Registry, asked: dict[str, Any], outcome: Outcome) -> None:
    from gongshu.validators.repair import fix

    if not outcome.standard:
        raise UsageFault("page.no-standard")
    ending = source.suffix if source.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm") else ".csv"
    mended, log = (f"{source.stem}{each}" for each in ENDINGS[asked["lang"]][1:3])
    repair = fix(
        source,
        standard=outcome.standard,
        output=folder / "made" / f"{mended}{ending}",
        log=folder / "made" / f"{log}.csv",
        profile=asked["profile"],
        registry=registry,
        lang=asked["lang"],
    )
    if repair.output is None or not (repair.cells or repair.transcoded):
        raise UsageFault("page.nothing-to-mend")
    outcome.cells, outcome.rows, outcome.left = repair.cells, repair.rows, repair.report.counts["errors"]
    outcome.made["mended"] = repair.output.name
    if repair.log is not None:
        outcome.made["changes"] = repair.log.name


def _mark(folder: Path, source: Path, registry: Registry, asked: dict[str, Any], outcome: Outcome) -> None:
    from gongshu.validators.reports.output import write_atomically
    from gongshu.validators.reports.workbook import write
    from gongshu.validators.validation import validate

    standard = outcome.standard or None
    report = validate(source, standard=standard, profile=asked["profile"], registry=registry, samples=None)
    if outcome.verdict == "unreadable":
        raise UsageFault("page.nothing-to-mark")
    name = f"{source.stem}{ENDINGS[asked['lang']][0]}.xlsx"
    write_atomically(folder / "made" / name, lambda out: write(report, out, lang=asked["lang"], sources=(source,)))
    outcome.made["workbook"] = name


# --- telling -----------------------------------------------------------------------------------------------------


def words(fault: BaseException, folder: Path) -> Words:
    """What went wrong, in every language, with no path of this machine in it."""
    said: Words = {}
    for lang in languages():
        if isinstance(fault, Fault):
            text = fault.say(lang)
        elif isinstance(fault, StandardFaults):
            text = "\n".join(each.say(lang) for each in fault.exceptions if isinstance(each, Fault))
        else:
            text = sentence("page.internal", {"kind": type(fault).__name__}, lang)
        for inner in ("given", "made", ""):
            text = text.replace(f"{folder / inner}{os.sep}", "")
        said[lang] = text.replace(str(folder), "")
    return said


def _try(product: str, folder: Path, outcome: Outcome, make: Any) -> None:
    """The product is made, or it is said why not; the findings stand either way."""
    try:
        make()
    except Exception as fault:  # the findings are there already and must stay
        outcome.missing[product] = words(fault, folder)


def _tell(folder: Path, outcome: Outcome) -> None:
    part = folder / "outcome.part"
    part.write_text(json.dumps(outcome.document(), ensure_ascii=False), encoding="utf-8")
    for wait in (0.02, 0.1, 0.5, 0.0):
        try:
            part.replace(folder / "outcome.json")
        except PermissionError:  # Windows, while the server reads the one before
            time.sleep(wait)
        else:
            return


if __name__ == "__main__":
    from gongshu.validators.process import settle

    settle()
    work(Path(sys.argv[1]))
