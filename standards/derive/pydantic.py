"""A module of Python source with a pydantic model of one row; absent values are None."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "type", "length", "pattern", "bounds", "enum", "precision")
TYPES = {
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "integer": "int",
    "number": "Decimal",
    "time": "time",
    "year": "int",
}


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The source in UTF-8; it needs pydantic 2."""
    columns = columns_of(table_of(standard, "pydantic"), registry)
    source = "\n".join(_module(standard, columns, options.lang)) + "\n"
    return Derived(source.encode(), tuple(unsaid(standard, columns, SAYS)))


def class_name(standard: Standard) -> str:
    """`AdministrativePermit` for `administrative-permit`."""
    name = "".join(part.capitalize() for part in re.split(r"\W|_", standard.id) if part)
    return name if name.isidentifier() else f"Row{name}"


def _module(standard: Standard, columns: tuple[Column, ...], lang: str) -> Iterator[str]:
    title = f"{' '.join(standard.title.get(lang).split())} ({standard.reference})."
    yield f"{title!r}"
    yield ""
    yield "from datetime import date, datetime, time"
    yield "from decimal import Decimal"
    yield "from typing import Annotated, Literal"
    yield ""
    yield "from pydantic import BaseModel, ConfigDict, Field, StringConstraints"
    yield ""
    yield ""
    yield f"class {class_name(standard)}(BaseModel):"
    yield f"    {title!r}"
    yield ""
    extra = "forbid" if standard.table is not None and standard.table.header.extra == "error" else "ignore"
    yield f'    model_config = ConfigDict(populate_by_name=True, extra="{extra}")'
    yield ""
    taken: set[str] = set()
    for column in columns:
        name = _attribute(column.name, taken)
        kind = _type(column)
        arguments = [] if column.required else ["default=None"]
        if name != column.name:
            arguments.append(f"alias={column.name!r}")
        if column.note(lang):
            arguments.append(f"description={column.note(lang)!r}")
        yield f"    {name}: {kind if column.required else f'{kind} | None'} = Field({', '.join(arguments)})"


def _attribute(name: str, taken: set[str]) -> str:
    """A name that Python and pydantic allow and that is not taken yet."""
    plain = re.sub(r"\W", "_", name).lstrip("_")
    if not plain.isidentifier() or keyword.iskeyword(plain) or plain.startswith("model_") or plain in _TAKEN:
        plain = f"column_{plain}"
    while plain in taken:
        plain += "_"
    taken.add(plain)
    return plain


# The names of types that the module uses, and those that a model has itself.
_TAKEN = frozenset(
    [
        "date",
        "datetime",
        "time",
        "Decimal",
        "Annotated",
        "Literal",
        "Field",
        "copy",
        "dict",
        "json",
        "schema",
        "construct",
        "validate",
    ]
)


def _type(column: Column) -> str:
    if column.values is not None:
        inner = ", ".join(repr(value) for value in column.values)
        return f"Literal[{inner}]"
    kind = TYPES.get(column.type, "str")
    limits = ", ".join(f"{name}={value}" for name, value in _limits(column) if value is not None)
    if kind != "str":
        return f"Annotated[{kind}, Field({limits})]" if limits else kind
    patterns = "".join(f", StringConstraints(pattern={f'^(?:{each})$'!r})" for each in column.patterns)
    if not limits and not patterns:
        return kind
    return f"Annotated[{kind}{f', StringConstraints({limits})' if limits else ''}{patterns}]"


def _limits(column: Column) -> Iterator[tuple[str, object]]:
    held, each = column.held, column.field
    if column.type == "string":
        yield "min_length", held.min_length or (1 if column.required else None)
        yield "max_length", held.max_length
    if column.kind == "number":
        for name, bound in _bounds(column):
            yield name, bound if bound is None or column.type != "number" else f"Decimal({bound!r})"
        if column.type == "number":
            yield "max_digits", each.precision
            yield "decimal_places", each.scale
    if column.kind == "date":
        for name, bound in _bounds(column):
            found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", bound or "", re.ASCII)
            yield name, f"date({', '.join(str(int(part)) for part in found.groups())})" if found else None


def _bounds(column: Column) -> Iterator[tuple[str, str | None]]:
    held = column.held
    yield from (
        ("ge", held.minimum),
        ("le", held.maximum),
        ("gt", held.exclusive_minimum),
        ("lt", held.exclusive_maximum),
    )
