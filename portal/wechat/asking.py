"""Asks WeChat for what it has not told: figures of the days before, and results whose event did not come.

WeChat allows a hundred such questions a day, so each push is asked about sparsely, and each day's figures once they
are there: from eight in the morning, every hour until WeChat says that they are complete, for a week at the most. One
worker at a time asks for an account; after a refusal it leaves that kind of question alone for as long as the code
asks for.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import and_, delete, or_, select

from content import cursors, wechat, wechat_figures
from content.base import SHANGHAI, local_date, now
from content.house import House
from content.pushes import Push, WechatEvent
from content.wechat import WechatAccount
from content.wechat_figures import WechatDay
from portal.wechat import events
from portal.wechat.checking import client_for
from portal.wechat.client import Client
from portal.wechat.errors import Treatment, WechatError
from portal.wechat.figures import counts, is_settled
from portal.wechat.treating import tomorrow, until

READY = 8  # the hour from which WeChat has the figures of the day before
BACK = 7  # days for which figures are asked for
PATIENCE = dt.timedelta(minutes=15)  # for an event
AGAIN, DAILY = dt.timedelta(hours=1), dt.timedelta(hours=20)  # yesterday is asked for so often, an earlier day so
PAUSE = dt.timedelta(minutes=10)  # when WeChat is busy or cannot be reached
LEASE = dt.timedelta(minutes=10)
MOST = 20  # pushes asked about in one turn
KEPT = dt.timedelta(days=7)  # events are remembered for so long; WeChat repeats one within seconds
FIGURES, RESULTS = "figures", "results"
log = logging.getLogger(__name__)


@dataclass
class Asking:
    """A part of the worker: one turn asks for what is due; returns how much it got to know."""

    house: House
    host: str
    rests: dict[tuple[int, str], dt.datetime] = field(default_factory=dict)  # account, kind: nothing is asked before

    def run(self) -> int:
        with self.house.database.reader() as session:
            accounts = wechat.accounts(session)
        return sum(self._account(account) for account in accounts)

    def _account(self, account: WechatAccount) -> int:
        days, results = self._days(account), self._waiting(account)
        owner, name = f"wechat-{secrets.token_hex(8)}", f"wechat-asking/{account.id}"
        if not (days or results):
            return 0
        with cursors.held(self.house.database, (name,), owner, LEASE) as mine:
            if not mine:
                return 0
            return sum(self._figures(account, day, row) for day, row in days.items()) + sum(
                self._result(account, push) for push in results)

    # -- figures ----------------------------------------------------------------------------------------------------

    def _days(self, account: WechatAccount) -> dict[dt.date, WechatDay | None]:
        """The days of which something is to be asked now, the earliest first."""
        if now().astimezone(SHANGHAI).hour < READY or self._rests(account, FIGURES):
            return {}
        today, began = local_date(now()), local_date(account.created)
        days = [today - dt.timedelta(days=back) for back in range(BACK, 0, -1)]
        with self.house.database.reader() as session:
            found = wechat_figures.incomplete(session, account.id, [day for day in days[:-1] if day >= began]
                                              + days[-1:])
        return {day: row for day, row in found.items()
                if row is None or row.asked is None or row.asked <= now() - (AGAIN if day == days[-1] else DAILY)}

    def _figures(self, account: WechatAccount, day: dt.date, row: WechatDay | None) -> int:
        """Followers, readers and sharers of a day; what WeChat does not tell now is asked for again."""
        known = row is not None and row.followers is not None
        followers = None if known else self._ask(account, FIGURES, lambda client: client.followers(day))
        reads, shares = (self._ask(account, FIGURES, lambda client, kind=kind: client.figures(kind, day))
                         for kind in ("read", "share"))
        with self.house.database.writer.begin() as session:
            if followers is not None:
                events.note_followers(session, account, day, followers)
            wechat_figures.note(session, account.id, day, counts(reads, "read_user"), counts(shares, "share_user"),
                                complete=is_settled(reads) and is_settled(shares), at=now())
            session.execute(delete(WechatEvent).where(WechatEvent.account_id == account.id,
                                                      WechatEvent.at < now() - KEPT))
        return sum(each is not None for each in (followers, reads, shares))

    # -- results ----------------------------------------------------------------------------------------------------

    def _waiting(self, account: WechatAccount) -> list[Push]:
        if self._rests(account, RESULTS):
            return []
        named = or_(Push.publish_id != "", Push.msg_id != "")
        silent = and_(Push.state_since < now() - PATIENCE, or_(Push.asked.is_(None), Push.asked < now() - AGAIN))
        with self.house.database.reader() as session:
            return list(session.scalars(select(Push).where(
                Push.state == "accepted", Push.account_id == account.id, named, silent)
                .order_by(Push.id).limit(MOST)).unique())

    def _result(self, account: WechatAccount, waiting: Push) -> int:
        publish_id, msg_id = waiting.publish_id, waiting.msg_id
        told = self._ask(account, RESULTS, lambda client: client.published(publish_id) if publish_id
                         else client.sent(msg_id))
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, waiting.id)
            push.asked = now()
            if told is None:
                return 0
            return int(events.published(session, self.house, account, told) if publish_id
                       else events.mass_sent(session, self.house, push, told))

    # -- asking -----------------------------------------------------------------------------------------------------

    def _rests(self, account: WechatAccount, kind: str) -> bool:
        return self.rests.get((account.id, kind), now()) > now()

    def _ask(self, account: WechatAccount, kind: str, question: Callable[[Client], Any]) -> Any:
        """The answer; None where WeChat says no or cannot be reached, which is logged and asked again later."""
        if self._rests(account, kind):
            return None
        try:
            return question(client_for(self.house, account, self.host))
        except (WechatError, httpx.HTTPError) as problem:
            log.warning("account %s: %s", account.name, problem)
            self.rests[account.id, kind] = _resting(problem)
            return None


def _resting(problem: WechatError | httpx.HTTPError) -> dt.datetime:
    """Until when such questions are of no use. What is wrong with one question says nothing of the next."""
    if isinstance(problem, httpx.HTTPError):
        return now() + PAUSE
    if (moment := until(problem, now())) is not None:
        return moment
    if problem.treatment == Treatment.BY_HAND:  # an account without the right has none an hour later either
        return tomorrow(now())
    return now() if problem.treatment in (Treatment.CONTENT, Treatment.BUG) else now() + PAUSE
