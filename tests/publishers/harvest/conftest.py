"""Catalogues of a city and its districts, and a CKAN of which every answer is told beforehand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from gongshu.catalogue.store import Store
from gongshu.publishers.harvest.limits import Limits
from gongshu.publishers.mirrors.ckan.transport import Patience
from gongshu.publishers.pull import pull
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

AT = "2026-03-31T12:00:00+08:00"
QUICK = Limits(patience=Patience(tries=3, first=0.001, longest=0.01))


def now() -> str:
    return AT


@pytest.fixture
def published(office):
    """Publish the office's table under these codes, into a catalogue of that name; its folder."""

    def publish(name: str, *datasets: dict) -> Path:
        folder = office.folder / name
        plan = make_plan(office.manifest(datasets), [f"catalogue:{folder}"], as_of="2026-03-31")
        assert not plan.blocked, [each.reasons for each in plan.blocked]
        assert apply_plan(plan, now=now).exit_code == 0
        return folder

    return publish


@pytest.fixture
def take():
    """Pull without waiting; the outcome as {code: (action, state)} and the outcome itself."""

    def taken(place: str, into: Path, **how):
        how.setdefault("limits", QUICK)
        done = pull(place, into, now=now, **how)
        return {line.code: line.action if line.state in ("", "done") else line.state for line in done.lines}, done

    return taken


def contents(folder: Path) -> dict:
    """Everything that readers of a catalogue get, with versions, without times."""
    with Store(folder) as store:
        return {
            head.code: (
                head.number,
                head.state,
                head.metadata,
                [(each.key, each.record, [one.sha256 for one in each.outputs]) for each in head.resources],
                len(store.versions(head.code)),
            )
            for head in store.heads()
        }


class Place:
    """A CKAN of plain data: `packages` by name, `files` by path; `odd` answers (path begins with) before all else."""

    def __init__(self) -> None:
        self.packages: dict[str, dict] = {}
        self.files: dict[str, bytes] = {}
        self.odd: list = []  # (beginning of a path, status, headers, body) or (…, callable); each once unless sticky
        self.sticky = False
        self.asked: list[str] = []
        place = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words) -> None:
                pass

            def do_GET(self) -> None:
                place.asked.append(self.path)
                for number, each in enumerate(place.odd):
                    if self.path.startswith(each[0]):
                        if not place.sticky:
                            del place.odd[number]
                        if callable(each[1]):
                            each[1](self)
                        else:
                            self.say(*each[1:])
                        return
                parts = urlsplit(self.path)
                words = {name: value[0] for name, value in parse_qs(parts.query).items()}
                if parts.path in place.files:
                    self.file(place.files[parts.path])
                elif parts.path.endswith("/package_search"):
                    found = sorted(place.packages.values(), key=lambda each: each["name"])
                    start, rows = int(words.get("start", 0)), int(words.get("rows", 10))
                    self.result({"count": len(found), "results": found[start : start + rows]})
                elif parts.path.endswith("/package_show"):
                    found = [each for each in place.packages.values() if each["id"] == words["id"]]
                    self.result(found[0]) if found else self.say(404, {}, b'{"success": false}')
                else:
                    self.say(404, {}, b"<html>no</html>")

            def file(self, body: bytes) -> None:
                import hashlib

                tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
                if self.headers.get("If-None-Match") == tag:
                    self.say(304, {"ETag": tag}, b"")
                else:
                    self.say(200, {"ETag": tag, "Content-Type": "text/csv"}, body)

            def result(self, result) -> None:
                self.say(200, {}, json.dumps({"success": True, "result": result}).encode())

            def say(self, status: int, headers: dict, body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, name: str, body: bytes = b"a,b\n1,2\n", **changes) -> dict:
        """A dataset with one uploaded file."""
        number = len(self.packages) + 1
        id_ = f"00000000-0000-4000-8000-{number:012d}"
        path = f"/dataset/{id_}/resource/{number}/download/{name}.csv"
        self.files[path] = body
        self.packages[name] = {
            "id": id_,
            "name": name,
            "title": f"数据集 {name}",
            "notes": "摘要",
            "state": "active",
            "metadata_modified": "2026-01-01T00:00:00",
            "organization": {"name": "traffic", "title": "示例市交通运输局"},
            "tags": [{"name": "交通"}],
            "extras": [],
            "resources": [
                {"id": f"10000000-0000-4000-8000-{number:012d}", "name": "表", "format": "CSV", "hash": "",
                 "url": f"{self.url}{path}", "url_type": "upload", "size": len(body),
                 "last_modified": "2026-01-01T00:00:00"}
            ],
            **changes,
        }  # fmt: skip
        return self.packages[name]

    @property
    def downloads(self) -> int:
        """How many files were asked for."""
        return sum(path.startswith("/dataset/") for path in self.asked)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.server.shutdown()
    made.server.server_close()
