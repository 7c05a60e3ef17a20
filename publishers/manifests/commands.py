"""Words in, words out: publish template."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from gongshu.standards.faults import UsageFault
from gongshu.standards.session import Session, everywhere


@click.command()
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help=".xlsx | .yaml")
@click.option("--standard", "-s", "standards", multiple=True, help="为这些标准各填一行 / One row for each standard")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    help="按目录中的文件预填 / Fill in a row for each table of a folder",
)
@click.option("--profile", default="", metavar="ID", help="另须符合的元数据标准 / A metadata profile to meet as well")
@everywhere
def template(session: Session, output: Path, standards: tuple[str, ...], folder: Path | None, profile: str) -> int:
    """生成目录编制表 / Make a directory workbook (or YAML) to fill in"""
    from gongshu.publishers.manifests.drafting import draft
    from gongshu.publishers.manifests.template import document, workbook
    from gongshu.publishers.profiles import profile as profile_of

    form = output.suffix.lower()
    if form not in (".xlsx", ".yaml", ".yml"):
        raise UsageFault("usage.manifest-form", path=str(output))
    if output.exists():  # what somebody has filled in is not lost to a second run
        raise UsageFault("usage.manifest-exists", path=str(output))
    registry = session.registry()
    judge = profile_of(profile, registry) if profile else None
    made = draft(standards, folder, output.parent, registry)
    reference = judge.reference if judge is not None else ""
    if form == ".xlsx":
        columns = judge.columns(session.lang) if judge is not None else ()
        content = workbook(made.rows, registry, session.lang, columns, profile_id=reference)
    else:
        content = document(made.rows, session.lang, profile_id=reference).encode("utf-8")
    _save(output, content)
    if session.json:
        notes = [each.say(session.lang) for each in made.notes]
        session.emit({"path": str(output), "rows": len(made.rows), "notes": notes})
    for note in made.notes:
        session.note("apply.note", text=note.say(session.lang))
    session.say("manifest-template.done", path=str(output), rows=len(made.rows))
    return 0


def _save(path: Path, content: bytes) -> None:
    from gongshu.validators.reports.output import write_atomically

    write_atomically(path, lambda out: _write(out, content))


def _write(out: BinaryIO, content: bytes) -> None:
    out.write(content)
