"""`gongshu standards export` and `sample`: what is made of a standard, for other tools and as rows."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from gongshu.standards.derive import BINARY, FORMS
from gongshu.standards.session import Session, everywhere

MOST_ROWS = 1_000_000


@click.command()
@everywhere
@click.argument("standard")
@click.option("--to", "form", required=True, metavar="FORM", help=" | ".join(FORMS))
@click.option("--as-of", metavar="DATE", help="下拉列表取这一天有效的代码 / Codes in force on that day")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="写到文件 / Write to a file")
def export(session: Session, standard: str, form: str, as_of: str | None, output: Path | None) -> int:
    """导出为其他形式 / Export to another form"""
    from gongshu.standards.derive import Options, derive
    from gongshu.standards.derive.output import write
    from gongshu.standards.faults import UsageFault

    registry = session.registry()
    options = Options(lang=session.lang, as_of=_day(as_of) if as_of else None)
    made = derive(registry.resolve(standard), form, registry, options)
    if output is not None:
        write(output, made.content)
        session.say("standards.written", file=str(output))
    elif form in BINARY:
        raise UsageFault("usage.output-needed", form=form)
    else:
        click.echo(made.content.decode(), nl=False)
    for loss in made.losses:
        session.note("standards.loss", form=form, where=loss.where, what=loss.what)
    return 0


@click.command()
@everywhere
@click.argument("standard")
@click.option("--rows", type=click.IntRange(1, MOST_ROWS), default=10, show_default=True, help="行数 / Rows")
@click.option("--seed", type=int, default=0, show_default=True, help="相同种子得到相同的行 / Same seed, same rows")
@click.option("--faults", is_flag=True, help="每三行埋一处错误并列明 / A labelled fault in every third row")
@click.option("--as-of", metavar="DATE", help="基准日期，默认今天 / Reference date, default today")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="写到 CSV 文件 / Write a CSV file")
def sample(
    session: Session, standard: str, rows: int, seed: int, faults: bool, as_of: str | None, output: Path | None
) -> int:
    """造出符合标准的样例行 / Make rows that conform"""
    from gongshu.standards.derive.output import write
    from gongshu.standards.sampling import sample as sampled

    registry = session.registry()
    day = _day(as_of) if as_of else _today()
    made = sampled(registry.resolve(standard), registry, rows=rows, as_of=day, seed=seed, faults=faults)
    labels = [{"row": each.row, "column": each.column, "code": each.code, "rule": each.rule} for each in made.planted]
    if session.json:
        session.emit({"columns": list(made.columns), "rows": [list(row) for row in made.rows], "faults": labels})
        return 0
    text = _csv([made.columns, *made.rows])
    if output is None:
        click.echo(text, nl=False)
    else:
        write(output, text.encode("utf-8-sig"))  # spreadsheets need the mark to see UTF-8
        session.say("standards.written", file=str(output))
    for each in made.planted:
        session.note("standards.planted", row=each.row, column=each.column, fault=each.code, rule=each.rule or "—")
    return 0


def _csv(rows: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _day(text: str) -> date:
    from gongshu.standards.faults import UsageFault

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageFault("usage.date", value=text) from None


def _today() -> date:
    from gongshu.standards.faults import UsageFault
    from gongshu.standards.settings import setting

    zone = setting("timezone").value
    try:
        return datetime.now(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageFault("usage.timezone", value=zone) from error
