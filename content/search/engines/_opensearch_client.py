"""How an OpenSearch cluster is spoken to: several hosts in turn, limits of time, and answers that are errors.

Its REST interface over httpx is all that is used; it is the same in every version, and in clusters that only
speak like one.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote

import httpx

from content.search.model import IndexAway, SearchError

PASSWORD = "GONGKAI_OPENSEARCH_PASSWORD"
"""The environment variable that holds the password, where no file does."""
_TIMEOUT = httpx.Timeout(30.0, connect=3.0)
_RESTS = 20.0
"""Seconds for which a host that did not answer is asked last."""
_AWAY = {502, 503, 504}
_BUSY, _TOO_LARGE, _NOT_FOUND, _CONFLICT = 429, 413, 404, 409


class Refused(SearchError):
    """The cluster says that a request is wrong, or refuses part of it; `status` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class TooLarge(Refused):
    """The cluster takes no request of this size."""


@dataclass(frozen=True)
class Place:
    """Where an index is: hosts as URLs, the alias it is known by, and how to log in."""

    hosts: tuple[str, ...]
    name: str
    user: str = ""
    password: str = ""
    authority: str = ""

    @classmethod
    def of(cls, address: SplitResult) -> Place:
        """`opensearch+https://user@host:9200,host2:9200/name?password_file=/path&ca=/path`.

        Raises `SearchError`: also for a password in the address, which would end up in logs.
        """
        scheme = address.scheme.partition("+")[2] or "http"
        login, _, hosts = address.netloc.rpartition("@")
        name, options = address.path.strip("/"), parse_qs(address.query)
        if scheme not in ("http", "https") or not hosts or not name or "/" in name:
            raise SearchError("search in OpenSearch needs an address such as opensearch+https://user@host:9200/gongkai")
        if ":" in login:
            raise SearchError(f"a password has no place in an address: use ?password_file=, or {PASSWORD}")
        return cls(tuple(f"{scheme}://{host}" for host in hosts.split(",")), name, unquote(login),
                   _password(options.get("password_file", [""])[0]), options.get("ca", [""])[0])


def _password(path: str) -> str:
    if not path:
        return os.environ.get(PASSWORD, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SearchError(f"the password of the search cluster cannot be read: {path}: {problem.strerror}") from None


class Cluster:
    """A connection to a cluster, for any number of threads.

    `patience` are the seconds for which a cluster that does not answer, or has no leader, is asked again.
    """

    def __init__(self, place: Place, patience: float, transport: httpx.BaseTransport | None = None) -> None:
        login = (place.user, place.password) if place.user else None
        trusted = ssl.create_default_context(cafile=place.authority) if place.authority else True
        self._client = httpx.Client(auth=login, timeout=_TIMEOUT, verify=trusted, trust_env=False,
                                    transport=transport)
        self._hosts, self._patience = place.hosts, patience
        self._silent: dict[str, float] = {}

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None, missing: bool = False) -> Any:
        """The answer as JSON; None for what is not there where it may be `missing`. Raises `Refused`, `IndexAway`."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = self._sent(method, path, content, "application/json")
        if answer.status_code == _NOT_FOUND and missing:
            return None
        return _read(answer)

    def bulk(self, path: str, lines: Iterable[bytes]) -> list[dict[str, Any]]:
        """What became of each action of a bulk request. Raises `TooLarge`, `Refused`, `IndexAway`."""
        answer = self._sent("POST", path, b"\n".join(lines) + b"\n", "application/x-ndjson")
        if answer.status_code == _TOO_LARGE:
            raise TooLarge("the search cluster takes no request of this size", _TOO_LARGE)
        return [next(iter(item.values())) for item in _read(answer)["items"]]

    def _sent(self, method: str, path: str, content: bytes | None, kind: str) -> httpx.Response:
        """Every request here may be repeated: what was lost on the way is sent again, to the next host."""
        until, pause = time.monotonic() + self._patience, 0.1
        while True:
            answer, said = self._round(method, path, content, kind)
            if answer is not None and answer.status_code not in _AWAY:
                return answer
            if time.monotonic() + pause > until:
                raise IndexAway(f"the search cluster does not answer: {said}")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _round(self, method: str, path: str, content: bytes | None, kind: str) -> tuple[httpx.Response | None, str]:
        """The first answer of a host, those that were silent of late asked last; else what the last one said."""
        now, said = time.monotonic(), ""
        headers = {"Content-Type": kind} if content is not None else {}
        for host in sorted(self._hosts, key=lambda host: self._silent.get(host, 0.0) > now):
            try:
                answer = self._client.request(method, f"{host}/{path}", content=content, headers=headers)
            except httpx.TransportError as problem:
                said = f"{host}: {problem or type(problem).__name__}"
                self._silent[host] = time.monotonic() + _RESTS
                continue
            if answer.status_code not in _AWAY:
                self._silent.pop(host, None)
                return answer, ""
            said = f"{host}: {_reason(answer)}"
        return None, said


def _read(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    if answer.status_code in (401, 403):
        raise Refused(f"the search cluster does not let us in: {_reason(answer)}; check user and password",
                      answer.status_code)
    raise Refused(f"the search cluster refuses: {_reason(answer)}", answer.status_code)


def _reason(answer: httpx.Response) -> str:
    """The cause as the cluster gives it, in one line and without what was sent."""
    try:
        error = answer.json().get("error", "")
    except (ValueError, AttributeError):
        error = ""
    told = error.get("reason") or error.get("type") if isinstance(error, dict) else error
    return f"{answer.status_code} {str(told or answer.reason_phrase)[:300]}"
