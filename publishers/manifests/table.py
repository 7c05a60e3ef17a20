"""A manifest as the 目录编制 workbook that departments keep: one row a resource.

The header is sought under whatever titles stand above it and may take two rows; columns come in any order, others are
left alone. Merged cells read as their first one in each row; empty rows and the template's example are no resources.
What is wrong with one resource blocks that one when it is planned, and names its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.manifest import (
    File,
    Item,
    Manifest,
    ManifestFaults,
    code_fault,
    is_day,
    repeated,
    resolved,
    same_key,
)
from gongshu.publishers.manifests.columns import COLUMNS, column, fit, key_of
from gongshu.publishers.manifests.document import beside
from gongshu.publishers.manifests.filelist import files_of
from gongshu.publishers.manifests.values import day, lines, parts, spelled
from gongshu.publishers.metadata import elements
from gongshu.publishers.profiles import profile as profile_of
from gongshu.standards.faults import Fault, UsageFault
from gongshu.standards.headers import normal

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry
    from gongshu.validators.batch import Shape

MOST_ROWS = 100_000
OWN_OF_ROW = ("title", "resourceCode", "files", "abstract", "items")
_PROFILE = re.compile(r"(?:元数据标准|metadata profile)\s*[:：]\s*([\w.@-]+)", re.IGNORECASE)
_CLASS = re.compile(r"([1-3])(\d\d)(\d{3})[0-9A-Za-z]*/\d+")


@dataclass(slots=True)
class _Sheet:
    """What is known of the table while its rows are read."""

    path: Path
    shape: Shape
    keys: Mapping[int, str]  # number of the column -> what it holds
    faults: list[UsageFault] = field(default_factory=list)

    @property
    def has(self) -> set[str]:
        return set(self.keys.values())

    def place(self, key: str, row: int) -> str:
        """`目录!C8`; of a text file its line and the heading."""
        at = next((at for at, found in self.keys.items() if found == key), None)
        if not self.shape.addressed:
            return f"{self.path.name}:{row}"
        letter = "" if at is None else self.shape.column_letters[at]
        return f"{self.shape.sheet}!{letter}{row}"

    def fault(self, code: str, row: int, key: str, /, **params: Any) -> None:
        self.faults.append(UsageFault(code, place=self.place(key, row), line=row, **params))


def read(path: Path, registry: Registry, profile: str = "") -> Manifest:
    """The manifest in that workbook, or CSV of the same columns. Raises `ManifestFaults`, each with its cell."""
    from gongshu.validators.readers import open_table
    from gongshu.validators.readers.options import ReadOptions

    source = open_table(path, options=ReadOptions(fit=fit))
    try:
        header = source.shape.header
        names = header.names if header is not None else ()
        titles = header.title_rows if header is not None else ()
        asked = profile or next((found[1] for text in titles if (found := _PROFILE.search(text))), "")
        own = _own_columns(asked, registry, path)
        sheet = _Sheet(path, source.shape, _keys(names, own))
        row = header.line if header is not None else 1
        if not {"title", "files"} <= sheet.has:
            _no_header(sheet, names, row)
        elif twice := _twice(sheet):
            sheet.faults.append(twice)
        items = [] if sheet.faults else [_item(cells, at, sheet) for at, cells in _rows(source, sheet)]
    finally:
        source.close()
    if not items and not sheet.faults:
        sheet.fault("manifest.empty", row, "title")
    sheet.faults += repeated(items, path.name)
    if sheet.faults:
        raise ManifestFaults(faults=tuple(sorted(sheet.faults, key=lambda each: each.params["line"])))
    return Manifest(path, tuple(items), profile=asked, sheet=source.shape.sheet or "")


def _own_columns(profile: str, registry: Registry, path: Path) -> Mapping[str, str]:
    """Headings of the elements that a further profile has: heading in normal form -> name of the element."""
    if not profile:
        return {}
    try:
        judge = profile_of(profile, registry)
    except Fault as fault:
        made = UsageFault("manifest.profile", place=path.name, line=1)
        made.params |= {f"detail@{lang}": fault.say(lang) for lang in ("zh", "en")}
        raise ManifestFaults(faults=(made,)) from fault
    found: dict[str, str] = {}
    for name, heading in (*judge.columns("zh"), *judge.columns("en")):
        found.setdefault(normal(heading), name)
        found.setdefault(normal(name), name)
    return found


def _keys(names: Sequence[str], own: Mapping[str, str]) -> dict[int, str]:
    found = {}
    for at, name in enumerate(names):
        key = key_of(name) or own.get(normal(name))
        if key is not None:
            found[at] = key
    return found


def _no_header(sheet: _Sheet, names: Sequence[str], row: int) -> None:
    missing = [key for key in ("title", "files") if key not in sheet.has]
    columns = {lang: "、".join(getattr(column(key), lang) for key in missing) for lang in ("zh", "en")}
    found = "、".join(name.strip() for name in names if name.strip())[:200]
    sheet.fault("manifest.header-missing", row, "", columns=columns["zh"], found=found)
    sheet.faults[-1].params |= {f"columns@{lang}": text for lang, text in columns.items()}


def _twice(sheet: _Sheet) -> UsageFault | None:
    seen: dict[str, int] = {}
    for at, key in sheet.keys.items():
        if key in seen:
            header = sheet.shape.header
            names = header.names if header is not None else ()
            row = header.line if header is not None else 1
            letters = sheet.shape.column_letters
            place = f"{sheet.shape.sheet}!{letters[at]}{row}" if sheet.shape.addressed else f"{sheet.path.name}:{row}"
            return UsageFault("manifest.column-twice", place=place, line=row, name=names[at], other=names[seen[key]])
        seen[key] = at
    return None


def _rows(source: Any, sheet: _Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and cells, by what they hold, of every row that is a resource."""
    from gongshu.validators.readers.rows import is_blank, is_example

    before = source.shape.first_line
    count = 0
    for task in source.blocks():
        batch = task()
        columns = [each.to_pylist() for each in batch.columns]
        places = range(batch.records) if batch.index is None else batch.index.tolist()
        for record, cells in zip(places, zip(*columns, strict=True), strict=False):
            row = before + (record if batch.line_of is None else int(batch.line_of[record]))
            first = [text for text in cells if text.strip()][:1]
            if is_blank(cells) or is_example(first):
                continue
            held = {key: cells[at].strip() for at, key in sheet.keys.items()}
            if not any(held.get(key) for key in OWN_OF_ROW):  # a merged cell alone is no resource
                continue
            count += 1
            if count > MOST_ROWS:
                sheet.fault("manifest.rows", row, "title", most=f"{MOST_ROWS:,}")
                return
            yield row, held
        before += batch.lines or batch.records


def _item(cells: Mapping[str, str], row: int, sheet: _Sheet) -> Item:
    code = cells.get("resourceCode", "")
    called = code or cells.get("title", "") or str(row)
    if code and (fault := code_fault(code, sheet.place("resourceCode", row))) is not None:
        fault.params["line"] = row
        sheet.faults.append(fault)
    metadata = _metadata(cells, sheet)
    assumed = []
    if not any(key.startswith("resourceClass") for key in sheet.has):
        assumed.append("resourceClass")
        metadata["resourceClass"] = [_assumed_class(code, cells.get("provider", ""))]
    if "releaseDate" not in sheet.has:
        assumed.append("releaseDate")
    files = _files(cells, row, sheet, called)
    if "format" not in sheet.has and files:
        assumed.append("format")
        metadata["format"] = list(dict.fromkeys(each.path.suffix.lstrip(".").lower() or "—" for each in files))
    if code:
        metadata["resourceCode"] = code
    places = {key: sheet.place(key, row) for key in ("", *sheet.has)}
    for whole, part in (("sharing", "sharing.type"), ("open", "open.type")):
        if part in places:
            places[whole] = places[part]
    spot = sheet.place("resourceCode", row).rpartition("!")[2] if "resourceCode" in sheet.has else ""
    named = tuple(each for each in parts(cells.get("items", "")) if each)
    return Item(
        code,
        metadata,
        files,
        cells.get("withdraw", ""),
        row,
        spot or f"row {row}",
        places,
        named,
        tuple(assumed),
        absent=tuple(each.key for each in COLUMNS if each.key not in sheet.has),
        also=tuple(name for name in metadata if name not in elements()),
    )


def _metadata(cells: Mapping[str, str], sheet: _Sheet) -> dict[str, Any]:
    """The elements of a row, spelled as the profile wants them; what is empty is not there."""
    own = {each.key for each in COLUMNS if each.key in ("date", "files", "standard", "sheet", "references", "receipt")}
    flat: dict[str, str] = {}
    for key, text in cells.items():
        if text and key not in own and key not in ("items", "withdraw", "resourceCode"):
            flat[key] = text
    if normal(flat.get("open.type", "")) in ("是", "yes") and flat.get("open.condition"):
        flat["open.type"] = "2"  # open, on a condition
    made: dict[str, Any] = {}
    for key, text in flat.items():
        top, dot, part = key.partition(".")
        if dot:
            made[top] = {**(made[top] if isinstance(made.get(top), dict) else {}), part: text}
        elif key == "relatedResourceCode":
            made[key] = parts(text)
        elif key == "resourceClass":
            made[key] = lines(text)
        else:
            made[key] = text
    return {name: spelled(name, value) for name, value in made.items()}


def _assumed_class(code: str, provider: str) -> dict[str, str]:
    """The class of a resource in a table without that column: as its code says, else its department's."""
    found = _CLASS.fullmatch(code)
    if found is not None and found[2] != "00":  # zeros stand where nothing was assigned
        named = {"lei": found[1], "xiang": found[2], "mu": found[3]}
        return {name: text for name, text in named.items() if text.strip("0")}
    return {"lei": "3", "xiang": provider}  # 部门信息资源: its item is the department


def _files(cells: Mapping[str, str], row: int, sheet: _Sheet, called: str) -> tuple[File, ...]:
    folder = sheet.path.parent
    listed = files_of(cells.get("files", ""), folder)
    standards = parts(cells.get("standard", "")) or [""]
    sheets = lines(cells.get("sheet", "")) or [""]
    for key, texts in (("standard", standards), ("sheet", sheets)):
        if listed and len(texts) not in (1, len(listed)):
            sheet.fault("manifest.count", row, key, files=len(listed), count=len(texts))
            return ()
    date = day(cells.get("date", ""))
    if date and not is_day(date):
        sheet.fault("manifest.date", row, "date", value=date[:40])
    references: dict[str, str] = {}
    for each in lines(cells.get("references", "")):
        name, equals, where = each.partition("=")
        if not equals or not name.strip() or not where.strip():
            sheet.fault("manifest.reference", row, "references", value=each[:80])
        references[name.strip()] = where.strip()
    receipts = lines(cells.get("receipt", ""))
    found = []
    for number, (key, name) in enumerate(listed):
        path = resolved(folder, name)
        if path is None:
            sheet.fault("manifest.path", row, "files", value=name[:80].encode("unicode_escape").decode())
            continue
        standard = standards[number if len(standards) > 1 else 0]
        found.append(
            File(
                key,
                path,
                Path(name).name,
                beside(folder, standard),
                sheets[number if len(sheets) > 1 else 0] or None,
                Path(name).stem if len(listed) > 1 else "",
                row,
                resolved(folder, receipts[number]) if number < len(receipts) else None,
                references=references,
                date=date,
            )
        )
    sheet.faults += same_key(found, lambda _: sheet.place("files", row), called)
    return tuple(found)
