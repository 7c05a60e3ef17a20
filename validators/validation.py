"""The verdict over data: `validate` reads, judges by a standard, and reports."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongshu.standards.faults import UsageFault
from gongshu.validators.asking import Asked, asking, extra_checks, used
from gongshu.validators.filereports import file_report
from gongshu.validators.inputs import identity, names_of
from gongshu.validators.keys import BUDGET
from gongshu.validators.report import FileReport, Report, Verdict

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.readers.options import ReadOptions

__all__ = ["Asked", "asking", "validate"]


def validate(
    *sources: Any,
    standard: Any = None,
    profile: str | None = None,
    as_of: date | str | None = None,
    samples: int | None = 20,
    registry: Registry | None = None,
    threads: int | None = None,
    options: ReadOptions | None = None,
    references: Mapping[str, Any] | None = None,
    unmask: bool = False,
    checks: Mapping[str, Any] | None = None,
    budget: int = BUDGET,
) -> Report:
    """The report over `sources`: paths, bytes, binary file objects, Arrow tables, data frames.

    `standard` is an id, `id@version`, a pack folder, a Table Schema (file or mapping) or a `Standard`; without one the
    structure alone is looked at. `profile` defaults to the setting, else to none; `as_of` to today in the time
    zone of the settings. `samples` caps the places a finding lists (None: all); counts are exact. `references` are the
    tables that foreign keys point to, by resource name or standard id. `checks` are further checks, `CHECKS | {name:
    function of the judged columns and the number of rows, giving faults}`; with any, nothing is publishable. `budget`
    bounds the memory for keys, in bytes.

    A source that cannot be read makes its file's verdict `unreadable`. Raises `UsageFault` for a path that does not
    exist or an unknown profile, `StandardFault` for a standard that is faulty or unknown.
    """
    started = time.perf_counter()
    if not sources:
        raise UsageFault("usage.nothing-given")
    asked = asking(
        standard=standard,
        profile=profile,
        as_of=as_of,
        samples=samples,
        registry=registry,
        threads=threads,
        options=options,
        references=references,
        unmask=unmask,
        checks=checks,
        budget=budget,
    )
    files = tuple(file_report(source, name, asked) for source, name in zip(sources, names_of(sources)))
    return Report(
        verdict=max((each.verdict for each in files), key=list(Verdict).index),
        publishable=all(each.publishable for each in files),
        inputs=_inputs(asked, files),
        files=files,
        engine={"name": "gongshu", "version": _version()},
        generated=datetime.now(ZoneInfo(asked.timezone)).isoformat(timespec="seconds"),
        duration=round(time.perf_counter() - started, 3),
    )


# --- inputs ------------------------------------------------------------------------------------------------------


def _inputs(asked: Asked, files: Sequence[FileReport]) -> dict[str, Any]:
    """Everything that can change a verdict."""
    judge = used(asked.standard)
    return {
        "standard": None if judge is None else {"id": judge.id, "version": judge.version, "sha256": judge.sha256},
        "profile": asked.profile,
        "as_of": asked.as_of.isoformat(),
        "timezone": asked.timezone,
        "references": {name: identity(each)[1] for name, each in sorted((asked.references or {}).items())},
        "checks": sorted(extra_checks(asked.checks)),
        "files": [
            {
                "name": each.name,
                "sha256": each.sha256,
                "format": each.format,
                "encoding": each.encoding,
                "delimiter": each.delimiter,
                "sheet": each.sheet,
                "header_line": each.header_line,
            }
            for each in files
        ],
    }


def _version() -> str:
    from importlib.metadata import version

    return version("gongshu")
