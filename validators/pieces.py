"""What is to be judged, one table or document at a time: its name, how it is opened, how it is to be judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from gongshu.standards.faults import SourceFault
from gongshu.validators.asking import Asked
from gongshu.validators.filereports import file_report, unreadable
from gongshu.validators.report import FileReport

WORKERS = 4  # files at a time
Progress: TypeAlias = Callable[[int, int, str], None]  # how many are done, of how many, and the last one's name


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the report to come. `origin` has the bytes that identify it where it cannot be opened itself."""

    name: str
    open: Callable[[], Any]
    asked: Asked
    origin: Any = None
    where: Any = field(default=None)  # what another file's foreign keys can be looked up in
    department: str | None = None  # whose file it is


def of_source(source: Any, name: str, asked: Asked) -> Piece:
    """The piece that a source itself is."""
    return Piece(name, lambda: source, asked, source, source)


def judged(
    pieces: Sequence[Piece], *, threads: int | None = None, progress: Progress | None = None
) -> list[FileReport]:
    """The reports of all pieces in their order; several at a time, so many that memory stays that of a few files."""
    processors = threads or min(WORKERS, os.cpu_count() or 1)
    workers = max(1, min(len(pieces), processors))
    if workers == 1:
        return list(_told(map(_report, pieces), pieces, progress))
    share = [
        replace(
            each,
            asked=replace(each.asked, threads=max(1, processors // workers), budget=each.asked.budget // workers),
        )
        for each in pieces
    ]
    with ThreadPoolExecutor(workers, thread_name_prefix="gongshu-file") as pool:
        waiting: list[Future[FileReport]] = [pool.submit(_report, each) for each in share]
        try:
            return list(_told((each.result() for each in waiting), pieces, progress))
        finally:
            for each in waiting:
                each.cancel()


def _told(reports: Iterator[FileReport], pieces: Sequence[Piece], progress: Progress | None) -> Iterator[FileReport]:
    for number, report in enumerate(reports, 1):
        if progress is not None:
            progress(number, len(pieces), report.name)
        yield report


def _report(piece: Piece) -> FileReport:
    report = _judged(piece)
    return report if piece.department is None else replace(report, department=piece.department)


def _judged(piece: Piece) -> FileReport:
    try:
        source = piece.open()
    except SourceFault as fault:
        return unreadable(fault, piece.name, piece.asked, piece.origin)
    return file_report(source, piece.name, piece.asked, origin=piece.origin)
