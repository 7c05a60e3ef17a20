"""What is derived from a standard: one artefact per file, never written by hand.

`FORMS` names, for each form, `module:function`; the function takes `(standard, registry)` and gives a `Derived`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

FORMS: Mapping[str, str] = {
    "table-schema": "gongshu.standards.derive.tableschema:derive",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that the standard says and the form cannot: where (a column, rule or `table`), and what."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Derived:
    """An artefact as bytes, and what it cannot say."""

    content: bytes
    losses: tuple[Loss, ...]


def derive(standard: Standard, form: str, registry: Registry) -> Derived:
    """The artefact of that form. Raises `StandardFault` for a form that does not exist or does not fit the kind."""
    if form not in FORMS:
        near = difflib.get_close_matches(form, FORMS, 3) or list(FORMS)
        raise StandardFault("standard.export-form", name=form, known=", ".join(near))
    module, _, name = FORMS[form].partition(":")
    made: Any = getattr(import_module(module), name)(standard, registry)
    assert isinstance(made, Derived)  # noqa: S101 - the table's values are of this project
    return made
