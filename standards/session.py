"""What every command takes: language, quiet, JSON, colour, folders of standards. Only `commands.py` files use this."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.messages import language, languages, sentence
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry


@dataclass(frozen=True, slots=True)
class Session:
    """How one command was asked to speak, and where it finds standards."""

    lang: str
    quiet: bool = False
    json: bool = False
    color: bool = True
    folders: tuple[Path, ...] = ()
    own: bool = False  # the whole process is this command

    def registry(self) -> Registry:
        """Built-in packs, the folders asked for, and installed packages."""
        from gongshu.standards.registry import Registry
        from gongshu.standards.remembering import cache_folder

        return Registry(self.folders, cache=cache_folder(setting("cache").value))

    def words(self, code: str, /, **params: Any) -> str:
        """A sentence of the message catalogue in the session's language."""
        return sentence(code, params, self.lang)

    def say(self, code: str, /, **params: Any) -> None:
        """Tell people something on standard output; silent when quiet or when machines listen."""
        if not (self.quiet or self.json):
            click.echo(self.words(code, **params))

    def note(self, code: str, /, **params: Any) -> None:
        """Tell people something on standard error; silent when quiet."""
        if not self.quiet:
            click.echo(self.words(code, **params), err=True)

    def emit(self, value: Any) -> None:
        """Give machines one JSON value on standard output, in UTF-8."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    @property
    def interactive(self) -> bool:
        """Whether a progress bar has somebody to watch it."""
        return not (self.quiet or self.json) and sys.stderr.isatty()


def everywhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all commands have; it gets them as its first argument, a `Session`."""

    @click.option("--lang", type=click.Choice(languages()), help="zh | en")
    @click.option("--quiet", "-q", is_flag=True, help="只输出结论 / Verdicts only")
    @click.option("--json", "as_json", is_flag=True, help="供程序读取 / For machines")
    @click.option("--no-color", is_flag=True, help="不用颜色 / No colour")
    @click.option(
        "--standards",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        help="另加标准目录 / A further folder of standards",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any, lang: str | None, quiet: bool, as_json: bool, no_color: bool, folders: tuple[Path, ...], **rest: Any
    ) -> Any:
        context = click.get_current_context(silent=True)
        general = context.find_root().params.get("lang") if context is not None else None  # gongshu --lang zh …
        wanted = lang or general or setting("lang").value or language()
        configured = setting("standards").value
        more = tuple(Path(each) for each in configured.split(os.pathsep) if each) if configured and not folders else ()
        color = not no_color and not os.environ.get("NO_COLOR")
        own = context is not None and context.find_root().obj is True
        return command(Session(wanted, quiet, as_json, color, (*folders, *more), own), *args, **rest)

    return wrapped
