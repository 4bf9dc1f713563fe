"""Verifying an instance: one sentence for each thing that is not as it must be, the journal's first break first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import cursors, hosts, journal, published, repository, tallies
from content.base import local_date, now
from content.documents import UNSAID, WITHDRAWN, Document, FileRendition, Listing, Live, Rendition, Revision
from content.keys import KeyProblem
from portal.followers.search import touched
from portal.instance import Instance
from portal.published.planning import IN_TIME
from portal.published.store import DEFAULT, Store, address_in, stores

DESK_ONLY = ("published", "archived")  # states in which the public must have had the document


@dataclass(frozen=True)
class Check:
    """A check by name; it yields what is wrong."""

    name: str
    run: Callable[[Instance, Session], Iterator[str]]


def chain(instance: Instance, session: Session) -> Iterator[str]:
    """The journal's hashes, its order, and that no payload is gone without a journalled erasure."""
    yield from journal.verify(session)


def files(instance: Instance, session: Session) -> Iterator[str]:
    """Every blob is there and has its hash."""
    yield from instance.house.blobs.verify(session)


def public_files(instance: Instance, session: Session) -> Iterator[str]:
    """Every file of a live document is there, opens, and is the one that was verified before it went out."""
    query = select(Live.document_id, Rendition.files).join(Rendition, Rendition.id == Live.rendition_id)
    for document_id, listed in session.execute(query.order_by(Live.document_id)):
        for entry in listed:
            for number in (entry["file"], *(each["file"] for each in entry.get("variants", ()))):
                if not _is_whole(instance, session, number):
                    yield f"document {document_id} lists file {number}, which is missing or not what was verified"


def _is_whole(instance: Instance, session: Session, number: int) -> bool:
    made = session.get(FileRendition, number)
    if made is None or made.address is None:
        return False
    try:
        data = instance.house.blobs.get(session, made.address)
    except (OSError, KeyProblem):
        return False
    return hashlib.sha256(data).hexdigest() == made.sha256


def live_texts(instance: Instance, session: Session) -> Iterator[str]:
    """Every live document has its rendition, made of a revision of its own; a tombstone has none, nor a title that
    was withdrawn for what it says."""
    query = (select(Live, Rendition.id, Revision.document_id)
             .outerjoin(Rendition, Rendition.id == Live.rendition_id)
             .outerjoin(Revision, Revision.id == Rendition.revision_id).order_by(Live.document_id))
    for live, rendition_id, owner_id in session.execute(query).unique():
        if live.state == WITHDRAWN:
            if live.rendition_id is not None or (live.title and live.reason_kind in ("", *UNSAID)):
                yield f"document {live.document_id} is withdrawn, but its text or title is still within reach"
        elif rendition_id is None:
            yield f"document {live.document_id} ({live.url}) is live without a rendition"
        elif owner_id != live.document_id:
            yield f"document {live.document_id} ({live.url}) shows a text that is not a revision of its own"


def states(instance: Instance, session: Session) -> Iterator[str]:
    """Every document has a text; what its workflow calls published has a row in the gate."""
    for document_id in session.scalars(select(Document.id).where(Document.head_id.is_(None))):
        yield f"document {document_id} has no revision"
    query = select(Document.id, Document.state).outerjoin(Live).where(Document.state.in_(DESK_ONLY),
                                                                      Live.document_id.is_(None))
    for document_id, state in session.execute(query):
        yield f"document {document_id} is {state}, but was never let out"


def lists(instance: Instance, session: Session) -> Iterator[str]:
    """Every live document is listed in its home column; nothing withdrawn is listed."""
    at_home = (Listing.document_id == Live.document_id) & (Listing.column_id == Live.column_id)
    query = select(Live.document_id).outerjoin(Listing, at_home).where(Live.state != WITHDRAWN,
                                                                       Listing.column_id.is_(None))
    for document_id in session.scalars(query):
        yield f"document {document_id} is live, but its column does not list it"
    query = select(Live.document_id).join(Listing, Listing.document_id == Live.document_id)
    for document_id in session.scalars(query.where(Live.state == WITHDRAWN).distinct()):
        yield f"document {document_id} is withdrawn, but still listed"


def numbers(instance: Instance, session: Session) -> Iterator[str]:
    """No address, index number (索引号) or imported id is given twice."""
    for what, columns in (("address", (Live.year, Live.serial)), ("index number", (Live.index_number,)),
                          ("source id", (Document.source_id,))):
        twice = select(*columns).where(columns[0].is_not(None)).group_by(*columns).having(func.count() > 1)
        for found in session.execute(twice):
            yield f"the {what} {'/'.join(map(str, found))} is given twice"


def counts(instance: Instance, session: Session) -> Iterator[str]:
    """What lists hold is counted right, and each place knows when its document was published."""
    nodes = {node.id: node.path for node in instance.house.tree(session).walk()}
    for each in tallies.wrong(session):
        yield f"{_counted_of(each, nodes)}: {_figures(each.kept)} kept, {_figures(each.counted)} counted: run recount"
    for column_id, document_id in tallies.misdated(session):
        yield (f"document {document_id} was published at another time than its place in "
               f"{_list(column_id, nodes)} says: run recount")


def _counted_of(wrong: tallies.Wrong, paths: dict[int, str]) -> str:
    about = wrong.about
    if "day" in about:
        return f"day {about['day']} ({about['audience']})"
    return (f"{_list(about['column_id'], paths)}, department {about['department_id']}, {about['year']} "
            f"({about['audience']})")


def _list(column_id: int, paths: dict[int, str]) -> str:
    known = paths.get(column_id, f"column {column_id}")
    return "the whole site" if column_id == tallies.SITE else f"the list of {known}"


def _figures(figures: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in figures.items())


def index(instance: Instance, session: Session) -> Iterator[str]:
    """The search index holds what may be read, but for what its follower has not come to yet."""
    readable, held = repository.readable_ids(session, now()), instance.engine.ids()
    late = behind(instance, session)
    for document_id in sorted(readable - held - late):
        yield f"document {document_id} may be read, but is not in the search index: run reindex"
    for document_id in sorted(held - readable - late):
        yield f"document {document_id} may not be read, but is in the search index: run reindex"


def pages(instance: Instance, session: Session) -> Iterator[str]:
    """Who may be read has a page among those of this host; nobody else has one, nor files or a card, but for what
    waits for the follower. On a host that knows of no page yet, none is absent.

    Only whether they are there: what each page says is compared by `gongkai build --check`.
    """
    if not instance.settings.published_pages:
        return
    session.rollback()  # to see what was published while the other checks ran
    host, held = instance.house.host, stores(instance.settings.home)
    begun = published.any_known(session, host)
    late = _unfollowed(session, hosts.own("published", host)) if begun else set()
    rows = session.execute(select(Live.document_id, Live.year, Live.serial, Live.state)).all()
    urls = {row.document_id: f"/doc/{row.year}/{row.serial}.html" for row in rows}
    may = {urls[each] for each in repository.readable_ids(session, now())}
    skipped = {urls[each] for each in late & urls.keys()}
    over = {urls[row.document_id] for row in rows if row.state != WITHDRAWN} - may
    absent = may - skipped - held[DEFAULT].documents().keys() if begun else set()
    wrong = {address_in(code, path) for code, store in held.items() for path in _wrong(store, may | skipped, over)}
    waiting = published.due_among(session, host, absent | wrong, now() + IN_TIME)
    for path in sorted(absent - waiting):
        yield f"{path} may be read, but is not among the published pages: run build"
    for path in sorted(wrong - waiting):
        yield f"{path} may not be read, but is among the published pages: run build"


def _wrong(store: Store, may: set[str], over: set[str]) -> Iterator[str]:
    """What lies there of documents other than those that may: withdrawn, unknown, or `over`, whose door is shut."""
    for url in store.owners() - may:
        yield from (path for path, lasts in store.belongings(url).items() if lasts or url not in over)
    yield from (url for url, lasts in store.documents().items() if url not in may and (lasts or url not in over))


def _unfollowed(session: Session, cursor: str) -> set[int]:
    """Documents in rows that a follower has not read yet."""
    query = select(journal.Row.subject_id).where(journal.Row.seq > cursors.position(session, cursor),
                                                 journal.Row.subject_kind == "document")
    return set(session.scalars(query.distinct()))


def behind(instance: Instance, session: Session) -> set[int]:
    """Documents that the index has not caught up with: in rows behind its cursor, or past their last day."""
    cursor, tree = instance.engine.cursor() or 0, instance.house.tree(session)
    over = select(Document.id).join(Live).where(Live.ends < local_date(now()), Document.state == "published")
    found = set(session.scalars(over))
    while rows := journal.after(session, cursor, 1000):
        found |= touched(session, tree, rows)
        cursor = rows[-1].seq
    return found


CHECKS = tuple(Check(run.__name__.replace("_", " "), run)
               for run in (chain, files, public_files, live_texts, states, lists, numbers, counts, index, pages))
