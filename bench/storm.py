"""A proxy with bad weather between a client and a site: what it does to which request is told by a seed."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KINDS = ("refuse", "lose", "half", "html", "delay", "429-seconds", "429-date", "500", "502")
HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host"}


class Storm:
    """`share` of all requests meet one of `kinds`. `lose` and `half` strike after the site has done what was asked."""

    def __init__(self, site: str, *, share: float = 0.05, seed: int = 1, kinds: tuple[str, ...] = KINDS) -> None:
        self.met: Counter[str] = Counter()
        self.requests = 0
        dice, guard, storm, parts = random.Random(seed), threading.Lock(), self, urlsplit(site)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words: object) -> None:
                pass

            def do_POST(self) -> None:
                with guard:
                    storm.requests += 1
                    kind = dice.choice(kinds) if dice.random() < share else ""
                    if kind:
                        storm.met[kind] += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if kind == "refuse":
                    self.cut()
                elif kind == "429-seconds":
                    self.say(429, {"Retry-After": "0"}, b"")
                elif kind == "429-date":
                    date = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
                    self.say(429, {"Retry-After": date}, b"slow down")
                elif kind in ("500", "502"):
                    self.say(int(kind), {}, b"<html>bad</html>")
                elif kind == "html":
                    self.say(200, {"Content-Type": "text/html"}, b"<html>please log in</html>")
                else:
                    if kind == "delay":
                        time.sleep(0.3)
                    self.forward(body, kind)

            def do_GET(self) -> None:
                self.do_POST()

            def forward(self, body: bytes, kind: str) -> None:
                connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
                if kind == "lose":
                    self.cut()
                else:
                    said = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
                    self.say(answer.status, said, content, half=kind == "half")
                connection.close()

            def say(self, status: int, headers: dict[str, str], content: bytes, *, half: bool = False) -> None:
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if half else content)
                if half:
                    self.cut()

            def cut(self) -> None:
                self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Fair weather: the proxy is gone."""
        self._server.shutdown()
        self._server.server_close()
