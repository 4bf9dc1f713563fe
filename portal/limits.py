"""How often one address may do what costs much or invites abuse: log in, search, report an error, try a code."""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPTooManyRequests
from pyramid.request import Request

from content.house import House
from portal.held import hold
from portal.settings import BadSettings, Settings

KINDS = ("login", "search", "api", "report", "apply", "code", "recover", "account", "subscribe")
PASSWORD = "password"  # wrong passwords of one account of a requester, whether there is such an account or not


class Limits:
    """The windows of one process. `rates`: kind -> "20/minute", as the settings say it."""

    def __init__(self, rates: dict[str, str]) -> None:
        self._rates = {kind: _rate(kind, written) for kind, written in rates.items()}
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait(self, kind: str, who: str) -> int:
        """Count one; seconds until the next is allowed, 0 when this one is."""
        rate = self._rates[kind]
        if self._limiter.hit(rate, kind, who):
            return 0
        return self._seconds(rate, kind, who)

    def full(self, kind: str, who: str) -> int:
        """Seconds until the next is allowed, without counting: for what counts only when it fails."""
        rate = self._rates[kind]
        return 0 if self._limiter.test(rate, kind, who) else self._seconds(rate, kind, who)

    def forget(self, kind: str, who: str) -> None:
        """Count anew: it went well."""
        self._limiter.clear(self._rates[kind], kind, who)

    def _seconds(self, rate: RateLimitItem, kind: str, who: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(rate, kind, who).reset_time - time.time()))


def _rate(kind: str, written: str) -> RateLimitItem:
    try:
        return parse(written)
    except ValueError:
        raise BadSettings(f"{kind}_rate must be like 20/minute, not {written!r}") from None


def limited(request: Request, kind: str) -> None:
    """Raises `HTTPTooManyRequests` with Retry-After when this address has done `kind` too often."""
    _refuse(request.registry.settings["limits"].wait(kind, address(request.remote_addr)))


def exhausted(request: Request, kind: str) -> None:
    """Raises the same when it has failed too often; it counts as a failure only when `limited` is called too."""
    _refuse(request.registry.settings["limits"].full(kind, address(request.remote_addr)))


def _refuse(seconds: int) -> None:
    if seconds:
        raise HTTPTooManyRequests(headers={"Retry-After": str(seconds)})


def address(remote: str | None) -> str:
    """One name for one visitor: of IPv6 the first 64 bits, since every host has all the others."""
    try:
        parsed = ipaddress.ip_address((remote or "").partition("%")[0])
    except ValueError:
        return remote or "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def includeme(config: Configurator) -> None:
    hold(config, "limits", _limits)


def _limits(house: House, settings: Settings) -> Limits:
    rates = {kind: getattr(settings, f"{kind}_rate") for kind in KINDS}
    rates[PASSWORD] = f"{settings.lock_failures}/{settings.lock_minutes} minute"
    return Limits(rates)
