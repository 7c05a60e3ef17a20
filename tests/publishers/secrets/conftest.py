"""A CKAN that is only as much of one as a mirror needs, and that remembers every byte it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class StandIn:
    """Packages in a dictionary. `heard` holds address, headers and body of every request."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.packages: dict[str, dict[str, Any]] = {}
        self.tables: dict[str, int] = {}
        self.actions: set[str] = set()
        self._clock = 0
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                stand_in.heard += [self.path.encode(), str(self.headers).encode(), body]
                status, answer = stand_in.answer(self.path.rpartition("/")[2], str(self.headers["Content-Type"]), body)
                said = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, action: str, kind: str, body: bytes) -> tuple[int, Any]:
        self.actions.add(action)
        words = _form(kind, body) if kind.startswith("multipart") else json.loads(body or b"{}")
        found = getattr(self, action, lambda words: {})(words)
        if found is None:
            return 404, {"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}
        return 200, {"success": True, "result": found}

    def user_show(self, words: Any) -> Any:
        return {"name": "admin", "sysadmin": True}

    def package_search(self, words: Any) -> Any:
        found = list(self.packages.values())[int(words.get("start", 0)) :]
        return {"count": len(self.packages), "results": found}

    def package_show(self, words: Any) -> Any:
        return next((each for each in self.packages.values() if words["id"] in (each["id"], each["name"])), None)

    def package_create(self, words: Any) -> Any:
        self.packages[words["id"]] = self._stamped(words)
        return self.packages[words["id"]]

    def package_revise(self, words: Any) -> Any:
        package = self.packages[words["match"]["id"]]
        package |= words.get("update", {})
        for name, change in words.items():
            if name.startswith("update__resources__") and isinstance(change, dict):
                id_ = name.removeprefix("update__resources__")
                next(each for each in package["resources"] if each["id"] == id_).update(change)
        self.packages[package["id"]] = self._stamped(package)
        return {"package": self.packages[package["id"]]}

    def datastore_create(self, words: Any) -> Any:
        self.tables[words["resource_id"]] = 0
        for package in self.packages.values():
            for each in package["resources"]:
                if each["id"] == words["resource_id"]:
                    each["datastore_active"] = True
        return {}

    def datastore_upsert(self, words: Any) -> Any:
        self.tables[words["resource_id"]] += len(words["records"])
        return {}

    def datastore_search(self, words: Any) -> Any:
        return {"total": self.tables[words["resource_id"]]}

    def _stamped(self, package: Any) -> Any:
        self._clock += 1
        for each in package["resources"]:
            each.setdefault("last_modified", f"2026-01-01T00:00:{self._clock:02d}")
        modified = f"2026-01-01T00:00:{self._clock:02d}"
        return {**package, "metadata_modified": modified, "organization": {"name": package["owner_org"]}}


def _form(kind: str, body: bytes) -> dict[str, Any]:
    parsed = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found = {}
    for part in parsed.get_payload():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is None:
            found[name] = json.loads(part.get_payload(decode=True))
    return found


@pytest.fixture
def stand_in(monkeypatch) -> Iterator[StandIn]:
    """One such CKAN, with a token for it in the environment."""
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", "test")
    made = StandIn()
    yield made
    made.server.shutdown()
    made.server.server_close()
