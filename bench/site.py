"""A real CKAN beside the bench: the shared script starts it on free ports, and ends it by its process ids."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "shared" / "ckan" / "start-ckan.sh"
TOKEN = "GONGSHU_CKAN_TOKEN"  # noqa: S105 - the name of the variable, not a token


def free_ports() -> int:
    """A port with three free ones after it."""
    for first in range(31000 + 4 * (os.getpid() % 200), 32600, 4):
        sockets = [socket.socket() for _ in range(4)]
        try:
            for number, each in enumerate(sockets):
                each.bind(("127.0.0.1", first + number))
        except OSError:
            continue
        finally:
            for each in sockets:
                each.close()
        return first
    raise OSError("no free ports")


@contextmanager
def site(url: str = "", home: Path | None = None) -> Iterator[tuple[str, str]]:
    """(URL, token) of `url`, or of an unmodified CKAN 2.12 that is there for the block and holds nothing else.

    `home` keeps what was installed for the next time (36 to 46 s); without it all goes at the end.
    """
    if url:
        yield url, os.environ[TOKEN]
        return
    if not SCRIPT.is_file():
        raise SystemExit("start-ckan.sh is not beside this repository: --ckan URL, or --only many,large")
    with tempfile.TemporaryDirectory(prefix="gongshu-bench-ckan-", dir="/var/tmp", ignore_cleanup_errors=True) as made:
        place = home or Path(made)
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o755)
        known = place / "configured"  # it was made with this port
        port = known.read_text("utf-8").strip() if known.is_file() else str(free_ports())
        environment = {**os.environ, "CKAN_HOME": str(place.resolve()), "CKAN_PORT": port}
        try:
            done = subprocess.run(
                [str(SCRIPT), "start"], env=environment, capture_output=True, text=True, timeout=600, check=False
            )
            if done.returncode:
                raise SystemExit(f"CKAN does not start: {done.stderr[-500:]}")
            told = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
            yield told["CKAN_URL"], told["CKAN_TOKEN"]
        finally:
            subprocess.run([str(SCRIPT), "stop"], env=environment, check=False, timeout=120)
