"""The WebSub hub is told which feeds a change touched: one delivery of the outbox for each batch of the journal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal, outbox
from content.documents import Document, Live
from content.house import House
from content.tree import Tree
from content.types import TOPICS
from portal.followers import Maker
from portal.instance import Instance
from workflows.followers import documents_in

FORMS = ("rss", "atom", "json")


class HubFollower:
    """Posts to the hub of `house`, if there is one; posting again changes nothing."""

    name = "hub"

    def __init__(self, house: House, hub: str) -> None:
        self.house, self.hub = house, hub

    def position(self) -> None:
        return None

    def follow(self, session: Session, rows: list[journal.Row]) -> None:
        if not self.hub:
            return
        tree = self.house.tree(session)
        query = select(Document).where(Document.id.in_(documents_in(rows)))
        lives = [each.live for each in session.scalars(query).unique() if each.live is not None]
        public = [live for live in lives if live.audience == "public"]
        feeds = sorted({f"{path}.{form}" for live in public for path in feeds_of(tree, live) for form in FORMS})
        if feeds:
            with self.house.database.writer.begin() as writer:
                outbox.post(writer, "websub", self.hub, f"websub/{rows[-1].seq}", feeds=feeds)

    def reset(self) -> None:
        """From row 1 on, the hub is told once more of what it was not told of."""


def feeds_of(tree: Tree, live: Live) -> set[str]:
    """Addresses, without their endings, of the feeds in which a document is, or was until it was withdrawn."""
    columns = [tree.by_id[each] for each in (live.column_id, *live.document.also) if each in tree.by_id]
    found = {f"/feeds/column/{above.path}" for node in columns for above in node.chain if above.is_public()}
    found |= {f"/feeds/department/{tree.departments.by_id[unit].code}"
              for unit in tree.departments.chain(live.department_id)}
    if live.topic in TOPICS:
        found.add(f"/feeds/topic/{TOPICS.index(live.topic) + 1}")
    return found | {"/feeds/latest"} | ({"/feeds/validity"} if live.validity else set())


def _make(instance: Instance) -> HubFollower:
    return HubFollower(instance.house, instance.settings.websub_hub)


FOLLOWER = Maker(HubFollower.name, _make)
