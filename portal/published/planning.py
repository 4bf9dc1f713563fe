"""Which pages there are, and which of them a change touches: from the journal's rows to addresses.

A publication writes at once what people look for it in: the document with its files, the pages of its columns and
their RSS feeds, the home page, the catalogue, and the feeds of what is newest in all forms. The other forms of the
feeds of columns, the feeds of offices and topics, the archive card, the English pages and a page of a list that has
just become full (the column shows it still) follow within a minute, at most once a minute however much is published;
site maps within ten. So a publication costs the same files on the
largest site, and what is corrected or withdrawn leaves all of them at once (`outdated`).

No files are: whatever has a query (narrowed lists, archives of feeds, catalogues of one column), tables to be
downloaded, search, forms, the description of the API, touch and wall screens, and what is reckoned from cases as well
(`/health`, `/apply/statistics`), for which the application is asked each time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from content import alterations, counts, marks, places, published, repository
from content.base import now
from content.documents import Listing, Live, Relation
from content.house import House
from content.journal import Entry, Row
from content.places import Place
from content.tree import Node, Tree
from content.types import TOPICS
from portal.promised import MOVING
from portal.published.store import address_in, stores
from workflows.followers import documents_in

FORMS = ("rss", "atom", "json")
ENGLISH = ("/", "/catalogue", "/departments", "/feeds", "/sitemap")  # where English is more than the frame of a text
FIXED = ("/", "/feeds/latest.rss", "/feeds/latest.atom", "/feeds/latest.json", "/catalogue", "/departments", "/feeds",
         "/feeds/columns.opml", "/robots.txt", "/sitemap", "/sitemap.xml", "/sitemap/columns.xml",
         *(f"/feeds/validity.{form}" for form in FORMS), *(f"en:{path}" for path in ENGLISH))
SOON = dt.timedelta(minutes=1)  # after which the further forms of feeds and the like are made
IN_TIME = dt.timedelta(minutes=10)  # after which site maps are
LAZY = "/sitemap"  # what search engines ask for once a day need not be written for each document
_SOON = re.compile(r"en:|/feeds/(department|topic)/|/feeds/column/.*\.(atom|json)$|/doc/.*/card(\.json)?$")
TREE = ("column", "department", "list")  # kinds of subjects on which every page depends
OPENING = frozenset({"audience", "slug", "parent_id"})  # what of a column decides where it is, and who may read it


@dataclass
class Plan:
    """`paths` in the order in which they are made; `soon` and `lazy` those that may wait; `whole`: all, in time."""

    paths: list[str] = field(default_factory=list)
    soon: list[str] = field(default_factory=list)
    lazy: list[str] = field(default_factory=list)
    whole: bool = False


def plan(session: Session, house: House, size: int, rows: list[Row]) -> Plan:
    """What the rows touch; `size` is that of a page of a list."""
    tree, ids = house.tree(session), documents_in(rows)
    lives = list(session.scalars(select(Live).where(Live.document_id.in_(ids)).options(joinedload(Live.rendition))))
    found, full = _of_documents(session, tree, house.host, lives, rows, size)
    columns = {row.subject_id for row in rows if row.subject_kind == "column" and row.subject_id in tree.by_id}
    found += _of_columns(session, tree, house.host, columns)
    if any(row.subject_kind in MOVING and row.subject_kind not in ("document", *TREE) for row in rows):
        found += sorted(published.touched(session, house.host, [marks.PROMISES]))
    made = Plan(whole=any(row.subject_kind in TREE for row in rows))
    for path in dict.fromkeys(found):
        (made.lazy if path.startswith(LAZY) else made.soon if _SOON.match(path) else made.paths).append(path)
    made.soon += [path for path in full if path not in found]  # the column itself shows it still
    return made


def _of_documents(session: Session, tree: Tree, host: str, lives: list[Live], rows: list[Row],
                  size: int) -> tuple[list[str], list[str]]:
    """The documents first, then what lists them; and apart the pages of lists that are full."""
    if not lives:
        return [], []
    ids = [live.document_id for live in lives]
    own = [path for live in lives for path in (*paths_of(live), *_feeds_of(live, tree))]
    stand = places.places_of(session, ids)
    lists = {column for column, _ordinal in stand} | _left(rows, tree)
    pages = {(column, -(-ordinal // size)) for column, ordinal in stand}
    related = session.scalars(select(Relation.target_id).where(Relation.source_id.in_(ids)))
    said = {marks.SITE, *(f"list:{each}" for each in lists), *(f"page:{column}:{page}" for column, page in pages),
            *(f"document:{each}" for each in ids), *(f"relations:{each}" for each in {*ids, *related}),
            *(f"year:{live.year}" for live in lives), *(f"topic:{live.topic}" for live in lives),
            *(f"department:{live.department_id}" for live in lives)}
    touched = published.touched(session, host, said)
    columns = [path for each in sorted(lists) if each in tree.by_id for path in _column(tree.by_id[each])]
    return [*own, *columns, "/", *sorted(touched)], _full(session, tree, pages, size)


def _left(rows: list[Row], tree: Tree) -> set[int]:
    """Columns from which a document was moved away, with those above them."""
    found: set[int] = set()
    for row in rows:
        if row.action == "document.relocate":
            before = row.payload.get("before", {})
            left = (before.get("column"), *before.get("also", ()))
            found.update(above.id for each in left if each in tree.by_id for above in tree.by_id[each].chain)
    return found


def _full(session: Session, tree: Tree, pages: Collection[tuple[int, int]], size: int) -> list[str]:
    """Addresses of those among the pages of lists that are full."""
    wanted = sorted({column for column, _page in pages})
    query = select(Place.column_id, func.max(Place.ordinal)).where(Place.column_id.in_(wanted))
    last = dict(session.execute(query.group_by(Place.column_id)).all()) if wanted else {}
    return [f"{tree.by_id[column].url}{page}.html" for column, page in sorted(pages)
            if column in tree.by_id and tree.by_id[column].is_public() and page * size <= last.get(column, 0)]


def _of_columns(session: Session, tree: Tree, host: str, columns: Collection[int]) -> list[str]:
    """The pages of changed columns with all below them, where they are and where they were; and their documents."""
    nodes = {below.id: below for each in columns for below in tree.by_id[each].walk()}
    if not nodes:
        return []
    shown = [path for node in nodes.values() for path in _column(node)]
    above = published.touched(session, host, [f"list:{each}" for each in nodes])
    full = published.touched_below(session, host, [f"page:{each}:" for each in nodes])
    return ["/", *shown, *sorted(above | full), *(live.url for live in listed_in(session, nodes))]


def listed_in(session: Session, columns: Collection[int]) -> Iterator[Live]:
    """Documents at home in these columns, or listed in them."""
    listed = select(Listing.document_id).where(Listing.column_id.in_(columns))
    yield from session.scalars(select(Live).where(or_(Live.column_id.in_(columns), Live.document_id.in_(listed))))


def paths_of(live: Live) -> list[str]:
    """Addresses of a document, its files and the sizes of its pictures; of a withdrawn one its own."""
    entries = live.rendition.files if live.rendition is not None else ()
    start = live.url.removesuffix(".html")
    files = [name for entry in entries for name in _file(live, entry)]
    return [live.url, *files, f"{start}/card", f"{start}/card.json"]


def _feeds_of(live: Live, tree: Tree) -> list[str]:
    """The feeds of the offices and of the topic that it belongs to."""
    codes = [tree.departments.by_id[each].code for each in tree.departments.chain(live.department_id)]
    return [*_of_topic(live.topic), *(path for code in codes for path in _of_department(code))]


def _of_department(code: str) -> list[str]:
    return [f"/feeds/department/{code}.{form}" for form in FORMS]


def _of_topic(topic: str) -> list[str]:
    return [f"/feeds/topic/{TOPICS.index(topic) + 1}.{form}" for form in FORMS] if topic in TOPICS else []


def _file(live: Live, entry: dict) -> list[str]:
    start = f"{live.url.removesuffix('.html')}/files/{entry['id']}/"
    return [start + each["name"] for each in (entry, *entry.get("variants", ()))]


def _column(node: Node) -> list[str]:
    if not node.is_public():
        return [node.url]  # to be taken away, if it was public
    return [node.url, *(f"/feeds/column/{node.path}.{form}" for form in FORMS)]


# -- all pages ----------------------------------------------------------------------------------------------------

def standing(session: Session, tree: Tree) -> list[str]:
    """Every page that is not one of a document nor of a list."""
    years = counts.years(session, now())
    columns = [path for node in tree.walk() if node.is_public() for path in _column(node)]
    offices = [path for unit in tree.departments.by_id.values() for path in _of_department(unit.code)]
    topics = [path for topic in TOPICS for path in _of_topic(topic)]
    return [*FIXED, *(f"/sitemap/{year}.xml" for year in years), *columns, *offices, *topics]


def everything(session: Session, tree: Tree, size: int) -> Iterator[str]:
    """Every page there should be."""
    yield from standing(session, tree)
    for column, last in session.execute(select(Place.column_id, func.max(Place.ordinal)).group_by(Place.column_id)):
        node = tree.by_id.get(column)
        if node is not None and node.is_public() and node.kind == "list":
            yield from (f"{node.url}{page}.html" for page in range(1, last // size + 1))
    ids = sorted(repository.readable_ids(session, now()))
    for at in range(0, len(ids), 500):
        for live in repository.by_ids(session, ids[at:at + 500], now(), texts=True).values():
            yield from paths_of(live)
        session.expunge_all()


# -- what has to go before anybody is answered --------------------------------------------------------------------

def outdated(session: Session, house: House, entries: Iterable[Entry]) -> tuple[set[str], bool]:
    """Addresses of the pages that after these entries say what is withdrawn, closed or corrected; and whether any says
    what the public may not read any more.
    """
    entries, tree = list(entries), house.tree(session)
    ids = {entry.subject_id for entry in entries if entry.subject_kind == "document"}
    columns = {entry.subject_id for entry in entries if entry.action == "column.change"
               and OPENING & entry.payload.get("after", {}).keys()}
    nodes = {below.id for each in columns if each in tree.by_id for below in tree.by_id[each].walk()}
    lives = list(session.scalars(select(Live).where(Live.document_id.in_(ids)))) if ids else []
    lives += listed_in(session, nodes) if nodes else []
    gone = [live for live in lives if not repository.may_read(live, now())]
    altered = alterations.altered(session, [entry for entry in entries if entry.subject_kind == "document"])
    said = {f"list:{each}" for each in nodes} | {f"document:{each}" for each in altered} | said_of(session, gone)
    paths = published.touched(session, house.host, said)
    paths |= published.touched_below(session, house.host, [f"page:{each}:" for each in nodes])
    return paths | _left_of(house, gone), bool(gone or nodes)


def _left_of(house: House, gone: Iterable[Live]) -> set[str]:
    """Documents that went, with all that lies below them on this host, whatever is known of it."""
    urls, held = {live.url for live in gone}, stores(house.home)
    return urls | {address_in(code, path) for code, store in held.items() for url in urls
                   for path in (url, *store.belongings(url))}


def said_of(session: Session, lives: Iterable[Live]) -> set[str]:
    """The marks of pages that may name any of these documents: themselves, their lists, the addresses of their year."""
    lives = list(lives)
    lists = places.places_of(session, [live.document_id for live in lives])
    return {f"document:{live.document_id}" for live in lives} | {f"year:{live.year}" for live in lives} | {
        f"list:{column}" for column, _ordinal in lists}
