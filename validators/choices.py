"""What the user wrote, as values; a wrong word gets the right one."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import UsageFault

if TYPE_CHECKING:
    from gongshu.validators.readers.options import ReadOptions


def form_of(asked: str | None, output: Path | None, *, json: bool) -> str:
    """The report form asked for; else by the output's name; else JSON for machines, the terminal for people."""
    from gongshu.validators.reports import FORMS, SUFFIXES

    if asked is None:
        if json:
            return "json"
        return SUFFIXES.get(output.suffix.lower(), "terminal") if output is not None else "terminal"
    if asked in FORMS:
        return asked
    near = difflib.get_close_matches(asked.lower(), FORMS, 1, 0.3)
    raise UsageFault("usage.form-unknown", name=asked, near=near[0] if near else "terminal", known=", ".join(FORMS))


def samples_of(asked: str | None, default: int | None) -> int | None:
    """How many places of a fault are kept; None is all of them."""
    if asked is None:
        return default
    if asked.strip().lower() == "all":
        return None
    if not asked.strip().isdecimal():
        raise UsageFault("usage.samples", value=asked)
    return int(asked)


def date_of(asked: str | None) -> date | None:
    """The reference date; None where today is meant."""
    if asked is None:
        return None
    try:
        return date.fromisoformat(asked.strip())
    except ValueError as error:
        raise UsageFault("usage.as-of", value=asked) from error


def options_of(sheet: str | None, encoding: str | None, delimiter: str | None, header_row: int | None) -> ReadOptions:
    """How the files are to be read."""
    from gongshu.validators.readers.options import ReadOptions

    tabs = {"tab": "\t", "\\t": "\t"}
    mark = tabs.get(delimiter.lower(), delimiter) if delimiter is not None else None
    return ReadOptions(sheet=sheet, encoding=encoding, delimiter=mark, header_row=header_row)


def references_of(asked: Iterable[str], openers: Mapping[str, str]) -> dict[str, Any]:
    """The tables that foreign keys point to: `NAME=FILE`, or `NAME=scheme:PLACE#PART` that an opener resolves.

    `openers` maps a scheme to `module:function`, which takes place and part and gives a source.
    """
    found: dict[str, Any] = {}
    for each in asked:
        name, equals, where = each.partition("=")
        if not equals or not name.strip() or not where.strip():
            raise UsageFault("usage.reference-spelling", value=each)
        scheme, colon, rest = where.strip().partition(":")
        if colon and scheme in openers:
            module, _, function = openers[scheme].partition(":")
            place, _, part = rest.rpartition("#")
            found[name.strip()] = getattr(importlib.import_module(module), function)(place or rest, part)
            continue
        path = Path(where.strip())
        if not path.is_file():
            raise UsageFault("usage.path-missing", path=str(path), near="")
        found[name.strip()] = path
    return found
