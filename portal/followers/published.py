"""Published pages follow the journal: what a change touches is made anew and written as files of this host.

What touches every page, as a change of the tree may, is made anew in its time, the documents and columns that it is
about at once. Whoever keeps copies of pages is told afterwards, also where no page is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from content import hosts, journal, published
from content.base import local_date, now
from content.collect import collect
from content.house import House
from portal import invalidation
from portal.followers import Maker
from portal.followers._touched import touched_addresses
from portal.instance import Instance
from portal.published.making import Press, take_away
from portal.published.planning import IN_TIME, SOON, outdated, plan, standing
from portal.published.store import spoken
from portal.wiring import make_app

AT_ONCE = 2000  # pages that are made for one batch; what is more waits its turn
TURN = 50  # pages of those that are due which are made before something new is looked for


class PublishedFollower:
    """Writes the pages of `house` on this host by `press`, None where there are none; `hooks` are told."""

    name = "published"
    lane = "pages"

    def __init__(self, house: House, press: Press | None, hooks: Iterable[Callable[[list[str]], None]] = ()) -> None:
        self.house, self.press, self.hooks = house, press, tuple(hooks)
        self.cursor = hosts.own(self.name, house.host)
        self._opened: dt.date | None = None  # the day on which the doors of what ends were looked after last

    def position(self) -> None:
        return None

    def follow(self, session: Session, rows: list[journal.Row]) -> None:
        if self.press is None:
            self._tell(self._touched(session, rows))
            return
        found = plan(session, self.house, self.press.settings.page_size, rows)
        first = published.count(session, self.house.host) == 0
        paths = [*found.paths, *(standing(session, self.house.tree(session)) if first else ())]
        gone, _closed = outdated(session, self.house, rows)
        session.commit()  # nothing is held while pages are made
        if gone:  # by another host, or by who took nothing away: none of it waits for its turn
            take_away(self.house, self.press.settings, gone)
        if first:
            self.press.write_errors()
        outcome = self.press.bring(paths[:AT_ONCE])
        self.press.open_days()
        with self.house.database.writer.begin() as writer:
            for waiting, time in ((found.soon, SOON), (found.lazy, IN_TIME)):
                published.expect(writer, self.house.host, waiting, now() + time)
                published.later(writer, self.house.host, waiting, now() + time)
            if found.whole:
                published.expect(writer, self.house.host, standing(session, self.house.tree(session)), now())
            if found.whole or len(paths) > AT_ONCE:
                published.all_due(writer, self.house.host, now())
        self._tell([*outcome.written, *outcome.removed, *self._touched(session, rows)])

    def _touched(self, session: Session, rows: list[journal.Row]) -> list[str]:
        """No question is asked where nobody is to be told."""
        return touched_addresses(session, self.house.tree(session), rows) if self.hooks else []

    def _tell(self, addresses: list[str]) -> None:
        told = list(dict.fromkeys(spoken(each)[1] for each in addresses))
        for hook in self.hooks:
            hook(told)

    def turn(self) -> int:
        """Make some of the pages that are due; returns how many."""
        if self.press is None:
            return 0
        with self.house.database.reader() as session:
            paths = published.due(session, self.house.host, now(), TURN)
        if paths:
            outcome = self.press.bring(paths)
            self._tell([*outcome.written, *outcome.removed])
        if paths or self._opened != local_date(now()):
            self.press.open_days()
            self._opened = local_date(now())
        return len(paths)

    def reset(self) -> None:
        """From row 1 on, every page is made once more; those that are right stay as they are."""


def _make(instance: Instance) -> PublishedFollower:
    settings, house = instance.settings, instance.house
    made = [make(settings) for make in collect(invalidation, "HOOK").values()]
    press = Press(house, settings, lambda: make_app(house, settings)) if settings.published_pages else None
    return PublishedFollower(house, press, [hook for hook in made if hook is not None])


FOLLOWER = Maker(PublishedFollower.name, _make)
