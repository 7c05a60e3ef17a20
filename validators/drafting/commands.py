"""`gongshu standards detect` and `new`: which standard a file looks like, and a first draft made of one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.session import Session, everywhere

if TYPE_CHECKING:
    from gongshu.standards.detect import Match
    from gongshu.standards.importing.draft import Draft
    from gongshu.standards.registry import Registry

PATH = click.Path(path_type=Path)
SOURCES = ("table-schema", "datapackage", "json-schema", "odcs", "sql", "dictionary", "sample")


@click.command()
@everywhere
@click.argument("file", type=PATH)
@click.option("--limit", type=click.IntRange(1, 50), default=3, help="列出几个 / How many to name")
@click.option("--sheet", help="工作表 / Sheet of the workbook")
@click.option("--encoding", help="编码 / Encoding")
@click.option("--header-row", type=click.IntRange(min=1), help="表头在第几行 / Row of the header")
def detect(
    session: Session, file: Path, limit: int, sheet: str | None, encoding: str | None, header_row: int | None
) -> int:
    """文件像哪个标准 / Which standard a file looks like"""
    from gongshu.validators.drafting import detect as detected
    from gongshu.validators.readers import ReadOptions

    registry = session.registry()
    options = ReadOptions(sheet=sheet, encoding=encoding, header_row=header_row)
    found = detected(file, registry, options=options, limit=limit)
    if session.json:
        session.emit([_plain(each) for each in found])
    elif not found:
        session.note("detect.none", name=file.name)
    elif session.quiet:
        click.echo(f"{found[0].id}@{found[0].version}")
    else:
        _told(session, found, registry)
    return 0 if found else 1


def _told(session: Session, found: list[Match], registry: Registry) -> None:
    titles = {each.reference: each.title for each in registry.entries()}
    for each in found:
        reference = f"{each.id}@{each.version}"
        title = titles[reference].get(session.lang) if reference in titles else ""
        click.echo(f"{round(each.score * 100):3d}%  {reference}  {title}")
        for line in _reasons(session, each):
            click.echo(f"      {line}")


def _reasons(session: Session, match: Match) -> list[str]:
    told = match.reasons
    joint = "、" if session.lang == "zh" else ", "
    lines = []
    for code, names in (("matched", told.matched), ("missing", told.missing), ("unknown", told.unknown)):
        if names:
            shown = joint.join(names[:8]) + (" …" if len(names) > 8 else "")
            lines.append(session.words(f"detect.{code}", count=len(names), names=shown))
    for each in told.seen[:6]:
        params = {"column": each.column, "field": each.field, "what": each.what, "fitting": each.fitting, "of": each.of}
        lines.append(session.words("detect.seen" if each.fitting else "detect.unlike", **params))
    return lines


def _plain(match: Match) -> dict[str, Any]:
    told = match.reasons
    return {
        "id": match.id,
        "version": match.version,
        "score": match.score,
        "matched": list(told.matched),
        "missing": list(told.missing),
        "unknown": list(told.unknown),
        "values": [
            {"column": each.column, "field": each.field, "what": each.what, "fitting": each.fitting, "of": each.of}
            for each in told.seen
        ],
    }


@click.command()
@everywhere
@click.argument("name", required=False)
@click.option("--from", "origin", type=PATH, help="由此生成：表结构、建表语句、数据字典、样例数据 / What to make it of")
@click.option("--source", type=click.Choice(SOURCES), help="它是什么 / What that is, where its content does not tell")
@click.option("--output", "-o", "folder", type=PATH, default=Path(), help="写到目录 / Folder to write into (here)")
@click.option("--sheet", help="样例的工作表 / Sheet of a sample")
def new(
    session: Session, name: str | None, origin: Path | None, source: str | None, folder: Path, sheet: str | None
) -> int:
    """新建标准草案 / A draft of a standard

    写作 目录/代号/版本/standard.yaml, 不覆盖 / Written as FOLDER/ID/VERSION/standard.yaml, never over another.
    """
    from dataclasses import replace

    from gongshu.standards.faults import UsageFault
    from gongshu.standards.importing.writing import write

    if name is not None and not re.fullmatch(r"[a-z0-9]+(?:[-.][a-z0-9]+)*", name):
        raise UsageFault("usage.pack-id", name=name)
    if name is None and origin is None:
        raise UsageFault("usage.pack-what")
    drafts = _drafts(session, origin, source, sheet) if origin is not None else [_blank(name or "")]
    if name is not None:
        single = len(drafts) == 1
        drafts = [replace(each, id=name if single else f"{name}-{each.id}") for each in drafts]
    files = write(drafts, folder, session.lang)
    if session.json:
        session.emit([{"id": each.id, "version": each.version, "file": str(file)} for each, file in zip(drafts, files)])
        return 0
    for file in files:
        session.say("standards.written", file=str(file))
    session.say("draft.next", folder=str(folder))
    return 0


def _drafts(session: Session, origin: Path, source: str | None, sheet: str | None) -> list[Draft]:
    from gongshu.standards.faults import UsageFault
    from gongshu.standards.importing import SAMPLE, read, recognise
    from gongshu.standards.importing.sample import draft_of
    from gongshu.validators.drafting import look
    from gongshu.validators.readers import ReadOptions

    if not origin.exists():
        raise UsageFault("usage.path-missing", path=str(origin), name=str(origin))
    if origin.is_dir():
        raise UsageFault("usage.path-folder", path=str(origin), name=str(origin))
    source = source or recognise(origin)
    registry = session.registry()
    if source != SAMPLE:
        return read(origin, source, registry)
    seen = look(origin, ReadOptions(sheet=sheet))
    return [draft_of(seen.names, seen.columns, registry, title=origin.stem, source=origin.name)]


def _blank(name: str) -> Draft:
    """A draft to be filled in: one required column, so that lint has nothing to say."""
    from gongshu.standards.importing.draft import Draft, Drafted, note
    from gongshu.standards.model import Constraints, Field, Text

    field = Field("ID", title=Text("编号", "Id"), constraints=Constraints(required=True, max_length=50))
    return Draft(name, (Drafted(field),), title=Text(name, name), primary_key=("ID",), notes=(note("blank"),))
