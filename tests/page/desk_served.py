"""A page to talk to, and the rows of a table with faults that are known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gongshu.standards.registry import Registry
from gongshu.validators.page.desk import Desk, Limits
from gongshu.validators.page.server import Server, Setup, usable

TOKEN = "a-token-for-tests"
ROWS = [
    ["统计用区划代码", "村级区划名称", "乡级代码"],
    ["420102002003", "保成社区", "420102002"],
    ["420102002004 ", "泰宁社区", "420102002"],  # mended: a blank at the end
    ["420102002005", "", "420102002"],  # for a person: a name that nobody can guess
]


@dataclass(frozen=True, slots=True)
class Running:
    """A server and what it keeps."""

    server: Server
    desk: Desk
    root: Path

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


def serve(lang: str = "zh", limits: Limits | None = None) -> Iterator[Running]:
    desk = Desk(limits=limits or Limits())
    server = Server(0, Setup(token=TOKEN, lang=lang, entries=usable(Registry().entries())), desk)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Running(server, desk, desk._root)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        desk.close()
