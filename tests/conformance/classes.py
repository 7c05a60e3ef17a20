"""What others call a fault, in our codes: each class of theirs with the codes that say the same."""

from __future__ import annotations

WIDTH = ("table.row-short", "table.row-long")
QUOTES = ("table.unclosed-quote",)
TYPE = ("cell.type", "cell.format")
TEXT = ("cell.pattern", "cell.length")  # a plain Table Schema is judged as it is written: it knows no repair
GEO = ("geo.syntax", "geo.geometry")

CLASSES: dict[str, tuple[str, ...]] = {
    "blank-header-cell": ("table.header-blank",),
    "blank-row": ("table.row-blank",),
    "duplicate-header": ("table.column-duplicate",),
    "extra-column": ("table.column-extra", "table.column-duplicate", "table.header-blank", "table.header-missing"),
    "missing-column": ("table.column-missing", "table.header-missing"),
    "header-order-or-name": ("table.column-order", "table.column-missing", "table.column-extra"),
    "header": ("table.header-missing", "table.column-missing", "table.column-extra"),
    "ragged-row": WIDTH,
    "title-row": ("table.title-rows",),
    "quoting": QUOTES,
    "line-breaks": (),
    "encoding": ("file.encoding", "file.encoding-mixed"),
    "bom": ("file.bom",),
    "dialect": (),
    "format": ("file.format-mismatch",),
    "source": ("file.empty", "file.unreadable"),
    "json-syntax": ("record.syntax", "file.unreadable"),
    "descriptor": ("record.schema", "standard"),
    "schema-document": ("standard",),
    "index": ("record.syntax",),
    "type": (*TYPE, "cell.whitespace", "cell.fullwidth", "cell.date-serial", "cell.scientific"),
    "required": ("cell.required", "key.missing"),
    "unique": ("key.duplicate",),
    "primary-key": ("key.duplicate", "key.missing", "cell.required"),
    "pattern": ("cell.pattern",),
    "enum": ("cell.enum",),
    "minimum": ("cell.minimum",),
    "maximum": ("cell.maximum",),
    "min-length": ("cell.length",),
    "max-length": ("cell.length",),
    "excel-serial-date": ("cell.date-serial", *TYPE),
    "excel-numeric-cell": ("cell.digits-lost", "cell.type"),
    "excel-error-value": ("table.formula-error",),
    "formula": ("table.formula-error",),
    "leading-zero-loss": ("cell.leading-zero-lost", *TEXT),
    "merged-header": ("table.merged-cells", "table.title-rows"),
    "hidden-column": ("table.hidden",),
    "hidden-row": ("table.hidden",),
    "hidden-sheet": ("table.hidden",),
    "code-length": ("cell.length", "cell.pattern"),
    "full-width-digit": ("cell.fullwidth", *TEXT),
    "trailing-space": ("cell.whitespace", *TEXT),
    "leading-space": ("cell.whitespace", *TEXT),
    "no-break-space": ("cell.whitespace", *TEXT),
    "zero-width": ("cell.whitespace", "cell.control-char", *TEXT),
    "non-digit": ("cell.pattern",),
    "scientific-notation": ("cell.scientific", *TEXT),
    "date": TYPE,
    "unknown-parent": ("key.foreign",),
    "parent-mismatch": ("row.rule",),
    "duplicate-code": ("key.duplicate",),
    "text-apostrophe": ("cell.pattern", "cell.whitespace"),
    # GeoJSON
    "duplicate-member": ("record.syntax",),
    "winding-order": ("geo.ring-order",),
    "ring-closure": ("geo.ring-open",),
    "interior-not-cw": ("geo.ring-order",),
}
for _class in (
    *("nesting-depth", "type-member", "feature-id", "bbox", "properties", "features", "position", "geometry"),
    *("coordinates", "ring-too-short", "single-geometrycollection"),
):
    CLASSES[_class] = GEO


def codes_of(rule: str) -> tuple[str, ...] | None:
    """Our codes for a class of others; None where the class is not told (any code will do)."""
    if rule.startswith("several"):
        return None
    return CLASSES.get(rule)
