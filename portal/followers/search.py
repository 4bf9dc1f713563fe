"""The search index follows the journal: it holds the public renditions that may be read, and nothing else.

The index keeps its own cursor in the same commit as its entries, and that one counts: an index that was thrown away
or put back from a copy knows best how far it is. The gate is asked before the writing and again after it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content import hosts, journal, repository
from content.base import local_date, now
from content.documents import FileRendition, Listing, Live
from content.filing import FILE
from content.house import House
from content.search import Engine, Entry
from content.tree import Tree
from portal.followers import Maker
from portal.instance import Instance
from workflows.followers import documents_in

CHUNK = 500  # documents whose texts are held at a time
MOST_TEXT, MOST_TEXTS = 20_000, 60_000  # characters of one file, and of all files of a document, that are searched


class SearchFollower:
    """Keeps `engine` in step with the journal of `house`; see `workflows.followers.Follower`."""

    name = "search"

    def __init__(self, house: House, engine: Engine) -> None:
        self.house, self.engine = house, engine
        # An index in this host's folder is this host's to follow; one that all share is followed once.
        self.cursor = self.name if getattr(engine, "shared", False) else hosts.own(self.name, house.host)

    def position(self) -> int:
        return self.engine.cursor() or 0

    def follow(self, session: Session, rows: list[journal.Row]) -> None:
        tree, cursor = self.house.tree(session), rows[-1].seq
        ids = sorted(touched(session, tree, rows))
        chunks = [ids[at:at + CHUNK] for at in range(0, len(ids), CHUNK)] or [[]]
        for chunk in chunks:
            entries = entries_for(session, tree, chunk)
            last = chunk is chunks[-1]
            self.engine.update(entries, removed=set(chunk) - {each.id for each in entries},
                               cursor=cursor if last else None)
            self._ask_again(session, {each.id for each in entries})

    def _ask_again(self, session: Session, written: set[int]) -> None:
        """What was withdrawn while it was being written goes out again at once."""
        session.commit()  # a reader's way to see the database as of now
        gone = written - repository.by_ids(session, sorted(written), now()).keys()
        if gone:
            self.engine.update([], removed=gone)

    def reset(self) -> None:
        self.engine.renew()


def touched(session: Session, tree: Tree, rows: Iterable[journal.Row]) -> set[int]:
    """Ids of the documents whose entries the rows may change: their own, and those below a changed column."""
    rows = list(rows)
    found = set(documents_in(rows))
    columns = {below.id for row in rows if row.subject_kind == "column" and row.action != "column.create"
               for below in tree.by_id[row.subject_id].walk()}
    units = {below for row in rows if row.subject_kind == "department" and row.action != "department.create"
             for below in tree.departments.below(row.subject_id)}
    if columns or units:
        listed = select(Listing.document_id).where(Listing.column_id.in_(columns))
        found.update(session.scalars(select(Live.document_id).where(
            or_(Live.column_id.in_(columns), Live.department_id.in_(units), Live.document_id.in_(listed)))))
    return found


def entries_for(session: Session, tree: Tree, ids: list[int]) -> list[Entry]:
    """Entries of those among `ids` that the public may read now."""
    readable = repository.renditions(session, ids, now())
    places = _places(session, [live.document_id for live in readable])
    said = _said_in_files(session, readable)
    return [_entry(live, tree, places.get(live.document_id, ()), said.get(live.document_id, "")) for live in readable]


def _said_in_files(session: Session, lives: Iterable[Live]) -> dict[int, str]:
    """What the files of documents are called and say, as the public gets them; of long ones the beginning."""
    lists = {live.document_id: [each["file"] for each in live.rendition.files if each["role"] == FILE]
             for live in lives}
    ids = [each for files in lists.values() for each in files]
    query = select(FileRendition.id, FileRendition.name, FileRendition.text).where(FileRendition.id.in_(ids))
    texts = {found.id: f"{found.name}\n{found.text}" for found in session.execute(query)} if ids else {}
    return {number: "\n".join(texts.get(each, "")[:MOST_TEXT] for each in files)[:MOST_TEXTS]
            for number, files in lists.items()}


def _places(session: Session, ids: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    query = select(Listing.document_id, Listing.column_id).where(Listing.document_id.in_(ids))
    for document_id, column_id in session.execute(query):
        found.setdefault(document_id, []).append(column_id)
    return found


def _entry(live: Live, tree: Tree, columns: Iterable[int], said: str) -> Entry:
    nodes = [tree.by_id[column_id] for column_id in dict.fromkeys((live.column_id, *columns))]
    published = local_date(live.published)
    return Entry(
        id=live.document_id, title=live.title, text=f"{live.rendition.text}\n{said}".strip(), date=published,
        number=live.number, index_number=live.index_number,
        column_ids=tuple({above.id for node in nodes for above in node.chain}),
        department_ids=tree.departments.chain(live.department_id), year=published.year, type=live.type,
        validity=live.validity, topic=live.topic, url=live.url, source_id=live.document.source_id or "",
        summary=live.rendition.summary)


def _make(instance: Instance) -> SearchFollower:
    return SearchFollower(instance.house, instance.engine)


FOLLOWER = Maker(SearchFollower.name, _make)
