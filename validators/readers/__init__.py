"""Readers: one format per file; whatever a table comes in, the engine gets batches of text with exact positions.

A path, bytes or an open binary file is read by its content's format, whatever its name says. A name that promises
another format is the finding `file.format-mismatch` {extension, actual}. What cannot be read raises a SourceFault with
one of `file.unreadable`, `file.truncated`, `file.empty`, `file.password`, `file.format-mismatch`, `file.too-large`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from gongshu.standards.faults import SourceFault
from gongshu.validators.batch import Source
from gongshu.validators.readers.content import Content, open_content
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.readers.sniffing import format_of, mismatch

__all__ = ["FORMATS", "ReadOptions", "open_table"]

MOST_COLUMNS = 20_000  # a workbook has 16,384; each costs some 10 kB in every batch
# format -> who reads it, imported when it is asked for: (content, options, findings) -> Source
FORMATS: dict[str, str] = {
    "arrow": "gongshu.validators.readers.columnar:open_arrow",
    "json": "gongshu.validators.readers.objects:open_json",
    "jsonl": "gongshu.validators.readers.jsonlines:open_lines",
    "ods": "gongshu.validators.readers.workbook:open_workbook",
    "parquet": "gongshu.validators.readers.columnar:open_parquet",
    "text": "gongshu.validators.readers.delimited:open_delimited",
    "xls": "gongshu.validators.readers.workbook:open_workbook",
    "xlsb": "gongshu.validators.readers.workbook:open_workbook",
    "xlsx": "gongshu.validators.readers.workbook:open_workbook",
}


def open_table(
    source: str | os.PathLike[str] | bytes | BinaryIO | Any, *, options: ReadOptions | None = None
) -> Source:
    """One table of a path, bytes, an open binary file, an Arrow table or reader, or a pandas or polars frame.

    A `Content` is read as it is, and closed with the source; a `Source` is itself; the files of
    `joined.Parts` are one table.
    """
    options = options or ReadOptions()
    if hasattr(source, "blocks") and hasattr(source, "shape"):
        return cast("Source", source)
    if hasattr(source, "as_one_table"):
        return cast("Source", source.as_one_table(options))
    if not isinstance(source, (str, os.PathLike, bytes, bytearray, memoryview)) and not hasattr(source, "read"):
        from gongshu.validators.readers.frames import open_frame

        return open_frame(source, options)
    content = source if isinstance(source, Content) else open_content(source, options.name)
    try:
        kind = format_of(content)
        if kind not in FORMATS:
            extension = PurePath(content.name).suffix.lower()
            reason = "binary" if kind == "binary" else None
            raise SourceFault(  # noqa: TRY301 - the content is closed for every fault in one place
                "file.format-mismatch", name=content.name, extension=extension or "—", actual=kind, reason=reason
            )
        findings = mismatch(content.name, kind)
        module, _, name = FORMATS[kind].partition(":")
        opened: Callable[..., Source] = getattr(importlib.import_module(module), name)
        source = opened(content, options, findings)
        if source.shape.header is not None and len(source.shape.header.names) > MOST_COLUMNS:
            source.close()
            raise SourceFault(  # noqa: TRY301 - as above
                "file.too-large", name=content.name, reason="columns", limit=f"{MOST_COLUMNS:,}"
            )
        return source  # noqa: TRY300 - as above
    except BaseException:
        content.close()
        raise
