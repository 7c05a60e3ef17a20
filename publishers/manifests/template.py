"""An empty manifest for people to fill in: the 目录编制 workbook with drop-downs and hints, or YAML with comments."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongshu.publishers.manifests import values
from gongshu.publishers.manifests.columns import COLUMNS, Column
from gongshu.publishers.manifests.drafting import Row
from gongshu.standards.messages import sentence
from gongshu.standards.model import Kind

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

EXAMPLE_MARKER = "〔示例〕"  # a row whose first filled cell begins so is not read
TITLE, INTRO, HEADER, EXAMPLE = 1, 2, 4, 5  # rows; the one between them names the metadata profile, if any
PROFILE = 3
BLANK = 500  # empty rows that have drop-downs and text format
RED, GREY, BLUE = "C00000", "808080", "DDEBF7"
HINT, HINT_TITLE = 255, 32  # Excel's limits
EXAMPLES: Mapping[str, str] = {
    "title": "停车场名录",
    "resourceClass": "主题信息资源/城乡建设",
    "provider": "示例市交通运输局",
    "providerCode": "11420000000013493M",
    "abstract": "全市公共停车场的位置与泊位数",
    "format": "csv",
    "items": "停车场编码、停车场名称、泊位数",
    "sharing.type": "无条件共享",
    "sharing.mode": "共享平台",
    "open.type": "无条件开放",
    "updateCycle": "每月",
    "releaseDate": "2026-01-01",
    "date": "2026-03-31",
    "files": "数据/停车场名录.csv",
    "standard": "parking-lots",
}


def choices(lang: str, registry: Registry) -> dict[str, list[str]]:
    """What can be chosen in a column, in words."""
    first = 0 if lang == "zh" else 1
    sharing = {"zh": [names[0] for names in values.SHARING.values()], "en": ["Unconditional sharing",
               "Conditional sharing", "Not shared"]}  # fmt: skip
    opening = {"zh": ["无条件开放", "有条件开放", "不予开放"], "en": ["Unconditionally open", "Conditionally open",
               "Not open"]}  # fmt: skip
    cycles = [names[0] if first == 0 else key for key, names in values.CYCLE.items()]
    modes = [names[0] if first == 0 else key for key, names in values.MODES.items()]
    standards = sorted({each.id for each in registry.entries() if each.kind is Kind.TABLE and not each.faulty})
    return {
        "sharing.type": sharing[lang],
        "sharing.mode": modes,
        "open.type": opening[lang],
        "updateCycle": cycles,
        "standard": standards,
    }


def workbook(rows: Sequence[Row], registry: Registry, lang: str, profile: Sequence[tuple[str, str]] = (), *,
             profile_id: str = "") -> bytes:  # fmt: skip
    """The workbook. `profile`: further columns, (element, heading), of the metadata profile `profile_id`."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = sentence("manifest-template.sheet", {}, lang)
    columns = [each for each in COLUMNS if each.asked]
    lists = choices(lang, registry)
    _head(sheet, columns, profile, profile_id, lang)
    _rows(sheet, columns, rows, lang)
    _lists(book, lists, lang)
    _dropdowns(sheet, columns, lists, lang)
    _guide(book.create_sheet(sentence("manifest-template.guide", {}, lang)), columns, lists, lang)
    book.move_sheet(sentence("manifest-template.lists", {}, lang), 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _name(column: Column, lang: str) -> str:
    return f"{'*' if column.due else ''}{column.zh if lang == 'zh' else column.en}"


def _text(sheet: Any, row: int, column: int, value: str) -> Any:
    """A text cell that can never be a formula."""
    cell = sheet.cell(row, column, value or None)
    cell.number_format = "@"
    if value:
        cell.data_type = "s"
    return cell


def _head(
    sheet: Any, columns: Sequence[Column], profile: Sequence[tuple[str, str]], profile_id: str, lang: str
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    _text(sheet, TITLE, 1, sentence("manifest-template.title", {}, lang)).font = Font(bold=True, size=14)
    _text(sheet, INTRO, 1, sentence("manifest-template.intro", {}, lang)).font = Font(color=GREY)
    if profile_id:
        _text(sheet, PROFILE, 1, sentence("manifest-template.profile", {"profile": profile_id}, lang))
    thin = Side(style="thin", color="BFBFBF")
    named = [
        *((_name(each, lang), each.due, each.width) for each in columns),
        *((name, False, 20) for _, name in profile),
    ]
    for at, (name, needed, width) in enumerate(named, 1):
        cell = _text(sheet, HEADER, at, name)
        cell.font = Font(bold=True, color=RED if needed else "000000")
        cell.fill = PatternFill("solid", start_color=BLUE)
        cell.border = Border(bottom=thin, right=thin)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.row_dimensions[HEADER].height = 32
    sheet.freeze_panes = sheet.cell(HEADER + 1, 2)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER}:{HEADER}"


def _rows(sheet: Any, columns: Sequence[Column], rows: Sequence[Row], lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    for at, column in enumerate(columns, 1):
        marked = EXAMPLE_MARKER if at == 1 else ""
        shown = EXAMPLES.get(column.key, "")
        if lang != "zh" and column.key in ("sharing.type", "sharing.mode", "open.type", "updateCycle"):
            shown = {"sharing.type": "Unconditional sharing", "sharing.mode": "platform",
                     "open.type": "Unconditionally open", "updateCycle": "monthly"}[column.key]  # fmt: skip
        _text(sheet, EXAMPLE, at, marked + shown).font = Font(italic=True, color=GREY)
        for number, row in enumerate(rows, EXAMPLE + 1):
            cell = _text(sheet, number, at, row.get(column.key, ""))
            if column.width > 30:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        for number in range(EXAMPLE + 1 + len(rows), EXAMPLE + 1 + len(rows) + BLANK):
            sheet.cell(number, at).number_format = "@"


def _lists(book: Any, lists: Mapping[str, list[str]], lang: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    name = sentence("manifest-template.lists", {}, lang)
    sheet = book.create_sheet(name)
    sheet.sheet_state = "hidden"
    for at, (key, entries) in enumerate(lists.items(), 1):
        _text(sheet, 1, at, key)
        for row, entry in enumerate(entries, 2):
            _text(sheet, row, at, entry)
        letter = get_column_letter(at)
        place = f"'{name}'!${letter}$2:${letter}${len(entries) + 1}"
        book.defined_names[_range(key)] = DefinedName(_range(key), attr_text=place)


def _range(key: str) -> str:
    return f"L_{key.replace('.', '_')}"


def _dropdowns(sheet: Any, columns: Sequence[Column], lists: Mapping[str, list[str]], lang: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        chosen = column.key in lists
        check = DataValidation(
            type="list" if chosen else None,
            formula1=_range(column.key) if chosen else None,
            allow_blank=True,
            showErrorMessage=chosen,
        )
        check.errorStyle = "warning"  # a code, another spelling, a schema beside the workbook are right too
        check.error = sentence("manifest-template.choose", {}, lang)[:HINT]
        check.showInputMessage = True
        check.promptTitle = _name(column, lang)[:HINT_TITLE]
        check.prompt = _help(column, lang)[:HINT]
        check.add(f"{letter}{EXAMPLE + 1}:{letter}1048576")
        sheet.add_data_validation(check)


def _help(column: Column, lang: str) -> str:
    return sentence(f"manifest-help.{column.key}", {}, lang)


def _guide(sheet: Any, columns: Sequence[Column], lists: Mapping[str, list[str]], lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    for at, name in enumerate(sentence("manifest-template.guide-header", {}, lang).split(","), 1):
        _text(sheet, 1, at, name).font = Font(bold=True)
    for row, column in enumerate(columns, 2):
        due = sentence(f"manifest-template.{'due' if column.due else 'optional'}", {}, lang)
        words = _help(column, lang)
        if column.key in lists and column.key != "standard":
            words += f" {' / '.join(lists[column.key])}"
        for at, text in enumerate((_name(column, lang).lstrip("*"), due, words), 1):
            _text(sheet, row, at, text).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in (("A", 24), ("B", 12), ("C", 90)):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def document(rows: Sequence[Row], lang: str, *, profile_id: str = "") -> str:
    """The same as YAML: every element with a comment, one dataset a row, or one to copy."""
    lines = [f"# {sentence('manifest-template.title', {}, lang)}", *([f"profile: {profile_id}"] if profile_id else [])]
    lines += ["datasets:"]
    for number, row in enumerate(rows or [{}]):
        lines += _dataset(row, lang, explained=number == 0)
    return "\n".join(lines) + "\n"


def _dataset(row: Row, lang: str, *, explained: bool) -> list[str]:
    def said(key: str) -> str:
        return f"  # {sentence(f'manifest-help.{key}', {}, lang)}" if explained else ""

    def text(key: str) -> str:
        return json.dumps(row[key], ensure_ascii=False) if row.get(key) else ""

    def line(name: str, key: str, fallback: str = "") -> str:
        return f"    {name}: {text(key) or fallback}".rstrip() + said(key)

    files = row.get("files", "")
    keyed = {
        "key": "main",
        "path": json.dumps(files, ensure_ascii=False) if files else "",
        "standard": text("standard"),
        "sheet": text("sheet"),
    }
    inner = [f"{name}: {value}".rstrip() for name, value in keyed.items() if value or name != "sheet"]
    return [
        f"  - title: {text('title')}".rstrip() + said("title"),
        line("code", "resourceCode"),
        line("resourceClass", "resourceClass"),
        line("provider", "provider"),
        line("providerCode", "providerCode"),
        line("abstract", "abstract"),
        f"    format: [{row.get('format', '')}]" + said("format"),
        line("items", "items"),
        "    sharing: {type: , mode: platform}" + said("sharing.type"),
        line("open", "open.type"),
        line("updateCycle", "updateCycle"),
        line("releaseDate", "releaseDate"),
        "    files:" + said("files"),
        f"      - {inner[0]}",
        *(f"        {each}" for each in inner[1:]),
    ]
