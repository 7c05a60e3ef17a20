"""The template's page of help: how to fill in, every item, every rule, in words."""

from __future__ import annotations

from typing import Any

from gongshu.standards.derive.columns import Column
from gongshu.standards.messages import sentence
from gongshu.standards.model import Standard

WIDTHS = (6, 28, 20, 12, 10, 8, 30, 28, 48)
COLUMNS = ("number", "title", "name", "type", "length", "required", "list", "example", "note")


def length_of(column: Column) -> str:
    """`18`, `≤ 200`, `3–5` or nothing."""
    low, high = column.field.constraints.min_length, column.field.constraints.max_length
    if high is None:
        return f"≥ {low}" if low is not None else ""
    return f"≤ {high}" if not low else str(high) if low == high else f"{low}–{high}"


def item(column: Column, lang: str, example: str = "") -> tuple[str, ...]:
    """An item in the order of `COLUMNS`, without its number."""
    each = column.field
    listed = (
        f"{each.codelist.list} ({each.codelist.by})"
        if each.codelist
        else each.identifier.name
        if each.identifier
        else ""
    )
    enum = " | ".join(each.constraints.enum or ())
    required = sentence("template.yes", {}, lang) if column.required or each.constraints.required else ""
    kind = sentence(f"template.type.{each.type}", {}, lang)
    note = each.description.get(lang)
    return (each.title.get(lang), each.name, kind, length_of(column), required, listed or enum, example, note)


def guide(
    sheet: Any, standard: Standard, columns: tuple[Column, ...], example: tuple[str, ...] | None, lang: str
) -> None:
    """Fill the sheet."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    rows: list[tuple[str, ...]] = [
        (standard.title.get(lang),),
        (standard.reference,),
        (standard.description.get(lang),),
    ]
    rows += [(line,) for line in sentence("template.how", {}, lang).splitlines() if line]
    rows.append(())
    start = len(rows) + 1
    rows.append(tuple(sentence(f"template.column.{name}", {}, lang) for name in COLUMNS))
    for at, column in enumerate(columns):
        rows.append((str(at + 1), *item(column, lang, example[at] if example else column.field.example)))
    table = standard.table
    if table is not None and (table.rules or table.dataset_rules):
        rows += [(), (sentence("template.rules", {}, lang),)]
        rows += [(each.id, each.message.get(lang) or each.check) for each in (*table.rules, *table.dataset_rules)]
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row, 1):
            cell = sheet.cell(number, at, value)
            if value.startswith("="):
                cell.data_type = "s"
            cell.number_format = "@"
            if start <= number <= start + len(columns):
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number in (1, start):
                cell.font = Font(bold=True, size=14 if number == 1 else 11)
    for at, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
