"""What others say of real files: the rows of every `expected.csv` beside this checkout."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BASE = Path(__file__).resolve().parents[2].parent / "shared" / "acceptance"


@dataclass(frozen=True, slots=True)
class Expected:
    """One row: what an oracle says of a file under a policy. `errors` are its places, where it lists them."""

    folder: str
    file: str
    schema: str
    policy: str
    verdict: str  # valid | warning | invalid | mixed
    count: int | None
    first_row: int | None
    column: str
    rule: str
    oracle_code: str
    doubtful: bool
    note: str

    @property
    def key(self) -> str:
        """The name of the row: file, schema, policy."""
        parts = (f"{self.folder}/{self.file}", self.schema, self.policy)
        return " | ".join(part for part in parts if part)

    @property
    def path(self) -> Path:
        """The file itself."""
        return BASE / self.folder / self.file

    @property
    def schema_path(self) -> Path | None:
        """The schema's file."""
        return BASE / self.folder / self.schema if self.schema else None


@dataclass(frozen=True, slots=True)
class Place:
    """One fault that the oracle lists with its place. `level`: error, warning or valid; `every`: on every row."""

    line: int | None
    column: str
    rule: str
    level: str = "error"
    every: bool = False


def folders() -> list[str]:
    """The folders that hold expectations; none where the material is not there."""
    return sorted(each.parent.name for each in BASE.glob("*/expected.csv"))


def expectations(folder: str) -> list[Expected]:
    """The rows of one folder, in order."""
    return [
        Expected(
            folder=folder,
            file=row["file"],
            schema=row["schema"],
            policy=row["policy"],
            verdict=row["verdict"],
            count=int(row["count"]) if row["count"] else None,
            first_row=int(row["first_row"]) if row["first_row"] else None,
            column=row["column"],
            rule=row["rule"],
            oracle_code=row["oracle_code"],
            doubtful=row["doubtful"] == "yes",
            note=row["note"],
        )
        for row in table(BASE / folder / "expected.csv")
    ]


def places(row: Expected) -> list[Place]:
    """Every fault that the oracle lists for this row, by line and column; none where it keeps no list."""
    if row.folder == "china":
        mine = [each for each in _read(BASE / "china/damaged/truth.csv") if f"damaged/{each['file']}" == row.file]
        return [
            Place(_line(each["row"]), each["column"], each["rule"], each["level"], "every row" in each["note"])
            for each in mine
            if each["level"] != "valid"
        ]
    if row.folder == "frictionless" and row.verdict == "invalid" and "frictionless 5.21 is wrong" not in row.note:
        asked = (row.file, row.schema, row.policy)
        mine = [
            each
            for each in _read(BASE / "frictionless/errors.csv")
            if (each["file"], each["schema"], each["policy"]) == asked
        ]
        return [Place(_line(each["row"]), each["field"], each["rule"]) for each in mine]
    return []


def _line(text: str) -> int | None:
    return int(text) if text else None


@cache
def _read(path: Path) -> list[dict[str, str]]:
    return table(path)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by name; none where it is not there."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
