"""Words in, words out: find the command, run it, turn what went wrong into one line and an exit code.

Exit codes: 0 conforms or done, 1 nonconforming or blocked, 2 unreadable, 3 wrong usage or a faulty standard,
4 an internal fault, 130 interrupted, 141 the reader of our output has gone.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import importlib
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

from gongshu.standards.console import PLAINER
from gongshu.standards.faults import Fault, PublishFault, SourceFault, StandardFaults
from gongshu.standards.messages import language, sentence

# name -> (where it lives, 中文, English); read only when the command is asked for, so that --help starts at once
COMMANDS: dict[str, tuple[str, str, str]] = {
    "catalogue": (
        "gongshu.catalogue.upkeep_commands:catalogue",
        "看管目录：check、backup、restore、gc、audit",
        "Look after a catalogue: check, backup, restore, gc, audit",
    ),
    "explain": (
        "gongshu.validators.commands:explain",
        "一项问题是什么意思、怎么改",
        "What a finding means and how to mend it",
    ),
    "fix": ("gongshu.validators.commands:fix", "安全地修补一个文件", "Apply the safe repairs to a file"),
    "get": ("gongshu.catalogue.commands:get", "取得一个数据集", "Fetch a dataset"),
    "publish": (
        "gongshu.publishers.history_commands:publish",
        "批量发布：template、plan、apply、status、history、diff、rollback、withdraw、pull、verify",
        "Publish in bulk: template, plan, apply, status, history, diff, rollback, withdraw, pull, verify",
    ),
    "receipt": ("gongshu.catalogue.trust_commands:receipt", "校验回执", "Who vouches for what"),
    "report": ("gongshu.validators.reports.commands:report", "再看、比较报告", "Reports again: show, diff"),
    "search": ("gongshu.catalogue.commands:search", "在目录中查找", "Search a catalogue"),
    "show": ("gongshu.catalogue.commands:show", "查看一个数据集", "Show a dataset"),
    "standards": (
        "gongshu.standards.commands:standards",
        "标准：list、show、search、detect、diff、lint、new、export",
        "Standards: list, show, search, detect, diff, lint, new, export",
    ),
    "ui": ("gongshu.validators.page.commands:ui", "在本机网页上校验文件", "Check files on a page of this machine"),
    "validate": ("gongshu.validators.commands:validate", "校验文件", "Check files against a standard"),
}

# group -> commands of it that read files or speak of more than the group's own module does: name -> where it lives
JOINED: dict[str, dict[str, str]] = {
    "publish": {
        "diff": "gongshu.publishers.differences.commands:diff",
        "pull": "gongshu.publishers.pull_commands:pull",
        "template": "gongshu.publishers.manifests.commands:template",
    },
    "standards": {
        "detect": "gongshu.validators.drafting.commands:detect",
        "diff": "gongshu.standards.importing.commands:diff",
        "new": "gongshu.validators.drafting.commands:new",
    },
}


def found(place: str) -> click.Command:
    """The command at `module:name`."""
    module, _, attribute = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


# what opens a `--reference` that is no file, by its scheme; the validators know no room to their right
OPENERS = {"catalogue": "gongshu.catalogue.references:reference"}


_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)  # click's words
FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EIO})  # a disk's faults, not ours


def speaks() -> str:
    """The language asked for on the command line, wherever it stands, else the process's."""
    words = sys.argv[1:]
    for position, word in enumerate(words):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and position + 1 < len(words):
            return words[position + 1]
    return language()


class Gone(Exception):
    """The reader of our output has gone, as in `gongshu … | head`."""


def gone(fault: OSError, system: str = os.name) -> bool:
    """Whether a fault says so; Windows calls a closed pipe an invalid argument."""
    closed = isinstance(fault, BrokenPipeError) or (system == "nt" and fault.errno == errno.EINVAL)
    return closed and fault.filename is None


class Rooms(click.Group):
    """The commands of every room, imported one by one as they are asked for."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except OSError as fault:
            raise (Gone() if gone(fault) else fault) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as fault:
            raise (Gone() if gone(fault) else fault) from None  # click would make it a 1: nonconforming
        except SystemExit as leaving:  # and so does rich
            cause = leaving.__context__
            raise (Gone() if isinstance(cause, OSError) and gone(cause) else leaving) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = found(COMMANDS[cmd_name][0])
        if isinstance(command, click.Group):
            for name, place in JOINED.get(cmd_name, {}).items():
                command.add_command(found(place), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            raise click.UsageError(
                sentence("usage.command-unknown", {"name": args[0], "near": near[0] if near else ""}, speaks())
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        chinese = speaks() == "zh"
        with formatter.section("命令" if chinese else "Commands"):
            formatter.write_dl([(name, COMMANDS[name][1 if chinese else 2]) for name in sorted(COMMANDS)])


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gongshu")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="语言 / Language")
@click.pass_context
def gongshu(context: click.Context, lang: str | None) -> None:
    """公共数据的标准、校验与发布 / Standards, validation and publication of public data"""
    context.meta["gongshu.openers"] = OPENERS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code. Never lets a traceback reach a user."""
    try:
        code = run(arguments)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except Gone:
        return left()
    except OSError as fault:
        return left() if gone(fault) else refused(fault)
    return code


def left() -> int:
    """Say no more to a reader who has gone; the exit code is that of a program which a closed pipe ended."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a stream that is no file of the system has nothing to leave
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return 141


def run(arguments: list[str] | None) -> int:
    """Run one command; what went wrong is said in words and by the exit code. Raises where nobody listens."""
    if not os.environ.get("GONGSHU_DEBUG"):
        sys.unraisablehook = lambda _: None  # a library's destructor complains once more of what has been said
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us, as in `gongshu … >&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # for as long as we run
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a GBK or ASCII console must not end a run with an encoding fault
            reconfigure(errors=PLAINER)
    try:
        own = arguments is None  # then the process is ours, and may be set up for nothing but this run
        return int(gongshu.main(arguments, prog_name="gongshu", standalone_mode=False, obj=own) or 0)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.UsageError as fault:
        click.echo(complaint(fault, speaks()), err=True)
        if fault.ctx is not None:
            click.echo(sentence("usage.help-hint", {"command": fault.ctx.command_path}, speaks()), err=True)
        return 3
    except click.ClickException as fault:
        click.echo(fault.format_message(), err=True)
        return 3
    except (click.Abort, KeyboardInterrupt):
        click.echo(sentence("usage.interrupted", {}, speaks()), err=True)
        return 130
    except StandardFaults as faults:
        for each in faults.exceptions:
            click.echo(each.say(speaks()) if isinstance(each, Fault) else str(each), err=True)
        return 3
    except Fault as fault:
        click.echo(fault.say(speaks()), err=True)
        return 2 if isinstance(fault, SourceFault) else 1 if isinstance(fault, PublishFault) else 3
    except Gone:
        raise
    except OSError as fault:
        if gone(fault):
            raise
        return refused(fault)
    except Exception as fault:
        if type(fault).__module__ == "sqlite3":
            return troubled(fault)
        return broken(fault)


def refused(fault: OSError) -> int:
    """The exit code of a fault of the system: of its disk, else of ours."""
    if fault.errno not in FULL:
        return broken(fault)
    click.echo(sentence("usage.disk", {"detail": fault.strerror}, speaks()), err=True)
    return 3


def troubled(fault: Exception) -> int:
    """The exit code of a catalogue's database that is full, damaged, busy or not to be written to."""
    from gongshu.publishers.database import told

    if os.environ.get("GONGSHU_DEBUG"):
        raise fault
    click.echo(told(fault, "").say(speaks()), err=True)
    return 1


def broken(fault: Exception) -> int:
    """The exit code of a fault of ours, which is said in one line."""
    if os.environ.get("GONGSHU_DEBUG"):
        raise fault
    click.echo(internal(fault), err=True)
    return 4


def complaint(fault: click.UsageError, lang: str) -> str:
    """What is wrong with the words typed, and what is right; click's own words where none are known here."""
    code, params = _told(fault)
    return sentence(code, params, lang) if code else fault.format_message()


def _told(fault: click.UsageError) -> tuple[str, dict[str, Any]]:
    extra = _EXTRA.fullmatch(fault.message)
    if extra:
        return "usage.extra", {"words": extra[1]}
    match fault:
        case click.MissingParameter(param=click.Parameter() as param):
            return "usage.missing", {"name": _named(param)}
        case click.BadParameter(param=click.Parameter() as param) if fault.ctx is not None:
            kind = param.type
            if isinstance(kind, click.Choice):
                return "usage.value-choice", {"name": _named(param), "known": " | ".join(map(str, kind.choices))}
            if isinstance(kind, click.IntRange):
                return "usage.value-integer", {"name": _named(param), "range": kind._describe_range()}
            if kind is click.INT:
                return "usage.value-whole", {"name": _named(param)}
        case click.NoSuchOption():
            near = ", ".join(fault.possibilities or ())
            return "usage.option-unknown", {"name": fault.option_name, "near": near}
        case click.exceptions.NoSuchCommand():
            return "usage.command-unknown", {"name": fault.command_name, "near": ", ".join(fault.possibilities or ())}
        case click.BadOptionUsage() if "requires" in fault.message:
            return "usage.option-empty", {"name": fault.option_name}
    return "", {}


def _named(param: click.Parameter) -> str:
    return (
        max(param.opts, key=len) if isinstance(param, click.Option) else str(param.metavar or param.human_readable_name)
    )


def internal(fault: BaseException) -> str:
    """What to copy into an issue when we are at fault: where, what, versions; nothing of the data."""
    import platform
    from importlib.metadata import version

    where: Any = fault.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where is not None else "?"
    params = {
        "kind": type(fault).__name__,
        "place": place,
        "version": version("gongshu"),
        "python": platform.python_version(),
        "system": platform.system(),
    }
    return sentence("internal.fault", params, speaks())


if __name__ == "__main__":
    sys.exit(main())
