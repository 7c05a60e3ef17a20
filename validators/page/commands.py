"""`gongshu ui`: the validate page on this machine."""

from __future__ import annotations

import secrets
import signal
import webbrowser
from types import FrameType

import click

from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="端口，默认任一空闲的 / Port (any free one)")
@click.option("--no-browser", is_flag=True, help="不打开浏览器 / Do not open a browser")
@click.option("--max-mb", type=click.IntRange(1, 4096), default=200, help="文件最大 MB 数 / Largest file in MB (200)")
@everywhere
def ui(session: Session, port: int, no_browser: bool, max_mb: int) -> int:
    """在本机网页上校验文件 / Check files on a page of this machine

    只有本机可以打开, 文件不离开本机 / Only this machine can open it; files stay here.
    """
    from gongshu.validators.page.desk import Desk, Limits
    from gongshu.validators.page.server import Server, Setup, usable

    registry = session.registry()
    setup = Setup(
        token=secrets.token_urlsafe(24),
        lang=session.lang,
        folders=tuple(str(each.resolve()) for each in session.folders),
        profile=setting("profile").value or None,
        entries=usable(registry.entries()),
    )
    desk = Desk(limits=Limits(size=max_mb << 20))
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        server = Server(port, setup, desk)
        try:
            if session.json:
                session.emit({"address": server.address})
            else:
                click.echo(session.words("page.serving", address=server.address))
            if not no_browser and not webbrowser.open(server.address):
                session.note("page.no-browser")
            server.serve_forever()
        except KeyboardInterrupt:
            session.note("page.ended")
        finally:
            server.server_close()
    finally:
        signal.signal(signal.SIGTERM, before)
        desk.close()
    return 0


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that the files go."""
    raise KeyboardInterrupt
