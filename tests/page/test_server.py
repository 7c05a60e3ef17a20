"""The page as a program sees it: who is answered, what is answered, what is left behind."""

from __future__ import annotations

import http.client
import json
import os
import re
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_served import TOKEN, Running, serve

from gongshu.standards.faults import UsageFault
from gongshu.validators.page.desk import Limits

Answer = tuple[int, dict[str, str], str]


def ask(
    running: Running,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    host: str | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", running.server.server_port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or running.host)
        for name, value in {
            **({"Content-Length": str(len(body))} if body is not None else {}),
            **(headers or {}),
        }.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def form(path: Path, standard: str = "", name: str | None = None) -> tuple[bytes, dict[str, str]]:
    field = "--edge\r\nContent-Disposition: form-data; name="
    named = f'\r\n{field}"file"; filename="{name or path.name}"\r\n\r\n'
    body = b"".join(
        [
            f'{field}"standard"\r\n\r\n'.encode(),
            standard.encode(),
            named.encode(),
            path.read_bytes(),
            b"\r\n--edge--\r\n",
        ]
    )
    return body, {"Content-Type": "multipart/form-data; boundary=edge"}


def hand_in(running: Running, path: Path, standard: str = "", name: str | None = None) -> str:
    """The path of the job's page."""
    body, headers = form(path, standard, name)
    status, answered, text = ask(running, "POST", f"/{TOKEN}/check?lang=zh", body, headers)
    assert status == 303, text
    return f"/{TOKEN}/" + answered["Location"].partition("?")[0]


def finished(running: Running, job: str) -> str:
    """The job's page once all is made."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        told = json.loads(ask(running, "GET", f"{job}state")[2])
        if told["stage"] == "done":
            return ask(running, "GET", f"{job}?lang=zh")[2]
        time.sleep(0.1)
    raise AssertionError("never done")


@pytest.mark.parametrize(
    "path", ["/", "/x/", "/favicon.ico", f"/{TOKEN}x/", f"/{TOKEN[:-1]}/", f"/{TOKEN.upper()}/", "//["]
)
def test_without_the_token_there_is_nothing(running: Running, path: str) -> None:
    status, headers, text = ask(running, "GET", path)
    assert status == 403
    assert "<" not in text
    assert headers["Server"].strip() == "gongshu"


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("rebound.example:PORT", {}),
        ("rebound.example", {}),
        (None, {"Origin": "https://evil.example"}),
        (None, {"Origin": "null"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_sites_are_refused_even_with_the_token(
    running: Running, host: str | None, headers: dict[str, str], method: str
) -> None:
    named = host.replace("PORT", str(running.server.server_port)) if host else None
    body = b"" if method == "POST" else None
    assert ask(running, method, f"/{TOKEN}/", body, headers, named)[0] == 403


@pytest.mark.parametrize("where", ["", "page.css", "page.js", "icon.svg", "report.css", "report.js"])
def test_every_answer_is_fenced_in(running: Running, where: str) -> None:
    status, headers, text = ask(running, "GET", f"/{TOKEN}/{where}", headers={"Origin": f"http://{running.host}"})
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", text) or where.endswith(".js")
    assert not re.search(r"<script(?![^>]*src=)|<style", text)


@pytest.mark.parametrize(
    "where",
    [
        "nothing",
        "jobs",
        "jobs/",
        "jobs/../..",
        "jobs/0000/",
        "jobs/0000/get/report",
        "../page.css",
        "page.py",
        "%2e%2e/",
        "a/b/c",
    ],
)
def test_what_is_not_there_has_no_listing_and_no_trace(running: Running, where: str) -> None:
    status, _, text = ask(running, "GET", f"/{TOKEN}/{where}")
    assert status == 404
    assert "Traceback" not in text
    assert str(running.root) not in text


def test_other_methods_are_not_known(running: Running) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        assert ask(running, method, f"/{TOKEN}/")[0] == 501


def test_a_table_is_judged_mended_and_marked(running: Running, table: Path) -> None:
    job = hand_in(running, table)
    page = finished(running, job)
    assert "不合格" in page
    assert "division-12" in page
    assert "改了 1 行中的 1 格，还剩 1 处错误要人工改" in page
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", page)
    assert str(running.root) not in page
    status, headers, mended = ask(running, "GET", f"{job}get/mended")
    assert status == 200
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "%E6%9D%91%E7%BA%A7%E5%8C%BA%E5%88%92_%E4%BF%AE%E8%A1%A5.csv" in headers["Content-Disposition"]
    assert "\n420102002004,泰宁社区" in mended
    assert "420102002004" in ask(running, "GET", f"{job}get/changes")[2]
    assert ask(running, "GET", f"{job}get/workbook")[0] == 200
    assert "不合格" in ask(running, "GET", f"{job}get/report")[2]
    assert ask(running, "GET", f"{job}get/ask")[0] == 404


def test_the_same_file_by_another_standard_then_forgotten(running: Running, table: Path) -> None:
    job = hand_in(running, table, standard="division-6@1.0.0")
    assert "division-6@1.0.0" in finished(running, job)
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = ask(running, "POST", f"{job}again", b"standard=division-12%401.0.0", form_type)
    assert status == 303
    assert ask(running, "GET", job)[0] == 404
    new = f"/{TOKEN}/jobs/" + headers["Location"].removeprefix("../").partition("?")[0]
    assert "division-12@1.0.0" in finished(running, new)
    before = len(list(running.root.iterdir()))
    assert ask(running, "POST", f"{new}forget", b"", form_type)[0] == 303
    assert ask(running, "GET", new)[0] == 404
    assert len(list(running.root.iterdir())) == before - 1


def test_files_are_for_this_user_only(running: Running, table: Path) -> None:
    hand_in(running, table)
    if os.name == "posix":
        assert stat.S_IMODE(running.root.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(each.stat().st_mode) == 0o700 for each in running.root.iterdir())


def test_a_standard_is_no_path(running: Running, table: Path) -> None:
    for name in (str(table), "../x", "nothing@1"):
        body, headers = form(table, name)
        status, _, text = ask(running, "POST", f"/{TOKEN}/check", body, {**headers, "Accept": "application/json"})
        assert status == 400
        assert "没有名为" in json.loads(text)["message"]


def test_the_folder_it_was_started_in_is_not_trusted(
    running: Running, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyarrow.py", "json.py", "yaml.py", "gongshu.py"):
        (tmp_path / name).write_text("open('ran', 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "不合格" in finished(running, hand_in(running, table))
    assert not (tmp_path / "ran").exists()


def test_a_list_of_files_opens_nothing(running: Running, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\nhidden,1\n", encoding="utf-8")
    listed = tmp_path / "list.yaml"
    listed.write_text(f"files: ['{secret.as_posix()}']\n", encoding="utf-8")
    page = finished(running, hand_in(running, listed))
    assert "hidden" not in page
    assert "文件清单" in page


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"%PDF-1.4", b"\xff" * 5000])
def test_any_content_ends_with_a_page(running: Running, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    page = finished(running, hand_in(running, path))
    assert "Traceback" not in page
    assert str(running.root) not in page


def test_names_and_data_are_text_only(running: Running, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('<script>alert(1)</script>,b\n"<img src=x onerror=alert(1)>",1\n', encoding="utf-8")
    page = finished(running, hand_in(running, path, "division-12@1.0.0", name="<b onload=x>&.csv"))
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "<b onload" not in page


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "999999999999"}, 413),
        ({"Content-Length": "x"}, 411),
        ({"Content-Length": "-5"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": "0"}, 400),
    ],
)
def test_bodies_that_are_refused(running: Running, headers: dict[str, str], status: int) -> None:
    given = {"Content-Type": "multipart/form-data; boundary=edge", **headers}
    got, _, text = ask(running, "POST", f"/{TOKEN}/check", None, given)
    assert got == status
    assert "Traceback" not in text


def once(limits: Limits, use: Callable[[Running], None]) -> None:
    for running in serve(limits=limits):
        use(running)


def test_large_files_slow_work_and_old_files(table: Path, tmp_path: Path) -> None:
    def use(running: Running) -> None:
        large = tmp_path / "large.csv"
        large.write_bytes(b"a,b\n" * 60_000)
        body, headers = form(large)
        assert ask(running, "POST", f"/{TOKEN}/check", body, headers)[0] == 413
        job = hand_in(running, table)
        assert "时间太长" in finished(running, job)
        numbers = [hand_in(running, table) for _ in range(3)]
        assert [ask(running, "GET", each)[0] for each in numbers] == [404, 200, 200]
        assert len(list(running.root.iterdir())) == 2

    once(Limits(size=100_000, judging=0.01, files=2), use)

    def wait(running: Running) -> None:
        job = hand_in(running, table)
        time.sleep(1.2)
        assert ask(running, "GET", job)[0] == 404
        assert not list(running.root.iterdir())

    once(Limits(keep=0.5), wait)


def test_a_port_that_is_taken_is_said(running: Running) -> None:
    from gongshu.validators.page.server import Server

    with pytest.raises(UsageFault) as caught:
        Server(running.server.server_port, running.server.setup, running.desk)
    assert caught.value.code == "page.port-busy"
