"""`python -m bench.publish`: bulk into the ledger against the same by hand, into a real CKAN against ckanapi.

By hand: the same Parquet files from the same typed table, fsync of each, one SQLite row each in a durable transaction.
The ledger's own time without validation is that of its steps with receipts that are relied on; validation is apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

STANDARD = """
id: bench-readings
version: 1.0.0
kind: table
status: in-force
title: {zh: 监测读数, en: Readings}
fields:
  - {name: code, title: {zh: 编码}, type: string, constraints: {required: true, maxLength: 12}}
  - {name: station, title: {zh: 站点}, type: string, constraints: {required: true}}
  - {name: measured, title: {zh: 日期}, type: date}
  - {name: value, title: {zh: 读数}, type: number, scale: 2, precision: 12}
  - {name: count, title: {zh: 次数}, type: integer, constraints: {minimum: 0}}
primaryKey: [code]
"""
METADATA = """    provider: 示例市生态环境局
    providerCode: 11420000000013493M
    abstract: 各站点的监测读数
    resourceClass: 主题信息资源/生态环境
    format: [csv]
    sharing: {type: 1, mode: platform}
    open: 1
    updateCycle: monthly
    releaseDate: 2026-01-01
"""
TYPES = {"code": pa.string(), "station": pa.string(), "measured": pa.date32(),
         "value": pa.decimal128(38, 2), "count": pa.int64()}  # fmt: skip
ROW = 45  # bytes of a line, about
CPU: list[float] = []  # seconds of the processor, of each timed call in order


def made(folder: Path, datasets: int, files: int, size: int) -> Path:
    """The tables and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "standard").mkdir(exist_ok=True)
    (folder / "standard" / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    lines = ["datasets:"]
    for number in range(datasets):
        lines += [f"  - code: 307010/{number:06d}", f"    title: 监测读数{number}", METADATA.rstrip(), "    files:"]
        for part in range(files):
            path = folder / f"{number:04d}-{part}.csv"
            if not path.exists():
                _table(path, max(1, size // ROW), number * files + part)
            lines.append(
                f"      - {{key: k{part}, path: {path.name}, standard: standard, receipt: {path.stem}.receipt.json}}"
            )
    manifest = folder / "manifest.yaml"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def _table(path: Path, rows: int, seed: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("code,station,measured,value,count\n")
        for start in range(0, rows, 10_000):
            block = [
                f"A{seed % 1000:03d}{row:08d},{'人民路站' if row % 3 else '示例公园站'},"
                f"2026-{row % 12 + 1:02d}-{row % 28 + 1:02d},{(row * 7919 + seed) % 100000 / 100:.2f},{row % 997}"
                for row in range(start, min(rows, start + 10_000))
            ]
            out.write("\n".join(block) + "\n")


def by_hand(folder: Path, target: Path) -> None:
    """The same Parquet files, each fsynced, and a row for each."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    connection = sqlite3.connect(target / "rows.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE files (name TEXT, sha256 TEXT, bytes INTEGER)")
    options = csv.ConvertOptions(column_types=TYPES)
    for path in sorted(folder.glob("*.csv")):
        table = csv.read_csv(path, convert_options=options)
        out = target / f"{path.stem}.parquet"
        pq.write_table(table, out, compression="zstd")
        with out.open("rb+") as handle:
            os.fsync(handle.fileno())
        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        connection.execute("INSERT INTO files VALUES (?, ?, ?)", (out.name, digest, out.stat().st_size))
    connection.close()


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    began, cpu = time.perf_counter(), time.process_time()
    result = what()
    CPU.append(time.process_time() - cpu)
    return time.perf_counter() - began, result


def validate_all(folder: Path, key: Path) -> None:
    """Validate every file as the gate does, and leave a signed receipt."""
    import gongshu
    from gongshu.publishers.trust import private_key

    raw = private_key(key)
    for path in sorted(folder.glob("*.csv")):
        report = gongshu.validate(path, standard=str(folder / "standard"), profile="publication", as_of="2026-03-31")
        report.receipt().signed(raw).save(folder / f"{path.stem}.receipt.json")


def snapshot(folder: Path) -> str:
    """A hash over every name and every change date below a folder: not a byte changed where it is the same."""
    found = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))
             if path.is_file() and not path.name.endswith(("-shm", "-wal"))]  # fmt: skip
    return hashlib.sha256(repr(found).encode()).hexdigest()


def ledger(folder: Path, datasets: int, files: int, size: int) -> dict[str, Any]:
    """Everything about one shape of bulk."""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.trusting import add
    from gongshu.publishers.targets import apply_plan, plan
    from gongshu.publishers.trust import keygen

    manifest = made(folder, datasets, files, size)
    target, hand, key = folder / "catalogue", folder / "hand", folder / "key.pem"
    shutil.rmtree(target, ignore_errors=True)
    key.unlink(missing_ok=True)
    public = keygen(key)
    validating, _ = timed(lambda: validate_all(folder, key))
    with Store(target, write=True) as store:
        add(store, public, "*", name="bench", at="2026-03-31T00:00:00+08:00")
    hand_seconds, _ = timed(lambda: by_hand(folder, hand))
    planning, first = timed(lambda: plan(manifest, as_of="2026-03-31"))
    if first.blocked:
        raise SystemExit(f"blocked: {first.blocked[0].reasons}")
    applying, outcome = timed(lambda: apply_plan(first))
    if outcome.exit_code:
        raise SystemExit(f"not done: {outcome.retryable[:1]}")
    hand_again, _ = timed(lambda: by_hand(folder, hand))
    before = snapshot(target / "objects")
    again, second = timed(lambda: plan(manifest, as_of="2026-03-31"))
    again_apply, _ = timed(lambda: apply_plan(second))
    by = min(hand_seconds, hand_again)
    cpu = dict(zip(("validate", "by_hand", "plan", "apply", "by_hand_again", "plan_again", "apply_again"), CPU[-7:]))
    return {
        "datasets": datasets,
        "files": files,
        "bytes": size,
        "by_hand": by,
        "plan": planning,
        "apply": applying,
        "ratio_apply": applying / by,
        "ratio_plan_and_apply": (planning + applying) / by,
        "validate": validating,
        "unchanged": again + again_apply,
        "unchanged_items": sum(item.action == "unchanged" for item in second.items),
        "cpu": cpu,
        "bytes_unchanged": snapshot(target / "objects") == before,
    }


# --- CKAN --------------------------------------------------------------------------------------------------------


def ckan(folder: Path, url: str, token: str, datasets: int) -> dict[str, Any]:
    """Metadata and links only, as `ckanapi load -p 3` does it; the same under a proxy with 5 % faults."""
    from ckanapi import RemoteCKAN

    from bench.storm import Storm
    from gongshu.publishers.targets import apply_plan, plan

    manifest = made(folder, datasets, 1, 2000)
    shutil.rmtree(folder / "catalogue", ignore_errors=True)
    apply_plan(plan(manifest, as_of="2026-03-31"))
    to = f"ckan:{url}?files=https://files.example"
    told: dict[str, Any] = {"datasets": datasets}
    told["plan"], first = timed(lambda: plan(manifest, [to], as_of="2026-03-31"))
    told["apply"], outcome = timed(lambda: apply_plan(first))
    told["done"] = outcome.exit_code == 0
    told["unchanged"], second = timed(lambda: plan(manifest, [to], as_of="2026-03-31"))
    told["unchanged_items"] = sum(item.action == "unchanged" for item in second.items if item.target != "catalogue")
    remote = RemoteCKAN(url, apikey=token)
    lines = folder / "load.jsonl"
    names = [item.slug for item in second.items if item.target != "catalogue"]
    with lines.open("w", encoding="utf-8") as out:
        for name in names:
            found = remote.action.package_show(id=name)
            kept = {key: found[key] for key in ("title", "notes", "tags", "extras", "version", "author")}
            kept |= {"name": f"{name}-load", "owner_org": found["organization"]["name"]}
            kept["resources"] = [
                {key: each[key] for key in ("name", "url", "format", "hash", "description")}
                for each in found["resources"]
            ]
            kept["extras"] = [each for each in kept["extras"] if not each["key"].startswith("gongshu_")]
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")
    program = str(Path(sys.executable).with_name("ckanapi"))
    loading = [program, "load", "datasets", "-I", str(lines), "-r", url, "-a", token, "-p", "3"]
    told["ckanapi_load"], _ = timed(lambda: _run(loading))
    told["ckanapi_arrived"] = sum(_there(remote, f"{name}-load") for name in names)
    told["ckanapi_load_again"], _ = timed(lambda: _run(loading))
    for each in [*names, *(f"{name}-load" for name in names)]:
        _purge(remote, each)
    storm = Storm(url, share=0.05)
    through = plan(manifest, [f"ckan:{storm.url}?files=https://files.example"], as_of="2026-03-31")
    told["storm"], outcome = timed(lambda: apply_plan(through))
    told["storm_arrived"] = sum(step.state == "done" for step in outcome.steps)
    told["storm_faults"] = dict(storm.met)
    storm.end()
    for each in names:
        _purge(remote, each)
    big = made(folder / "uploads", 10, 1, 1 << 20)
    shutil.rmtree(folder / "uploads" / "catalogue", ignore_errors=True)
    apply_plan(plan(big, as_of="2026-03-31"))
    for name, options in (("uploads", "?datastore=no"), ("uploads_datastore", "")):
        sending = plan(big, [f"ckan:{url}{options}"], as_of="2026-03-31")
        told[name], outcome = timed(lambda sending=sending: apply_plan(sending))
        for item in sending.items:
            if item.target != "catalogue":
                _purge(remote, item.slug)
    return told


def _there(remote: Any, name: str) -> bool:
    from ckanapi.errors import NotFound

    with suppress(NotFound):
        return bool(remote.action.package_show(id=name))
    return False


def _purge(remote: Any, name: str) -> None:
    """What a round made goes, so that the next one makes it."""
    from ckanapi.errors import NotFound

    with suppress(NotFound):
        remote.action.dataset_purge(id=name)


def _run(command: list[str]) -> None:
    beside = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}  # it calls itself
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=beside)
    if done.returncode:
        raise SystemExit(done.stderr[-500:])


def main() -> int:
    """Print JSON of every figure."""
    parser = argparse.ArgumentParser(prog="python -m bench.publish", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench-out/publish"))
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--only", choices=["many", "large", "ckan"])
    parser.add_argument("--ckan", metavar="URL", help="a CKAN for throw-away data; token in GONGSHU_CKAN_TOKEN")
    asked = parser.parse_args()
    share = 10 if asked.quick else 1
    found: dict[str, Any] = {}
    if asked.only in (None, "many"):
        found["many"] = ledger(asked.out / "many", 500 // share, 3, 1 << 20)
    if asked.only in (None, "large"):
        found["large"] = ledger(asked.out / "large", 3, 1, (100 << 20) // share)
    if asked.ckan and asked.only in (None, "ckan"):
        found["ckan"] = ckan(asked.out / "ckan", asked.ckan, os.environ["GONGSHU_CKAN_TOKEN"], 100 // share)
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
