"""What every department gets back: its faulty files as marked workbooks, one workbook, or a folder of several."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.validators.inputs import path_of
from gongshu.validators.pieces import Piece
from gongshu.validators.report import FileReport, Report, Verdict

_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')  # no file of Windows is named so
LONGEST = 100  # characters of a name


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The workbooks written, and the faulty files of which there is none, as they cannot be read as a table."""

    written: tuple[Path, ...]
    left: tuple[str, ...]
    departments: int


def hand_back(report: Report, pieces: Sequence[Piece], folder: Path, *, lang: str, nameless: str) -> HandedBack:
    """Write the marked workbooks into `folder`: `DEPARTMENT.xlsx`, or `DEPARTMENT/FILE.xlsx` where it has several.

    `pieces` are those that the report was made of, in its order, with every sample kept. `nameless` is what files
    without a department go under. Raises `UsageFault` where `folder` lies among the data or cannot be written.
    """
    refuse_among(folder, pieces)
    held: dict[str, list[tuple[FileReport, Piece]]] = {}
    for file, piece in zip(report.files, pieces):
        if file.verdict is not Verdict.CONFORMS:
            held.setdefault(_fit(file.department or nameless), []).append((file, piece))
    written: list[Path] = []
    left: list[str] = []
    taken: set[str] = set()
    for name, mine in held.items():
        for file, piece in mine:
            base = folder / name if len(mine) == 1 else folder / name / _fit(_stem(file))
            target = _free(base, ".xlsm" if file.name.lower().endswith(".xlsm") else ".xlsx", taken)
            if file.verdict is not Verdict.UNREADABLE and _marked(report, file, piece, target, lang):
                written.append(target)
            else:
                left.append(file.name)
    return HandedBack(tuple(written), tuple(left), len(held))


def _marked(report: Report, file: FileReport, piece: Piece, target: Path, lang: str) -> bool:
    """Write one workbook; False where the file is no table that a workbook could show."""
    from gongshu.validators.reports import write
    from gongshu.validators.reports.output import write_atomically

    alone = replace(report, verdict=file.verdict, files=(file,))
    origins = [path for path in [path_of(piece.origin)] if path is not None]
    with _source(piece, file) as source:
        if source is None:
            return False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageFault("usage.output-folder", path=str(target), detail=error.strerror or str(error)) from error
        try:
            write_atomically(
                target,
                lambda out: write(alone, out, form_name="xlsx", lang=lang, sources=[source]),
                inputs=origins,
            )
        except (SourceFault, UsageFault) as fault:
            if fault.code in ("usage.output-folder", "usage.output-is-input", "usage.form-changed"):
                raise
            return False
    return True


class _source:  # noqa: N801 - used as a function: a context that gives the path of the file
    """The file itself; of a member of an archive a copy."""

    def __init__(self, piece: Piece, file: FileReport) -> None:
        self._piece, self._file = piece, file
        self._folder: Path | None = None

    def __enter__(self) -> Path | None:
        if self._piece.where is not None:
            return path_of(self._piece.where)
        self._folder = Path(tempfile.mkdtemp(prefix="gongshu-back-"))
        copy = self._folder / PurePosixPath(self._file.name).name
        try:
            content: Any = self._piece.open()
        except SourceFault:
            return None
        try:
            content.stream.seek(0)
            with copy.open("wb") as out:
                shutil.copyfileobj(content.stream, out)
        finally:
            content.close()
        return copy

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def refuse_among(folder: Path, pieces: Sequence[Piece]) -> None:
    """Raise `UsageFault` for a folder that holds data: a hand-back there would be judged as data the next time."""
    here = folder.resolve()
    for each in _paths(pieces):
        if here == each.resolve().parent or here in each.resolve().parents:
            raise UsageFault("usage.hand-back-among", path=str(folder))


def _paths(pieces: Sequence[Piece]) -> Iterator[Path]:
    for each in pieces:
        path = path_of(each.origin)
        if path is not None:
            yield path


def _stem(file: FileReport) -> str:
    """The file's name without its ending, with the folders inside the department."""
    name = PurePosixPath(file.name)
    folders = list(name.parts[:-1])
    if file.department in folders:
        folders = folders[folders.index(file.department) + 1 :]
    return "-".join((*folders, name.stem))


def _fit(name: str) -> str:
    """The name as a file's on every system."""
    return _UNFIT.sub("_", name).strip(" .")[:LONGEST] or "_"


def _free(base: Path, ending: str, taken: set[str]) -> Path:
    """A name that no file of this hand-back has."""
    number, path = 1, base.with_name(base.name + ending)
    while str(path).casefold() in taken:
        number += 1
        path = base.with_name(f"{base.name} ({number}){ending}")
    taken.add(str(path).casefold())
    return path
