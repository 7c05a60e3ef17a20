"""An Excel data dictionary, one row for each item, as drafts: one for each table that a sheet describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, Drafted, identity, note
from gongshu.standards.importing.headings import ROLES
from gongshu.standards.importing.items import Item, drafted
from gongshu.standards.importing.types import plain
from gongshu.standards.model import Text

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

KNOWN: Mapping[str, str] = {plain(word): role for role, words in ROLES.items() for word in words.split()}
TELLING = frozenset(["type", "length", "required", "nullable", "domain", "format"])
LOOKED_AT = 30  # rows, when asked whether a workbook is a dictionary
MOST = 20_000  # rows of one sheet; a longer one is data

Row = list[str]


@dataclass(slots=True)
class _Block:
    """One table of a sheet: its title and its rows of items."""

    title: str
    roles: dict[int, str]
    rows: list[Row] = field(default_factory=list)


def is_dictionary(path: Path) -> bool:
    """Whether a sheet of the workbook is headed like a data dictionary."""
    return any(_roles(row) for _, rows in _sheets(path, LOOKED_AT) for row in rows)


def drafts(path: Path, registry: Registry) -> list[Draft]:
    """One draft for each table that the workbook describes."""
    made = []
    for sheet, rows in _sheets(path, MOST):
        for block in _blocks(sheet, rows):
            for name, title, items in _tables(block):
                fields = tuple(_columns(items, registry))
                if fields:
                    keys = tuple(each.field.name for each, item in zip(fields, items, strict=False) if _yes(item.key))
                    shown = Text(zh=title)
                    made.append(
                        Draft(identity(name), fields, title=shown, source=f"{path.name}#{sheet}", primary_key=keys)
                    )
    return made


def _sheets(path: Path, most: int) -> Iterator[tuple[str, list[Row]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most)
            yield name, [[_cell(each) for each in row] for row in rows]
    except (CalamineError, OSError) as error:
        raise StandardFault("standard.import-syntax", place=str(path), source="Excel", detail=str(error)) from None


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _heading(cell: str) -> str:
    """A heading for comparison: without marks and what stands in brackets, unless that is all there is."""
    text = plain(cell).strip("*:")
    return text if text in KNOWN else re.sub(r"\(.*\)", "", text)


def _roles(row: Sequence[str]) -> dict[int, str]:
    """Column number -> what it tells, where the row is the head of a dictionary; else nothing."""
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        role = KNOWN.get(_heading(cell)) if cell and len(cell) <= 20 else None
        if role is not None and role not in found.values():
            found[place] = role
    roles = set(found.values())
    named = roles & {"name", "title", "either"}
    return found if named and roles & TELLING and len(roles) >= 3 else {}


def _blocks(sheet: str, rows: Sequence[Row]) -> Iterator[_Block]:
    """The tables of a sheet: each begins at a row that heads it, its title stands just above."""
    block: _Block | None = None
    spare: list[str] = []
    for row in rows:
        filled = [cell for cell in row if cell]
        roles = _roles(row)
        if roles:
            if block is not None:
                yield block
            title = spare[-1] if spare else ""
            if block is not None and title and block.rows and [c for c in block.rows[-1] if c] == [title]:
                block.rows.pop()
            block = _Block(_titled(title) or sheet, roles)
            spare = []
        elif filled:
            if len(set(filled)) <= 2:
                spare.append(filled[0])
            if block is not None:
                block.rows.append(row)
    if block is not None:
        yield block


def _titled(text: str) -> str:
    """A title without the number before it: `表1 企业基本信息表` is 企业基本信息表."""
    return (
        re.sub(r"^(?:附?表\s*[\dA-Za-z.\-]+|[\d.]+|[一二三四五六七八九十]+、)[\s:：、.]*", "", text).strip()
        if len(text) <= 60
        else ""
    )


def _tables(block: _Block) -> Iterator[tuple[str, str, list[Item]]]:
    """Name, title and items of each table: one, or as many as the column of table names has."""
    groups: dict[str, tuple[str, list[Item]]] = {}
    last, shown = "", ""
    for row in block.rows:
        told = {role: row[place] for place, role in block.roles.items() if place < len(row)}
        if len({cell for cell in row if cell}) <= 1 and not told.get("type"):
            continue  # a heading of a group of items, or a remark below
        last, shown = told.get("table") or last, told.get("table_title") or shown
        item = _item(told)
        if item is not None:
            groups.setdefault(last, (shown, []))[1].append(item)
    for name, (title, items) in groups.items():
        yield name or block.title, title or (name if re.search(r"[\u4e00-\u9fff]", name) else "") or block.title, items


def _item(told: Mapping[str, str]) -> Item | None:
    """The item of a row; None where it names none."""
    either = told.get("either", "")
    latin = bool(re.fullmatch(r"[A-Za-z_][\w.\-]*", either, re.ASCII))
    name = told.get("name") or (either if latin or "title" in told else "")
    title = told.get("title") or (either if not latin else "")
    if not name and not title:
        return None
    kept = {key: told.get(key, "") for key in Item.__dataclass_fields__ if key not in ("name", "title")}
    return Item(name=name or title, title=title, **kept)


def _columns(items: Sequence[Item], registry: Registry) -> Iterator[Drafted]:
    """A draft for each item; a name that comes twice gets a number, and that is said."""
    taken: dict[str, int] = {}
    for each in items:
        made = drafted(each, registry)
        count = taken[each.name] = taken.get(each.name, 0) + 1
        if count > 1:
            from dataclasses import replace

            name = f"{each.name}_{count}"
            made = Drafted(replace(made.field, name=name), (*made.notes, note("name-twice", name=each.name)))
        yield made


def _yes(text: str) -> bool:
    return plain(text) in {"是", "y", "yes", "√", "✓", "1", "true", "pk", "主键", "t", "✔", "●", "pri"}
