"""`python -m bench`: make the data, time whole processes in turn, and hold every finding against the truth list."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.validate import Agreement, Series, agreement, alternate, found, gongshu, table, truth

PEER_ROWS = 10_000


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, help="rows of the table (1,000,000)")
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    parser.add_argument("--bad", type=float, default=0.001, help="share of faulty cells a column")
    parser.add_argument("--encoding", default="utf-8", choices=["utf-8", "gb18030"])
    parser.add_argument("--form", default="csv", choices=["csv", "parquet", "xlsx"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command; the median counts")
    parser.add_argument("--no-peer", action="store_true", help="leave out frictionless")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for data and reports")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def made(folder: Path, recipe: dict[str, Any], **changes: Any) -> tuple[Path, Path]:
    """The table and its truth list, made by another process if they are not there yet."""
    command = [sys.executable, "-m", "bench.data", json.dumps({**recipe, **changes}), str(folder)]
    path, truth_path = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Path(path), Path(truth_path)


def main() -> int:
    """0 when every planted fault was found and nothing else, 1 otherwise."""
    asked = options()
    rows = asked.rows or (100_000 if asked.quick else 1_000_000)
    recipe = {"rows": rows, "bad": asked.bad, "seed": asked.seed, "encoding": asked.encoding, "form": asked.form}
    path, planted = made(asked.out, recipe)
    plain, _ = made(asked.out, recipe, bad=0.0, encoding="utf-8", form="csv")
    report = asked.out / "report.json"
    series = [
        Series("pyarrow typed read", [sys.executable, "-m", "bench.unit", str(plain)], (0,), rows),
        Series("gongshu validate", gongshu(path, report), (0, 1), rows),
    ]
    alternate(series, asked.runs, asked.out)
    if not asked.no_peer:
        small, _ = made(asked.out, recipe, rows=min(rows, PEER_ROWS), encoding="utf-8", form="csv")
        command = [sys.executable, "-m", "bench.peer", str(small)]
        series.append(Series("frictionless", command, (0,), min(rows, PEER_ROWS)))
        alternate(series[-1:], 1, asked.out)
    checked = agreement(truth(planted), found(report), lines=asked.form != "parquet")
    lines = table(series, rows)
    if asked.json:
        machine = {"python": platform.python_version(), "system": platform.system(), "cpus": os.cpu_count()}
        said = {
            "planted": checked.planted,
            "missed": checked.missed,
            "invented": checked.invented,
            "exact": checked.exact,
        }
        print(
            json.dumps(
                {"file": path.name, "rows": rows, "machine": machine, "times": lines, "agreement": said}, indent=2
            )
        )
    else:
        show(path, lines, checked)
    return 0 if checked.exact else 1


def show(path: Path, lines: list[dict[str, object]], checked: Agreement) -> None:
    """The same for people."""
    print(f"{path.name}, {path.stat().st_size / 1e6:.0f} MB; whole processes, medians")
    print(f"{'':22}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'x wall':>9}{'x CPU':>9}")
    for line in lines:
        note = f"   extrapolated from {line['rows']:,} rows" if line["extrapolated"] else ""
        print(
            f"{line['name']:22}{line['wall']:9.2f}{line['cpu']:9.2f}{line['peak']:10.0f}{line['ratio']:9.1f}{line['cpu_ratio']:9.1f}{note}"
        )
    print(f"planted {checked.planted}, missed {len(checked.missed)}, invented {len(checked.invented)}")
    for name, faults in (("missed", checked.missed), ("invented", checked.invented)):
        for fault in faults[:20]:
            print(f"  {name}: row {fault[0]}, line {fault[1]}, {fault[2]}, {fault[3]}")


if __name__ == "__main__":
    sys.exit(main())
