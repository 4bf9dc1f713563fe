"""The one access token of an account, which all processes share: kept sealed, fetched by one of them at a time.

Who finds it over takes a lease, fetches it without holding any lock, and keeps it; the others wait for him. What WeChat
refused is fetched anew, and insisted on (`force_refresh`) only every so often, for WeChat counts that.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from content import cursors
from content.base import now
from content.house import House
from content.late import Late
from content.wechat import WechatAccount

httpx = Late("httpx")
EARLY = dt.timedelta(minutes=5)  # WeChat renews so long before the end, and takes both until then
FORCED = dt.timedelta(minutes=75)  # 20 times a day
LEASE = dt.timedelta(seconds=60)
PATIENCE, PAUSE = 60.0, 0.1  # seconds for which one waits for another's token, and between two looks

Fetch = Callable[[bool], tuple[str, int]]  # asks WeChat; whether to insist


@dataclass(frozen=True)
class SharedTokens:
    """A `portal.wechat.client.Tokens` that lies in the database."""

    house: House
    account_id: int

    def get(self, fetch: Fetch, stale: str = "") -> str:
        """The token; another one than `stale` where there is one to be had. Raises what `fetch` raises."""
        owner, patience = f"wechat-{secrets.token_hex(8)}", time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            if (kept := self._kept()) and kept != stale:
                return kept
            with cursors.held(self.house.database, (f"wechat-token/{self.account_id}",), owner, LEASE) as mine:
                if mine:
                    return self._fetched(fetch, stale)
            time.sleep(PAUSE)
        raise httpx.TransportError("another process has been fetching the access token for too long")

    def _kept(self) -> str:
        with self.house.database.reader() as session:
            account = self._account(session)
            if account.token is None or account.token_until is None or account.token_until - EARLY <= now():
                return ""
            return self.house.keys.open(session, account.token).decode()

    def _account(self, session: Session) -> WechatAccount:
        return session.get_one(WechatAccount, self.account_id)

    def _fetched(self, fetch: Fetch, stale: str) -> str:
        if (kept := self._kept()) and kept != stale:
            return kept  # another was quicker
        (token, seconds), forced = fetch(False), False
        if token == stale and self._may_insist():
            (token, seconds), forced = fetch(True), True
        with self.house.database.writer.begin() as session:
            account = self._account(session)
            account.token = self.house.keys.seal(session, token.encode())
            account.token_until = now() + dt.timedelta(seconds=seconds)
            account.token_forced = now() if forced else account.token_forced
        return token

    def _may_insist(self) -> bool:
        with self.house.database.reader() as session:
            forced = self._account(session).token_forced
            return forced is None or forced + FORCED <= now()
