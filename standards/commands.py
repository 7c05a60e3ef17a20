"""`gongshu standards …`: find, read, check and export standards."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.derive.commands import export, sample
from gongshu.standards.session import Session, everywhere

if TYPE_CHECKING:
    from gongshu.standards.entries import Entry
    from gongshu.standards.model import Code, Field, Standard

SHOWN_CODES = 200
KINDS = ("table", "record", "codelist", "metadata", "interface", "assessment", "database")


@click.group()
def standards() -> None:
    """标准：查找、查看、检查、导出 / Standards: find, read, check, export"""


@standards.command("list")
@everywhere
@click.option("--kind", type=click.Choice(KINDS), help="只列一类 / One kind only")
def list_(session: Session, kind: str | None) -> int:
    """列出全部标准 / List all standards"""
    entries = [each for each in session.registry().entries() if kind is None or each.kind == kind]
    _listed(session, entries)
    return 0


@standards.command()
@everywhere
@click.argument("words", nargs=-1, required=True)
def search(session: Session, words: tuple[str, ...]) -> int:
    """按代号、名称或列名查找 / Search ids, titles and column names"""
    wanted = [word.casefold() for word in words]
    registry = session.registry()
    head = [each for each in registry.entries() if _holds(f"{each.id} {each.title.zh} {each.title.en}", wanted)]
    # Column names are the second place to look, and the longer way.
    inside = [] if head else [each for each in registry.entries() if _holds(_columns(registry, each), wanted)]
    found = head or inside
    if not found and not session.json:
        session.note("standards.none-found", words=" ".join(words))
        return 1
    _listed(session, found)
    return 0 if found else 1


def _holds(text: str, wanted: Iterable[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)


def _columns(registry: Any, entry: Entry) -> str:
    from gongshu.standards.detect import table_of

    table = table_of(registry, entry) if entry.kind == "table" else None
    if table is None:
        return ""
    return " ".join(f"{each.name} {each.title.zh} {each.title.en} {' '.join(each.aliases)}" for each in table.fields)


def _listed(session: Session, entries: list[Entry]) -> None:
    if session.json:
        session.emit([_entry(session, each) for each in entries])
        return
    if session.quiet:
        for each in entries:
            click.echo(each.reference)
        return
    columns = ("id", "version", "kind", "title", "status", "confidence")
    _table(
        session,
        [session.words(f"standards.column.{name}") for name in columns],
        [
            (
                each.id,
                each.version,
                session.words(f"standards.kind.{each.kind.value}") if each.kind else "?",
                each.title.get(session.lang),
                session.words(f"standards.status.{each.status.value}"),
                session.words(f"standards.confidence.{each.confidence}"),
            )
            for each in entries
        ],
    )


def _entry(session: Session, each: Entry) -> dict[str, Any]:
    return {
        "id": each.id,
        "version": each.version,
        "kind": each.kind.value if each.kind else None,
        "title": each.title.get(session.lang),
        "titles": {"zh": each.title.zh, "en": each.title.en},
        "status": each.status.value,
        "confidence": each.confidence,
        "replaced_by": each.replaced_by or None,
    }


def _table(session: Session, head: list[str], rows: list[tuple[str, ...]]) -> None:
    """A table for people: as wide as the terminal, 80 columns where there is none."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(file=sys.stdout, no_color=not session.color, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = 80 if not rows else max(80, min(200, console.width))
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold" if session.color else "")
    for name in head:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


@standards.command()
@everywhere
@click.argument("standard")
def show(session: Session, standard: str) -> int:
    """查看一个标准 / Show one standard"""
    found = session.registry().resolve(standard)
    if session.json:
        from gongshu.standards.plainform import plain

        session.emit({**plain(found), "kind": found.kind.value, "status": found.status.value})
        return 0
    _headline(session, found)
    if found.table is not None:
        _table(
            session,
            [session.words(f"standards.column.{name}") for name in ("name", "title", "type", "rules")],
            [
                (each.name, each.title.get(session.lang), each.type, _needs(session, each))
                for each in found.table.fields
            ],
        )
        if found.table.primary_key:
            click.echo(f"\n{session.words('standards.show.key')}: {', '.join(found.table.primary_key)}")
        for rule in (*found.table.rules, *found.table.dataset_rules):
            words = rule.message.get(session.lang)
            click.echo(f"{session.words('standards.show.rule')} {rule.id}: {words or rule.check}")
    if found.codes is not None:
        _codes(session, found.codes)
    if found.document:
        click.echo(_outline(found.document))
    return 0


def _headline(session: Session, found: Standard) -> None:
    click.echo(f"{found.reference}  {found.title.get(session.lang)}")
    status = session.words(f"standards.status.{found.status.value}")
    confidence = session.words(f"standards.confidence.{found.confidence}")
    kind = session.words(f"standards.kind.{found.kind.value}")
    click.echo(f"{kind} · {status} · {session.words('standards.column.confidence')}: {confidence}")
    if found.description.get(session.lang):
        click.echo(found.description.get(session.lang))
    if found.replaced_by:
        click.echo(session.words("standards.replaced", name=found.reference, by=found.replaced_by))
    if found.issuer:
        click.echo(f"{session.words('standards.show.issuer')}: {found.issuer}")
    for each in found.basis:
        parts = [part for part in (each.title, each.clause, each.source) if part]
        level = session.words(f"standards.confidence.{each.confidence}")
        click.echo(f"{session.words('standards.show.basis')}: {' · '.join(parts)} ({level})")
    click.echo(f"{session.words('standards.show.fingerprint')}: {found.fingerprint}\n")


def _needs(session: Session, each: Field) -> str:
    """What is asked of a column, in a few words."""
    held = each.constraints
    low, high = held.minimum or held.exclusive_minimum, held.maximum or held.exclusive_maximum
    enum = "|".join(held.enum[:6]) + ("|…" if len(held.enum) > 6 else "") if held.enum else ""
    parts = [
        session.words("standards.need.required") if held.required else "",
        session.words("standards.need.unique") if held.unique else "",
        _spanned(session, "standards.need.length", held.min_length, held.max_length),
        _spanned(session, "standards.need.range", low, high),
        session.words("standards.need.enum", values=enum) if enum else "",
        session.words("standards.need.pattern", pattern=held.pattern) if held.pattern else "",
        each.identifier.name if each.identifier else "",
        str(each.codelist.list) if each.codelist else "",
        each.format.write or "",
        each.unit,
        session.words("standards.need.personal") if each.privacy.category != "none" else "",
        f"[{each.basis.clause}]" if each.basis.clause else "",
    ]
    joint = "、" if session.lang == "zh" else ", "
    return joint.join(part for part in parts if part)


def _spanned(session: Session, code: str, low: int | str | None, high: int | str | None) -> str:
    """`3–5`, `≥ 3`, `≤ 5` or `3`, in words; nothing where there is neither end."""
    if low is None and high is None:
        return ""
    span = f"≤ {high}" if low is None else f"≥ {low}" if high is None else f"{low}–{high}" if low != high else f"{low}"
    return session.words(code, span=span)


def _codes(session: Session, codes: tuple[Code, ...]) -> None:
    shown = codes[:SHOWN_CODES]
    parents, dated = any(each.parent for each in shown), any(each.valid_from or each.valid_to for each in shown)
    columns = ["code", "title", *(["parent"] if parents else []), *(["period"] if dated else [])]

    def row(each: Code) -> tuple[str, ...]:
        name = each.name_zh if session.lang == "zh" else each.name_en or each.name_zh
        period = f"{each.valid_from or ''}–{each.valid_to or ''}" if each.valid_from or each.valid_to else ""
        return (each.code, name, *([each.parent] if parents else []), *([period] if dated else []))

    _table(session, [session.words(f"standards.column.{name}") for name in columns], [row(each) for each in shown])
    if len(codes) > len(shown):
        click.echo(session.words("standards.show.more", count=len(codes) - len(shown)))


def _outline(document: Any) -> str:
    import yaml

    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=78)


@standards.command()
@everywhere
def schema(session: Session) -> int:
    """标准文件格式的 JSON Schema / The JSON Schema of the pack format"""
    from gongshu.standards.loading import format_schema

    session.emit(format_schema())
    return 0


@standards.command()
@everywhere
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--notes", "noted", is_flag=True, help="JSON 中也列出提示 / Notes in JSON too")
def lint(session: Session, path: Path, noted: bool) -> int:
    """检查标准包 / Check packs"""
    from gongshu.standards.entries import pack_folders
    from gongshu.standards.faults import StandardFault
    from gongshu.standards.linting import lint as linted
    from gongshu.standards.linting import not_there
    from gongshu.standards.registry import Registry

    if not path.exists():
        raise StandardFault("standard.file-missing", place=str(path), file=str(path))
    beside = (path,) if path.is_dir() and pack_folders(path) else ()
    notes: list[StandardFault] = []
    count, faults = linted(path, Registry((*beside, *session.folders)), notes)
    if session.json:
        told = [_fault(session, each) for each in faults]
        session.emit([*told, *({**_fault(session, each), "severity": "note"} for each in notes if noted)])
    else:
        for each in faults:
            click.echo(each.say(session.lang))
        for name in not_there(path):
            session.note("standards.lint-not-there", name=name)
        for each in notes:
            session.note("standards.lint-note", text=each.say(session.lang))
        if faults:
            session.note("standards.lint-bad", count=len(faults))
        else:
            session.say("standards.lint-good", count=count)
    return 3 if faults else 0


def _fault(session: Session, fault: Any) -> dict[str, Any]:
    params = fault.params
    return {
        "code": fault.code,
        "severity": "error",
        "file": params.get("file", ""),
        "line": params.get("line", 0),
        "key": params.get("key", ""),
        "message": fault.say(session.lang),
    }


standards.add_command(export)
standards.add_command(sample)
