"""From what a caller names to the pieces to be judged: files, folders, globs, packages, lists, archives, sheets.

A folder is its `datapackage.json`, else its `manifest.yaml`, else every data file in it. Files whose names begin with
`~$` (Office's locks) or a dot are passed over.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import SourceFault, StandardFault, UsageFault
from gongshu.validators.asking import Asked
from gongshu.validators.filelists import LISTS, is_list, listed
from gongshu.validators.inputs import is_binary, names_of, path_of
from gongshu.validators.packages import PACKAGE, is_descriptor, package_pieces
from gongshu.validators.pieces import Piece, of_source

if TYPE_CHECKING:
    from gongshu.validators.readers.content import Content

LIKE_ENOUGH = 0.9  # from this score on a standard is taken for the file's own where none was given
ALL_SHEETS = "*"


def gather(sources: Iterable[Any], asked: Asked) -> list[Piece]:
    """Every piece, in order; foreign keys find the files that are judged beside them."""
    given = list(sources)
    if not given or any(isinstance(each, str) and not each for each in given):  # `""` is no name of this folder
        raise UsageFault("usage.nothing-given")
    pieces = [piece for source, name in zip(given, names_of(given)) for piece in _pieces(source, name, asked)]
    return _related([_detected(each) for each in pieces])


def _pieces(source: Any, name: str, asked: Asked) -> Iterator[Piece]:
    path = path_of(source)
    if path is None:
        if source is None or isinstance(source, (bool, int, float, complex)):
            raise UsageFault("usage.source-kind", kind=type(source).__name__)
        yield from _unpacked(of_source(source, name, asked))
        return
    if "://" in str(source) and not path.exists():
        from gongshu.validators.readers.sql import open_sql, spoken

        yield Piece(spoken(str(source)), partial(open_sql, str(source)), asked)
        return
    if glob.has_magic(str(source)) and not path.exists():
        everything = glob.iglob(str(source), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute patterns
        found = sorted(each for each in everything if not _passed_over(Path(each)))
        if not found:
            raise UsageFault("usage.glob-empty", pattern=str(source))
        for each in found:
            yield from _path(Path(each), asked, several=True)
        return
    yield from _path(path, asked, several=False)


def _path(path: Path, asked: Asked, *, several: bool, name: str | None = None) -> Iterator[Piece]:
    if path.is_dir():
        yield from _folder(path, asked)
    elif (asked.standard is None or path.name == PACKAGE) and is_descriptor(path):
        yield from _each(package_pieces(path, asked))
    elif is_list(path):
        yield from _each(listed(path, asked))
    else:
        told = replace(asked, detect=asked.standard is None and several)
        yield from _unpacked(of_source(path, name or names_of([path])[0], told))


def _folder(path: Path, asked: Asked) -> Iterator[Piece]:
    for name in (PACKAGE, *LISTS):
        if (path / name).is_file():
            yield from _path(path / name, asked, several=True)
            return
    from gongshu.validators.readers.packed import DATA

    endings = DATA | {".zip", ".gz"}
    files = [each for each in sorted(path.rglob("*")) if each.suffix.lower() in endings and each.is_file()]
    kept = [each for each in files if not any(map(_hidden, each.relative_to(path).parts))]
    if not kept:
        raise UsageFault("usage.folder-empty", path=str(path))
    for each in kept:
        if each.name == PACKAGE:
            continue
        inside, name = each.relative_to(path), names_of([each])[0]
        told = name if name != each.name else inside.as_posix()
        department = inside.parts[0] if len(inside.parts) > 1 else None
        for piece in _path(each, asked, several=True, name=told):
            yield replace(piece, department=piece.department or department)


def _passed_over(path: Path) -> bool:
    return _hidden(path.name)


def _hidden(name: str) -> bool:
    return name.startswith(("~$", "."))


def _each(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield from _unpacked(piece)


# --- what one file holds -----------------------------------------------------------------------------------------


def _unpacked(piece: Piece) -> Iterator[Piece]:
    """The members of an archive, the sheets of a workbook where all are asked for; else the piece itself."""
    if not is_binary(piece.origin) or hasattr(piece.origin, "read"):
        yield piece
        return
    from gongshu.validators.readers.content import open_content
    from gongshu.validators.readers.packed import ARCHIVES, members
    from gongshu.validators.readers.sniffing import format_of

    opened: Callable[[], Content] = partial(open_content, piece.origin, piece.name)
    try:
        content = opened()
        try:
            if content.read(0, 2) not in (b"PK", b"\x1f\x8b") and piece.asked.options.sheet != ALL_SHEETS:
                yield piece
                return
            kind = format_of(content)
        finally:
            content.close()
        if kind in ARCHIVES:
            for each in members(opened, kind):
                name = f"{piece.name}/{each.name}" if kind == "zip" else piece.name
                yield Piece(name, each.open, piece.asked, piece.origin, department=piece.department)
            return
    except SourceFault as fault:  # told when the piece is judged
        yield replace(piece, open=partial(_refused, fault))
        return
    if piece.asked.options.sheet == ALL_SHEETS:
        yield from _sheets(piece, opened, kind)
        return
    yield piece


def _refused(fault: SourceFault) -> Any:
    raise fault


def _sheets(piece: Piece, opened: Callable[[], Content], kind: str) -> Iterator[Piece]:
    from gongshu.validators.readers.sheetnames import filled_sheets

    names: list[str | None] = [None]
    if kind in ("xlsx", "xlsb", "xls", "ods"):
        content = opened()
        try:
            names = [*filled_sheets(content)]
        except SourceFault:
            names = [None]
        finally:
            content.close()
    for name in names:
        options = replace(piece.asked.options, sheet=name)
        yield replace(piece, asked=replace(piece.asked, options=options))


# --- which standard, which neighbours ----------------------------------------------------------------------------


def _detected(piece: Piece) -> Piece:
    """The piece with the standard that its column names tell, where it was to be found out and is plain."""
    from gongshu.standards.detect import detect
    from gongshu.validators.readers import open_table

    if not piece.asked.detect or piece.asked.standard is not None:
        return piece
    plain = replace(piece, asked=replace(piece.asked, detect=False))
    try:
        opened = open_table(piece.open(), options=replace(piece.asked.options, name=piece.name))
    except (SourceFault, UsageFault):
        return plain
    try:
        names = opened.shape.header.names if opened.shape.header is not None else ()
    finally:
        opened.close()
    best = next(iter(detect(names, piece.asked.registry, limit=1)), None)
    if best is None or best.score < LIKE_ENOUGH:
        return plain
    try:
        standard = piece.asked.registry.get(f"{best.id}@{best.version}")
    except StandardFault:
        return plain
    return replace(piece, asked=replace(piece.asked, standard=standard, detected=best.score))


def _related(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, each with the others as references for foreign keys that name their standards."""
    if len(pieces) < 2:
        return pieces
    held: dict[str, list[Any]] = {}
    for each in pieces:
        if each.asked.standard is not None and each.where is not None:
            held.setdefault(each.asked.standard.id, []).append(each.where)
    single = {name: where[0] for name, where in held.items() if len(where) == 1}
    answer = []
    for each in pieces:
        own = each.asked.standard.id if each.asked.standard is not None else ""
        others = {name: where for name, where in single.items() if name != own}
        given = {**others, **(each.asked.references or {})}
        answer.append(replace(each, asked=replace(each.asked, references=given)) if given else each)
    return answer
