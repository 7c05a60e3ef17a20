"""Words in, words out: how two published versions differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import click

from gongshu.publishers.audience import AUDIENCES, OPEN
from gongshu.standards.session import Session, everywhere

TEXT, HTML, JSON = "text", "html", "json"


@click.command()
@click.argument("old", metavar="CODE[@N]")
@click.argument("new", metavar="[CODE@M]", required=False)
@click.option("--format", "-f", "form", type=click.Choice([TEXT, HTML, JSON]), help="输出格式 / Form of the output")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="写到文件 / Write to a file")
@click.option("--audience", type=click.Choice(AUDIENCES), default=OPEN, help="谁看到的 / As whom sees it")
@click.option("--in", "where", metavar="CATALOGUE", help="目录所在 / Which catalogue")
@everywhere
def diff(
    session: Session,
    old: str,
    new: str | None,
    form: str | None,
    output: Path | None,
    audience: str,
    where: str | None,
) -> int:
    """两个版本有何不同；N 也可以是日期 / How two versions differ; N may be a day, too"""
    from gongshu.publishers.differences.versions import of_versions
    from gongshu.publishers.history import folder_of
    from gongshu.standards.faults import UsageFault
    from gongshu.standards.settings import setting

    code, _, first = old.rpartition("@") if "@" in old else (old, "", "")
    other, _, second = (new or "").rpartition("@")
    if other and other != code:
        raise UsageFault("usage.diff-codes", code=code, other=other)
    folder = folder_of(setting("catalogue", where).value or None)
    found = of_versions(folder, code, first, second, audience=audience)
    kind = form or (JSON if session.json else {".html": HTML, ".htm": HTML, ".json": JSON}.get(_suffix(output), TEXT))
    if kind == TEXT and output is None:
        _tell(found, session)
    else:
        _write(_text(found, kind, session), output)
    return 0


def _suffix(output: Path | None) -> str:
    return output.suffix.lower() if output is not None else ""


def _tell(found: dict[str, Any], session: Session) -> None:
    from gongshu.publishers.differences.terminal import show

    session.say("difference.head", code=found["code"], title=found["title"], old=found["from"]["version"],
                new=found["to"]["version"], audience=session.words(f"audience.{found['audience']}"))  # fmt: skip
    if not any((found["metadata"], *found["files"].values(), found["rows"])):
        session.say("difference.none")
    for kind, keys in found["files"].items():
        if keys:
            session.say(f"plan.files-{kind}", keys=", ".join(keys))
    if not session.quiet:
        show(found, session.lang, color=session.color)


def _text(found: dict[str, Any], kind: str, session: Session) -> str:
    if kind == HTML:
        from gongshu.publishers.differences.page import page

        return page(found, session.lang)
    if kind == JSON:
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    import io

    from rich.console import Console

    from gongshu.publishers.differences.terminal import tables

    out = io.StringIO()
    console = Console(file=out, no_color=True, width=120, highlight=False)
    for each in tables(found, session.lang):
        console.print(each)
    return out.getvalue()


def _write(text: str, output: Path | None) -> None:
    from gongshu.validators.reports.output import write_atomically

    content = text.encode("utf-8", "xmlcharrefreplace")
    if output is None:
        click.echo(content, nl=False)
        return

    def put(out: BinaryIO) -> None:
        out.write(content)

    write_atomically(output, put)
