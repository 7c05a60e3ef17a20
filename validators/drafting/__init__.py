"""A look at a data file: the names of its columns and a sample of their values, for detection and for first drafts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.standards.faults import SourceFault
from gongshu.validators.readers import ReadOptions, open_table

if TYPE_CHECKING:
    from gongshu.standards.detect import Match
    from gongshu.standards.registry import Registry

ROWS = 2000  # rows looked at


@dataclass(frozen=True, slots=True)
class Look:
    """Column names as written, and for each column the text of its first cells, in the order of the rows."""

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    sheet: str | None = None


def look(path: Path, options: ReadOptions | None = None, *, rows: int = ROWS) -> Look:
    """Names and first rows of a file. Raises `SourceFault` or `UsageFault` where it cannot be read as a table."""
    source = open_table(path, options=options)
    try:
        header = source.shape.header
        if header is None:
            raise SourceFault("file.empty", name=path.name)
        columns: list[list[str]] = [[] for _ in header.names]
        for task in source.blocks():
            batch = task()
            for place, column in enumerate(batch.columns[: len(columns)]):
                columns[place].extend(column.slice(0, rows - len(columns[place])).to_pylist())
            if not columns or len(columns[0]) >= rows:
                break
        return Look(header.names, tuple(map(tuple, columns)), source.shape.sheet)
    finally:
        source.close()


def detect(path: Path, registry: Registry, *, options: ReadOptions | None = None, limit: int = 3) -> list[Match]:
    """The standards that a file looks most like, by the names of its columns and by their values."""
    from gongshu.standards.detect import detect as detected

    seen = look(path, options)
    return detected(seen.names, registry, limit, values=seen.columns)
