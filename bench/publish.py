"""`python -m bench publish`: bulk into the ledger against the same by hand, and into a real CKAN against ckanapi.

One run, one table. It needs about 6 GB of disk below --out, which are given back; --quick is a tenth of it. CKAN is
started by the shared script on free ports and stopped by its process ids, unless --ckan names one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import mirror, site
from bench.bulk import Bulk, ledger
from bench.page import written

MB = 1 << 20
PARTS = ("many", "large", "ckan", "uploads")
# what issue 7 asks for
MOST_RATIO, MOST_AGAIN, MOST_MIRROR, MOST_MIRROR_AGAIN = 2.0, 5.0, 1.0, 0.3


def options(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench publish", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("bench-out/publish"), help="folder for data, which go at the end"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the datasets and bytes, one round")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas between: {', '.join(PARTS)}")
    parser.add_argument("--datasets", type=int, default=500, help="many: datasets of three files (500)")
    parser.add_argument("--size", type=int, default=MB, help="many: bytes of a file (1 MiB)")
    parser.add_argument("--large", type=int, default=100 * MB, help="large: bytes of each of three files (100 MiB)")
    parser.add_argument("--ckan", metavar="URL", help="a CKAN for throw-away data; token in GONGSHU_CKAN_TOKEN")
    parser.add_argument("--ckan-home", type=Path, help="keep what CKAN's start installs (45 s) in this folder")
    parser.add_argument("--ckan-datasets", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="of CKAN; medians count")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, help="a Markdown page: what stands between its bench marks is replaced")
    asked = parser.parse_args(words)
    asked.parts = [each for each in asked.only.split(",") if each]
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"--only {sorted(unknown)[0]}: {', '.join(PARTS)}")
    if asked.ckan and site.TOKEN not in os.environ:
        parser.error(f"--ckan needs its token in {site.TOKEN}")
    if asked.quick:
        asked.datasets, asked.large, asked.ckan_datasets, asked.rounds = 50, 10 * MB, 20, 1
    return asked


def say(words: str) -> None:
    """What goes on, on standard error."""
    print(words, file=sys.stderr, flush=True)


def run(asked: argparse.Namespace) -> tuple[list[Bulk], mirror.Figures | None]:
    """Every part that was asked for."""
    bulks = []
    for part, shape in (("many", (asked.datasets, 3, asked.size)), ("large", (3, 1, asked.large))):
        if part in asked.parts:
            bulks.append(ledger(asked.out / part, *shape, say))
            shutil.rmtree(asked.out / part)
            say(table(bulks[-1:], None))  # what comes later may fail
    if not {"ckan", "uploads"} & set(asked.parts):
        return bulks, None
    say("CKAN: starting")
    figures = mirror.Figures()
    with site.site(asked.ckan or "", asked.ckan_home) as (url, token):
        if "ckan" in asked.parts:
            figures = mirror.compare(asked.out / "ckan", url, token, asked.ckan_datasets, asked.rounds, say)
        if "uploads" in asked.parts:
            say("CKAN: uploads")
            mirror.uploads(figures, asked.out / "ckan", url, token, 2 if asked.quick else 10, MB)
    return bulks, figures


def table(bulks: Sequence[Bulk], figures: mirror.Figures | None) -> str:
    """All of it as Markdown, with what issue 7 asks for beside it."""
    said = [
        f"{platform.system()}, {os.cpu_count()} processors, Python {platform.python_version()}; load at the end "
        f"{os.getloadavg()[0]:.1f}. Seconds: wall (processor).",
    ]
    if bulks:
        said += ["", *_bulk(bulks)]
    if figures is not None and "ours" in figures.rounds:
        said += ["", *_mirror(figures)]
    if figures is not None and "uploads" in figures.facts:
        said += ["", *_uploads(figures)]
    return "\n".join(said)


def _bulk(bulks: Sequence[Bulk]) -> list[str]:
    heads = [f"{each.datasets} datasets x {each.files} x {each.size / MB:.3g} MiB" for each in bulks]
    rows: list[tuple[str, list[str]]] = [
        ("by hand: Parquet, fsync of file and folder, one SQLite row each", [_span(each.hand) for each in bulks]),
        ("`plan` (hash, gate with relied-on receipts, look through what leaves)", [_span(each.plan) for each in bulks]),
        ("`apply` (source kept, Parquet and CSV, records, versions)", [_span(each.apply) for each in bulks]),
        ("`apply` / by hand", [_ratio(each.apply, each.hand) for each in bulks]),
        (
            f"**`plan` and `apply` / by hand** (at most {MOST_RATIO:.0f})",
            [_ratio(each.plan + each.apply, each.hand) for each in bulks],
        ),
        ("validating every file, apart", [_span(each.validate) for each in bulks]),
        (
            f"**nothing changed: `plan` and `apply`** (at most {MOST_AGAIN:.0f} s)",
            [_span(each.again) for each in bulks],
        ),
        ("found unchanged", [f"{each.unchanged} of {each.datasets}" for each in bulks]),
        ("bytes and dates changed below the catalogue", ["none" if each.untouched else "**some**" for each in bulks]),
    ]
    lines = ["| into the catalogue | " + " | ".join(heads) + " |", "|---|" + "--:|" * len(heads)]
    return lines + [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows]


def _mirror(found: mirror.Figures) -> list[str]:
    def cell(name: str) -> str:
        walls, cpus = ([getattr(one, kind) for one in found.rounds[name]] for kind in ("wall", "cpu"))
        return f"{sorted(walls)[len(walls) // 2]:.2f} ({sorted(cpus)[len(cpus) // 2]:.2f})"

    facts, count = found.facts, found.facts["datasets"]
    new, again = (found.paired(ours, theirs) for ours, theirs in (("ours", "ckanapi"), ("ours again", "ckanapi again")))
    alone = found.paired("apply", "ckanapi")
    return [
        f"Real CKAN 2.12, {count} datasets, metadata and links only; whole processes in turn, {facts['rounds']} rounds "
        f"with fresh names, medians; ckanapi {version('ckanapi')}; processor time is the clients'.",
        "",
        "| into CKAN | gongshu | `ckanapi load -p 3` | gongshu / ckanapi |",
        "|---|--:|--:|--:|",
        f"| **new: `plan` and `apply`** (at most {MOST_MIRROR:.0f}) | {cell('ours')} | {cell('ckanapi')} | {new:.2f} |",
        f"| of that `apply` | {cell('apply')} | {cell('ckanapi')} | {alone:.2f} |",
        f"| **again, nothing changed** (at most {MOST_MIRROR_AGAIN}) | {cell('ours again')} "
        f"| {cell('ckanapi again')} | {again:.2f} |",
        f"| 5 % of requests fail, nine ways: seconds | {cell('storm')} | {cell('ckanapi storm')} | |",
        f"| **arrived of {count}** | {facts['storm arrived']} | {facts['ckanapi storm arrived']} | |",
        f"| faults met | {sum(facts['storm faults'].values())} | {sum(facts['ckanapi storm faults'].values())} | |",
    ]


def _uploads(found: mirror.Figures) -> list[str]:
    lines = ["| apart, into CKAN | datasets x MiB | seconds | |", "|---|--:|--:|---|"]
    for name, words in (("uploads", "files uploaded (CSV and Parquet)"), ("datastore", "with DataStore tables")):
        facts, one = found.facts[name], found.rounds[name][0]
        rate = f"{facts['rows']:,} rows, {facts['rows'] / one.wall:,.0f} rows/s" if name == "datastore" else ""
        lines.append(f"| {words} | {facts['files']} x {facts['bytes'] / MB:.3g} | {_span(one)} | {rate} |")
    return lines


def _span(one: Any) -> str:
    return f"{one.wall:.1f} ({one.cpu:.1f})"


def _ratio(one: Any, other: Any) -> str:
    return f"{one.wall / other.wall:.2f} ({one.cpu / other.cpu:.2f})"


def main(words: Sequence[str] | None = None) -> int:
    """0 when what must hold whatever the machine holds: nothing lost, nothing touched without need."""
    asked = options(words)
    asked.out.mkdir(parents=True, exist_ok=True)
    bulks, figures = run(asked)
    shutil.rmtree(asked.out / "ckan", ignore_errors=True)
    if asked.json:
        found = {"bulk": [asdict(each) for each in bulks], "ckan": asdict(figures) if figures else None}
        print(json.dumps(found, indent=2))
    else:
        print(table(bulks, figures))
    if asked.write is not None:
        written(asked.write, table(bulks, figures))
    facts = figures.facts if figures else {}
    whole = all(each.untouched and each.unchanged == each.datasets for each in bulks)
    return 0 if whole and facts.get("storm arrived") == facts.get("datasets") else 1


if __name__ == "__main__":
    sys.exit(main())
