"""Reading the cases and turning each into files that an engine can be given."""

from __future__ import annotations

import base64
import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TWINS = ("csv", "xlsx", "parquet")
AS_OF = date(2026, 3, 31)


class Loader(yaml.SafeLoader):
    """YAML in which a date is a text: what a cell holds is never guessed."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Case:
    """One point of the semantics."""

    id: str
    words: dict[str, Any] = field(hash=False)

    @property
    def formats(self) -> tuple[str, ...]:
        if "only" in self.words:
            return tuple(self.words["only"])
        return TWINS if "rows" in self.words else ("text",)

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.words["as_of"]) if "as_of" in self.words else AS_OF


def cases() -> list[Case]:
    """Every case of every file; ids are unique."""
    found = []
    for path in sorted((HERE / "cases").glob("*.yaml")):
        found += [Case(each["id"], each) for each in yaml.load(path.read_text(encoding="utf-8"), Loader)]  # noqa: S506 - a SafeLoader
    ids = [case.id for case in found]
    assert len(ids) == len(set(ids)), "two cases share an id"
    return found


def write_standard(case: Case, folder: Path) -> Path | None:
    """The case's standard as a pack (or a plain Table Schema); None where it has none."""
    if "schema" in case.words:
        path = folder / "schema.json"
        path.write_text(json.dumps(case.words["schema"], ensure_ascii=False), encoding="utf-8")
        return path
    body = case.words["standard"]
    if body is None:
        return None
    head = {"id": "case", "version": "1.0.0", "kind": "table", "title": "用例", "status": "in-force"}
    path = folder / "standard.yaml"
    path.write_text(yaml.safe_dump({**head, **body}, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_data(case: Case, form: str, folder: Path) -> Path:
    """The case's table as one file of the given form."""
    return {"text": _text, "csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[form](case, folder)


def _text(case: Case, folder: Path) -> Path:
    path = folder / case.words.get("file", "data.csv")
    if "bytes" in case.words:
        path.write_bytes(base64.b64decode(case.words["bytes"]))
    else:
        encoding = case.words.get("encoding", "utf-8")
        path.write_bytes(case.words["text"].encode("utf-8-sig" if case.words.get("bom") else encoding))
    return path


def _csv(case: Case, folder: Path) -> Path:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(case.words["rows"])
    path = folder / "data.csv"
    path.write_bytes(out.getvalue().encode("utf-8"))
    return path


def _xlsx(case: Case, folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(case.words["rows"], 1):
        for column, value in enumerate(row, 1):
            if value in ("", None):
                continue
            cell = sheet.cell(number, column)
            if case.words.get("dates") and number > 1 and isinstance(value, str) and value[:2] == "20":
                cell.value = date.fromisoformat(value)
                continue
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    for area in case.words.get("merge", ()):
        sheet.merge_cells(area)
    path = folder / "data.xlsx"
    book.save(path)
    return path


def _parquet(case: Case, folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    header, *rows = case.words["rows"]
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(header))]
    path = folder / "data.parquet"
    pq.write_table(pa.Table.from_arrays(columns, names=header), path)
    return path
