"""The validators' commands: validate, fix, explain, receipt. Each says its words and returns its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.faults import UsageFault
from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting
from gongshu.validators.choices import date_of, form_of, options_of, references_of, samples_of
from gongshu.validators.process import settle
from gongshu.validators.telling import progress, show, tell_cell, tell_difference, tell_handed_back, write_text

if TYPE_CHECKING:
    from gongshu.validators.report import Report

PATH = click.Path(path_type=Path)
REFERENCE_HELP = "外键所指的表，可写 catalogue:目录#编码 / Table that foreign keys point to, or catalogue:PATH#CODE"
FORM_HELP = "terminal | json | jsonl | csv | html | xlsx | markdown | sarif | junit | github | badge"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE|FOLDER|GLOB|URL…")
@click.option("--standard", "-s", help="标准的 id、id@版本或路径 / Standard: id, id@version or path")
@click.option("--profile", "-p", help="用途，如 publication / Profile, such as publication")
@click.option("--as-of", metavar="DATE", help="基准日期，默认今天 / Reference date, today by default")
@click.option("--format", "-f", "form", help=FORM_HELP)
@click.option("--output", "-o", type=PATH, help="报告写到文件 / Write the report to a file")
@click.option("--samples", metavar="N|all", help="每种问题列几处 / Places kept of each fault (20)")
@click.option("--unmask", is_flag=True, help="不遮盖个人信息 / Show personal values")
@click.option("--reproducible", is_flag=True, help="不写时间 / Leave out time and duration")
@click.option("--sheet", help="工作表，全部写 * / Sheet of the workbook, * for all")
@click.option("--encoding", help="编码 / Encoding")
@click.option("--delimiter", help="分隔符，制表符写 tab / Delimiter, tab for a tabulator")
@click.option("--header-row", type=click.IntRange(min=1), help="表头在第几行 / Row of the header")
@click.option("--threads", type=click.IntRange(min=1), help="线程数 / Threads")
@click.option("--reference", "references", multiple=True, metavar="NAME=FILE", help=REFERENCE_HELP)
@click.option("--bounds", metavar="CODE|W,S,E,N", help="坐标应在的区划或范围 / Where positions have to lie")
@click.option("--masked", is_flag=True, help="个人信息应已遮盖 / Personal values have to be masked already")
@click.option("--baseline", type=PATH, help="与以前的 JSON 报告比较 / Compare with an earlier JSON report")
@click.option("--receipt", "receipt_file", type=PATH, help="把校验回执写到文件 / Write the receipt to a file")
@click.option("--hand-back", type=PATH, metavar="FOLDER", help="各部门的标注工作簿 / A marked workbook per department")
@click.option("--explain-cell", metavar="C8|LINE:COLUMN", help="这一格经过的检查 / Every check of one cell")
@everywhere
def validate(
    session: Session,
    files: tuple[str, ...],
    standard: str | None,
    profile: str | None,
    as_of: str | None,
    form: str | None,
    output: Path | None,
    samples: str | None,
    unmask: bool,
    reproducible: bool,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    header_row: int | None,
    threads: int | None,
    references: tuple[str, ...],
    bounds: str | None,
    masked: bool,
    baseline: Path | None,
    receipt_file: Path | None,
    hand_back: Path | None,
    explain_cell: str | None,
) -> int:
    """校验文件 / Check files against a standard

    不给标准时只看结构 / Without a standard only the structure is looked at.
    """
    if session.own:
        settle()
    from gongshu.validators.gathering import gather
    from gongshu.validators.handback import refuse_among
    from gongshu.validators.reports import UNCAPPED
    from gongshu.validators.reports.output import refuse_input
    from gongshu.validators.validation import asking, report_over

    chosen = form_of(form, output, json=session.json)
    if chosen == "xlsx" and output is not None and output.is_dir():  # the overview, and each file with its marks
        hand_back, output = hand_back or output, output / f"{session.words('report.sheet-name')}.xlsx"
    complete = chosen in UNCAPPED or baseline is not None or hand_back is not None
    kept = None if hand_back is not None else samples_of(samples, None if complete else 20)
    earlier = baseline_of(baseline)
    on = date_of(as_of)
    paths = tuple(Path(each) for each in files if "://" not in each)
    for each in (output, receipt_file):
        if each is not None:
            refuse_input(each, paths)
    asked: dict[str, Any] = {
        "standard": standard,
        "profile": profile or setting("profile").value or None,
        "as_of": on,
        "samples": kept,
        "registry": session.registry(),
        "threads": threads,
        "options": options_of(sheet, encoding, delimiter, header_row),
        "references": references_of(references, openers()),
        "unmask": unmask,
        "bounds": bounds,
        "masked": masked,
    }
    if explain_cell is not None:
        return tell_cell(session, files, explain_cell, asked)
    with progress(session, files) as told:
        settled = asking(**asked)
        pieces = gather(files, settled)
        if hand_back is not None:
            refuse_among(hand_back, pieces)
        report = report_over(pieces, settled, progress=told)
    show(
        session,
        report,
        chosen,
        output,
        paths,
        reproducible=reproducible,
        shown=kept if samples else 5,
        standard=standard,
    )
    if chosen == "xlsx" and len(report.files) > 1 and hand_back is None:
        session.note("report.overview-only")
    if hand_back is not None:
        tell_handed_back(session, report, pieces, hand_back)
    if earlier is not None:
        tell_difference(session, earlier, report, aside=output is None and chosen != "terminal")
    if receipt_file is not None:
        from gongshu.validators.receipt import receipt_of

        receipt_of(report).save(receipt_file, inputs=paths)
        session.note("receipt.written", path=receipt_file)
    return report.exit_code


@click.command()
@click.argument("file", type=PATH)
@click.option("--standard", "-s", help="标准的 id、id@版本或路径 / Standard: id, id@version or path")
@click.option("--output", "-o", type=PATH, help="改好的文件 / The mended file")
@click.option("--dry-run", is_flag=True, help="只看会改什么 / Only show what would change")
@click.option("--no-bom", is_flag=True, help="不写 BOM / Write no BOM")
@click.option("--log", type=PATH, help="改动记录 / Change log")
@click.option("--profile", "-p", help="用途，如 publication / Profile, such as publication")
@click.option("--as-of", metavar="DATE", help="基准日期，默认今天 / Reference date, today by default")
@click.option("--format", "-f", "form", help=FORM_HELP)
@click.option("--samples", metavar="N|all", help="每种问题列几处 / Places kept of each fault (20)")
@click.option("--encoding", help="编码 / Encoding")
@click.option("--delimiter", help="分隔符，制表符写 tab / Delimiter, tab for a tabulator")
@click.option("--header-row", type=click.IntRange(min=1), help="表头在第几行 / Row of the header")
@everywhere
def fix(
    session: Session,
    file: Path,
    standard: str | None,
    output: Path | None,
    dry_run: bool,
    no_bom: bool,
    log: Path | None,
    profile: str | None,
    as_of: str | None,
    form: str | None,
    samples: str | None,
    encoding: str | None,
    delimiter: str | None,
    header_row: int | None,
) -> int:
    """安全地修补 CSV 或 XLSX，原文件不动 / Apply the safe repairs to a CSV or XLSX file; the original stays"""
    if session.own:
        settle()
    from gongshu.validators.repair import fix as mended

    if standard is None:
        raise UsageFault("usage.fix-standard")
    if output is None and not dry_run:
        raise UsageFault("usage.fix-output")
    chosen = form_of(form, None, json=session.json)
    repair = mended(
        file,
        standard=standard,
        output=output,
        dry_run=dry_run,
        bom=not no_bom,
        log=log,
        profile=profile or setting("profile").value or None,
        as_of=date_of(as_of),
        samples=samples_of(samples, 20),
        registry=session.registry(),
        options=options_of(None, encoding, delimiter, header_row),
        lang=session.lang,
    )
    if session.json:
        session.emit(repair.document(lang=session.lang))
        return repair.report.exit_code
    if not repair.cells:
        session.say("fix.nothing")
    for change in repair.shown if dry_run else ():
        if not session.quiet:
            write_text(change.say(session.lang))
    if dry_run and repair.cells > len(repair.shown):
        session.say("fix.change-more", count=repair.cells - len(repair.shown))
    done = "fix.dry" if dry_run else "fix.done"
    session.say(done, cells=repair.cells, rows=repair.rows, output=output, log=repair.log)
    if repair.transcoded:
        session.say("fix.transcoded", encoding=repair.transcoded)
    if repair.skipped:
        session.say("fix.skipped", count=repair.skipped)
    if not dry_run:
        session.say("fix.after")
        show(session, repair.report, chosen, None, (file,), shown=3, standard=standard)
    return repair.report.exit_code


@click.command()
@click.argument("code", required=False)
@everywhere
def explain(session: Session, code: str | None) -> int:
    """一项问题是什么意思、怎么改 / What a finding means and how to mend it"""
    from gongshu.validators.explain import document, listing
    from gongshu.validators.explain import explain as page

    if code is None:
        rows = listing(session.lang)
        if session.json:
            session.emit([{"code": name, "title": title} for name, title in rows])
        else:
            write_text("\n".join(f"{name:<28} {title}" for name, title in rows))
    elif session.json:
        session.emit(document(code, session.lang))
    else:
        write_text(page(code, session.lang).rstrip("\n"))
    return 0


@click.group()
def receipt() -> None:
    """校验回执 / Receipts: which bytes were judged, with what verdict"""


@receipt.command("show")
@click.argument("file", type=PATH)
@everywhere
def receipt_show(session: Session, file: Path) -> int:
    """回执的内容 / What a receipt says"""
    from gongshu.validators.receipt import load_receipt

    session.emit(load_receipt(file).document())
    return 0


@receipt.command("verify")
@click.argument("file", type=PATH)
@click.argument("data", type=PATH)
@everywhere
def receipt_verify(session: Session, file: Path, data: Path) -> int:
    """回执是否仍对应这个文件 / Whether a receipt still speaks of this very file"""
    from gongshu.validators.receipt import load_receipt

    found = load_receipt(file)
    answer = found.verify(data)
    if session.json:
        session.emit({"valid": answer.valid, "reason": answer.reason, "id": found.id})
        return 0 if answer.valid else 1
    if not answer.valid:
        write_text(
            session.words("receipt.void", name=data.name, reason=session.words(f"receipt.reason-{answer.reason}"))
        )
        return 1
    inputs = found.statement.get("inputs", {})
    verdict = found.statement.get("verdict", "")
    standards = [each.get("standard") for each in found.statement.get("files", [])]
    named = ", ".join(dict.fromkeys(f"{each['id']}@{each['version']}" for each in standards if each)) or "-"
    write_text(
        session.words("receipt.valid", name=data.name, verdict=verdict, standard=named, as_of=inputs.get("as_of", ""))
    )
    if found.signature is None:
        session.say("receipt.unsigned")
    else:
        session.say("receipt.signed", algorithm=found.signature.get("algorithm"), key=found.signature.get("key"))
    return 0


def baseline_of(path: Path | None) -> Report | None:
    """The earlier report, if one was named."""
    from gongshu.validators.reports.loading import load_report

    return load_report(path) if path is not None else None


def openers() -> Mapping[str, str]:
    """What opens a reference that is no file: `module:function` by its scheme, told by the rooms to the right."""
    context = click.get_current_context(silent=True)
    found = context.find_root().meta.get("gongshu.openers") if context is not None else None
    return found if isinstance(found, Mapping) else {}
