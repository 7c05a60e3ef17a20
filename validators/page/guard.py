"""Which requests are ours: only the browser that was given the token, on this machine, from our own page.

Any page on the web can make a browser send requests to 127.0.0.1, and by a name that it controls (DNS rebinding) even
read the answers. So the name asked for, the page that asks and the token all have to be right.
"""

from __future__ import annotations

import hmac

NAMES = ("127.0.0.1", "localhost")


def hosts(port: int) -> tuple[str, ...]:
    """How this server may be called."""
    return tuple(f"{name}:{port}" for name in NAMES)


def own_host(host: str | None, port: int) -> bool:
    """Whether the request came by one of our names."""
    return (host or "").strip().lower() in hosts(port)


def own_page(origin: str | None, site: str | None, port: int) -> bool:
    """Whether no other web site made the request: `origin` and `site` are the headers Origin and Sec-Fetch-Site.

    Absent headers pass: programs do not send them, and have to know the token all the same.
    """
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or origin.lower() in {f"http://{host}" for host in hosts(port)}


def knows(token: str, given: str) -> bool:
    """Whether the token is right; takes as long for a wrong one, however wrong it is."""
    return hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogateescape"))
