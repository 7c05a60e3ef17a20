"""Only the browser that was given the token, from our own page, is answered."""

from __future__ import annotations

import pytest

from gongshu.validators.page import guard


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000"])
def test_our_names(host: str) -> None:
    assert guard.own_host(host, 8000)


@pytest.mark.parametrize(
    "host", [None, "", "127.0.0.1", "127.0.0.1:80", "evil.example:8000", "localhost.evil.example:8000", "[::1]:8000"]
)
def test_other_names(host: str | None) -> None:
    assert not guard.own_host(host, 8000)


@pytest.mark.parametrize(
    ("origin", "site", "ours"),
    [
        (None, None, True),
        ("http://127.0.0.1:8000", "same-origin", True),
        ("http://localhost:8000", None, True),
        (None, "none", True),
        ("null", None, False),
        ("https://127.0.0.1:8000", None, False),
        ("http://127.0.0.1:8001", None, False),
        ("https://evil.example", "cross-site", False),
        (None, "cross-site", False),
        (None, "same-site", False),
    ],
)
def test_pages_that_ask(origin: str | None, site: str | None, ours: bool) -> None:
    assert guard.own_page(origin, site, 8000) is ours


def test_only_the_token_itself_is_known() -> None:
    assert guard.knows("secret", "secret")
    assert not any(guard.knows("secret", other) for other in ("", "secre", "secrets", "SECRET", "\udcff", "秘"))
