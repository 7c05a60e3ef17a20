"""Options that all tests share."""

from __future__ import annotations

import pytest


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
