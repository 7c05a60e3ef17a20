"""What the transport bears without a real site: a small server whose weather is told beforehand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gongshu.publishers.mirrors.ckan.address import parse, token
from gongshu.publishers.mirrors.ckan.multipart import Body, Upload
from gongshu.publishers.mirrors.ckan.transport import Invalid, Patience, Site, Unclear, retry_after
from gongshu.publishers.mirrors.pace import Pace
from gongshu.standards.faults import PublishFault, UsageFault

FINE = (200, {}, b'{"success": true, "result": {"fine": true}}')


class Weather:
    """Answers in order; the last one stays. An answer is (status, headers, body), `drop`, `half` or seconds to wait."""

    def __init__(self) -> None:
        self.coming: list = []
        self.bodies: list[bytes] = []
        self.most = self.now = 0
        self.guard = threading.Lock()
        weather = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words) -> None:
                pass

            def do_POST(self) -> None:
                with weather.guard:
                    weather.now += 1
                    weather.most = max(weather.most, weather.now)
                try:
                    weather.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                    with weather.guard:
                        answer = weather.coming.pop(0) if len(weather.coming) > 1 else weather.coming[0]
                    self.answer(answer)
                finally:
                    with weather.guard:
                        weather.now -= 1

            def answer(self, answer) -> None:
                if answer == "drop":
                    self.close_connection = True
                    self.connection.close()
                    return
                if isinstance(answer, float):
                    time.sleep(answer)
                    answer = FINE
                half = answer == "half"
                status, headers, body = FINE if half else answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if half else body)
                if half:
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def weather() -> Iterator[Weather]:
    made = Weather()
    yield made
    made.server.shutdown()
    made.server.server_close()


def site(weather: Weather, waits: list[float], **how) -> Site:
    return Site(weather.url, "t", patience=Patience(sleep=waits.append, **how), workers=4)


@pytest.mark.parametrize(
    "bad",
    [
        "drop",
        "half",
        (429, {}, b"slow"),
        (500, {}, b"<html>"),
        (502, {}, b"<html>bad gateway"),
        (503, {}, b""),
        (504, {}, b""),
        (200, {"Content-Type": "text/html"}, b"<html>please log in</html>"),
        (200, {}, b'{"success": tr'),
    ],
    ids=["drop", "half", "429", "500", "502", "503", "504", "html", "cut-json"],
)
def test_bad_answers_are_asked_again(weather, bad):
    weather.coming = [bad, bad, FINE]
    waits: list[float] = []
    assert site(weather, waits).call("status_show") == {"fine": True}
    assert len(waits) == 2
    assert len(weather.bodies) == 3


def test_what_ckan_itself_says_is_not_asked_again(weather):
    refused = {"success": False, "error": {"__type": "Validation Error", "name": ["That URL is already in use."]}}
    weather.coming = [(409, {}, json.dumps(refused).encode())]
    with pytest.raises(Invalid):
        site(weather, []).call("package_create", {})
    refused["error"] = {"__type": "Authorization Error", "message": "Access denied: User  not authorized"}
    weather.coming = [(403, {}, json.dumps(refused).encode())]
    with pytest.raises(PublishFault) as caught:
        site(weather, []).call("package_create", {})
    assert caught.value.code == "mirror.refused"
    weather.coming = [(400, {}, b'"Bad request: Action name not known: no_such_action"')]
    with pytest.raises(PublishFault) as caught:
        site(weather, []).call("no_such_action", {})
    assert caught.value.code == "mirror.answer"
    assert len(weather.bodies) == 3


def test_a_500_of_ckan_ends(weather):
    broken = {"success": False, "error": {"__type": "Internal Server Error", "message": "x"}}
    weather.coming = [(500, {}, json.dumps(broken).encode())]
    with pytest.raises(PublishFault) as caught:
        site(weather, []).call("package_create", {})
    assert caught.value.code == "mirror.answer"
    assert len(weather.bodies) == 3


def test_it_gives_up_and_says_so(weather):
    weather.coming = [(503, {}, b"")]
    with pytest.raises(PublishFault) as caught:
        site(weather, [], tries=3).call("status_show")
    assert caught.value.code == "mirror.unreachable"
    assert len(weather.bodies) == 3
    with pytest.raises(PublishFault):
        Site("http://127.0.0.1:9", "", patience=Patience(tries=2, sleep=lambda _: None), workers=1).call("status_show")


def test_retry_after_is_heard_in_both_forms(weather):
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=9), usegmt=True)
    here = format_datetime(now, usegmt=True)
    weather.coming = [(429, {"Retry-After": "7"}, b""), (503, {"Retry-After": date, "Date": here}, b""), FINE]
    waits: list[float] = []
    site(weather, waits, now=lambda: now).call("status_show")
    assert waits[0] == 7
    assert waits[1] in (9, pytest.approx(9, abs=1)) or waits[1] >= 0  # http.server adds a Date of its own
    assert retry_after({"Retry-After": date, "Date": here}, now) == 9
    assert retry_after({"Retry-After": date}, now) == 9
    # a clock that went back an hour asks for no hour: the server's own date counts
    assert retry_after({"Retry-After": date, "Date": here}, now - timedelta(hours=1)) == 9
    assert retry_after({"Retry-After": here, "Date": date}, now) == 0
    assert retry_after({"Retry-After": "soon"}, now) is None
    assert retry_after({}, now) is None


@pytest.mark.parametrize("bad", ["drop", "half", (502, {}, b"")], ids=["drop", "half", "502"])
def test_a_call_that_may_not_be_doubled_is_not(weather, bad):
    weather.coming = [bad, FINE]
    with pytest.raises(Unclear):
        site(weather, []).call("datastore_upsert", {}, once=True)
    assert len(weather.bodies) == 1
    weather.coming = [(429, {"Retry-After": "1"}, b""), FINE]  # this one was not done for sure
    assert site(weather, []).call("datastore_upsert", {}, once=True) == {"fine": True}


def test_fewer_at_once_after_bad_answers(weather):
    weather.coming = [0.02]
    one = site(weather, [])
    threads = [threading.Thread(target=one.call, args=("status_show",)) for _ in range(24)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert 1 < weather.most <= 4
    pace = Pace(4, 8)
    for _ in range(60):
        pace.eased()
    assert pace.limit == 8
    for _ in range(9):
        pace.hurt()
    assert pace.limit == 1


def test_a_form_is_streamed(weather, tmp_path: Path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"\x00\xff" * 400_000)
    weather.coming = ["drop", FINE]
    site(weather, []).call("package_revise", {"match": "{}"}, files={"upload": Upload("a.csv", file, "text/csv")})
    first, second = weather.bodies
    assert b'name="upload"; filename="a.csv"' in second
    assert file.read_bytes() in first
    assert file.read_bytes() in second
    body = Body({b"a": "甲".encode()}, {"f": Upload("a.csv", file, "text/csv")})
    blocks = list(body)
    assert sum(map(len, blocks)) == len(body)
    assert max(map(len, blocks)) <= 1 << 18


def test_an_address_holds_no_secret(monkeypatch):
    assert parse("https://data.example.gov.cn/ckan/").url == "https://data.example.gov.cn/ckan"
    assert parse("http://x?files=https://f.example").files == "https://f.example/{slug}/{file}"
    assert parse("http://x?files=https://f.example").datastore is False
    for bad in ("ftp://x", "x", "http://user:word@x", "http://x?token=1"):
        with pytest.raises(UsageFault) as caught:
            parse(bad)
        assert "word" not in caught.value.say("zh")
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", "all")
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN_DATA_EXAMPLE_GOV_CN", "one")
    assert (token("https://data.example.gov.cn"), token("https://b")) == ("one", "all")
