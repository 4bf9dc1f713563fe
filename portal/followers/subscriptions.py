"""Subscribers are told what was published: the follower finds out for each document who wants it.

Searches are tried on an index of the new documents alone, by the rules of the search page: whether the portal's own
index is late plays no part in it.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from content import journal, repository, subscriptions
from content.base import now
from content.documents import Live
from content.house import House
from content.search import Engine, open_engine
from content.search.model import PAGE_LIMIT
from portal.followers import Maker
from portal.followers.search import entries_for
from portal.instance import Instance
from portal.subscribing import query_of
from workflows.followers import documents_in


class SubscriptionsFollower:
    """Posts what subscribers of `house` want; posting it again changes nothing."""

    name = "subscriptions"

    def __init__(self, house: House, synonyms: Path | None = None) -> None:
        self.house, self.synonyms = house, synonyms

    def position(self) -> None:
        return None

    def follow(self, session: Session, rows: list[journal.Row]) -> None:
        at = now()
        found = repository.renditions(session, documents_in(rows), at)
        news = [live for live in found if live.published > at - subscriptions.NEWS]
        if not news:
            return
        hits = self._hits(session, news)
        if not subscriptions.wanted(session, self.house.tree(session), news, hits):
            return
        with self.house.database.writer.begin() as writer:
            subscriptions.tell(writer, subscriptions.wanted(writer, self.house.tree(writer), news, hits))

    def _hits(self, session: Session, news: list[Live]) -> dict[str, set[int]]:
        """{query: which of the new documents it finds}, of every search that somebody subscribed to."""
        queries = subscriptions.searches(session, max(live.published for live in news))
        if not queries:
            return {}
        with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
            engine = open_engine(f"whoosh://{folder}/index", self.synonyms)
            try:
                engine.update(entries_for(session, self.house.tree(session), [live.document_id for live in news]))
                return {what: _found(engine, what) for what in queries}
            finally:
                engine.close()

    def reset(self) -> None:
        """What was posted stays posted; of what is no news any more nobody is told."""


def _found(engine: Engine, what: str) -> set[int]:
    query, found = replace(query_of(what), limit=PAGE_LIMIT), set()
    while True:
        results = engine.search(replace(query, offset=len(found)))
        found |= {hit.id for hit in results.hits}
        if len(found) >= results.total or not results.hits:
            return found


def _make(instance: Instance) -> SubscriptionsFollower:
    synonyms = instance.settings.synonyms
    return SubscriptionsFollower(instance.house, Path(synonyms) if synonyms else None)


FOLLOWER = Maker(SubscriptionsFollower.name, _make)
