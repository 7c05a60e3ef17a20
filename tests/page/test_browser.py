"""The local page in a real browser: an officer drops a file and goes away with it mended."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk_served import ROWS, TOKEN, Running

WAIT = 60_000  # milliseconds
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1200, "height": 900}, locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not faults  # a blocked style or script would be told here


def address(running: Running, lang: str = "zh") -> str:
    return f"http://{running.host}/{TOKEN}/?lang={lang}"


def hand_in(page: Any, running: Running, file: Path, lang: str = "zh") -> None:
    page.goto(address(running, lang))
    page.set_input_files("#file", file)
    page.click("#hand-in button")
    page.wait_for_selector("#downloads:not([data-state])", timeout=WAIT)


def download(page: Any, kind: str, folder: Path) -> Path:
    with page.expect_download() as told:
        page.click(f"#downloads a[href='get/{kind}']")
    path = folder / told.value.suggested_filename
    told.value.save_as(path)
    return path


def test_a_faulty_csv_is_judged_and_goes_home_mended(page: Any, running: Running, table: Path, tmp_path: Path) -> None:
    hand_in(page, running, table)
    assert page.inner_text("header h1").startswith("不合格")
    assert "村级统计用区划代码表" in page.inner_text(".judged")
    assert page.locator("article").count() >= 2
    mended = download(page, "mended", tmp_path)
    assert mended.name == "村级区划_修补.csv"
    with mended.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [[cell.strip() for cell in row] for row in ROWS]
    marked = openpyxl.load_workbook(download(page, "workbook", tmp_path))
    assert len(marked.sheetnames) == 2
    assert "泰宁" not in download(page, "changes", tmp_path).name
    assert download(page, "report", tmp_path).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_faulty_workbook_comes_back_as_a_workbook(page: Any, running: Running, book: Path, tmp_path: Path) -> None:
    hand_in(page, running, book, "en")
    assert page.inner_text("header h1").startswith("Does not conform")
    assert "1 error left" in page.inner_text("#downloads")
    mended = download(page, "mended", tmp_path)
    assert mended.name == "村级区划_mended.xlsx"
    assert openpyxl.load_workbook(mended).active["A3"].value == "420102002004"
    assert openpyxl.load_workbook(download(page, "workbook", tmp_path)).sheetnames[0] == "Sheet"


def test_the_language_is_switched_on_every_page(page: Any, running: Running, table: Path) -> None:
    page.goto(address(running, "zh"))
    page.click("nav a[hreflang=en]")
    assert page.inner_text("#hand-in .go button") == "Check"
    assert page.get_attribute("html", "lang") == "en"
    hand_in(page, running, table, "en")
    assert "cell" in page.inner_text("#downloads")
    assert page.is_visible("header .l-en >> nth=0")
    page.click("nav a[hreflang=zh]")
    assert page.inner_text("header h1").startswith("不合格")
    assert not page.is_visible("header .l-en >> nth=0")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_never_scrolls_sideways(page: Any, running: Running, table: Path, lang: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address(running, lang))
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= PHONE["width"]
    hand_in(page, running, table, lang)
    page.click(".again summary")
    assert page.evaluate(wide) <= PHONE["width"]


def test_it_works_without_script(chromium: Any, running: Running, table: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(running))
    page.set_input_files("#file", table)
    page.select_option("#standard", "division-12@1.0.0")
    page.click("#hand-in button")
    page.wait_for_selector("#downloads", timeout=WAIT)  # the page asks anew by itself until there is a verdict
    assert page.inner_text("header h1").startswith("不合格")
    context.close()


def test_it_works_by_keyboard(page: Any, running: Running, table: Path) -> None:
    page.goto(address(running))
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert [each for each in reached if each in ("file", "find", "standard", "BUTTON")][:4] == [
        "file",
        "find",
        "standard",
        "BUTTON",
    ]
    page.set_input_files("#file", table)
    page.focus("#find")
    page.keyboard.type("村级")
    assert page.eval_on_selector_all("#standard option", "all => all.map(each => each.value)") == ["division-12@1.0.0"]
    page.focus("#hand-in .go button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#downloads", timeout=WAIT)
    assert "division-12@1.0.0" in page.inner_text(".judged")


def test_a_dropped_file_is_taken(page: Any, running: Running) -> None:
    page.goto(address(running))
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["a,b\\n1,2\\n"], "dropped.csv"));
            document.getElementById("drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )
    assert "dropped.csv" in page.inner_text("#chosen")
    page.click("#hand-in button")
    page.wait_for_selector("#downloads:not([data-state])", timeout=WAIT)
    assert "没有认出" in page.inner_text(".judged")


def test_files_are_deleted_when_asked(page: Any, running: Running, table: Path) -> None:
    hand_in(page, running, table)
    where = page.url
    page.click(".next form button")
    page.wait_for_selector("#hand-in")
    assert page.context.request.get(where).status == 404


def test_another_site_gets_nothing(chromium: Any, running: Running) -> None:
    """A page of another origin knows even the token, and still neither reads nor hands in."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("http://evil.example/**", lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html"))
    page.goto("http://evil.example/")
    target = f"http://{running.host}/{TOKEN}/"
    tried = page.evaluate(
        """async (target) => {
            const said = [];
            for (const options of [{}, {method: "POST", body: new FormData()}]) {
                try { said.push((await fetch(target, options)).status); } catch { said.push("refused"); }
            }
            return said;
        }""",
        target,
    )
    assert tried == ["refused", "refused"]
    assert (
        page.goto(target) is None
        or page.context.request.get(target, headers={"Origin": "http://evil.example"}).status == 403
    )
    for headers in ({"Origin": "http://evil.example"}, {"Host": f"rebound.example:{running.server.server_port}"}):
        assert context.request.get(target, headers=headers).status == 403
    assert context.request.get(f"http://{running.host}/wrong-token/").status == 403
    context.close()
