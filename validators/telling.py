"""How commands tell people and machines what they found: reports, differences, one cell, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.faults import UsageFault
from gongshu.standards.session import Session

if TYPE_CHECKING:
    from gongshu.validators.pieces import Piece
    from gongshu.validators.report import Report


def show(
    session: Session,
    report: Report,
    form: str,
    output: Path | None,
    inputs: tuple[Path, ...],
    *,
    reproducible: bool = False,
    shown: int | None = 5,
    standard: str | None = None,
) -> None:
    """Write the report where it was asked for; people also get the verdict when it went to a file."""
    from gongshu.validators.reports import BINARY, write
    from gongshu.validators.reports.output import write_atomically

    places = sys.maxsize if shown is None else shown
    options: dict[str, Any] = {"sources": inputs, "reproducible": reproducible, "shown": places}
    console = {
        "width": console_width(),
        "color": session.color and sys.stdout.isatty(),
        "encoding": encoding_of_console(),
    }
    if output is not None:
        write_atomically(
            output, lambda out: write(report, out, form_name=form, lang=session.lang, **options), inputs=inputs
        )
        if not session.json:
            write(
                report,
                sys.stdout.buffer,
                form_name="terminal",
                lang=session.lang,
                quiet=True,
                **console,
            )
        return
    if form in BINARY and sys.stdout.isatty():
        raise UsageFault("usage.form-output", form=form)
    sys.stdout.flush()
    stream = sys.stdout.buffer
    if form == "terminal":
        options |= {**console, "quiet": session.quiet, "standard": standard}
    write(report, stream, form_name=form, lang=session.lang, **options)
    stream.flush()


def tell_cell(session: Session, files: tuple[str, ...], where: str, asked: Mapping[str, Any]) -> int:
    """Every check of one cell; 1 where one of them found an error."""
    from gongshu.validators.asking import asking
    from gongshu.validators.cellchecks import cell_checks
    from gongshu.validators.reports.cellwords import cell_document, cell_lines

    if len(files) != 1:
        raise UsageFault("usage.explain-cell-one", count=len(files))
    found = cell_checks(files[0], where, asking(**asked))
    if session.json:
        session.emit(cell_document(found, session.lang))
    else:
        write_text("\n".join(cell_lines(found, session.lang)))
    return 1 if found.failed else 0


def tell_handed_back(session: Session, report: Report, pieces: Sequence[Piece], folder: Path) -> None:
    """Write every department's marked workbooks and say where they are."""
    from gongshu.validators.handback import hand_back

    nameless = session.words("report.no-department")
    made = hand_back(report, pieces, folder, lang=session.lang, nameless=nameless)
    if not made.written and not made.left:
        session.note("hand-back.nothing")
        return
    if made.written:
        session.note("hand-back.done", count=len(made.written), departments=made.departments, folder=folder)
    if made.left:
        session.note("hand-back.left", names=("、" if session.lang == "zh" else ", ").join(made.left))


def tell_difference(session: Session, earlier: Report, later: Report, *, aside: bool) -> None:
    """What was mended since; on standard error where standard output holds a document."""
    from gongshu.validators.comparison import compare
    from gongshu.validators.reports.difference import difference_lines

    lines = difference_lines(compare(earlier, later), session.lang, quiet=session.quiet)
    if aside or session.json:
        for line in lines:
            sys.stderr.write(f"{line}\n")
    else:
        write_text("\n" + "\n".join(lines))


def write_text(text: str) -> None:
    """Text for people, in what the console can print."""
    from gongshu.validators.reports.terminal import encoded

    sys.stdout.flush()
    stream = sys.stdout.buffer
    stream.write(encoded(text + "\n", encoding_of_console()))
    stream.flush()


def encoding_of_console() -> str:
    """What standard output takes; the name is always one that Python knows."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def console_width() -> int:
    """The width of the console; 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


@contextmanager
def progress(session: Session, files: tuple[str, ...]) -> Iterator[Callable[[int, int, str], None] | None]:
    """A moving line on standard error while somebody watches; a bar once there are several files."""
    if not session.interactive:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    names = ", ".join(Path(each).name for each in files[:3]) + (" …" if len(files) > 3 else "")
    console = Console(stderr=True, no_color=not session.color)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(session.words("progress.validating", name=names), total=None)

        def told(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name)

        yield told
