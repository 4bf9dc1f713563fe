"""Asking another portal: its API and the files below its addresses, within bounds of time and size.

Only the portal that was named is asked, whatever addresses stand in its answers: of these the path alone counts. A
name is resolved once for each question, and the connection goes to the address that was looked at; our own network
is not asked unless a setting allows it. Redirects are not followed. Who does not answer just now is asked again, each
time after a longer pause, until the patience of the settings is at its end.
"""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from portal.checks.asking import is_open, resolve

TIMEOUT = httpx.Timeout(60.0, connect=10.0)  # seconds; a small machine that builds its pages answers late
BUSY = (429, 502, 503, 504)  # answers of a portal that is being started, or has too much to do
FIRST_PAUSE, JITTER = 0.5, 0.2  # seconds, doubled each time; the share by which a pause is longer or shorter
MOST_JSON = 20 * 1024 * 1024  # octets
CHUNK = 65_536
AGENT = "gongkai-harvest"


class Unreachable(RuntimeError):
    """The other portal does not answer as it should; the message says what, in one line. Later it may."""


class NotNow(Unreachable):
    """It does not answer at this moment; `after` so many seconds it will, as it says."""

    def __init__(self, words: str, after: str = "") -> None:
        super().__init__(words)
        self.after = int(after) if after.isascii() and after.isdigit() and len(after) < 5 else 0


@dataclass(frozen=True)
class Answer:
    """`status`, the tag of the answer, and what it says."""

    status: int
    etag: str
    value: Any


@dataclass
class Portal:
    """Another portal at `origin` (`https://www.example.gov.cn`), asked again for `patience` seconds when it does not
    answer. `transport`, `resolve`, `sleep`: for tests."""

    origin: str
    private: bool = False  # whether it may lie in our own network
    transport: httpx.BaseTransport | None = None
    resolve: Callable[[str, int], Iterable[str]] = resolve
    patience: float = 0
    sleep: Callable[[float], None] = time.sleep

    def get(self, path: str, etag: str = "", **params: Any) -> Answer:
        """A question to the API; 304, 404, 409 and 410 are answers. Raises `Unreachable`."""
        status, headers, body = self._asked(path, MOST_JSON, params, {"If-None-Match": etag} if etag else {})
        if status not in (200, 304, 404, 409, 410):
            raise Unreachable(f"{self.origin}{path} answers {status}")
        try:
            return Answer(status, headers.get("etag", ""), json.loads(body) if body else None)
        except (ValueError, RecursionError):
            raise Unreachable(f"{self.origin}{path} does not answer in JSON") from None

    def file(self, address: str, most: int) -> bytes:
        """The octets of a file of theirs, at most `most`. Raises `Unreachable`."""
        status, _headers, body = self._asked(urlsplit(address).path, most, {}, {})
        if status != 200:
            raise Unreachable(f"{self.origin}{urlsplit(address).path} answers {status}")
        return body

    def _asked(self, path: str, most: int, params: dict[str, Any], headers: dict[str, str]) -> tuple:
        left, pause = self.patience, FIRST_PAUSE
        while True:
            try:
                return self._send(path, most, params, headers)
            except NotNow as problem:
                wait = max(min(pause * random.uniform(1 - JITTER, 1 + JITTER), left), problem.after)
                if left <= 0 or wait > left:
                    raise
            self.sleep(wait)
            left, pause = left - wait, pause * 2

    def _send(self, path: str, most: int, params: dict[str, Any], headers: dict[str, str]) -> tuple:
        target = httpx.URL(self.origin).join(path).copy_merge_params(params)
        pinned, extensions = self._pinned(target)
        headers = headers | {"Host": target.netloc.decode("ascii"), "User-Agent": AGENT}
        try:
            with (httpx.Client(transport=self.transport, trust_env=False, timeout=TIMEOUT) as client,
                  client.stream("GET", pinned, headers=headers, extensions=extensions) as response):
                if response.status_code in BUSY:
                    raise NotNow(f"{self.origin}{path} answers {response.status_code}",
                                 response.headers.get("retry-after", ""))
                return response.status_code, response.headers, _bounded(response, most)
        except httpx.HTTPError as problem:
            raise NotNow(f"{self.origin} cannot be reached: {type(problem).__name__}") from None

    def _pinned(self, target: httpx.URL) -> tuple[httpx.URL, dict[str, str]]:
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            found = list(self.resolve(target.raw_host.decode("ascii"), port))
        except (OSError, UnicodeError, socket.gaierror):
            raise Unreachable(f"there is no address for {target.host}") from None
        if not found or not (self.private or all(map(is_open, found))):
            raise Unreachable(f"{target.host} lies in our own network: set harvest_private = true if it may be asked")
        return target.copy_with(host=found[0]), {"sni_hostname": target.host}


def _bounded(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    for part in response.iter_bytes(CHUNK):
        body += part
        if len(body) > most:
            raise Unreachable(f"{response.url.path} is larger than {most} octets")
    return bytes(body)


def origin_of(url: str) -> str:
    """The portal that an address belongs to, without a path. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError(f"{url} is no address of a portal: write it like https://www.example.gov.cn")
    parts.port  # noqa: B018 - raises ValueError when it is none
    return f"{parts.scheme}://{parts.netloc}"
