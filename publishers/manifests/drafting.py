"""The first rows of a new manifest: one for each standard asked for, one for each table of a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.standards.faults import Fault, PublishFault, StandardFaults, UsageFault
from gongshu.standards.model import Kind, Standard

if TYPE_CHECKING:
    from gongshu.standards.detect import Match
    from gongshu.standards.registry import Registry

KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods", ".parquet", ".arrow", ".jsonl")
MOST = 2000  # rows
LIKE = 0.9  # score from which a standard is taken for the file's own
Row = dict[str, str]  # key of the column -> text


@dataclass(slots=True)
class Draft:
    """Rows to begin with, and what to tell of files that are not in them or have no standard."""

    rows: list[Row] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def draft(standards: Sequence[str], folder: Path | None, beside: Path, registry: Registry) -> Draft:
    """See `Draft`. Paths are relative to `beside`, the manifest's folder. Raises a `Fault` for a wrong standard."""
    made = Draft()
    known = [_table_standard(each, registry) for each in standards]
    if folder is None:
        made.rows = [_of_standard(each) for each in known]
        return made
    if not folder.exists():
        raise UsageFault("usage.path-missing", path=str(folder))
    if not folder.is_dir():
        raise UsageFault("usage.path-missing", path=f"{folder}{os.sep}")
    files = sorted(each for each in folder.rglob("*") if _taken(each, folder))
    for path in files[:MOST]:
        try:
            made.rows.append(_of_file(path, beside, registry, known, made))
        except Fault as fault:
            name = path.relative_to(folder).as_posix()
            words = {f"detail@{lang}": fault.say(lang) for lang in ("zh", "en")}
            made.notes.append(PublishFault("manifest-template.skipped", name=name, **words))
    if len(files) > MOST:
        made.notes.append(PublishFault("manifest-template.more", count=len(files) - MOST, most=MOST))
    return made


def _taken(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    hidden = any(part.startswith((".", "~$", "_")) for part in parts)
    return path.suffix.lower() in KINDS and not hidden and path.is_file()


def _table_standard(reference: str, registry: Registry) -> Standard:
    try:
        found = registry.resolve(reference)
    except StandardFaults as faults:
        raise faults.exceptions[0] from None
    if found.kind is not Kind.TABLE or found.table is None:
        from gongshu.publishers.gate import kind_words

        raise PublishFault("gate.kind", standard=found.reference, **kind_words(found.kind))
    return found


def _of_standard(standard: Standard) -> Row:
    return {"title": standard.title.get("zh") or standard.id, "items": _items(standard), "standard": standard.id}


def _items(standard: Standard) -> str:
    fields = standard.table.fields if standard.table is not None else ()
    return "、".join(each.title.get("zh") or each.name for each in fields)


def _of_file(path: Path, beside: Path, registry: Registry, known: Sequence[Standard], made: Draft) -> Row:
    from gongshu.standards.detect import detect, score
    from gongshu.validators.drafting import look

    seen = look(path, rows=200)
    chosen: Standard | None = None
    found: Match | None = None
    best = max(((score(seen.names, each.table)[0], each) for each in known if each.table), key=lambda each: each[0],
               default=None)  # fmt: skip
    if best is not None and best[0] >= LIKE:
        chosen = best[1]
    else:
        found = next(iter(detect(seen.names, registry, 1, values=seen.columns)), None)
        if found is not None and found.score >= LIKE:
            chosen = registry.resolve(found.id)
    name = Path(os.path.relpath(path, beside)).as_posix()
    if chosen is None:
        near = found.id if found is not None else ""
        made.notes.append(PublishFault("manifest-template.unlike", name=name, near=near))
    row = {
        "title": path.stem,
        "format": path.suffix.lstrip(".").lower(),
        "items": "、".join(each.strip() for each in seen.names if each.strip())[:32_000],
        "files": name,
        "standard": chosen.id if chosen is not None else "",
    }
    if seen.sheet is not None:
        row["sheet"] = seen.sheet
    return row
