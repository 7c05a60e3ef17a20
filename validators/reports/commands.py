"""Commands over reports that were saved as JSON: show one in any form, compare two."""

from __future__ import annotations

from pathlib import Path

import click

from gongshu.standards.session import Session, everywhere

PATH = click.Path(path_type=Path)


@click.group()
def report() -> None:
    """存成 JSON 的校验报告：show、diff / Reports saved as JSON: show, diff"""


@report.command("show")
@click.argument("file", type=PATH)
@click.option("--format", "-f", "form", help="terminal | html | xlsx | markdown | csv | jsonl | sarif | junit | github")
@click.option("--output", "-o", type=PATH, help="写到文件 / Write to a file")
@click.option("--source", type=PATH, help="原数据文件，写 xlsx 时需要 / The data file, which xlsx needs")
@everywhere
def report_show(session: Session, file: Path, form: str | None, output: Path | None, source: Path | None) -> int:
    """换一种形式看报告 / A report in another form"""
    from gongshu.validators.choices import form_of
    from gongshu.validators.reports.loading import load_report
    from gongshu.validators.telling import show

    loaded = load_report(file)
    chosen = form_of(form, output, json=session.json)
    show(session, loaded, chosen, output, (source,) if source is not None else ())
    return loaded.exit_code


@report.command("diff")
@click.argument("earlier", type=PATH)
@click.argument("later", type=PATH)
@everywhere
def report_diff(session: Session, earlier: Path, later: Path) -> int:
    """改好了多少、还剩多少、新出现多少 / What was mended, what is left, what is new"""
    from gongshu.validators.comparison import compare
    from gongshu.validators.reports.difference import difference_lines
    from gongshu.validators.reports.loading import load_report
    from gongshu.validators.telling import write_text

    found = compare(load_report(earlier), load_report(later))
    if session.json:
        session.emit(found.document())
    else:
        write_text("\n".join(difference_lines(found, session.lang, quiet=session.quiet)))
    return 1 if found.new else 0
