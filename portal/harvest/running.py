"""A harvest: what changed there, from the cursor that was kept to the end, an item at a time.

Questions are asked and files fetched outside transactions; each item is brought here in one of its own. The cursor
moves with the last item of its part. Killed at any moment, the next run asks for that part again, finds by their tags
what was taken, and goes on. What waits for its files or was held is looked at again at the end of every run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from content import harvests, preparing, writing
from content.base import now
from content.documents import Document
from content.harvests import Harvest
from content.house import House
from content.preparing import Tools
from content.tree import Node
from portal.harvest import applying
from portal.harvest.applying import Item, Target, Unusable
from portal.harvest.fetching import Answer, Portal, Unreachable

PART = 50  # changes in one part
OWNER = "harvest"
GONE = ("withdrawn", "closed")  # kinds of change that take the copy away; a 公示 ends here by its own date
RESTARTS = 1  # how often a run begins anew when the other portal's records are not those that the cursor is of


@dataclass
class Outcome:
    """What a run did; `problems` has a sentence for each item that could not be taken."""

    new: int = 0
    changed: int = 0
    moved: int = 0
    withdrawn: int = 0
    same: int = 0
    loops: int = 0
    refused: int = 0  # withdrawn here by a person, and therefore not brought back
    published: int = 0
    held: int = 0  # what stands before a person now
    waiting: int = 0  # for its files
    problems: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        return self.new + self.changed + self.moved + self.withdrawn + self.same + self.loops + self.refused


class Harvester:
    """Reads `portal` into the column `path` of `house`. `own`: what this portal is called among portals."""

    def __init__(self, house: House, portal: Portal, path: str, own: str, tools: Tools) -> None:
        """Raises `LookupError` when there is no such column, or it takes no documents."""
        self.house, self.portal, self.own, self.tools = house, portal, own, tools
        self.outcome, self._path = Outcome(), path
        with house.database.writer.begin() as session:
            self._harvest_id = harvests.opened(session, portal.origin, self._root(session).id).id

    def _root(self, session: Session) -> Node:
        node = self.house.tree(session).find(self._path)
        if node is None:
            raise LookupError(f"there is no column {self._path}; `gongkai columns` lists them")
        if not applying.takes_documents(node):
            raise LookupError(f"the column {self._path} ({node.name}) is no list of documents")
        return node

    def _target(self, session: Session) -> Target:
        """Where items go, as it is now; the row of the harvest is held, so that another run of it waits."""
        harvest = session.get_one(Harvest, self._harvest_id, with_for_update=True)
        return Target(self.house, harvest, self._root(session), self.own, self.tools.limits.octets)

    # -- the whole of it ------------------------------------------------------------------------------------------

    def run(self) -> Iterator[Outcome]:
        """Go on to the end of what changed; yields after each item. Raises `Unreachable`; what was done stays."""
        restarts, end = 0, False
        while not end:
            with self.house.database.reader() as session:
                cursor = session.get_one(Harvest, self._harvest_id).cursor
            answer = self.portal.get("/api/v1/changes", limit=PART, **({"cursor": cursor} if cursor else {}))
            if answer.status == 409 and restarts < RESTARTS:
                restarts += 1
                self._keep("")
                continue
            part = _checked(answer)
            for change in part["changes"]:
                self._take(change)
                yield self.outcome
            end = part["end"]
            self._keep(part["cursor"], ended=end)
        yield from self._finish()

    def _keep(self, cursor: str, ended: bool = False) -> None:
        with self.house.database.writer.begin() as session:
            harvest = self._target(session).harvest
            harvest.cursor, harvest.ended = cursor, now() if ended else harvest.ended

    # -- one item -------------------------------------------------------------------------------------------------

    def _take(self, change: Mapping[str, Any]) -> None:
        try:
            if change["kind"] in GONE:
                self._drop(change)
            elif change["document"] is not None:
                self._bring(change)
        except (Unusable, KeyError, TypeError, AttributeError, ValueError) as problem:
            where = change.get("url") if isinstance(change, dict) else ""
            self.outcome.problems.append(f"{str(where or '?')[:200]}: {problem or type(problem).__name__}")

    def _drop(self, change: Mapping[str, Any]) -> None:
        with self.house.database.writer.begin() as session:
            self._target(session)
            known = harvests.taken(session, self._harvest_id, change["id"])
            if known is not None:
                document = session.get_one(Document, known.document_id)
                self.outcome.withdrawn += applying.gone(session, self.house, document, str(change["reason_kind"] or ""),
                                                        str(change["reason"] or ""))

    def _bring(self, change: Mapping[str, Any]) -> None:
        number = change["id"]
        with self.house.database.reader() as session:
            known = harvests.taken(session, self._harvest_id, number)
            away = known is not None and session.get_one(Document, known.document_id).state in applying.AWAY
        etag = known.etag if known is not None and not away else ""
        answer = self.portal.get(f"/api/v1/documents/{number}", etag)
        if answer.status != 200:  # nothing changed (304), or it went meanwhile, which the feed will say (404, 410)
            self.outcome.same += 1
            return
        if applying.is_loop(answer.value, self.own):
            self.outcome.loops += 1
            return
        self._apply(Item(answer.value, answer.etag, self._files(answer.value)))

    def _files(self, value: Mapping[str, Any]) -> dict[str, bytes]:
        """The octets of its files. Raises `Unusable` for one that is too large or not what was said of it."""
        found: dict[str, bytes] = {}
        for each in value["files"]:
            if each["size"] > self.tools.limits.octets:
                raise Unusable(f"附件“{each['name']}”超过{self.tools.limits.octets}字节")
            if each["sha256"] not in found:
                data = self.portal.file(each["url"], self.tools.limits.octets)
                if not applying.octets_match(data, each):
                    raise Unreachable(f"{each['url']} is not what {self.portal.origin} says it is")
                found[each["sha256"]] = data
        return found

    def _apply(self, item: Item) -> None:
        with self.house.database.writer.begin() as session:
            target = self._target(session)
            if harvests.came_by_another(session, item.value["provenance"]["address"], self._harvest_id):
                self.outcome.loops += 1
                return
            done = applying.apply(session, target, item)
            setattr(self.outcome, done, getattr(self.outcome, done) + 1)
            known = harvests.taken(session, self._harvest_id, item.number)
            if done != "refused":
                outcome = self._settle(session, session.get_one(Document, known.document_id))
                self.outcome.published += outcome == "published"

    def _settle(self, session: Session, document: Document) -> str:
        return applying.settle(session, self.house, document)

    # -- what follows from it -------------------------------------------------------------------------------------

    def _finish(self) -> Iterator[Outcome]:
        """Make the public copies of files, as the worker does, and publish what waited for them."""
        while preparing.turn(self.house, OWNER, self.tools):
            yield self.outcome
        with self.house.database.reader() as session:
            waiting = harvests.in_states(session, self._harvest_id, [writing.DRAFT])
        for number in waiting:
            with self.house.database.writer.begin() as session:
                outcome = self._settle(session, session.get_one(Document, number))
            self.outcome.published += outcome == "published"
            self.outcome.waiting += outcome == "waiting"
            yield self.outcome
        with self.house.database.reader() as session:
            self.outcome.held = len(harvests.in_states(session, self._harvest_id, ["held"]))
        yield self.outcome


def _checked(answer: Answer) -> dict[str, Any]:
    """A part of the feed, which has what it must have. Raises `Unreachable`."""
    part = answer.value
    if answer.status != 200 or not isinstance(part, dict) or not {"changes", "cursor", "end"} <= part.keys():
        raise Unreachable(f"the change feed answers {answer.status}, and not as a feed does")
    if not part["end"] and not part["changes"] and not isinstance(part["cursor"], str):
        raise Unreachable("the change feed gives no cursor")
    return part
