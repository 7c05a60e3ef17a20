"""Options that all tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

BROWSER_REQUIRED = "browser" in os.environ.get("GONGSHU_REQUIRE", "").replace(",", " ").split()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the expected files of golden tests")


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--accept"))


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of whoever runs the tests must not change what they say."""
    for name in (
        "GONGSHU_LANG",
        "GONGSHU_PROFILE",
        "GONGSHU_STANDARDS",
        "GONGSHU_TIMEZONE",
        "GONGSHU_DEBUG",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GONGSHU_CACHE", "no")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's chromium, driven by playwright; absent, the tests are skipped unless they are required."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        words = "the browser tests need chromium and the extra `browser` (playwright)"
        pytest.fail(words) if BROWSER_REQUIRED else pytest.skip(words)
    with sync_playwright() as driver:
        # a container has no user namespaces for chromium's own sandbox; nothing but our own page is opened
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
