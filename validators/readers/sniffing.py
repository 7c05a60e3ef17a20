"""What a file is, told by its content and not by its name."""

from __future__ import annotations

import zipfile
from pathlib import PurePath

from gongshu.standards.faults import SourceFault
from gongshu.validators.finding import Finding, Severity
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.jsonsniff import json_kind

TEXT = "text"
SPOKEN = {"text": "CSV", "json": "JSON", "jsonl": "JSON Lines"}
HEAD = 64 << 10
MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"\xff\xff\xff\xff": "arrow",  # an Arrow stream begins with its continuation mark
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"\x1f\x8b": "gzip",
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"SQLite format 3\x00": "sqlite",
    b"\x7fELF": "program",
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# what the end of a name promises; a name that promises nothing can break no promise
PROMISES = {
    ".csv": {TEXT},
    ".tsv": {TEXT},
    ".tab": {TEXT},
    ".txt": {TEXT},
    ".xlsx": {"xlsx"},
    ".xlsm": {"xlsx"},
    ".xlsb": {"xlsb"},
    ".xls": {"xls"},
    ".et": {"xls", "xlsx"},
    ".ods": {"ods"},
    ".parquet": {"parquet"},
    ".geoparquet": {"parquet"},
    ".arrow": {"arrow"},
    ".feather": {"arrow"},
    ".ipc": {"arrow"},
    ".json": {"json"},
    ".geojson": {"json"},
    ".topojson": {"json"},
    ".jsonl": {"jsonl"},
    ".ndjson": {"jsonl"},
    ".jsonlines": {"jsonl"},
    ".geojsonl": {"jsonl"},
    ".gz": {"gzip"},
    ".zip": {"zip"},
}


def format_of(content: Content) -> str:
    """`text`, `json`, `jsonl`, `xlsx`, `xlsb`, `xls`, `ods`, `parquet`, `arrow`, or the name of what is no table.

    Raises SourceFault `file.empty`, `file.password` (an encrypted workbook) or `file.unreadable`.
    """
    head = content.read(0, HEAD)
    if not head:
        raise SourceFault("file.empty", name=content.name)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_kind(content)
    if head[:8] == OLE:
        return _ole_kind(content, head)
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    return "binary" if _binary(head) else json_kind(content) or TEXT


def promised(name: str) -> frozenset[str]:
    """The formats that a file's name allows; empty when it says nothing."""
    return frozenset(PROMISES.get(PurePath(name).suffix.lower(), ()))


def mismatch(name: str, kind: str) -> list[Finding]:
    """`file.format-mismatch` where the name promises another format than the content has."""
    expected = promised(name)
    if not expected or kind in expected:
        return []
    params = {"extension": PurePath(name).suffix.lower(), "actual": SPOKEN.get(kind, kind)}
    return [Finding("file.format-mismatch", Severity.WARNING, 1, params=params)]


def _zip_kind(content: Content) -> str:
    try:
        with zipfile.ZipFile(content.stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                kind = archive.open("mimetype").read(200)
                if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return "ods"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError) as fault:
        from gongshu.validators.readers.cut import damaged

        raise damaged(content) from fault
    lowered = {name.lower() for name in names}
    if "xl/workbook.xml" in lowered or any(name.startswith("xl/worksheets/") for name in lowered):
        return "xlsb" if "xl/workbook.bin" in lowered else "xlsx"
    if "xl/workbook.bin" in lowered:
        return "xlsb"
    return "docx" if "word/document.xml" in lowered else "zip"


def _ole_kind(content: Content, head: bytes) -> str:
    """Old Excel, or a container that hides an encrypted workbook. Names of streams stand in UTF-16 in its directory."""
    directory = head
    if len(head) >= 52:
        sector = int.from_bytes(head[48:52], "little")
        shift = min(int.from_bytes(head[30:32], "little"), 16)
        directory = content.read((sector + 1) << shift, HEAD) + head if sector < 1 << 28 else head
    if "EncryptedPackage".encode("utf-16-le") in directory:
        raise SourceFault("file.password", name=content.name)
    if any(name.encode("utf-16-le") in directory for name in ("Workbook", "Book")):
        return "xls"
    return "doc" if "WordDocument".encode("utf-16-le") in directory else "ole"


def _binary(head: bytes) -> bool:
    """Many control characters that no text has; NULs of UTF-16 lie on one side and are no sign."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    nul = head.count(0)
    even = head[::2].count(0)
    sided = nul >= len(head) * 0.02 and max(even, nul - even) >= 0.85 * nul
    if sided:
        return False
    control = sum(head.count(code) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return control > max(3, len(head) * 0.05) or (nul > len(head) * 0.2)  # a stray one in a short text is no sign
