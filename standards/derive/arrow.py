"""The Arrow schema as an IPC message; titles and what a reader should know stand in the fields' metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("required", "type", "precision", "privacy")
WIDEST = 38  # digits of a decimal


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """An IPC stream's schema message, for `pyarrow.ipc.read_schema`."""
    schema = to_arrow(standard, registry, options)
    columns = columns_of(table_of(standard, "arrow"), registry)
    return Derived(schema.serialize().to_pybytes(), tuple(unsaid(standard, columns, SAYS)))


def to_arrow(standard: Standard, registry: Registry, options: Options) -> Any:
    """The `pyarrow.Schema`."""
    import pyarrow as pa

    columns = columns_of(table_of(standard, "arrow"), registry)
    fields = [
        pa.field(each.name, _type(each, pa), nullable=not each.required, metadata=_about(each, options.lang))
        for each in columns
    ]
    about = {"gongshu:standard": standard.reference, "title": standard.title.get(options.lang)}
    return pa.schema(fields, metadata=about)


def _type(column: Column, pa: Any) -> Any:
    each = column.field
    if column.type == "number":
        # A whole-digit limit alone says nothing of the decimals; ten of them are kept.
        scale = each.scale if each.scale is not None else 10
        return pa.decimal128(min(each.precision or WIDEST, WIDEST), scale)
    return {
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
        "integer": pa.int64(),
        "time": pa.time64("us"),
        "year": pa.int64(),
    }.get(column.type, pa.string())


def _about(column: Column, lang: str) -> dict[str, str]:
    each = column.field
    said = {
        "title": each.title.get(lang),
        "description": each.description.get(lang),
        "unit": each.unit,
        "codelist": str(each.codelist.list) if each.codelist else "",
        "identifier": each.identifier.name if each.identifier else "",
        "privacy": each.privacy.category if each.privacy.category != "none" else "",
    }
    return {name: text for name, text in said.items() if text}
