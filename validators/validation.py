"""The verdict over data: `validate` reads, judges by a standard, and reports."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongshu.standards.edition import VERSION
from gongshu.validators.asking import Asked, Watch, asking, extra_checks, used
from gongshu.validators.gathering import gather
from gongshu.validators.inputs import identity
from gongshu.validators.keys import BUDGET
from gongshu.validators.pieces import Piece, Progress, judged
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
    bounds: Any = None,
    masked: bool = False,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Report:
    """The report over `sources`: paths, bytes, binary file objects, Arrow tables, data frames.

    `standard` is an id, `id@version`, a pack folder, a Table Schema (file or mapping) or a `Standard`; without one the
    structure alone is looked at. `profile` defaults to the setting, else to none; `as_of` to today in the time
    zone of the settings. `samples` caps the places a finding lists (None: all); counts are exact. `references` are the
    tables that foreign keys point to, by resource name or standard id. `checks` are further checks, `CHECKS | {name:
    function of the judged columns and the number of rows, giving faults}`; with any, nothing is publishable. `budget`
    bounds the memory for keys, in bytes. `watch` is given the plan of a table and gives what is then shown
    every judged batch in the order of the file.

    A source that cannot be read makes its file's verdict `unreadable`. Raises `UsageFault` for a path that does not
    exist or an unknown profile, `StandardFault` for a standard that is faulty or unknown.
    """
    started = time.perf_counter()
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
        bounds=bounds,
        masked=masked,
        watch=watch,
    )
    return report_over(gather(sources, asked), asked, started=started, progress=progress)


def report_over(
    pieces: Sequence[Piece], asked: Asked, *, started: float | None = None, progress: Progress | None = None
) -> Report:
    """The report over pieces that are gathered already. `started` is a reading of the performance counter."""
    began = time.perf_counter() if started is None else started
    files = tuple(judged(pieces, threads=asked.threads, progress=progress))
    return Report(
        verdict=max((each.verdict for each in files), key=list(Verdict).index),
        publishable=all(each.publishable for each in files),
        inputs=_inputs(asked, pieces, files),
        files=files,
        engine={"name": "gongshu", "version": VERSION},
        generated=datetime.now(ZoneInfo(asked.timezone)).isoformat(timespec="seconds"),
        duration=round(time.perf_counter() - began, 3),
    )


# --- inputs ------------------------------------------------------------------------------------------------------


def _inputs(asked: Asked, pieces: Sequence[Piece], files: Sequence[FileReport]) -> dict[str, Any]:
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
                **_own(piece, asked, each),
            }
            for piece, each in zip(pieces, files)
        ],
        **_if_asked(asked, pieces),
    }


def _own(piece: Piece, asked: Asked, file: FileReport) -> dict[str, Any]:
    """What one file was judged by, where that is not what the whole call was asked for."""
    if piece.asked.standard is asked.standard or file.standard is None:
        return {}
    names = ("id", "version", "sha256")
    return {"standard": {name: getattr(file.standard, name) for name in names}, "detected": file.detected}


def _if_asked(asked: Asked, pieces: Sequence[Piece]) -> dict[str, Any]:
    """Inputs that are there only where somebody asked for them."""
    found: dict[str, Any] = {}
    if asked.options.bounds is not None:
        found["bounds"] = asdict(asked.options.bounds)
    if asked.masked:
        found["masked"] = True
    packed = {str(each.name).partition("/")[0]: each.origin for each in pieces if each.where is None}
    archives = {name: sha256 for name, origin in sorted(packed.items()) if (sha256 := identity(origin)[1]) is not None}
    if archives:
        found["archives"] = archives
    return found
