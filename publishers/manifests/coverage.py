"""How a file's columns, its standard's fields and the data items of its catalogue entry cover each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.publishers.manifest import File
from gongshu.standards.faults import Fault, PublishFault
from gongshu.standards.headers import normal
from gongshu.standards.model import Standard, Table

if TYPE_CHECKING:
    from gongshu.validators.report import Report

SHOWN = 30  # names listed
EXTRA, MISSING = "table.column-extra", "table.column-missing"
_TYPED = re.compile(r"\s*[(（:：]\s*[A-Za-z]{1,10}[\s\d.,，()（）]*$")  # 名称(C20)


def columns(file: File, standard: Standard, report: Report | None, path: Path) -> Iterator[Fault]:
    """Columns that the standard lacks, which are not published, and fields of which the file has no column."""
    extra, missing = _reported(report) if report is not None else _seen(file, standard, path)
    if extra:
        yield PublishFault("plan.columns-extra", key=file.key, columns=_list(extra), standard=standard.reference)
    if missing:
        yield PublishFault("plan.columns-absent", key=file.key, columns=_list(missing), standard=standard.reference)


def _reported(report: Report) -> tuple[list[str], list[str]]:
    found: dict[str, list[str]] = {EXTRA: [], MISSING: []}
    for each in (finding for file in report.files for finding in file.findings):
        if each.code in found:
            found[each.code] += [name for name in each.columns if name not in found[each.code]]
    return found[EXTRA], found[MISSING]


def _seen(file: File, standard: Standard, path: Path) -> tuple[list[str], list[str]]:
    """The same of a file that was not validated here: its header alone is read."""
    from gongshu.validators.headers import fit, match
    from gongshu.validators.plan import severities
    from gongshu.validators.readers import open_table
    from gongshu.validators.readers.options import ReadOptions

    table = standard.table or Table(())
    try:
        source = open_table(path, options=ReadOptions(sheet=file.sheet, name=file.name, fit=fit(table)))
    except Fault:
        return [], []
    try:
        header = source.shape.header
        names = header.names if header is not None else ()
        found = match(source.shape, table, severities(standard, None))
        borne = set(found.columns.values())
        extra = [name for at, name in enumerate(names) if at not in borne and name.strip()]
        return extra, [each.name for each in table.fields if each.name not in found.columns]
    finally:
        source.close()


def named(items: Sequence[str], standards: Sequence[Standard], place: str) -> Iterator[Fault]:
    """Data items of the entry that no field bears, and fields that the entry does not name."""
    fields = [each for standard in standards for each in (standard.table or Table(())).fields]
    names = {
        normal(name): each.name
        for each in fields
        for name in (each.name, *(each.title.get(lang) for lang in ("zh", "en")), *each.aliases)
        if name
    }
    told = ", ".join(dict.fromkeys(each.reference for each in standards))
    unknown, borne = [], set()
    for item in items:
        found = names.get(normal(item)) or names.get(normal(_TYPED.sub("", item)))
        if found is None:
            unknown.append(item)
        else:
            borne.add(found)
    if unknown:
        yield PublishFault("plan.items-unknown", items=_list(unknown), standard=told, place=place)
    left = [each.title.get("zh") or each.name for each in fields if each.name not in borne]
    if left and borne:
        yield PublishFault("plan.items-unnamed", items=_list(list(dict.fromkeys(left))), standard=told, place=place)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" … ({len(names)})" if len(names) > SHOWN else "")
