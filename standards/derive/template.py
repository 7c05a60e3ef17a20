"""An Excel template: drop-downs from the code lists, hints in every cell, text that stays text, a page of help.

Opens in Excel, WPS and LibreOffice: named ranges on a hidden sheet, `INDIRECT` for lists that depend on another cell.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

from gongshu.standards.derive import Derived, Loss, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.derive.dropdowns import Dropdown, dropdowns
from gongshu.standards.derive.guide import guide
from gongshu.standards.faults import StandardFault
from gongshu.standards.headers import normal
from gongshu.standards.messages import sentence
from gongshu.standards.model import Standard, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

EXAMPLE_MARKER = "〔示例〕"  # readers leave out a row whose first cell begins so
EXAMPLE_DAY = date(2025, 1, 1)  # of the example row where no date was asked for
FIRST, LAST = 3, 1_048_576  # rows to fill in: all that a sheet has
SAYS = ("required", "length", "bounds", "enum", "type")
DIGITS = 15  # more of them a spreadsheet's number does not keep
HINT_TITLE, HINT = 32, 255  # Excel's limits
DATES = {"%Y": "yyyy", "%m": "mm", "%d": "dd", "%H": "hh", "%M": "mm", "%S": "ss", "%F": "yyyy-mm-dd"}
RED, GREY, BLUE = "C00000", "808080", "DDEBF7"


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The workbook; the same standard and options give the same bytes."""
    from openpyxl import Workbook

    table = table_of(standard, "xlsx-template")
    columns = columns_of(table, registry)
    lists = dropdowns(table, registry, options.as_of)
    example = _example(standard, registry, options)
    book = Workbook()
    sheet = book.active
    sheet.title = sentence("template.sheet.data", {}, options.lang)
    _data(sheet, table, columns, lists, example, options.lang)
    guide(
        book.create_sheet(sentence("template.sheet.guide", {}, options.lang)), standard, columns, example, options.lang
    )
    _codes(book, lists, options.lang)
    losses = [*unsaid(standard, columns, SAYS), Loss("table", "pasted cells are not checked by a spreadsheet")]
    return Derived(_bytes(book), tuple(losses))


def _example(standard: Standard, registry: Registry, options: Options) -> tuple[str, ...] | None:
    from gongshu.standards.sampling import sample

    try:
        return sample(standard, registry, rows=1, as_of=options.as_of or EXAMPLE_DAY).rows[0]
    except StandardFault:
        return None


def heading(column: Column, table: Table, lang: str) -> str:
    """What stands over a column: the title where the standard matches titles and it names one column only."""
    titles = [normal(title) for each in table.fields for title in {each.title.zh, each.title.en, each.name} if title]
    title = column.field.title.get(lang)
    fits = "title" in table.header.match and titles.count(normal(title)) == 1
    return f"{'*' if due(column) else ''}{title if title and fits else column.name}"


def due(column: Column) -> bool:
    """Whether a cell should be filled in, even where an empty one is only a warning."""
    return column.required or column.field.constraints.required


def _data(
    sheet: Any,
    table: Table,
    columns: tuple[Column, ...],
    lists: dict[str, Dropdown],
    example: tuple[str, ...] | None,
    lang: str,
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    letters = {each.name: get_column_letter(at) for at, each in enumerate(columns, 1)}
    thin = Side(style="thin", color="BFBFBF")
    for at, column in enumerate(columns, 1):
        head, letter = heading(column, table, lang), letters[column.name]
        form = number_format(column)
        width = min(40, max(12, sum(2 if ord(sign) > 0xFF else 1 for sign in head) + 4))
        dimension = sheet.column_dimensions[letter]
        dimension.width, dimension.number_format = width, form
        cell = _put(sheet, 1, at, head)
        cell.font = Font(bold=True, color=RED if due(column) else "000000")
        cell.fill = PatternFill("solid", start_color=BLUE)
        cell.border = Border(bottom=thin, right=thin)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.number_format = "@"
        if example is not None:
            cell = _put(sheet, 2, at, (EXAMPLE_MARKER if at == 1 else "") + example[at - 1])
            cell.font, cell.number_format = Font(italic=True, color=GREY), "@"
        check = _validation(column, lists.get(column.name), letters, lang, head, example[at - 1] if example else "")
        check.add(f"{letter}{FIRST}:{letter}{LAST}")
        sheet.add_data_validation(check)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, column: int, value: str) -> Any:
    """A text cell; one that begins with `=` is no formula."""
    cell = sheet.cell(row, column, value)
    if isinstance(value, str) and value.startswith("="):
        cell.data_type = "s"
    return cell


def number_format(column: Column) -> str:
    """Text for everything but dates and numbers that a spreadsheet keeps."""
    each = column.field
    if column.kind in ("date", "datetime") and column.type != "yearmonth":
        form = each.format.write or {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}[column.kind]
        for directive, written in DATES.items():
            form = form.replace(directive, written)
        return "@" if "%" in form else form.replace("T", '"T"')
    if column.kind == "number" and (each.precision or 0) <= DIGITS and each.decimal_char == ".":
        return "0" if column.type in ("integer", "year") else "General"
    return "@"


def _validation(
    column: Column, drop: Dropdown | None, letters: dict[str, str], lang: str, head: str, example: str
) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    kind, operator, low, high = _limits(column)
    if drop is not None:
        kind, operator, low, high = "list", None, drop.formula(letters, FIRST), None
    check = DataValidation(
        type=kind, operator=operator, formula1=low, formula2=high, allow_blank=True, showErrorMessage=kind is not None
    )
    # Where another value may be right, the officer is asked, not stopped.
    soft = not column.enforced or (drop is not None and drop.soft) or kind in ("date", "decimal")
    check.errorStyle = "warning" if soft else "stop"
    check.errorTitle = sentence("template.error-title", {}, lang)[:HINT_TITLE]
    check.error = sentence("template.error", {"title": head}, lang)[:HINT]
    check.showInputMessage = True
    check.promptTitle = head[:HINT_TITLE]
    parts = (
        *expected(column, lang),
        drop.hint(lang) if drop else "",
        f"{sentence('template.example', {}, lang)}{example}" if example else "",
    )
    check.prompt = "\n".join(part for part in parts if part)[:HINT]
    return check


def _limits(column: Column) -> tuple[str | None, str | None, str | None, str | None]:
    """Kind, operator and bounds of the check that a spreadsheet makes."""
    held, form = column.held, number_format(column)
    if column.kind in ("date", "datetime") and form != "@":
        return "date", "greaterThanOrEqual", "1", None
    if column.kind == "number" and form != "@":
        kind = "whole" if form == "0" else "decimal"
        if held.minimum is not None and held.maximum is not None:
            return kind, "between", held.minimum, held.maximum
        if held.maximum is not None:
            return kind, "lessThanOrEqual", held.maximum, None
        return kind, "greaterThanOrEqual", held.minimum if held.minimum is not None else "-1E+15", None
    if column.type == "string" and (held.max_length is not None or held.min_length is not None):
        least, most = held.min_length or 0, held.max_length if held.max_length is not None else 32767
        return "textLength", "between", str(least), str(most)
    return None, None, None, None


def expected(column: Column, lang: str) -> tuple[str, ...]:
    """What is expected of a cell, in short sentences."""
    each, held = column.field, column.held
    said = [sentence("template.due" if due(column) else "template.optional", {}, lang)]
    if column.kind in ("date", "datetime", "time") and each.format.write:
        said.append(sentence("template.date", {"form": _sample_date(each.format.write)}, lang))
    elif column.kind == "number":
        said.append(sentence("template.number", {"unit": each.unit}, lang).strip())
    if column.type == "string" and held.max_length is not None and held.max_length == held.min_length:
        said.append(sentence("template.length-fixed", {"length": held.max_length}, lang))
    elif column.type == "string" and held.max_length is not None:
        said.append(sentence("template.length", {"length": held.max_length}, lang))
    return (" ".join(said), each.description.get(lang))


def _sample_date(form: str) -> str:
    return date(2024, 5, 1).strftime(form)


def _codes(book: Any, lists: dict[str, Dropdown], lang: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    name = sentence("template.sheet.codes", {}, lang)
    sheet = book.create_sheet(name)
    sheet.sheet_state = "hidden"
    at = 1
    for drop in {each.key: each for each in lists.values()}.values():
        _put(sheet, 1, at, drop.title)
        letter = get_column_letter(at)
        for row, (value, label) in enumerate(drop.entries, 2):
            cell = _put(sheet, row, at, value)
            cell.number_format = "@"
            _put(sheet, row, at + 1, label)
        for label, (first, count) in drop.ranges().items():
            place = f"'{name}'!${letter}${first + 2}:${letter}${first + count + 1}"
            book.defined_names[label] = DefinedName(label, attr_text=place)
        at += 3


def _bytes(book: Any) -> bytes:
    """The workbook's file without the time of its making."""
    made, out = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _timeless(content)
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _timeless(core: bytes) -> bytes:
    import re

    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2020-01-01T00:00:00Z", core)
