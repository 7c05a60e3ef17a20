"""Bulk into the ledger, against the same Parquet files written by hand.

By hand: each file read into the same types by pyarrow, written with the same compression, hashed, fsync of the file and
of its folder, and one SQLite row each in a durable transaction of its own. Ours without validation is `plan` and
`apply` with receipts that are relied on; validating is timed apart.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from bench.clock import Spent

AS_OF = "2026-03-31"
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
         "value": pa.decimal128(12, 2), "count": pa.int64()}  # fmt: skip
HEADER = b"code,station,measured,value,count\n"
ROW = 45  # bytes of a line, about


def made(folder: Path, datasets: int, files: int, size: int, *, prefix: str = "307010") -> Path:
    """The tables, no two the same, and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "standard").mkdir(exist_ok=True)
    (folder / "standard" / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    lines, body = ["datasets:"], _body(max(1, size // ROW))
    for number in range(datasets):
        lines += [f"  - code: {prefix}/{number:06d}", f"    title: 监测读数{number}", METADATA.rstrip(), "    files:"]
        for part in range(files):
            path = folder / f"{number:04d}-{part}.csv"
            start = body.find(b"\n", len(body) * (number * files + part) // (datasets * files + 1)) + 1
            path.write_bytes(b"".join((HEADER, body[start:], body[:start])))
            lines.append(
                f"      - {{key: k{part}, path: {path.name}, standard: standard, receipt: {path.stem}.receipt.json}}"
            )
    manifest = folder / "manifest.yaml"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def _body(rows: int) -> bytes:
    """Lines with keys of their own; each file has them from another one on."""
    return "".join(
        f"A{row:011d},{'人民路站' if row % 3 else '示例公园站'},"
        f"2026-{row % 12 + 1:02d}-{row % 28 + 1:02d},{row * 7919 % 100000 / 100:.2f},{row % 997}\n"
        for row in range(rows)
    ).encode()


def by_hand(folder: Path, target: Path) -> None:
    """The same Parquet files, each durable with its name, and a row for each."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    connection = sqlite3.connect(target / "rows.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE files (name TEXT, sha256 TEXT, bytes INTEGER)")
    options = csv.ConvertOptions(column_types=TYPES)
    place = os.open(target, os.O_RDONLY)
    for path in sorted(folder.glob("*.csv")):
        table = csv.read_csv(path, convert_options=options)
        out = target / f"{path.stem}.parquet"
        pq.write_table(table, out, compression="zstd")
        with out.open("rb+") as handle:
            os.fsync(handle.fileno())
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        os.fsync(place)
        connection.execute("INSERT INTO files VALUES (?, ?, ?)", (out.name, digest, out.stat().st_size))
    os.close(place)
    connection.close()


def timed(what: Callable[[], Any]) -> tuple[Spent, Any]:
    """Seconds in this process, and what came of it."""
    began, cpu = time.perf_counter(), time.process_time()
    result = what()
    return Spent(time.perf_counter() - began, time.process_time() - cpu), result


def validate_all(folder: Path, key: Path) -> None:
    """Validate every file as the gate does, and leave a signed receipt."""
    import gongshu
    from gongshu.publishers.trust import private_key

    raw = private_key(key)
    for path in sorted(folder.glob("*.csv")):
        report = gongshu.validate(path, standard=str(folder / "standard"), profile="publication", as_of=AS_OF)
        report.receipt().signed(raw).save(folder / f"{path.stem}.receipt.json")


def snapshot(folder: Path) -> str:
    """A hash over every file and folder below: name, date of change, and every byte."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        held = path.stat()
        whole.update(f"{path.relative_to(folder)} {held.st_size if path.is_file() else ''}\n".encode())
        if path.is_file():
            with path.open("rb") as file:
                whole.update(f"{held.st_mtime_ns} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Bulk:
    """What one shape of bulk took."""

    datasets: int
    files: int
    size: int  # bytes of a file
    validate: Spent
    by_hand: tuple[Spent, ...]  # before ours and after it
    plan: Spent
    apply: Spent
    again: Spent  # plan and apply of the same manifest
    unchanged: int  # datasets of which the second plan says so
    untouched: bool  # not a byte and not a date below the catalogue's folder differs

    @property
    def hand(self) -> Spent:
        """The quicker one: the stricter measure."""
        return min(self.by_hand, key=lambda each: each.wall)


def ledger(folder: Path, datasets: int, files: int, size: int, say: Callable[[str], None]) -> Bulk:
    """Everything about one shape of bulk."""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.trusting import add
    from gongshu.publishers.targets import apply_plan, plan
    from gongshu.publishers.trust import keygen

    shape = f"{datasets} x {files} x {size >> 20 or size / (1 << 20):.3g} MiB"
    say(f"{shape}: tables")
    manifest = made(folder, datasets, files, size)
    target, hand, key = folder / "catalogue", folder / "hand", folder / "key.pem"
    shutil.rmtree(target, ignore_errors=True)
    key.unlink(missing_ok=True)
    public = keygen(key)
    say(f"{shape}: validating")
    validating, _ = timed(lambda: validate_all(folder, key))
    with Store(target, write=True) as store:
        add(store, public, "*", name="bench", at=f"{AS_OF}T00:00:00+08:00")
    os.sync()  # what the tables left to be written is nobody's time
    say(f"{shape}: by hand")
    before, _ = timed(lambda: by_hand(folder, hand))
    os.sync()
    say(f"{shape}: plan and apply")
    planning, first = timed(lambda: plan(manifest, as_of=AS_OF))
    if first.blocked:
        raise SystemExit(f"blocked: {first.blocked[0].reasons}")
    applying, outcome = timed(lambda: apply_plan(first))
    if outcome.exit_code:
        raise SystemExit(f"not done: {outcome.retryable[:1]}")
    os.sync()
    say(f"{shape}: by hand")
    after, _ = timed(lambda: by_hand(folder, hand))
    shutil.rmtree(hand)
    say(f"{shape}: again")
    seen = snapshot(target)
    again, second = timed(lambda: plan(manifest, as_of=AS_OF))
    again_apply, _ = timed(lambda: apply_plan(second))
    return Bulk(
        datasets=datasets,
        files=files,
        size=size,
        validate=validating,
        by_hand=(before, after),
        plan=planning,
        apply=applying,
        again=again + again_apply,
        unchanged=sum(item.action == "unchanged" for item in second.items),
        untouched=snapshot(target) == seen,
    )
