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

CASES = (Recipe(), Recipe(bad=0.05), Recipe(rows=100_000, form="xlsx"), Recipe(rows=100_000, bad=0.05, form="xlsx"))
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


def main() -> int:
    """Print a line a case; 1 where one takes more processor time than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds, late = parser.parse_args().rounds, False
    with tempfile.TemporaryDirectory(prefix="gongshu-repair-") as folder:
        for case in CASES:
            path, _ = make(case, Path(folder))
            output = path.with_name(f"mended.{case.form}")
            pairs = [
                (spent(["validate", str(path)]), spent(["fix", str(path), "-o", str(output)])) for _ in range(rounds)
            ]
            judged, mended = (tuple(median(each[side][of] for each in pairs) for of in (0, 1)) for side in (0, 1))
            late |= mended[1] > MOST[case.form] * judged[1]
            told = f"{case.rows:,} rows, {case.form}, {case.bad:.1%} bad"
            for name, (wall, processor) in (("validate", judged), ("fix", mended)):
                told += f"; {name} {processor:.2f} CPU s, {wall:.1f} s"
            ratios = f"{mended[1] / judged[1]:.1f} x CPU, {mended[0] / judged[0]:.1f} x wall"
            sys.stdout.write(f"{told}; {ratios}\n")
            sys.stdout.flush()
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
