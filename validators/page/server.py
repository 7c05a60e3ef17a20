"""The server of the local page: 127.0.0.1 only, everything under a secret path, nothing from or to the network."""

from __future__ import annotations

import json
import os
import socketserver
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, quote

from gongshu.standards.entries import Entry
from gongshu.standards.faults import Fault, UsageFault
from gongshu.standards.messages import languages, sentence
from gongshu.validators.page import guard, markup
from gongshu.validators.page.desk import Desk, Job, drop
from gongshu.validators.page.markup import Frame
from gongshu.validators.page.multipart import boundary_of, receive

ADDRESS = "127.0.0.1"
IDLE = 30.0  # seconds without a byte after which a connection is let go
PIECE = 1 << 20
LINGER = 3.0  # seconds for which what a browser still sends is thrown away, so that it reads our refusal
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # the address holds the token; no-referrer would make our own Origin `null`
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASSETS = {
    "page.css": ("gongshu.validators.page", "page.css", "text/css; charset=utf-8"),
    "page.js": ("gongshu.validators.page", "page.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("gongshu.validators.page", "icon.svg", "image/svg+xml"),
    "report.css": ("gongshu.validators.reports", "page.css", "text/css; charset=utf-8"),
    "report.js": ("gongshu.validators.reports", "page.js", "text/javascript; charset=utf-8"),
}
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How this run of the page was asked for."""

    token: str
    lang: str = "zh"
    folders: tuple[str, ...] = ()
    profile: str | None = None
    entries: tuple[Entry, ...] = ()


class Refusal(Exception):
    """The request is not answered with what it asks for; `code` says why in the message catalogue."""

    def __init__(self, status: HTTPStatus, code: str, **params: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.params = status, code, params


class Server(ThreadingHTTPServer):
    """Listens as soon as it is made. Raises `UsageFault` where the port is taken; 0 is any free one."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # on Windows it would let another program listen on our port

    def __init__(self, port: int, setup: Setup, desk: Desk) -> None:
        self.setup, self.desk = setup, desk
        try:
            super().__init__((ADDRESS, port), Handler)
        except (OSError, OverflowError) as error:
            raise UsageFault("page.port-busy", port=port) from error

    @property
    def address(self) -> str:
        """What the browser is to open; holds the secret."""
        return f"http://{ADDRESS}:{self.server_port}/{self.setup.token}/"

    def server_bind(self) -> None:
        """Bind without asking the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, int(self.server_address[1])

    def service_actions(self) -> None:
        """Between requests: let old files go."""
        self.desk.tidy()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no event."""


class Handler(BaseHTTPRequestHandler):
    """One request. Every answer goes through `_send`, which sets the headers that every answer has."""

    server: Server
    timeout = IDLE
    server_version, sys_version = "gongshu", ""

    def do_GET(self) -> None:
        """Pages, their assets, what was made."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """A file handed in, judged again, forgotten."""
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address holds the secret."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses: in one line of ours, without its page."""
        self.close_connection = True
        self._send(HTTPStatus(code), "text/plain; charset=utf-8", f"{code}\n".encode())

    # --- who may ask what -------------------------------------------------------------------------------------

    def _answer(self, answer: Any) -> None:
        self.frame = Frame(lang=self.server.setup.lang, up="./")
        try:
            path = self._admitted()
            answer(path)
        except Refusal as refusal:
            self._refuse(refusal.status, sentence(refusal.code, refusal.params, self.frame.lang))
        except Fault as fault:
            self._refuse(HTTPStatus.BAD_REQUEST, fault.say(self.frame.lang))
        except TimeoutError:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, sentence("page.upload-slow", {}, self.frame.lang))
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True
        except Exception as fault:  # no trace leaves: where and what stay here
            words = sentence("page.internal", {"kind": type(fault).__name__}, self.frame.lang)
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, words)

    def _admitted(self) -> list[str]:
        """The path behind the token, in its parts. Refuses whoever is not our own page with our own token."""
        port, setup = self.server.server_port, self.server.setup
        path, _, query = self.path.partition("?")
        head, slash, rest = path.removeprefix("/").partition("/")
        ours = guard.own_host(self.headers.get("Host"), port) and guard.own_page(
            self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site"), port
        )
        if not (guard.knows(setup.token, head) and ours):
            raise Refusal(HTTPStatus.FORBIDDEN, "page.forbidden")
        if not slash:
            raise Refusal(HTTPStatus.NOT_FOUND, "page.gone")
        parts = rest.split("/")
        asked = parse_qs(query).get("lang", [setup.lang])[0]
        lang = asked if asked in languages() else setup.lang
        self.frame = Frame(lang=lang, up="../" * (len(parts) - 1))
        return parts

    def _job(self, number: str) -> Job:
        job = self.server.desk.job(number)
        if job is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "page.gone")
        return job

    # --- answers ----------------------------------------------------------------------------------------------

    def _get(self, parts: list[str]) -> None:
        match parts:
            case [""]:
                self._page(markup.start(self.frame, self.server.setup.entries, self.server.desk.limits.size))
            case [name] if name in ASSETS:
                package, file, kind = ASSETS[name]
                self._send(HTTPStatus.OK, kind, asset(package, file))
            case ["jobs", number, ""]:
                self._show(self._job(number))
            case ["jobs", number, "state"]:
                self._state(self._job(number))
            case ["jobs", number, "get", kind] if kind in markup.PRODUCTS:
                self._product(self._job(number), kind)
            case _:
                raise Refusal(HTTPStatus.NOT_FOUND, "page.gone")

    def _post(self, parts: list[str]) -> None:
        match parts:
            case ["check"]:
                self._take()
            case ["jobs", number, "again"]:
                job = self._job(number)
                fields = parse_qs(self._small_body(), keep_blank_values=True)
                self._to_job(self.server.desk.again(job, self._ask(fields.get("standard", [""])[0])), "../")
            case ["jobs", number, "forget"]:
                self._small_body()
                self.server.desk.forget(number)
                self._go(f"../../?lang={self.frame.lang}")
            case _:
                raise Refusal(HTTPStatus.NOT_FOUND, "page.gone")

    def _take(self) -> None:
        desk = self.server.desk
        length = self._length(desk.limits.size + (64 << 10))  # room for the other fields
        boundary = boundary_of(self.headers.get("Content-Type"))
        folder = desk.folder()
        try:
            form = receive(self.rfile, length, boundary, folder / "given", seconds=desk.limits.upload)  # type: ignore[arg-type]  # http.server reads through a BufferedReader
            job = desk.start(folder, self._ask(form.fields.get("standard", "")))
        except BaseException:
            drop(folder)
            raise
        self._to_job(job, "jobs/")

    def _ask(self, standard: str) -> dict[str, Any]:
        setup = self.server.setup
        if standard and standard not in {each.reference for each in setup.entries}:  # never a path of this machine
            raise UsageFault("page.standard-unknown", name=standard)
        return {
            "standard": standard,
            "lang": self.frame.lang,
            "folders": list(setup.folders),
            "profile": setup.profile,
        }

    def _show(self, job: Job) -> None:
        outcome = job.outcome()
        findings = job.folder / "made" / "findings.html"
        if outcome.get("fault") is not None:
            self._page(markup.trouble(self.frame, outcome["fault"].get(self.frame.lang, "")))
        elif outcome["verdict"]:
            text = findings.read_text(encoding="utf-8")
            self._page(markup.result(self.frame, job, outcome, self.server.setup.entries, text))
        elif outcome["stage"] == "done":
            words = sentence(outcome.get("stopped") or "page.stopped", {}, self.frame.lang)
            self._page(markup.trouble(self.frame, words))
        else:
            self._page(markup.waiting(self.frame, job, outcome["stage"], seconds_of(job)))

    def _state(self, job: Job) -> None:
        outcome = job.outcome()
        words = markup.stage_words(self.frame.lang, outcome["stage"], seconds_of(job))
        ready = bool(outcome["verdict"]) or outcome["stage"] == "done"
        told = {"stage": outcome["stage"], "words": words, "ready": ready}
        self._send(HTTPStatus.OK, "application/json", json.dumps(told, ensure_ascii=False).encode())

    def _product(self, job: Job, kind: str) -> None:
        path = job.product(kind)
        if path is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "page.gone")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            plain = "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in path.name)
            headers = {
                "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(path.name, safe='')}"
            }
            media = TYPES.get(path.suffix.lower(), "application/octet-stream")
            self._send(HTTPStatus.OK, media, None, {**headers, "Content-Length": str(size)})
            while piece := file.read(PIECE):
                self.wfile.write(piece)

    # --- in and out -------------------------------------------------------------------------------------------

    def _length(self, most: int) -> int:
        given = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not (given.isascii() and given.isdigit()):
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "page.form-broken")
        if len(given) > 15 or int(given) > most:
            raise Refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "page.too-large", most=self.server.desk.limits.size >> 20
            )
        return int(given)

    def _small_body(self) -> str:
        return self.rfile.read(self._length(4 << 10)).decode("utf-8", "replace")

    def _page(self, page: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(status, "text/html; charset=utf-8", page.encode("utf-8", "xmlcharrefreplace"))

    def _to_job(self, job: Job, where: str) -> None:
        self._go(f"{where}{job.id}/?lang={self.frame.lang}")

    def _go(self, where: str) -> None:
        self._send(HTTPStatus.SEE_OTHER, "text/plain; charset=utf-8", b"", {"Location": where})

    def _refuse(self, status: HTTPStatus, words: str) -> None:
        """Say no in the form that was asked for; a stranger gets one line and no hint of what is here."""
        self.close_connection = True
        if status is HTTPStatus.FORBIDDEN or "application/json" in self.headers.get("Accept", ""):
            plain = json.dumps({"message": words}, ensure_ascii=False) if status is not HTTPStatus.FORBIDDEN else words
            kind = "text/plain" if status is HTTPStatus.FORBIDDEN else "application/json"
            self._send(status, f"{kind}; charset=utf-8", plain.encode())
        else:
            self._page(markup.trouble(self.frame, words), status)
        self._linger()

    def _send(
        self, status: HTTPStatus, kind: str, body: bytes | None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **ALWAYS, **(headers or {})}.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def _linger(self) -> None:
        """Read on for a moment: a browser that is cut off while it sends never shows our answer."""
        if self.command != "POST":
            return
        until = time.monotonic() + LINGER
        self.connection.settimeout(0.5)
        try:
            self.wfile.flush()
            while time.monotonic() < until and self.connection.recv(PIECE):
                pass
        except OSError:
            return


def seconds_of(job: Job) -> int:
    """For how long the file has been here."""
    return max(0, round(time.monotonic() - job.began))


@cache
def asset(package: str, name: str) -> bytes:
    """A file that comes with us; the style knows how long a bar of each per cent is."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    if name == "page.css" and package == __package__:
        text += "".join(f".bars .w{part}{{width:{part}%}}" for part in range(1, 101)) + "\n"
        text += "".join(f"html:not([data-lang={each}]) .l-{each}{{display:none}}" for each in languages()) + "\n"
    return text.encode("utf-8")


def usable(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Of all standards those that a file can be judged by."""
    return tuple(each for each in entries if each.kind in markup.ORDER and not each.faulty)
