"""Whole processes against each other: the typed read of pyarrow as the unit, gongshu, and frictionless."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.oracle import STANDARDS

Fault = tuple[int, int, str, str]  # row, line, column, kind

CODES = {
    "cell.length": "length",
    "cell.maximum": "maximum",
    "cell.minimum": "minimum",
    "cell.required": "required",
    "key.duplicate": "unique",
    "row.rule": "rule",
}
# how the truth list calls a value of the wrong form, by column; the report tells more finely why
FORM = {
    "birth_date": "type",
    "citizen_id": "pattern",
    "ethnic_code": "enum",
    "income": "type",
    "phone": "pattern",
    "region_code": "enum",
    "sex_code": "enum",
    "updated_at": "type",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One process from start to end. `peak` in MiB is the largest resident size."""

    wall: float
    cpu: float
    peak: float
    code: int


@dataclass(slots=True)
class Series:
    """All runs of one command."""

    name: str
    command: Sequence[str]
    expected: tuple[int, ...]
    rows: int
    runs: list[Run] = field(default_factory=list)
    limit: float | None = None  # seconds after which a run is ended
    exceeded: bool = False  # a run was ended: there is no figure

    def median(self, what: str) -> float:
        """The median of `wall`, `cpu` or `peak`."""
        return statistics.median(getattr(run, what) for run in self.runs)


def start(command: Sequence[str], log: Path, limit: float | None = None) -> Run:
    """Run a command and wait for it, `limit` seconds at most; what it prints goes to the log."""
    began = time.perf_counter()
    opened = [(os.POSIX_SPAWN_OPEN, fd, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644) for fd in (1, 2)]
    environment = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    pid = os.posix_spawn(command[0], command, environment, file_actions=opened)
    watch = threading.Timer(limit, os.kill, (pid, signal.SIGKILL)) if limit is not None else None
    if watch is not None:
        watch.start()
    peak = Peak(pid)
    peak.start()
    try:
        _, status, usage = os.wait4(pid, 0)
    finally:
        if watch is not None:
            watch.cancel()
    wall = time.perf_counter() - began
    peak.join()
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    highest = peak.highest or usage.ru_maxrss / scale
    return Run(wall, usage.ru_utime + usage.ru_stime, highest, os.waitstatus_to_exitcode(status))


class Peak(threading.Thread):
    """The most memory of a process in MiB, asked of Linux while it runs; 0 elsewhere.

    What `wait4` tells counts the bench's own memory too: a new process begins as a copy of it.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self.highest = 0.0

    def run(self) -> None:
        """Ask until the process has gone."""
        while True:
            try:
                told = self._status.read_text(encoding="ascii", errors="replace")
            except OSError:
                return
            found = re.search(r"^VmHWM:\s+(\d+) kB", told, re.MULTILINE)
            if found is None:  # it has ended and nobody has waited for it yet
                return
            self.highest = int(found.group(1)) / 1024
            time.sleep(0.01)


def alternate(series: Sequence[Series], times: int, folder: Path, *, warm: bool = True) -> None:
    """Every command in turn, so often: a busy machine slows all of them alike. A round to warm up does not count."""
    for turn in range(0 if warm else 1, times + 1):
        for each in series:
            if each.exceeded:
                continue
            log = folder / f"{each.name.replace(' ', '-')}.log"
            run = start(each.command, log, each.limit)
            if each.limit is not None and run.code == -signal.SIGKILL:
                each.exceeded = True
                print(f"{each.name}: ended after {each.limit:.0f} s", file=sys.stderr, flush=True)
                continue
            if run.code not in each.expected:
                raise SystemExit(f"{each.name}: exit code {run.code}, see {log}")
            note = f"{each.name}: wall {run.wall:.2f} s, CPU {run.cpu:.2f} s, {run.peak:.0f} MiB"
            print(note if turn else f"{note} (to warm up)", file=sys.stderr, flush=True)
            if turn:
                each.runs.append(run)


def gongshu(
    path: Path, report: Path, standards: Path = STANDARDS, *, every: bool = True, form: str = "json"
) -> list[str]:
    """The command under test; with `every`, each fault is listed. `form` jsonl has a line for each."""
    words = [
        "-m",
        "gongshu.cli",
        "validate",
        str(path),
        "--standards",
        str(standards),
        "--standard",
        "bench-population",
    ]
    return [sys.executable, *words, "--format", form, *(["--samples", "all"] * every), "--output", str(report)]


def spoken(finding: Mapping[str, Any]) -> tuple[str, str]:
    """Column and kind of a finding in the words of the truth list."""
    column = finding["columns"][0] if finding["columns"] else ""
    if finding.get("reason") == "check-digit":
        return column, "check"
    return column, CODES.get(finding["code"]) or FORM.get(column, finding["code"])


def found_by_line(report: Path) -> Counter[Fault]:
    """The faults of a report of the form jsonl, read line by line."""
    faults: Counter[Fault] = Counter()
    with report.open(encoding="utf-8") as file:
        for line in file:
            each = json.loads(line)
            if "code" in each and not each["code"].startswith("privacy."):
                faults[(each["row"], each.get("line") or 0, *spoken(each))] += 1
    return faults


def truth(path: Path) -> Counter[Fault]:
    """The planted faults."""
    with path.open(encoding="utf-8", newline="") as file:
        return Counter((int(row["row"]), int(row["line"]), row["column"], row["kind"]) for row in csv.DictReader(file))


def found(report: Path) -> Counter[Fault]:
    """The faults that a report lists, in the words of the truth list."""
    with report.open(encoding="utf-8") as file:
        findings = json.load(file)["files"][0]["findings"]
    faults: Counter[Fault] = Counter()
    for finding in findings:
        if finding["code"].startswith("privacy."):
            continue  # a hint about the standard, not a fault of a cell
        column, kind = spoken(finding)
        if len(finding["samples"]) != finding["count"]:
            raise SystemExit(f"{finding['code']}: {finding['count']} counted, {len(finding['samples'])} listed")
        faults.update((sample["row"], sample.get("line") or 0, column, kind) for sample in finding["samples"])
    return faults


@dataclass(frozen=True, slots=True)
class Agreement:
    """The report against the truth list, fault by fault."""

    planted: int
    missed: list[Fault]
    invented: list[Fault]

    @property
    def exact(self) -> bool:
        """Nothing missed, nothing invented."""
        return not self.missed and not self.invented


def agreement(planted: Counter[Fault], listed: Counter[Fault], *, lines: bool = True) -> Agreement:
    """Compare both; without `lines` (Parquet has none) by row, column and kind only."""
    if not lines:
        planted, listed = (
            Counter({(row, 0, column, kind): count for (row, _, column, kind), count in each.items()})
            for each in (planted, listed)
        )
    return Agreement(planted.total(), sorted((planted - listed).elements()), sorted((listed - planted).elements()))
