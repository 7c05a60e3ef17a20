"""Words in, words out, for consumers: search, show, get."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gongshu.standards.faults import UsageFault
from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    from gongshu.catalogue.client import Catalogue, Dataset

FOUND = 20
WHERE = click.option("--in", "where", metavar="CATALOGUE", help="目录所在 / Which catalogue")


def opened(where: str | None) -> Catalogue:
    """The catalogue asked for, else the setting's, else the one in the working directory."""
    from gongshu.catalogue.client import open as open_catalogue

    return open_catalogue(setting("catalogue", where).value or "catalogue")


@click.command()
@click.argument("words", nargs=-1)
@WHERE
@click.option("--organisation", help="提供方名称或代码 / Provider, name or code")
@click.option("--standard", help="所依标准 / Standard")
@click.option("--limit", type=click.IntRange(1), default=FOUND, show_default=True, help="最多几条 / At most")
@everywhere
def search(
    session: Session,
    words: tuple[str, ...],
    where: str | None,
    organisation: str | None,
    standard: str | None,
    limit: int,
) -> int:
    """在目录中查找 / Search a catalogue."""
    with opened(where) as shared:
        found = shared.search(" ".join(words), organisation=organisation, standard=standard, limit=limit)
        if session.json:
            session.emit([each.summary() for each in found])
            return 0
        if not found:
            session.say("search.nothing", words=" ".join(words), count=len(shared))
            return 0
        columns = ("code", "title", "version", "organisation", "standard")
        _print(session, "search", columns, [[str(each.summary()[name]) for name in columns] for each in found])
        session.say("search.next", code=found[0].code)
    return 0


@click.command()
@click.argument("code")
@WHERE
@everywhere
def show(session: Session, code: str, where: str | None) -> int:
    """查看一个数据集 / Show a dataset."""
    with opened(where) as shared:
        dataset = shared[code]
        if session.json:
            session.emit({**dataset.summary(), "metadata": dict(dataset.metadata), "versions": dataset.versions,
                          "resources": [_resource(each) for each in dataset.resources]})  # fmt: skip
            return 0
        metadata = dataset.metadata
        opening, sharing = (dict(metadata.get(name) or {}).get("type", "") for name in ("open", "sharing"))
        session.say("show.head", title=dataset.title, code=dataset.code, version=dataset.version)
        session.say("show.by", organisation=dataset.organisation, code=metadata.get("providerCode", ""))
        session.say("show.abstract", abstract=metadata.get("abstract", ""))
        if sharing and opening and metadata.get("updateCycle"):  # what was harvested need not say
            cycle = session.words(f"cycle.{metadata['updateCycle']}")
            policy = {"sharing": session.words(f"sharing.{sharing}"), "opening": session.words(f"opening.{opening}")}
            session.say("show.policy", **policy, cycle=cycle, released=metadata.get("releaseDate", ""))
        _harvested(session, dataset)
        if dataset.draft:
            session.say("show.draft")
        for each in dataset.resources if dataset.validated else ():
            gate = each.record["gate"]
            session.say("show.resource", key=each.key, title=each.title, rows=each.rows, standard=each.standard,
                        as_of=gate["as_of"], columns=", ".join(each.columns))  # fmt: skip
        for version in dataset.versions:
            session.say("show.version", **version)
        session.say("show.next", code=dataset.code)
    return 0


def _harvested(session: Session, dataset: Dataset) -> None:
    """Where a dataset comes from that is not our own, and whether anybody vouches for it."""
    told = dataset.origin
    if told is None:
        return
    where = {"source": told.get("source", ""), "address": told.get("address", "")}
    session.say("show.passed-there" if dataset.validated else "show.harvested", **where)
    for each in dataset.resources if not dataset.validated else ():
        for output in each.outputs:
            session.say("show.file", key=each.key, title=each.title, name=output.file_name, bytes=output.bytes,
                        as_of=each.record["gate"]["as_of"])  # fmt: skip
    for each in dataset.metadata.get("links") or ():
        session.say("show.link", **each)


def _resource(each: Any) -> dict[str, Any]:
    return {
        "key": each.key,
        "id": each.id,
        "title": each.title,
        "rows": each.rows,
        "standard": each.standard,
        "schema": dict(each.schema),
        "record": dict(each.record),
    }


@click.command()
@click.argument("code")
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="FILE.parquet | .csv | .json")
@click.option("--resource", "key", help="数据集中的哪个文件 / Which file of the dataset")
@click.option("--column", "columns", multiple=True, help="只要这些列 / Only these columns")
@WHERE
@everywhere
def get(session: Session, code: str, output: Path, key: str | None, columns: tuple[str, ...], where: str | None) -> int:
    """取得一个数据集 / Fetch a dataset."""
    from gongshu.validators.reports.output import write_atomically

    suffix = output.suffix.lower()
    with opened(where) as shared:
        dataset = shared[code]
        if not dataset.validated and dataset.resource(key).outputs[0].form == "file":
            return _get_file(session, dataset, output, key)
        if suffix not in FORMS:
            raise UsageFault("usage.get-form", path=output.name, known=", ".join(sorted(FORMS)))
        rows = dataset.resource(key).rows
        write_atomically(output, FORMS[suffix](dataset, key, columns))
    if session.json:
        session.emit({**dataset.summary(), "output": str(output), "rows": rows})
    session.say("get.done", code=dataset.code, version=dataset.version, rows=rows, path=str(output))
    return 0


def _get_file(session: Session, dataset: Dataset, output: Path, key: str | None) -> int:
    """A harvested file as its source gives it, under its own kind of name."""
    from gongshu.validators.reports.output import write_atomically

    path, name = dataset.file(key)
    if output.suffix.lower() != Path(name).suffix:
        raise UsageFault("usage.get-form", path=output.name, known=Path(name).suffix)
    write_atomically(output, lambda out: _copy(path, out))
    if session.json:
        session.emit({**dataset.summary(), "output": str(output), "bytes": path.stat().st_size})
    session.say("get.file", code=dataset.code, version=dataset.version, bytes=path.stat().st_size, path=str(output))
    return 0


def _stored(form: str) -> Callable[[Dataset, str | None, tuple[str, ...]], Callable[[BinaryIO], None]]:
    """The stored bytes themselves, or a part of the columns."""

    def make(dataset: Dataset, key: str | None, columns: tuple[str, ...]) -> Callable[[BinaryIO], None]:
        if not columns:
            path = dataset.path(form, key)
            return lambda out: _copy(path, out)
        table = dataset.table(columns, key=key)
        return lambda out: (_parquet if form == "parquet" else _csv)(table, out)

    return make


def _copy(path: Path, out: BinaryIO) -> None:
    with path.open("rb") as source:
        shutil.copyfileobj(source, out, 1 << 20)


def _parquet(table: Any, out: BinaryIO) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, out, compression="zstd")


def _csv(table: Any, out: BinaryIO) -> None:
    from gongshu.publishers.csvtext import write_csv

    write_csv(out, table.schema.names, table.to_batches())


def _json(dataset: Dataset, key: str | None, columns: tuple[str, ...]) -> Callable[[BinaryIO], None]:
    """An array of objects; decimals and dates as text, so that no digit is lost."""
    table = dataset.table(columns or None, key=key)

    def write(out: BinaryIO) -> None:
        out.write(b"[")
        first = True
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                line = json.dumps(row, ensure_ascii=False, default=str)
                out.write(("\n" if first else ",\n").encode() + line.encode("utf-8"))
                first = False
        out.write(b"\n]\n")

    return write


FORMS: dict[str, Callable[[Dataset, str | None, tuple[str, ...]], Callable[[BinaryIO], None]]] = {
    ".csv": _stored("csv"),
    ".json": _json,
    ".parquet": _stored("parquet"),
}


@click.group()
def catalogue() -> None:
    """看管目录 / Look after a catalogue."""


@catalogue.command()
@click.argument("path")
@everywhere
def check(session: Session, path: str) -> int:
    """查验目录是否完好 / Prove that a catalogue is whole."""
    from gongshu.catalogue.check import faults

    with opened(path) as held:
        found = list(faults(held.store))
        datasets = 0 if found else len(held)
    if session.json:
        session.emit([{"code": fault.code, "message": fault.say(session.lang)} for fault in found])
    for fault in found:
        session.say(fault.code, **fault.params)
    session.say("check.faults" if found else "check.whole", count=len(found) or datasets)
    return 1 if found else 0


def _print(session: Session, room: str, names: tuple[str, ...], rows: list[list[str]]) -> None:
    """A table for people; nothing in a cell is read as markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if session.quiet:
        return
    table = Table(*(session.words(f"{room}.column-{name}") for name in names), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console(no_color=not session.color, highlight=False).print(table)
