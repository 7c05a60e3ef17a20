"""XLSX, XLSB, XLS and ODS: values by python-calamine, the rest of an XLSX by one scan of its XML.

Findings of the file: `table.title-rows` (reason `multi-row`: the upper rows of the header itself), `table.merged-cells`
{range} (one, every merged range of the data a sample), `table.hidden` (reasons `row`, `column`, `sheet`),
`file.format-mismatch` (from `open_table`). Of the rows: `table.formula-error` {cell} with its column (reasons `error`,
`no-value`), `table.row-blank`, `table.footer`. What XLSB, XLS and ODS cannot show stands in `not_checked` with the
reason `format`.
"""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from gongshu.standards.faults import SourceFault, UsageFault
from gongshu.standards.messages import languages, sentence
from gongshu.validators.batch import Header, Shape
from gongshu.validators.finding import Finding, NotChecked, Sample, Severity
from gongshu.validators.readers import odsscan, xlsbscan, xlsscan
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.cut import damaged
from gongshu.validators.readers.digesting import sha256_of
from gongshu.validators.readers.headings import heading, told
from gongshu.validators.readers.options import ReadOptions
from gongshu.validators.readers.rows import (
    EXAMPLE_ROWS,
    FOOTER_ROWS,
    HEADER_ROWS,
    footer_kind,
    is_blank,
    is_example,
)
from gongshu.validators.readers.sheet import Grid, WorkbookSource, cell_text, row_texts
from gongshu.validators.readers.sheetreach import SPARSE
from gongshu.validators.readers.sheetscan import (
    BROKEN,
    SheetScan,
    check_archive,
    column_letters,
    counts_from_1904,
    scan_sheet,
    sheet_parts,
)


def open_workbook(content: Content, options: ReadOptions, findings: Sequence[Finding] = ()) -> WorkbookSource:
    """The source of a workbook's sheet: the one asked for, else the one whose header fits best."""
    digest = sha256_of(content)
    book, parts = opened(content)
    names = [sheet.name for sheet in book.sheets_metadata]
    grid = _chosen(content, book, names, parts, options)
    kind = "xlsx" if parts else _old_kind(content) if content.read(0, 2) == b"PK" else "xls"
    return _source(content, digest, book, grid, kind, options, findings)


def opened(content: Content) -> tuple[Any, dict[str, str]]:
    """The workbook, within bounds, and the part of each sheet of an XLSX."""
    zipped = content.read(0, 2) == b"PK"
    if zipped:
        check_archive(content.stream, content.name)
    return _guarded(content, _load, content), _parts(content) if zipped else {}


OLE = b"\xd0\xcf\x11\xe0"


def _load(content: Content) -> Any:
    import python_calamine

    _bearable(content)
    content.stream.seek(0)
    return python_calamine.load_workbook(content.stream)


def _bearable(content: Content) -> None:
    """Nothing where a workbook can be laid out, else a SourceFault: the parser would take all memory there is.

    Sheets of an XLSX are looked at one by one, when they are read.
    """
    content.stream.seek(0)
    try:
        if content.stream.read(4) == OLE:
            content.stream.seek(0)
            fits = xlsscan.fits(content.stream.read())
        else:
            with zipfile.ZipFile(content.stream) as archive:
                kind = _kind(archive)
                scan = {"ods": odsscan.fits, "xlsb": xlsbscan.fits}.get(kind)
                fits = scan is None or scan(archive)
    except (xlsscan.Damaged, *BROKEN) as fault:
        raise damaged(content) from fault
    if not fits:
        raise _too_far(content)


def _too_far(content: Content, **where: str) -> SourceFault:
    return SourceFault("file.too-large", name=content.name, reason="cells", limit=f"{SPARSE:,}", **where)


def _guarded(content: Content, work: Callable[..., Any], *arguments: Any) -> Any:
    """What a workbook's parser gives; every way in which it can fail, a Rust panic too, is one SourceFault."""
    try:
        return work(*arguments)
    except (KeyboardInterrupt, SystemExit, SourceFault, UsageFault):
        raise
    except BaseException as fault:
        if "assword" in f"{type(fault).__name__} {fault}":
            raise SourceFault("file.password", name=content.name) from fault
        raise damaged(content) from fault


def _kind(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ods" if "mimetype" in names else "xlsb"


def _old_kind(content: Content) -> str:
    with zipfile.ZipFile(content.stream) as archive:
        return _kind(archive)


def _parts(content: Content) -> dict[str, str]:
    try:
        with zipfile.ZipFile(content.stream) as archive:
            return sheet_parts(archive) if _kind(archive) == "xlsx" else {}
    except BROKEN as fault:
        raise damaged(content) from fault


def _grid(content: Content, book: Any, name: str, parts: dict[str, str]) -> Grid:
    scan, from_1904 = scanned(content, name, parts)
    if scan is not None and not scan.reach.fits():
        raise _too_far(content, sheet=name)
    sheet = _guarded(content, book.get_sheet_by_name, name)
    rows = _guarded(content, lambda: sheet.to_python(skip_empty_area=False))
    return Grid(
        name, rows, sheet.merged_cell_ranges, scan, [row_texts(row) for row in rows[: HEADER_ROWS * 4]], from_1904
    )


def scanned(content: Content, name: str, parts: dict[str, str]) -> tuple[SheetScan | None, bool]:
    """The scan of a sheet, where the format has one, and whether the workbook counts days from 1904."""
    if name not in parts:
        return None, False
    try:
        with zipfile.ZipFile(content.stream) as archive:
            from_1904 = counts_from_1904(archive)
            return (scan_sheet(archive, parts[name]) if parts[name] in archive.namelist() else None), from_1904
    except BROKEN as fault:
        raise damaged(content) from fault


def _chosen(content: Content, book: Any, names: list[str], parts: dict[str, str], options: ReadOptions) -> Grid:
    if options.sheet is not None:
        if options.sheet not in names:
            near = difflib.get_close_matches(options.sheet, names, 3, 0.3)
            raise UsageFault(
                "usage.sheet-unknown",
                name=content.name,
                sheet=options.sheet,
                near="、".join(near),
                known="、".join(names),
            )
        return _grid(content, book, options.sheet, parts)
    hidden = {sheet.name for sheet in book.sheets_metadata if str(sheet.visible).rpartition(".")[2] != "Visible"}
    best, chosen = -1.0, None
    for name in sorted(names, key=lambda each: each in hidden):
        grid = _grid(content, book, name, parts)
        if all(is_blank(row) for row in grid.text) and len(grid.rows) <= len(grid.text):
            continue
        if options.fit is None:
            return grid
        found = heading(grid.text, options.fit)
        fits = (found.score if found is not None else 0.0) - 0.001 * (name in hidden)
        if fits > best:
            best, chosen = fits, grid
    if chosen is None:
        raise SourceFault("file.empty", name=content.name, reason="blank")
    return chosen


def _source(
    content: Content, digest: str, book: Any, grid: Grid, kind: str, options: ReadOptions, findings: Sequence[Finding]
) -> WorkbookSource:
    asked = options.header_row
    if asked is not None and not 1 <= asked <= len(grid.rows):
        raise UsageFault("usage.header-row", name=content.name, row=asked)
    found = heading(grid.text, options.fit, None if asked is None else asked - 1)
    if found is None:
        raise SourceFault("file.empty", name=content.name, reason="blank")
    place, names = found.place, list(found.names) if found.names else _names(grid, found.place)
    last = _last_row(grid, place + 1)
    width = _width(grid, names, place + 1, last)
    skipped = _skipped(grid, place + 1, last)
    merged = _fill(grid, place + 1, last, width, set(skipped))
    titles = [
        (row, " ".join(filter(str.strip, grid.text[row] if row < len(grid.text) else []))) for row in range(place)
    ]
    upper = [(row + 1, text) for row, text in titles[found.top :]]
    titles = [(row, text) for row, text in titles[: found.top] if text]
    header = Header(
        tuple(names[:width]), place + 1, tuple(text for _, text in titles), tuple(row + 1 for row, _ in titles)
    )
    shape = Shape(
        format=kind,
        header=header,
        sheet=grid.name,
        sheets=tuple(sheet.name for sheet in book.sheets_metadata),
        addressed=True,
        first_line=place + 2,
        column_letters=tuple(column_letters(number) for number in range(width)),
        findings=[*findings, *_findings(book, grid, header, merged, place + 1, last, width), *told(upper)],
        not_checked=[*_unseen(grid), *_uncalculated(grid, names, place + 1, last)],
    )
    source = WorkbookSource(shape, grid, content, digest, place + 1, last, width)
    for row, (reason, text) in skipped.items():
        source.skip(row, reason, text)
    return source


def _names(grid: Grid, place: int) -> list[str]:
    """The header's cells; one that a merged cell from above covers in its own column says what that cell says."""
    names = row_texts(grid.rows[place])
    for (top, left), (bottom, right) in grid.merged or ():
        if left == right < len(names) and top < place <= bottom and not names[left].strip() and top < len(grid.rows):
            names[left] = cell_text(grid.rows[top][left])[0]
    return names


def _last_row(grid: Grid, first: int) -> int:
    last = len(grid.rows)
    failed = (
        {row for row, _, _ in grid.scan.errors} | {row for row, _ in grid.scan.uncalculated} if grid.scan else set()
    )
    while last > first and last - 1 not in failed and is_blank(row_texts(grid.rows[last - 1])):
        last -= 1
    return last


def _width(grid: Grid, names: list[str], first: int, last: int) -> int:
    """Columns up to the last one that has a name or a value."""
    width = len(names)
    while width and not names[width - 1].strip():
        if any(grid.rows[row][width - 1] != "" for row in range(first, last)):
            break
        width -= 1
    return width


def _skipped(grid: Grid, first: int, last: int) -> dict[int, tuple[str, str]]:
    """Sheet rows of examples and footers; a blank row between footers has an empty kind."""
    found: dict[int, tuple[str, str]] = {}
    for row in range(first, min(last, first + EXAMPLE_ROWS)):
        texts = row_texts(grid.rows[row])
        filled = [text for text in texts if text.strip()]
        if not (is_example(texts) or is_example(filled[:1])):
            break
        found[row] = ("example", " ".join(filled)[:200])
    waiting: list[int] = []
    for row in range(last - 1, max(first + len(found), last - FOOTER_ROWS) - 1, -1):
        texts = row_texts(grid.rows[row])
        if is_blank(texts):
            waiting.append(row)
            continue
        kind = footer_kind(texts)
        if kind is None:
            break
        found.update(dict.fromkeys(waiting, ("", "")))
        waiting = []
        found[row] = (kind, " ".join(text for text in texts if text.strip())[:200])
    if any(kind not in ("", "example") for kind, _ in found.values()):
        found.update(dict.fromkeys(waiting if waiting and waiting[0] + 1 in found else [], ("", "")))
    return found


def _fill(grid: Grid, first: int, last: int, width: int, skipped: set[int]) -> list[tuple[int, int, int, int]]:
    """Every cell of a merged range of the data gets the range's value; gives the ranges that lie in the data."""
    found = []
    budget = 4 * max(1, (last - first) * width)  # ranges that lie over each other must not cost more than the sheet
    for (top, left), (bottom, right) in grid.merged or ():
        if top < first or top >= last or top in skipped or left >= width:  # one that begins in the header is its own
            continue
        found.append((top, left, bottom, right))
        value = grid.rows[top][left] if top < len(grid.rows) else ""
        for row in range(max(top, first), min(bottom + 1, last)):
            budget -= min(right + 1, width) - left
            if budget < 0:
                return found
            for column in range(left, min(right + 1, width)):
                grid.rows[row][column] = value
    return found


def _findings(
    book: Any,
    grid: Grid,
    header: Header,
    merged: list[tuple[int, int, int, int]],
    first: int,
    last: int,
    width: int,
) -> list[Finding]:
    found = []
    if header.title_rows:
        samples = tuple(
            Sample(line=line, value=text[:200]) for line, text in zip(header.title_lines, header.title_rows)
        )
        found.append(Finding("table.title-rows", Severity.INFO, len(samples), samples=samples))
    if merged:
        samples = tuple(
            Sample(
                row=max(top - first + 1, 1),
                line=top + 1,
                cell=f"{column_letters(left)}{top + 1}",
                value=cell_text(grid.rows[top][left])[0],
                params={"range": f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"},
            )
            for top, left, bottom, right in sorted(merged)
        )
        found.append(Finding("table.merged-cells", Severity.WARNING, len(samples), samples=samples))
    hidden_names: list[str] = []
    hidden: dict[str, list[Sample]] = {"sheet": [], "column": [], "row": []}
    for sheet in book.sheets_metadata:
        if str(sheet.visible).rpartition(".")[2] != "Visible" and sheet.name not in _own_sheets():
            hidden["sheet"].append(Sample(value=sheet.name))
    if grid.scan is not None:
        for column in grid.scan.hidden_columns:
            if column < width:
                cell = f"{column_letters(column)}{header.line}"
                value = f"{column_letters(column)} {header.names[column]}".strip()
                hidden["column"].append(Sample(line=header.line, cell=cell, value=value))
                hidden_names.append(header.names[column])
        for row in grid.scan.hidden_rows:
            if row < last:
                hidden["row"].append(
                    Sample(row=row - first + 1 if row >= first else None, line=row + 1, value=str(row + 1))
                )
    for reason, places in hidden.items():
        if places:
            columns = tuple(hidden_names) if reason == "column" else ()
            samples = tuple(places)
            found.append(Finding("table.hidden", Severity.WARNING, len(places), columns, None, reason, samples))
    return found


def _own_sheets() -> set[str]:
    """The hidden sheet of code lists that our own templates bring along, in any language: nothing to be told about."""
    return {sentence("template.sheet.codes", {}, lang) for lang in languages()}


def _uncalculated(grid: Grid, names: Sequence[str], first: int, last: int) -> list[NotChecked]:
    """The columns with formulas that no program has calculated yet: their cells have no value to judge."""
    places = grid.scan.uncalculated if grid.scan is not None else ()
    columns = sorted({column for row, column in places if first <= row < last and column < len(names)})
    if not columns:
        return []
    return [NotChecked("not-calculated", code="table.formula-error", columns=tuple(names[each] for each in columns))]


def _unseen(grid: Grid) -> list[NotChecked]:
    found = []
    if grid.scan is None:
        found += [
            NotChecked("format", code=code, severity=Severity.WARNING)
            for code in ("table.formula-error", "table.hidden")
        ]
    if grid.merged is None:
        found.append(NotChecked("format", code="table.merged-cells", severity=Severity.WARNING))
    return found
