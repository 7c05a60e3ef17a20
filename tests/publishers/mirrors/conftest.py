"""A real CKAN, started beside the tests and stopped by its process ids afterwards; two users of it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ckanapi import RemoteCKAN
from ckanapi.errors import NotFound, ValidationError

SCRIPT = Path(__file__).parents[4] / "shared" / "ckan" / "start-ckan.sh"
ORGANISATION = "11420000000013493m"


@dataclass(frozen=True)
class Site:
    """Where CKAN answers, and the tokens of a sysadmin and of an editor of one organisation."""

    url: str
    tokens: dict[str, str]

    def remote(self, role: str = "sysadmin") -> RemoteCKAN:
        return RemoteCKAN(self.url, apikey=self.tokens[role])


def skip(why: str) -> None:
    """Skip, unless this machine is told that it must have CKAN."""
    if "ckan" in os.environ.get("GONGSHU_REQUIRE", "").replace(",", " ").split():
        pytest.fail(f"CKAN is required here: {why}")
    pytest.skip(why)


def free_ports(attempt: int = 0) -> int:
    """A port with three free ones after it; each worker of a run looks among its own thousand, so that none meets."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 10
    start = 21000 + 1000 * worker + 4 * ((os.getpid() + 50 * attempt) % 200)
    for first in range(start, 22000 + 1000 * worker - 3, 4):
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


@pytest.fixture(scope="session")
def ckan_site() -> Iterator[Site]:
    """An unmodified CKAN 2.12. `GONGSHU_TEST_CKAN=URL TOKEN` uses one that runs already."""
    running = os.environ.get("GONGSHU_TEST_CKAN", "").split()
    if len(running) == 2:
        yield people(*running)
        return
    if not SCRIPT.is_file():
        skip("start-ckan.sh is not beside this repository")
    with tempfile.TemporaryDirectory(prefix="gongshu-ckan-", dir="/var/tmp", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        environment = {**os.environ, "CKAN_HOME": home}
        try:
            for attempt in range(3):
                environment["CKAN_PORT"] = str(free_ports(attempt))
                made = subprocess.run(
                    [str(SCRIPT), "start"], env=environment, capture_output=True, text=True, timeout=400, check=False
                )
                if "is taken" not in made.stderr:
                    break
            if made.returncode:
                skip(f"CKAN does not start: {made.stderr[-300:]}")
            told = dict(line.split("=", 1) for line in made.stdout.splitlines() if "=" in line)
            yield people(told["CKAN_URL"], told["CKAN_TOKEN"])
        finally:
            subprocess.run([str(SCRIPT), "stop"], env=environment, check=False, timeout=120)


def people(url: str, token: str) -> Site:
    """The sysadmin's token, and one of an editor who is in one organisation only."""
    call = RemoteCKAN(url, apikey=token).call_action
    try:
        call("organization_show", {"id": ORGANISATION})
    except NotFound:
        call("organization_create", {"name": ORGANISATION, "title": "示例市交通运输局"})
    with contextlib.suppress(ValidationError):
        call(
            "user_create",
            {"name": "gongshu-editor", "email": "editor@localhost.localdomain", "password": "a-test-only-1"},
        )
    call("organization_member_create", {"id": ORGANISATION, "username": "gongshu-editor", "role": "editor"})
    made = call("api_token_create", {"user": "gongshu-editor", "name": f"tests {os.getpid()}"})
    return Site(url, {"sysadmin": token, "editor": made["token"]})


@pytest.fixture(params=["sysadmin", "editor"])
def ckan(request, ckan_site, monkeypatch) -> Site:
    """CKAN as one of the two users, whose token is in the environment."""
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", ckan_site.tokens[request.param])
    return ckan_site


@pytest.fixture
def as_sysadmin(ckan_site, monkeypatch) -> Site:
    """CKAN as sysadmin."""
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", ckan_site.tokens["sysadmin"])
    return ckan_site


@pytest.fixture
def bucket(monkeypatch) -> Iterator[object]:
    """A stand-in for S3, named by the environment as a real one would be."""
    import s3fs

    sys.path.insert(0, str(Path(__file__).parent))
    from bucket import Bucket

    made = Bucket()
    for name, value in {
        "AWS_ENDPOINT_URL": made.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    yield made
    s3fs.S3FileSystem.clear_instance_cache()
    made.end()
    sys.path.remove(str(Path(__file__).parent))
