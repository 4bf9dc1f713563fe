"""The worker's part that asks for the links of what is published, a few at a time, each once however many name it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import checks as kept
from content import cursors, links
from content.base import local_date, now
from content.links import Link
from portal.checks.asking import AGENT, UNKNOWN, Answer, Asker
from portal.instance import Instance
from workflows.checks.links import own_problem

NAME = "links"  # of the lease
LEASE = dt.timedelta(minutes=15)
AT_ONCE = 5  # links in one turn
LATER = dt.timedelta(days=3)  # until what could not be asked is tried again
LINE = dt.timedelta(days=7)  # for so long an answer from outside proves that our own line is well


def asker(instance: Instance) -> Asker:
    """One that says who asks, and where to complain."""
    return Asker(f"{AGENT}/1 (+{instance.settings.base_url})")


@dataclass
class Links:
    """The links of one instance, asked for by `owner`."""

    instance: Instance
    owner: str
    asker: Asker

    def run(self, at: dt.datetime | None = None) -> int:
        """Ask for a few of the links that are due; returns how many, 0 when none is or asking is switched off."""
        at = at or now()
        if not self.instance.settings.check_links:
            return 0
        with self.instance.house.database.reader() as session:
            if not links.due(session, at, 1):
                return 0
        with cursors.held(self.instance.house.database, (NAME,), self.owner, LEASE) as mine:
            return self._ask(at) if mine else 0

    def _ask(self, at: dt.datetime) -> int:
        """Nothing is held while others take their time to answer."""
        with self.instance.house.database.reader() as session:
            wait = links.due(session, at, AT_ONCE)
            answers = {link.id: self._own(session, link.url) for link in wait}
        for link in wait:
            if answers[link.id] is None:
                answers[link.id] = self.asker.ask(link.url)
        with self.instance.house.database.writer.begin() as session:
            self._keep(session, answers, at)
        return len(wait)

    def _own(self, session: Session, url: str) -> Answer | None:
        """Our own addresses, written in full, are looked up and not asked for."""
        parts, settings = urlsplit(url), self.instance.settings
        own = {urlsplit(settings.base_url).hostname, settings.site.domain} - {None, ""}
        if parts.hostname not in own:
            return None
        return Answer(own_problem(session, self.instance.house, parts.path))

    def _keep(self, session: Session, answers: dict[int, Answer], at: dt.datetime) -> None:
        """Failures count only where our own line is known to be well."""
        well = any(each.reached for each in answers.values()) or _line_is_well(session, at)
        turned = []
        for link in session.scalars(select(Link).where(Link.id.in_(answers))):
            answer = answers[link.id]
            if answer.problem is UNKNOWN or (answer.line and not well):
                link.due = at + LATER
            elif links.keep(link, answer.problem, day=local_date(at), at=at):
                turned.append(link.id)
        session.flush()
        if turned:
            kept.again(session, "links", links.named_by(session, turned), at)


def _line_is_well(session: Session, at: dt.datetime) -> bool:
    query = select(Link.id).where(Link.problem == "", Link.failures == 0, Link.asked >= at - LINE).limit(1)
    return session.scalar(query) is not None
