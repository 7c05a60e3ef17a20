"""Bytes and answers from an address of somebody else: streamed, limited, hashed, from the hosts that were named only.

No token goes out: what is harvested is what anybody may see. Redirects stay on the host. In bad weather it is tried
again, as the mirror does: back-off, Retry-After in both forms, fewer at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import requests
import urllib3

from gongshu.publishers.harvest import Fetched
from gongshu.publishers.harvest.limits import MIB, Limits
from gongshu.publishers.mirrors.ckan.transport import AGAIN, TIMEOUT, retry_after
from gongshu.publishers.mirrors.pace import Pace
from gongshu.standards.faults import PublishFault

REDIRECTS, MOVED = 5, frozenset({301, 302, 303, 307, 308})
BLOCK = 1 << 18
PAGES = 3  # a web page instead of a file: some proxy once, or a login for ever
PORTS = {"http": 80, "https": 443}
LOST = (requests.RequestException, urllib3.exceptions.HTTPError)


class Gone(Exception):
    """The address gives nothing to anybody: `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Web:
    """One site and the hosts that were named beside it."""

    def __init__(self, site: str, limits: Limits) -> None:
        self._limits = limits
        self._hosts = {_host(site), *(each.lower() for each in limits.hosts)}
        self._site = _host(site)
        self.pace = Pace(limits.workers, limits.workers)
        self._session = requests.Session()
        self._session.auth = _nobody

    def close(self) -> None:
        """Let go of its connections."""
        self._session.close()

    def allowed(self, address: str) -> bool:
        """Whether files are fetched from there."""
        parts = urlsplit(address)
        if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
            return False
        host = parts.hostname.lower()
        if {host, _host(address)} & self._hosts:
            return True
        return self._site == f"{host}:80" and _host(address) == f"{host}:443"  # http that became https

    def json(self, address: str, words: Mapping[str, Any]) -> Any:
        """The answer as plain data. Raises `Gone` for 403 and 404, `PublishFault` where no JSON comes of it."""

        def read(answer: requests.Response) -> Any:
            body = bytearray()
            for block in _blocks(answer, self._limits.answer, address):
                body += block
            try:
                return json.loads(bytes(body).decode("utf-8"))
            except RecursionError as error:
                raise PublishFault("pull.answer", address=_short(address), detail="nesting") from error
            except ValueError as error:
                raise _Again(_page(bytes(body[:512])) or "JSON") from error

        return self._asked(address, words, {}, read)

    def file(
        self, address: str, place: Path, *, tag: str = "", modified: str = "", page: bool = False
    ) -> Fetched | None:
        """The bytes in a new file in `place`; None where the site says that they are still the same.

        Raises `Gone` where nothing is. `page`: a web page is what is wanted; else one is refused, it is some login.
        """
        asked = {"If-None-Match": tag} if tag else {"If-Modified-Since": modified} if modified else {}

        def read(answer: requests.Response) -> Fetched | None:
            if answer.status_code == 304:
                return None
            path, found, size, head = place / uuid4().hex, hashlib.sha256(), 0, b""
            try:
                with path.open("wb") as out:
                    for block in _blocks(answer, self._limits.file, address):
                        head = head or block[:512]
                        found.update(block)
                        out.write(block)
                        size += len(block)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            if not page and _page(head):
                path.unlink()
                raise _Again("HTML", PublishFault("pull.page", address=_short(address)))
            etag, dated = answer.headers.get("ETag", "")[:200], answer.headers.get("Last-Modified", "")[:100]
            return Fetched(path, found.hexdigest(), size, etag, dated)

        got: Fetched | None = self._asked(address, {}, asked, read)
        return got

    def _asked(
        self,
        address: str,
        words: Mapping[str, Any],
        headers: Mapping[str, str],
        read: Callable[[requests.Response], Any],
    ) -> Any:
        patience, last, pages = self._limits.patience, "", 0
        for turn in range(patience.tries):
            wait: float | None = None
            try:
                with self.pace.turn(), closing(self._answer(address, words, headers)) as answer:
                    wait = retry_after(answer.headers, patience.now())
                    _refuse(answer, address)
                    made = read(answer)
            except _Again as error:
                last = str(error)
                pages += error.fault is not None
                if error.fault is not None and pages >= min(PAGES, patience.tries):
                    raise error.fault from None
            except LOST as error:
                last = type(error).__name__
            else:
                self.pace.eased()
                return made
            self.pace.hurt()
            patience.rest(turn, wait)
        raise PublishFault("pull.unreachable", address=_short(address), detail=last)

    def _answer(self, address: str, words: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        """The answer at the end of the redirects, each of which is looked at before it is followed."""
        said = {"User-Agent": "gongshu", "Accept-Encoding": "identity", **headers}
        for _ in range(REDIRECTS + 1):
            if not self.allowed(address):
                raise PublishFault("pull.host", address=_short(address), host=urlsplit(address).hostname or "-")
            how: dict[str, Any] = {"headers": said, "timeout": TIMEOUT, "stream": True, "allow_redirects": False}
            try:
                answer = self._session.get(address, params=dict(words), **how)
            except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
                raise PublishFault("pull.host", address=_short(address), host="-") from error
            if answer.status_code not in MOVED:
                return answer
            answer.close()
            target = urljoin(address, answer.headers.get("Location", ""))
            if not self.allowed(target):
                raise PublishFault("pull.redirect", address=_short(address), target=_short(target))
            address, words = target, {}
        raise PublishFault("pull.redirects", address=_short(address), most=REDIRECTS)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No password of `.netrc` goes out: whatever is taken is open to anybody."""
    return request


class _Again(Exception):
    """This answer is none; the next one may be. `fault`: what to say instead after a few of the kind."""

    def __init__(self, said: str, fault: PublishFault | None = None) -> None:
        super().__init__(said)
        self.fault = fault


def _refuse(answer: requests.Response, address: str) -> None:
    """Raise where the status says that this is no answer."""
    status = answer.status_code
    if status in (401, 403, 404, 410):
        raise Gone(status)
    if status in AGAIN:
        raise _Again(f"HTTP {status}")
    if status not in (200, 304):
        raise PublishFault("pull.answer", address=_short(address), detail=f"HTTP {status}")


def _blocks(answer: requests.Response, most: int, address: str) -> Iterator[bytes]:
    """The body while it stays within `most`, and whole: as long as the site said it would be."""
    told = answer.headers.get("Content-Length", "")
    plain = answer.headers.get("Content-Encoding", "identity") == "identity"
    if told.isdigit() and int(told) > most:
        raise too_large(address, int(told), most)
    size = 0
    for block in answer.iter_content(BLOCK):
        size += len(block)
        if size > most:
            raise too_large(address, size, most)
        yield block
    if plain and told.isdigit() and size != int(told):
        raise _Again(f"{size} / {told} B")


def too_large(address: str, size: int, most: int) -> PublishFault:
    """More than is taken."""
    return PublishFault("pull.too-large", address=_short(address), mib=-(-size // MIB), most=most // MIB)


def _page(head: bytes) -> str:
    """What a web page calls itself, where the bytes begin one."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "HTML" if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) else ""


def _host(address: str) -> str:
    parts = urlsplit(address)
    try:
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    return f"{(parts.hostname or '').lower()}:{port}"


def _short(address: str) -> str:
    """An address for a sentence: no query, no control characters, not endless."""
    text = "".join(each for each in address.partition("?")[0] if each.isprintable())
    return text if len(text) <= 200 else f"{text[:199]}…"
