"""The forms of a report, one a file; a form is one line here.

Each is `write(report, out, *, lang, **options)`, where `out` takes bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from gongshu.validators.report import Report

FORMS: dict[str, str] = {
    "csv": "gongshu.validators.reports.cells:write_csv",
    "json": "gongshu.validators.reports.document:write",
    "jsonl": "gongshu.validators.reports.cells:write_jsonl",
    "terminal": "gongshu.validators.reports.terminal:write",
}
# what the end of an output file's name says of its form
SUFFIXES: dict[str, str] = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".txt": "terminal"}
UNCAPPED = frozenset({"csv", "jsonl"})  # one line a faulty cell: every sample has to be kept


def form(name: str) -> Callable[..., None]:
    """The writer of that form."""
    module, _, attribute = FORMS[name].partition(":")
    found: Callable[..., None] = getattr(import_module(module), attribute)
    return found


def write(report: Report, out: BinaryIO, *, form_name: str, lang: str, **options: Any) -> None:
    """Write the report in one form."""
    form(form_name)(report, out, lang=lang, **options)
