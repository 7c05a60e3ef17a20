"""A bucket that answers the few verbs of S3 which a site needs, with conditional writes and, if asked, bad weather.

Not S3: no signatures are checked, no multipart uploads, no versions. What it holds is in `objects`.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KINDS = ("refuse", "lose", "half", "delay", "500", "502", "503", "html")
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass
class Kept:
    """One object."""

    content: bytes
    written: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def tag(self) -> str:
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'


class Bucket:
    """`s3://NAME` at `url`. `share` of all requests meet one of `kinds`; `denied` refuses every write;
    `careless` takes every write, whatever its conditions."""

    def __init__(
        self, name: str = "site", *, share: float = 0.0, seed: int = 1, kinds: tuple[str, ...] = KINDS
    ) -> None:
        self.name, self.share = name, share
        self.objects: dict[str, Kept] = {}
        self.met: Counter[str] = Counter()
        self.verbs: Counter[str] = Counter()
        self.denied = self.careless = False
        self.before_write = lambda key: None
        dice, guard, bucket = random.Random(seed), threading.RLock(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words: object) -> None:
                pass

            def answer(self) -> None:
                parts = urlsplit(self.path)
                key = unquote(parts.path).lstrip("/").partition("/")[2]
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                body = self.body()
                with guard:
                    bucket.verbs[self.command] += 1
                    kind = dice.choice(KINDS) if dice.random() < bucket.share else ""
                    bucket.met[kind] += bool(kind)
                if kind == "refuse":
                    self.close_connection = True
                    return
                if kind in ("500", "502", "503"):
                    self.say(int(kind), b"<html>bad</html>")
                    return
                if kind == "html":
                    self.say(503, b"<html>please log in</html>", {"Content-Type": "text/html"})
                    return
                if kind == "delay":
                    time.sleep(0.2)
                bucket.before_write(key) if self.command == "PUT" else None
                with guard:
                    status, content, headers = self.done(key, query, body)
                if kind == "lose":
                    self.close_connection = True
                    return
                self.say(status, content, headers, half=kind == "half" and self.command == "GET")

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = answer  # noqa: N815 - the names that the server calls

            def body(self) -> bytes:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
                    return raw
                whole = b""
                while raw:
                    head, _, raw = raw.partition(b"\r\n")
                    size = int(head.split(b";")[0], 16)
                    if not size:
                        break
                    whole, raw = whole + raw[:size], raw[size + 2 :]
                return whole

            def done(self, key: str, query: dict, body: bytes) -> tuple[int, bytes, dict[str, str]]:
                there = bucket.objects.get(key)
                if self.command in ("PUT", "DELETE", "POST") and bucket.denied:
                    return 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", {}
                if self.command == "PUT":
                    return self.put(key, there, body)
                if self.command == "DELETE":
                    bucket.objects.pop(key, None)
                    return 204, b"", {}
                if self.command == "POST" and "delete" in query:
                    return self.delete(body)
                if not key:
                    return self.listing(query)
                if there is None:
                    return 404, b"<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>", {}
                return self.get(there)

            def put(self, key: str, there: Kept | None, body: bytes) -> tuple[int, bytes, dict[str, str]]:
                wanted = self.headers.get("If-Match")
                taken = self.headers.get("If-None-Match") == "*" and there is not None
                if bucket.careless:
                    taken, wanted = False, None
                if taken or (wanted is not None and there is not None and wanted != there.tag):
                    return 412, b"<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>", {}
                if wanted is not None and there is None:
                    return 404, b"<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>", {}
                bucket.objects[key] = Kept(body)
                return 200, b"", {"ETag": bucket.objects[key].tag}

            def get(self, there: Kept) -> tuple[int, bytes, dict[str, str]]:
                headers = {
                    "ETag": there.tag,
                    "Last-Modified": format_datetime(there.written, usegmt=True),
                    "Accept-Ranges": "bytes",
                }
                asked = self.headers.get("Range")
                if not asked:
                    return 200, there.content, headers
                first, _, last = asked.removeprefix("bytes=").partition("-")
                start, end = int(first), min(int(last) + 1 if last else len(there.content), len(there.content))
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(there.content)}"
                return 206, there.content[start:end], headers

            def delete(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
                from xml.etree import ElementTree

                for each in ElementTree.fromstring(body).iter():  # noqa: S314 - what our own client sent
                    if each.tag.endswith("Key"):
                        bucket.objects.pop(each.text or "", None)
                return 200, f'<DeleteResult xmlns="{NAMESPACE}"></DeleteResult>'.encode(), {}

            def listing(self, query: dict) -> tuple[int, bytes, dict[str, str]]:
                prefix, most = query.get("prefix", ""), int(query.get("max-keys", 1000))
                delimiter, after = query.get("delimiter", ""), query.get("continuation-token", "")
                found: dict[str, str] = {}
                for key in sorted(bucket.objects):
                    rest = key[len(prefix) :]
                    if not key.startswith(prefix):
                        continue
                    if delimiter and delimiter in rest:
                        folder = prefix + rest.partition(delimiter)[0] + delimiter
                        found[folder] = f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
                    else:
                        kept = bucket.objects[key]
                        found[key] = (
                            f"<Contents><Key>{escape(key)}</Key><Size>{len(kept.content)}</Size><ETag>{escape(kept.tag)}"
                            f"</ETag><LastModified>{kept.written:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
                        )
                names = [name for name in sorted(found) if name > after]
                shown, more = names[:most], len(names) > most
                token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
                text = (
                    f'<?xml version="1.0"?><ListBucketResult xmlns="{NAMESPACE}"><Name>{bucket.name}</Name>'
                    f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(shown)}</KeyCount><MaxKeys>{most}</MaxKeys>"
                    f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{token}"
                    f"{''.join(found[name] for name in shown)}</ListBucketResult>"
                )
                return 200, text.encode(), {"Content-Type": "application/xml"}

            def say(self, status: int, content: bytes, headers: dict | None = None, *, half: bool = False) -> None:
                self.send_response_only(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD" and status != 204:
                    self.wfile.write(content[: len(content) // 2] if half else content)
                if half:
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """The bucket is gone."""
        self._server.shutdown()
        self._server.server_close()
