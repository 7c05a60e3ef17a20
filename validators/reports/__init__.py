"""The forms of a report, one a file; a form is one line here.

Each is `write(report, out, *, lang, **options)`, where `out` takes bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from gongshu.standards.faults import UsageFault
from gongshu.validators.report import Report

FORMS: dict[str, str] = {
    "badge": "gongshu.validators.reports.badge:write",
    "csv": "gongshu.validators.reports.cells:write_csv",
    "github": "gongshu.validators.reports.github:write",
    "html": "gongshu.validators.reports.page:write",
    "json": "gongshu.validators.reports.document:write",
    "jsonl": "gongshu.validators.reports.cells:write_jsonl",
    "junit": "gongshu.validators.reports.junit:write",
    "markdown": "gongshu.validators.reports.markdown:write",
    "sarif": "gongshu.validators.reports.sarif:write",
    "terminal": "gongshu.validators.reports.terminal:write",
    "xlsx": "gongshu.validators.reports.workbook:write",
}
# what the end of an output file's name says of its form
SUFFIXES: dict[str, str] = {
    ".csv": "csv",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".md": "markdown",
    ".sarif": "sarif",
    ".svg": "badge",
    ".txt": "terminal",
    ".xlsx": "xlsx",
    ".xml": "junit",
}
BINARY = frozenset({"xlsx"})  # nothing for a console
UNCAPPED = frozenset({"csv", "jsonl", "xlsx"})  # each faulty cell has its own line or mark: every sample has to be kept


def form(name: str) -> Callable[..., None]:
    """The writer of that form."""
    module, _, attribute = FORMS[name].partition(":")
    found: Callable[..., None] = getattr(import_module(module), attribute)
    return found


def write(report: Report, out: BinaryIO, *, form_name: str, lang: str, **options: Any) -> None:
    """Write the report in one form."""
    form(form_name)(report, out, lang=lang, **options)


def save(report: Report, path: Path, *, form_name: str | None = None, lang: str | None = None, **options: Any) -> None:
    """Write a file, whole or not at all. Raises `UsageFault` for a form or an ending that is not known."""
    from gongshu.standards.messages import language
    from gongshu.validators.reports.output import write_atomically

    name = form_name or SUFFIXES.get(path.suffix.lower(), path.suffix.lower().removeprefix("."))
    if name not in FORMS:
        near = get_close_matches(name, FORMS, 1, 0.3)
        raise UsageFault("usage.form-unknown", name=name, near=near[0] if near else "json", known=", ".join(FORMS))
    spoken = lang or language()
    write_atomically(path, lambda out: write(report, out, form_name=name, lang=spoken, **options))
