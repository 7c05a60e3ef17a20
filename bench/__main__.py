"""`python -m bench`: ours and the other tools as whole processes, in turn, on one machine; and every fault held
against the list of those planted. `python -m bench peers` first makes an environment with the other tools;
`python -m bench publish --help` is the bulk publishing bench.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench.cases import Case, Files, agreed, compiled, counted, install, installed, ours, peers, shortened
from bench.page import written
from bench.validate import Series, alternate

MILLION = 1_000_000


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", default="table", choices=["table", "one", "peers"])
    parser.add_argument("--rows", type=int, help="rows of the large table (1,000,000)")
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    parser.add_argument("--very-large", action="store_true", help="20,000,000 rows too")
    parser.add_argument("--bad", type=float, default=0.001, help="one: share of faulty cells a column")
    parser.add_argument("--encoding", default="utf-8", choices=["utf-8", "gb18030"], help="one")
    parser.add_argument("--form", default="csv", choices=["csv", "parquet", "xlsx"], help="one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3, help="runs of each command; the median counts")
    parser.add_argument("--limit", type=float, default=60, help="seconds that one run of another tool may take")
    parser.add_argument("--no-peer", action="store_true", help="leave the other tools out")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for data and reports")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--write", type=Path, help="a Markdown page: what stands between its two bench marks is replaced"
    )
    return parser.parse_args()


def unit(files: Files, rows: int) -> Case:
    """The typed read of the clean file."""
    path, _ = files.made(rows=rows, bad=0.0)
    return Case(Series("pyarrow typed read", [sys.executable, "-m", "bench.unit", str(path)], (0,), rows), path)


def rounds(asked: argparse.Namespace, rows: int) -> list[list[Case]]:
    """Cases that are timed in turn, a list a round."""
    files = Files(asked.out, asked.seed)
    if asked.what == "one":
        recipe = {"bad": asked.bad, "encoding": asked.encoding, "form": asked.form}
        return [[unit(files, rows), ours("gongshu", files, rows, **recipe)]]
    large = [
        unit(files, rows),
        ours("clean", files, rows, bad=0.0),
        ours("0.1 % bad", files, rows, bad=0.001),
        ours("5 % bad", files, rows, bad=0.05),
        ours("5 % bad, every fault listed", files, rows, bad=0.05, every=True),
        ours("0.1 % bad, GB18030", files, rows, bad=0.001, encoding="gb18030"),
        ours("0.1 % bad, Parquet", files, rows, bad=0.001, form="parquet"),
    ]
    python = installed(asked.out)
    if not asked.no_peer and not python.exists():
        raise SystemExit("the other tools are not there: first `python -m bench peers`, or add --no-peer")
    others = [] if asked.no_peer else peers(files, rows, python, asked.limit)
    several = [each for each in others if each.series.rows == rows]
    small = [ours(f"{size:,} rows", files, size, bad=0.001) for size in (100, 1_000, rows // 10)]
    sheet = ours("XLSX", files, rows // 10, bad=0.001, form="xlsx", unit="calamine bare read")
    bare = Series("calamine bare read", [sys.executable, "-m", "bench.bare_sheet", str(sheet.path)], (0,), rows // 10)
    found = [large + several, small, [Case(bare, sheet.path), sheet]]
    if asked.very_large:
        found.append([ours("20,000,000 rows, every fault listed", files, 20 * MILLION, by_line=True, bad=0.001)])
    return found + [[each] for each in others if each.series.rows != rows]


def main() -> int:
    """0 when every planted fault was found and nothing else, 1 otherwise."""
    if sys.argv[1:2] == ["publish"]:
        from bench.publish import main as publish

        return publish(sys.argv[2:])
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.what == "peers":
        print(install(asked.out))
        return 0
    rows = asked.rows or (MILLION // 10 if asked.quick else MILLION)
    compiled(asked.out)
    cases: list[Case] = []
    queue = rounds(asked, rows)
    while queue:
        group = queue.pop(0)
        one_by_one = len(group) == 1
        times, warm = (1, False) if one_by_one else (asked.runs, asked.runs > 1)
        alternate([each.series for each in group], times, asked.out, warm=warm)
        for case in group:
            if case.series.exceeded:
                if not case.note:  # else a tenth was too much too: it has no line
                    queue.append([shortened(case, Files(asked.out, asked.seed))])
                continue
            if "gongshu.cli" in case.series.command:
                agreed(case, asked.out)
            elif "bench.peers" in " ".join(case.series.command):
                counted(case, asked.out)
            cases.append(case)
    lines = [line(case, cases, rows) for case in cases]
    machine = {"python": platform.python_version(), "system": platform.system(), "cpus": os.cpu_count()}
    if asked.json:
        print(json.dumps({"rows": rows, "machine": machine, "load": os.getloadavg(), "lines": lines}, indent=2))
    else:
        print(table(lines, rows))
    if asked.write is not None:
        written(asked.write, table(lines, rows))
    return 0 if all(case.agreement is None or case.agreement.exact for case in cases) else 1


def line(case: Case, cases: list[Case], rows: int) -> dict[str, Any]:
    """One line of the table; a slow tool's figures are stretched to the whole table."""
    factor = rows / case.series.rows if case.stretched else 1
    divisor = next((each for each in cases if each.series.name == case.unit), cases[0])
    wall, cpu = case.series.median("wall") * factor, case.series.median("cpu") * factor
    said: dict[str, Any] = {
        "name": case.series.name,
        "rows": case.series.rows,
        "wall": round(wall, 3),
        "cpu": round(cpu, 3),
        "peak": round(max(run.peak for run in case.series.runs)),
        "x_wall": round(wall / divisor.series.median("wall"), 2),
        "x_cpu": round(cpu / divisor.series.median("cpu"), 2),
        "names": case.names if case.truth is not None else "",
        "stretched": case.stretched,
        "note": case.note,
    }
    if case.agreement is not None:
        said |= {"planted": case.agreement.planted, "missed": case.agreement.missed[:20]}
        said |= {"invented": case.agreement.invented[:20], "exact": case.agreement.exact}
    elif case.counted is not None and case.truth is not None:
        with case.truth.open(encoding="utf-8", newline="") as file:
            said |= {"planted": sum(1 for _ in csv.DictReader(file)), "counted": case.counted}
    return said


def table(lines: list[dict[str, Any]], rows: int) -> str:
    """The same for people, as a Markdown table."""
    system = f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    said = [
        f"{rows:,} rows x 10 columns; {system}; whole processes in turn, medians; load at the end "
        f"{os.getloadavg()[0]:.1f}.",
        "",
        "| | rows | wall s | CPU s | peak MiB | x wall | x CPU | faults found / planted | a fault names |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for each in lines:
        found = ""
        if "exact" in each:
            missed, invented = len(each["missed"]), len(each["invented"])
            found = f"{each['planted']:,} / {each['planted']:,}"
            found = found if each["exact"] else f"{found}, missed {missed}, invented {invented}"
        elif "counted" in each:
            found = f"{each['counted']:,} / {each['planted']:,}"
        factor = f"times {rows // each['rows']}" if each["stretched"] else ""
        mark = f" ({', '.join(filter(None, (factor, each['note'])))})" if factor else ""
        said.append(
            f"| {each['name']}{mark} | {each['rows']:,} | {each['wall']:.2f} | {each['cpu']:.2f} | {each['peak']} "
            f"| {each['x_wall']:.1f} | {each['x_cpu']:.1f} | {found} | {each['names']} |"
        )
    return "\n".join(said)


if __name__ == "__main__":
    sys.exit(main())
