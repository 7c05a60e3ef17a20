"""What the bench times: ours on every kind of file, and the other tools on one of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.oracle import STANDARDS
from bench.validate import Agreement, Series, agreement, found, found_by_line, gongshu, start, truth

HERE = Path(__file__).parent
PEERS = {  # name -> (module, rows it is given at most, what a fault of its list names)
    "polars by hand": ("polars_hand", None, "row"),
    "DuckDB by hand": ("duckdb_hand", None, "row"),
    "pandera (polars)": ("pandera_polars", None, "row"),
    "dataframely": ("dataframely_schema", None, "row"),
    "pydantic": ("pydantic_rows", 100_000, "row"),
    "frictionless": ("frictionless_rules", 100_000, "row"),
}


@dataclass(slots=True)
class Case:
    """One command on one file, and the faults planted in it."""

    series: Series
    path: Path
    truth: Path | None = None
    agreement: Agreement | None = None
    counted: int | None = None  # what a peer says it found
    names: str = "row, line, column, kind"
    unit: str = ""  # the case that it is divided by, where that is not the first
    stretched: bool = False  # a slow tool's figures are multiplied to the whole table
    by_line: Path | None = None  # a report of the form jsonl that the timed run itself writes: it is compared
    note: str = ""


@dataclass(frozen=True, slots=True)
class Files:
    """Makes files of one seed in one folder, by a process of their own."""

    folder: Path
    seed: int = 1

    def made(self, **recipe: Any) -> tuple[Path, Path]:
        """The table and its truth list; nothing is made twice."""
        asked = json.dumps({"seed": self.seed, **recipe})
        command = [sys.executable, "-m", "bench.data", asked, str(self.folder)]
        path, planted = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return Path(path), Path(planted)


def compiled(folder: Path) -> Path:
    """The bench's standards as an installed pack has them: with their compiled form."""
    from gongshu.standards.compiling import COMPILED_FILE, compile_pack
    from gongshu.standards.registry import Registry

    target = folder / "standards"
    shutil.copytree(STANDARDS, target, dirs_exist_ok=True)
    registry = Registry([target], installed=False)
    for pack in sorted(each.parent for each in target.glob("*/*/standard.yaml")):
        (pack / COMPILED_FILE).write_text(compile_pack(pack, registry), encoding="utf-8")
    return target


def ours(
    name: str, files: Files, rows: int, *, every: bool = False, unit: str = "", by_line: bool = False, **recipe: Any
) -> Case:
    """`gongshu validate` with the usual 20 samples of each kind, or with every one (`by_line`: one a line)."""
    path, planted = files.made(rows=rows, **recipe)
    if by_line:
        listed = files.folder / "faults.jsonl"
        command = gongshu(path, listed, files.folder / "standards", form="jsonl")
        return Case(Series(name, command, (0, 1), rows), path, planted, unit=unit, by_line=listed)
    report = files.folder / "report.json"
    command = gongshu(path, report, files.folder / "standards", every=every)
    return Case(Series(name, command, (0, 1), rows), path, planted, unit=unit)


def agreed(case: Case, folder: Path) -> None:
    """Hold every fault that ours lists against the truth list."""
    if case.truth is None:
        return
    if case.by_line is not None:
        case.agreement = agreement(truth(case.truth), found_by_line(case.by_line))
        return
    report = folder / "all.json"
    start(gongshu(case.path, report, folder / "standards"), folder / "all.log")
    case.agreement = agreement(truth(case.truth), found(report), lines=case.path.suffix != ".parquet")


def peers(files: Files, rows: int, python: Path, limit: float) -> list[Case]:
    """Every other tool on the file with 0.1 % bad cells, `limit` seconds at most; slow ones on fewer rows."""
    cases = []
    for name, (module, most, names) in PEERS.items():
        size = min(rows, most or rows)
        path, planted = files.made(rows=size, bad=0.001)
        command = [str(python), "-m", f"bench.peers.{module}", str(path)]
        series = Series(name, command, (0,), size, limit=limit)
        cases.append(Case(series, path, planted, names=names, stretched=size != rows))
    return cases


def shortened(case: Case, files: Files) -> Case:
    """The same tool on a tenth of the rows, where the whole table took it too long."""
    rows = case.series.rows // 10
    path, planted = files.made(rows=rows, bad=0.001)
    series = Series(case.series.name, [*case.series.command[:-1], str(path)], (0,), rows, limit=case.series.limit)
    note = f"ended after {case.series.limit:.0f} s on {case.series.rows:,} rows"
    return Case(series, path, planted, names=case.names, stretched=True, note=note)


def installed(folder: Path) -> Path:
    """Where the Python of the bench's own environment is, or would be."""
    return folder / ".venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def install(folder: Path) -> Path:
    """The Python of the bench's own environment, made if it is not there."""
    python = installed(folder)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
        wanted = str(HERE / "peers.txt")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", wanted], check=True)
    return python


def counted(case: Case, folder: Path) -> None:
    """What a peer printed last."""
    said = (folder / f"{case.series.name.replace(' ', '-')}.log").read_text(encoding="utf-8").split()
    case.counted = int(said[-1]) if said and said[-1].isdigit() else None
