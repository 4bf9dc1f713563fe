"""Asking whether an address can be reached (链接检查), politely and without being led into our own network.

Only http and https on their usual ports. A name is resolved first, every address that it has must be one of the open
internet, and the connection goes to the very address that was looked at: a name that answers otherwise a moment later
changes nothing. Each redirect is treated as a new address. What robots.txt forbids is not asked; a host is asked one
thing at a time, with a pause; bodies are not fetched.

Broken is what certainly is: a name that does not exist, no connection, no answer in time, 404, 410, and errors of the
server. What is merely closed to programs (401, 403, 429, certificates that only some browsers know) is not.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

import httpx

AGENT = "gongkai-linkcheck"
PORTS = frozenset({80, 443, 8080, 8443})
REDIRECTS = 5
TIMEOUT = 10.0  # seconds for a connection, and for an answer
LONGEST = 40.0  # seconds for one address with everything that belongs to it
PAUSE = 3.0  # seconds between two things asked of a host
ROBOTS = 200_000  # bytes of robots.txt that are read
CHUNK = 16_384
FRESH = 3600.0  # seconds for which a robots.txt holds
KNOWN = 500  # hosts that are remembered
GONE = frozenset({404, 410})
UNKNOWN = None  # it cannot be said, or is not to be asked
WELL = ""
Resolve = Callable[[str, int], Iterable[str]]


class _Stop(Exception):
    """The end of a question, in the words of `Answer`."""

    def __init__(self, problem: str | None, *, line: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


@dataclass(frozen=True)
class Answer:
    """How an address was found: `problem` is "" when it is well, None when nothing can be said.

    `line`: it was our own connection, or it may have been; `reached`: some server out there answered.
    """

    problem: str | None
    line: bool = False
    reached: bool = False


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name. Raises `socket.gaierror`."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_open(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, loopback, link-local, shared or reserved, nor
    one of these in the dress of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None and not is_open(str(inner)):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved and not found.is_unspecified \
        and not getattr(found, "is_site_local", False)


@dataclass
class Asker:
    """Asks one address after another. `transport` and `resolve` are for tests; `wait` sleeps."""

    agent: str
    transport: httpx.AsyncBaseTransport | None = None
    resolve: Resolve = resolve
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _last: dict[str, float] = field(default_factory=dict)  # host -> when it was asked last
    _robots: dict[str, tuple[float, RobotFileParser | None]] = field(default_factory=dict)  # origin -> read at, rules

    def ask(self, url: str) -> Answer:
        """Never raises: what goes wrong is the answer."""
        if len(self._last) > KNOWN or len(self._robots) > KNOWN:
            self._last.clear()
            self._robots.clear()
        question = _Question(self, self.clock() + LONGEST)
        try:
            problem, line = question.follow(url), False
        except _Stop as stop:
            problem, line = stop.problem, stop.line
        except ValueError:
            problem, line = UNKNOWN, False  # an address or a robots.txt that no library reads: whoever wrote it may
            # not stop us from asking the others
        return Answer(problem, line, question.reached)


@dataclass
class _Question:
    """One address, with where it leads."""

    asker: Asker
    until: float
    reached: bool = False

    def follow(self, url: str) -> str | None:
        """Through redirects, each looked at like the first."""
        seen: set[str] = set()
        for _ in range(REDIRECTS + 1):
            target = _target(url)
            if str(target) in seen:
                return "转来转去，打不开"
            seen.add(str(target))
            if not self._may(target):
                return UNKNOWN
            status, location = self._status(target)
            if not location:
                return _verdict(status)
            url = str(target.join(location))
        return "转来转去，打不开"

    def _may(self, target: httpx.URL) -> bool:
        """Whether robots.txt lets us."""
        origin = f"{target.scheme}://{target.netloc.decode('ascii')}"
        known = self.asker._robots
        if origin not in known or known[origin][0] < self.asker.clock() - FRESH:
            known[origin] = self.asker.clock(), self._rules(target.copy_with(raw_path=b"/robots.txt"))
        rules = known[origin][1]
        return rules is None or rules.can_fetch(AGENT, str(target))

    def _rules(self, target: httpx.URL) -> RobotFileParser | None:
        """None where there are none (4xx); nothing is allowed where the server is not well enough to say (5xx)."""
        status, _, body = self._send("GET", target, ROBOTS)
        rules = RobotFileParser()
        if status >= 500:
            rules.disallow_all = True
        elif status != 200:
            return None
        else:
            rules.parse(body.decode("utf-8", "replace").splitlines())
        return rules

    def _status(self, target: httpx.URL) -> tuple[int, str]:
        """Status and where it leads; servers that do not like HEAD are asked by GET, of which no body is read."""
        status, location, _ = self._send("HEAD", target)
        if status >= 400 and status != 429:
            status, location, _ = self._send("GET", target)
        return status, location

    def _send(self, method: str, target: httpx.URL, most: int = 0) -> tuple[int, str, bytes]:
        """Ask the address that was looked at; `most` bytes of the body are read."""
        self._pause(target.host)
        left = self.until - self.asker.clock()
        if left <= 0:
            raise _Stop("没有在限定的时间里应答", line=not self.reached)
        try:
            return asyncio.run(asyncio.wait_for(self._exchange(method, target, most), left))
        except TimeoutError:  # one octet every few seconds is an answer without an end
            raise _Stop("没有在限定的时间里应答", line=not self.reached) from None
        except httpx.HTTPError as problem:
            raise _stop(problem) from None
        except (httpx.InvalidURL, ValueError):
            raise _Stop("地址写错了") from None

    async def _exchange(self, method: str, target: httpx.URL, most: int) -> tuple[int, str, bytes]:
        """Asynchronous because only so everything together, headers and all, can be given a time."""
        pinned, headers, extensions = self._pinned(target)
        async with (httpx.AsyncClient(transport=self.asker.transport, trust_env=False, timeout=TIMEOUT, headers=headers,
                                      follow_redirects=False) as client,
                    client.stream(method, pinned, extensions=extensions) as response):
            self.reached = True
            body = await self._read(response, most)
            location = response.headers.get("location", "") if response.is_redirect else ""
            return response.status_code, location, body

    async def _read(self, response: httpx.Response, most: int) -> bytes:
        body = b""
        if most:
            async for part in response.aiter_bytes(CHUNK):
                body += part
                if len(body) > most:
                    break
        return body[:most]

    def _pinned(self, target: httpx.URL) -> tuple[httpx.URL, dict[str, str], dict[str, str]]:
        """The same address with the number in the place of the name."""
        address = self._address(target)
        headers = {"Host": target.netloc.decode("ascii"), "User-Agent": self.asker.agent, "Accept": "*/*"}
        return target.copy_with(host=address), headers, {"sni_hostname": target.host}

    def _address(self, target: httpx.URL) -> str:
        """Where a name leads, if all of it is in the open internet."""
        try:
            found = list(self.asker.resolve(target.raw_host.decode("ascii"), target.port or 80))
        except socket.gaierror as problem:
            if problem.errno == socket.EAI_AGAIN:
                raise _Stop(UNKNOWN, line=True) from None
            raise _Stop("域名不存在") from None
        except (OSError, UnicodeError):
            raise _Stop("域名不存在") from None
        if not found or not all(map(is_open, found)):
            # Written as a number it is wrong for everybody; a name may lead elsewhere when asked from outside.
            raise _Stop("指向内部网络，公众打不开" if _is_number(target.host) else UNKNOWN)
        return found[0]

    def _pause(self, host: str) -> None:
        last = self.asker._last.get(host)
        if last is not None and (left := last + PAUSE - self.asker.clock()) > 0:
            self.asker.wait(left)
        self.asker._last[host] = self.asker.clock()


def _target(url: str) -> httpx.URL:
    """The address, if it is one that is asked. Raises `_Stop`."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL:
        raise _Stop("地址写错了") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise _Stop(UNKNOWN)
    if target.userinfo or (target.port or 443) not in PORTS:
        raise _Stop(UNKNOWN)
    return target.copy_with(fragment=None)


def _is_number(host: str) -> bool:
    """Whether a host is an IP address in one of its spellings, as 2130706433 and 0x7f.1 are."""
    try:
        ipaddress.ip_address(host.strip("[]"))
        return True
    except ValueError:
        pass
    try:
        socket.inet_aton(host)
        return True
    except OSError:
        return False


def _verdict(status: int) -> str:
    if status in GONE:
        return f"网页不存在（{status}）"
    return f"对方服务器出错（{status}）" if status in (500, 502, 504) else WELL


def _stop(problem: httpx.HTTPError) -> _Stop:
    """What a failed connection says; one whose certificate we do not know may open in a browser."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _Stop(UNKNOWN)
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, httpx.TimeoutException):
        return _Stop("没有在限定的时间里应答", line=True)
    return _Stop("连接不上", line=True)
