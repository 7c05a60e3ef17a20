"""`python -m bench.repair`: `gongshu fix` against `gongshu validate` of the same file, whole processes in turn."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.data import Recipe, make
from bench.oracle import STANDARDS
from bench.page import written

CASES = (Recipe(), Recipe(bad=0.05), Recipe(rows=100_000, form="xlsx"), Recipe(rows=100_000, bad=0.05, form="xlsx"))
HEADER = (
    "| | validate, CPU s | fix, CPU s | x CPU | validate, wall s | fix, wall s | x wall | asked |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|"
)
MOST = {"csv": 3, "xlsx": 5}  # times the validation


def spent(arguments: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of one command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "gongshu.cli", *arguments, "--standards", str(STANDARDS)]
    done = subprocess.run(
        [*command, "--standard", "bench-population"], stdout=subprocess.DEVNULL, env=environment, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def line(case: Recipe, judged: tuple[float, ...], mended: tuple[float, ...]) -> str:
    """A row of the table: (wall, processor) seconds of either."""
    cells = [
        f"{case.rows:,} rows, {case.form.upper()}, {case.bad * 100:g} % bad",
        f"{judged[1]:.2f}",
        f"{mended[1]:.2f}",
    ]
    cells += [
        f"**{mended[1] / judged[1]:.1f}**",
        f"{judged[0]:.1f}",
        f"{mended[0]:.1f}",
        f"{mended[0] / judged[0]:.1f}",
    ]
    return f"| {' | '.join([*cells, f'≤ {MOST[case.form]}'])} |"


def main() -> int:
    """Print a line a case; 1 where one takes more processor time than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--write", type=Path, help="a Markdown page: what stands between its marks `repair` is replaced"
    )
    asked = parser.parse_args()
    late, lines = False, [HEADER]
    sys.stdout.write(f"{HEADER}\n")
    with tempfile.TemporaryDirectory(prefix="gongshu-repair-") as folder:
        for case in CASES:
            path, _ = make(case, Path(folder))
            output = path.with_name(f"mended.{case.form}")
            pairs = [
                (spent(["validate", str(path)]), spent(["fix", str(path), "-o", str(output)]))
                for _ in range(asked.rounds)
            ]
            judged, mended = (tuple(median(each[side][of] for each in pairs) for of in (0, 1)) for side in (0, 1))
            late |= mended[1] > MOST[case.form] * judged[1]
            lines.append(line(case, judged, mended))
            sys.stdout.write(f"{lines[-1]}\n")
            sys.stdout.flush()
    if asked.write is not None:
        load = os.getloadavg()[0]
        told = f"Medians of {asked.rounds} paired runs; the load at the end was {load:.0f}."
        written(asked.write, "\n".join([told, "", *lines]), name="repair")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
