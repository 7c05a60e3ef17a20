"""What is derived from a standard: one artefact per file, never written by hand.

`FORMS` names, for each form, `module:function`; the function takes `(standard, registry, options)` and gives a
`Derived`. Whatever a form accepts, the standard accepts too, but for what its losses name; and a form accepts every row
that the standard accepts (typed, as the standard reads it: repaired where a repair is safe).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.model import Standard, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

_HERE = "gongshu.standards.derive"
FORMS: Mapping[str, str] = {
    "arrow": f"{_HERE}.arrow:derive",
    "avro": f"{_HERE}.avro:derive",
    "csvw": f"{_HERE}.csvw:derive",
    "datapackage": f"{_HERE}.datapackage:derive",
    "ddl-duckdb": f"{_HERE}.ddl.script:duckdb",
    "ddl-mysql": f"{_HERE}.ddl.script:mysql",
    "ddl-oracle": f"{_HERE}.ddl.script:oracle",
    "ddl-postgres": f"{_HERE}.ddl.script:postgres",
    "ddl-sqlite": f"{_HERE}.ddl.script:sqlite",
    "ddl-tsql": f"{_HERE}.ddl.script:tsql",
    "docx": f"{_HERE}.docx:derive",
    "html": f"{_HERE}.html:derive",
    "json-schema": f"{_HERE}.jsonschema:derive",
    "markdown": f"{_HERE}.markdown:derive",
    "mermaid": f"{_HERE}.mermaid:derive",
    "odcs": f"{_HERE}.odcs:derive",
    "openapi": f"{_HERE}.openapi:derive",
    "pydantic": f"{_HERE}.pydantic:derive",
    "spark": f"{_HERE}.spark:derive",
    "table-schema": f"{_HERE}.tableschema:derive",
    "xlsx-template": f"{_HERE}.template:derive",
}
BINARY = frozenset({"arrow", "docx", "xlsx-template"})  # no text for a terminal


@dataclass(frozen=True, slots=True)
class Options:
    """How an artefact is asked for. `as_of`: drop-downs offer the codes of that day; None = those without an end."""

    lang: str = "zh"
    as_of: date | None = None


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


DEFAULTS = Options()


def derive(standard: Standard, form: str, registry: Registry, options: Options = DEFAULTS) -> Derived:
    """The artefact of that form. Raises `StandardFault` for a form that does not exist or does not fit the kind."""
    if form not in FORMS:
        near = difflib.get_close_matches(form, FORMS, 3) or list(FORMS)
        raise StandardFault("standard.export-form", name=form, known=", ".join(near))
    module, _, name = FORMS[form].partition(":")
    made: Any = getattr(import_module(module), name)(standard, registry, options)
    assert isinstance(made, Derived)  # noqa: S101 - the table's values are of this project
    return made


def table_of(standard: Standard, form: str) -> Table:
    """The table that a form is made of. Raises `StandardFault` where the standard is of another kind."""
    if standard.table is None:
        params = {"name": standard.reference, "kind": standard.kind.value, "form": form}
        raise StandardFault("standard.export-kind", **params)
    return standard.table
