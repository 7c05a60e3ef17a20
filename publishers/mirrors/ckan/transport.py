"""Talking to CKAN in bad weather: back-off, Retry-After, answers that are no JSON, no more at once than it bears."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from gongshu.publishers.mirrors.ckan.multipart import Body, Upload
from gongshu.publishers.mirrors.pace import Pace
from gongshu.standards.faults import PublishFault

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError,
          requests.exceptions.ContentDecodingError)  # fmt: skip
TRIES, FIRST_WAIT, LONGEST_WAIT = 8, 0.25, 120.0
TIMEOUT = (10, 300)
_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we try. `sleep` and `now` are the clock's, so that tests need not wait."""

    tries: int = TRIES
    first: float = FIRST_WAIT
    longest: float = LONGEST_WAIT
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def rest(self, turn: int, asked: float | None) -> None:
        """Wait behind the failed try number `turn` (from 0): as long as the site asked for, else ever longer."""
        if turn + 1 < self.tries:
            backoff = self.first * 2**turn * (0.5 + _dice.random())
            self.sleep(min(self.longest, backoff if asked is None else max(asked, 0.0)))


class Missing(Exception):
    """CKAN has no such thing."""


class Invalid(Exception):
    """CKAN does not take what it was sent; `said` names fields and what is wrong with them."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(dict(said), ensure_ascii=False, default=str))
        self.said = dict(said)


class Unclear(Exception):
    """A write went out, and no answer tells whether it was done."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks for, in either form; a date counts from the server's own clock where it tells it."""
    said = headers.get("Retry-After", "").strip()
    if not said:
        return None
    if said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        since = parsedate_to_datetime(headers["Date"]) if headers.get("Date") else now
        return max(0.0, (until.astimezone(UTC) - since.astimezone(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


class Patient(requests.Session):
    """A session whose POSTs come back with an answer of CKAN, or not at all."""

    def __init__(self, patience: Patience, pace: Pace) -> None:
        super().__init__()
        self._patience, self._pace = patience, pace
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=pace.most)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(self, method: Any, url: Any, /, **how: Any) -> requests.Response:  # type: ignore[override] # all by name
        """Send until an answer comes. With `once`, raise `Unclear` where it is not known whether the call was done."""
        once = how.pop("once", False)
        files: Mapping[str, Upload] | None = how.pop("files", None)
        fields, headers = how.pop("data", None), dict(how.pop("headers", None) or {})
        last = ""
        for turn in range(self._patience.tries):
            data = fields
            if files:
                body = Body(fields, files)
                data, headers["Content-Type"] = body, body.content_type
            wait: float | None = None
            try:
                with self._pace.turn():
                    answer = super().request(method, url, data=data, headers=headers, **how)
            except BROKEN as error:
                last = type(error).__name__
                if once:
                    self._pace.hurt()
                    raise Unclear(last) from error
            else:
                if answer.status_code not in AGAIN and (answer.status_code >= 300 or _is_json(answer)):
                    self._pace.eased()
                    return answer
                last = f"HTTP {answer.status_code}"
                if once and answer.status_code != 429:
                    raise Unclear(last)
                if answer.status_code == 500 and turn + 1 >= 3 and _is_json(answer):
                    return answer  # CKAN itself says so, again and again
                wait = retry_after(answer.headers, self._patience.now())
            self._pace.hurt()
            self._patience.rest(turn, wait)
        raise PublishFault("mirror.unreachable", detail=last)


def _is_json(answer: requests.Response) -> bool:
    """Whether CKAN itself speaks, whole. Among the 2xx a page of some proxy is a reason to try again."""
    try:
        json.loads(answer.content)
    except ValueError:
        return False
    return True


class Site:
    """One CKAN, by its actions through ckanapi; what its caller has to judge is `Missing`, `Invalid` or `Unclear`."""

    def __init__(self, url: str, token: str, *, patience: Patience, workers: int) -> None:
        from ckanapi import RemoteCKAN

        self.url = url
        self.pace = Pace(min(3, workers), workers)
        self._session = Patient(patience, self.pace)
        self._remote = RemoteCKAN(url, apikey=token or None, user_agent="gongshu", session=self._session)
        self._token = token

    def call(
        self,
        action: str,
        /,
        data: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Upload] | None = None,
        once: bool = False,
    ) -> Any:
        """The result of an action. Raises `PublishFault` where nothing but the user can help."""
        from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

        how = {"timeout": TIMEOUT, "once": once}
        try:
            return self._remote.call_action(action, dict(data or {}), files=files or None, requests_kwargs=how)
        except NotAuthorized as error:
            raise PublishFault("mirror.refused", site=self.url, action=action) from error
        except NotFound as error:
            raise Missing(str(error)) from error
        except ValidationError as error:
            raise Invalid(error.error_dict or {}) from error
        except CKANAPIError as error:
            raise PublishFault("mirror.answer", action=action, detail=_short(error)) from error
        except requests.RequestException as error:
            raise PublishFault("mirror.unreachable", detail=type(error).__name__) from error

    def get(self, address: str) -> requests.Response:
        """A file of the site, to be streamed; the token goes to the site only."""
        headers = {"Authorization": self._token} if self._token and address.startswith(f"{self.url}/") else {}
        try:
            return requests.get(address, headers=headers, timeout=TIMEOUT, stream=True)
        except requests.RequestException as error:
            raise PublishFault("mirror.unreachable", detail=type(error).__name__) from error


def _short(error: Exception) -> str:
    text = str(error)
    return text if len(text) <= 300 else f"{text[:299]}…"


def rejected(error: Invalid, code: str) -> PublishFault:
    """What CKAN does not take, in its own words."""
    said = {name: value for name, value in error.said.items() if name != "__type"}
    if "too large" in json.dumps(said):
        return PublishFault("mirror.too-large", code=code)
    return PublishFault("mirror.rejected", code=code, detail=_short(Exception(json.dumps(said, ensure_ascii=False))))
