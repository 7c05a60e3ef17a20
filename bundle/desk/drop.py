"""What `validate` does with files dropped on it: find the standard, judge, write the report beside each, open it."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path

from gongshu.standards.faults import Fault, StandardFaults
from gongshu.standards.messages import language, sentence
from gongshu.standards.registry import Registry
from gongshu.validators.drafting import detect
from gongshu.validators.gathering import LIKE_ENOUGH
from gongshu.validators.reports import write
from gongshu.validators.validation import validate

ENDING = {"zh": "_校验报告", "en": "_report"}


def judge(path: Path, registry: Registry, lang: str) -> Path:
    """The report of one file, beside it. Raises `Fault` where there can be none."""
    try:
        best = next(iter(detect(path, registry, limit=1)), None)
    except Fault:  # the report says what is wrong with the file
        best = None
    standard = f"{best.id}@{best.version}" if best is not None and best.score >= LIKE_ENOUGH else None
    report = validate(path, standard=standard, registry=registry)
    write(report, sys.stdout.buffer, form_name="terminal", lang=lang, quiet=True, encoding="utf-8")
    sys.stdout.buffer.flush()
    page = path.with_name(f"{path.stem}{ENDING[lang]}.html")
    report.save(page, lang=lang)
    return page


def main(names: list[str]) -> int:
    """Every file gets its report, whatever is wrong with another. 0 where all could be written."""
    lang = language()
    registry = Registry()
    worst = 0
    for name in names:
        try:
            page = judge(Path(name).resolve(), registry, lang)
        except StandardFaults as faults:
            print("\n".join(each.say(lang) for each in faults.exceptions if isinstance(each, Fault)))
            worst = 2
        except Fault as fault:
            print(fault.say(lang))
            worst = 2
        except Exception as fault:  # a person without a console must read a sentence
            print(sentence("page.internal", {"kind": type(fault).__name__}, lang))
            worst = 4
        else:
            webbrowser.open(page.as_uri())
    return worst


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a console's stream
    sys.exit(main(sys.argv[1:]))
