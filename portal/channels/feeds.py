"""RSS 2.0, Atom and JSON Feed 1.1: of the site, a column, a department, a topic, a search, and of what lost its force.

What is in them went through the gate. A feed holds the newest; the older ones lie in archives that are linked from
one to the next (RFC 5005, section 4), so that who asks rarely misses nothing. A search has no archives, because what
it finds is another thing each time the index is written: it has pages instead (section 3), which a reader that has
fallen behind goes through in the same way. What another portal or another system disclosed before stands at the day
on which it did: who keeps a copy of everything reads the changes of the API, which come in the order of this house.

A feed is made once for each version of what is public and kept in the process; readers that ask with an ETag or a
date are told that nothing changed, without the feed being made or sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import repository
from content.documents import Live
from content.search.model import OFFSET_LIMIT, PAGE_LIMIT
from content.tree import Node
from content.types import TOPICS
from content.validity import ABOLISHED, ENDED, EXPIRED
from portal.channels._feed_forms import ITEMS, Source, clean, made
from portal.forms import whole
from portal.held import hold
from portal.i18n import _
from portal.limits import limited
from portal.public import _asked
from portal.public.documents import absolute
from portal.public.search import Asked
from portal.searching import ask
from portal.security import READ
from portal.shelf import Shelf, version

REMEMBERED, MOST_GONE = dt.timedelta(days=90), 200  # so long, and of so many, a feed says that they were withdrawn
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
_EVENTS = {ABOLISHED: "abolished", EXPIRED: "expired", "部分失效": "partly-expired", "已修改": "amended"}


# -- which feed ---------------------------------------------------------------------------------------------------

@view_config(route_name="feed.latest", permission=READ, request_method="GET")
def latest(request: Request) -> Response:
    return answer(request, _newest(request, _say(request, _("最新公开")), "/"))


@view_config(route_name="feed.column", permission=READ, request_method="GET")
def of_column(request: Request) -> Response:
    """A public column with everything below it; by its path, or by its id, which outlives a renaming."""
    asked = request.matchdict["path"]
    node = request.tree.find(asked) or request.tree.moved(asked)
    if node is None and (number := whole(asked)) is not None:
        node = request.tree.by_id.get(number)
    if node is None or not node.is_public():
        raise HTTPNotFound()
    return answer(request, _newest(request, node.name, node.url, node=node))


@view_config(route_name="feed.department", permission=READ, request_method="GET")
def of_department(request: Request) -> Response:
    unit = request.tree.departments.by_code.get(request.matchdict["code"])
    if unit is None:
        raise HTTPNotFound()
    page = _asked.address("/catalogue", [("department", unit.id)])
    return answer(request, _newest(request, unit.name, page, departments=request.tree.departments.below(unit.id)))


@view_config(route_name="feed.topic", permission=READ, request_method="GET")
def of_topic(request: Request) -> Response:
    """A topic by its number in the list of topics (主题分类)."""
    number = int(request.matchdict["number"])
    if not 0 < number <= len(TOPICS):
        raise HTTPNotFound()
    topic = TOPICS[number - 1]
    return answer(request, _newest(request, topic, "/catalogue", topic=topic))


@view_config(route_name="feed.validity", permission=READ, request_method="GET")
def of_validity(request: Request) -> Response:
    """What was abolished, has expired or was amended (废止、失效、修改), by the day on which that happened."""
    def lives(before: Live | None) -> list[Live]:
        return repository.no_longer_valid(request.db, request.now, ITEMS, before=before)

    def gone() -> list[Live]:
        return repository.tombstones(request.db, request.now - REMEMBERED, MOST_GONE, validities=ENDED)

    source = _archived(request, _say(request, _("文件废止、失效和修改")), "/catalogue", lives, gone)
    return answer(request, replace(source, called=lambda live: f"{live.validity}：{live.title}",
                                   event=lambda live: _EVENTS[live.validity]))


@view_config(route_name="feed.search", permission=READ, request_method="GET")
def of_search(request: Request) -> Response:
    """The newest hits of a search; with `page` in the address the older ones.

    What is withdrawn is left out of it without a word: whether it was ever found, nobody knows any more.
    """
    limited(request, "search")
    asked, number = Asked.of(request), _asked.page(request) or 1
    if number > OFFSET_LIMIT // ITEMS:
        raise HTTPNotFound()

    def lives() -> list[Live]:
        return _found(request, asked, (number - 1) * ITEMS)

    def at(page: int) -> str:
        return asked.url(request.path, page=page if page > 1 else None)

    links = {"first": at(1), "previous": at(number - 1)} if number > 1 else {}
    title = _say(request, _("搜索“${words}”", mapping={"words": asked.text}))
    source = Source(title, asked.url(), lives, query=urlsplit(at(number)).query, links=links,
                    older=lambda last: ("next", at(number + 1)) if number < OFFSET_LIMIT // ITEMS else None)
    return answer(request, source, indexed=request.search.cursor() or 0)


def _found(request: Request, asked: Asked, offset: int) -> list[Live]:
    """The hits from `offset` on, newest first. An index knows the day alone: within a part of its answer that is
    longer than what a day usually brings, they are put in the order of the moments at which they were published."""
    start = offset - offset % PAGE_LIMIT
    hits = ask(request, replace(asked, sort="date").query(offset=start, limit=PAGE_LIMIT)).hits
    lives = sorted((hit.live for hit in hits), key=lambda live: (live.published, live.document_id), reverse=True)
    return lives[offset - start:][:ITEMS]


def _newest(request: Request, title: str, page: str, **narrowed: Any) -> Source:
    """The newest, or an archive of them."""
    def lives(before: Live | None) -> list[Live]:
        return repository.latest(request.db, request.now, ITEMS, texts=True, before=before, **narrowed)

    def gone() -> list[Live]:
        return repository.tombstones(request.db, request.now - REMEMBERED, MOST_GONE, **narrowed)

    return _archived(request, title, page, lives, gone)


def _archived(request: Request, title: str, page: str, lives: Callable[[Live | None], list[Live]],
              gone: Callable[[], list[Live]]) -> Source:
    """The feed as it is now; or, with `before` in the address, an archive: what comes after that document."""
    written = _asked.number(request, "before")
    before = request.db.get(Live, written) if written is not None else None
    if "before" in request.GET and (before is None or before.audience != "public"):
        raise HTTPNotFound()

    def older(last: Live) -> tuple[str, str]:
        return "prev-archive", f"{request.path}?before={last.document_id}"

    if before is None:
        return Source(title, page, lambda: lives(None), gone, pushed=True, older=older)
    return Source(title, page, lambda: lives(before), query=f"before={written}", links={"current": request.path},
                  older=older)


def _say(request: Request, words: str) -> str:
    return request.localizer.translate(words)


# -- answering ----------------------------------------------------------------------------------------------------

def answer(request: Request, source: Source, indexed: int = 0) -> Response:
    """The feed in the form that the address asks for; 304 when the reader has it already.

    `indexed` is how far the search index is, for a feed that is made from it.
    """
    form, key = request.matchdict["form"], f"{request.language.code} {request.path}?{source.query}"
    shelf, now = request.registry.settings["feeds"], (*version(request), indexed)
    body, moment = shelf.get(key, now, lambda: made(request, source, form))
    response = Response(body, content_type=TYPES[form], charset="utf-8", conditional_response=True)
    response.etag = hashlib.sha256(body).hexdigest()[:32]
    response.last_modified = moment
    return response


# -- the list of feeds --------------------------------------------------------------------------------------------

@view_config(route_name="feeds", permission=READ, renderer="public/feeds.pt", request_method="GET")
def feeds(request: Request) -> dict[str, Any]:
    return {"title": _("订阅"), "breadcrumb": [(_("订阅"), "")], "nodes": _columns(request), "topics": TOPICS,
            "units": [unit for unit in request.tree.departments.by_id.values() if unit.level != "村"],
            "feeds": [(_say(request, _("最新公开")), "/feeds/latest.rss", TYPES["rss"])]}


def _columns(request: Request) -> list[Node]:
    return [node for node in request.tree.walk() if node.is_public() and node.kind == "list"]


@view_config(route_name="feeds.opml", permission=READ, request_method="GET")
def opml(request: Request) -> Response:
    """The feeds of all columns as a list that reading programs take in at once (OPML 2.0)."""
    top = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(top, "head"), "title").text = clean(f"{request.site.organ}{request.site.name}")
    body = etree.SubElement(top, "body")
    for node in _columns(request):
        etree.SubElement(body, "outline", type="rss", text=clean(node.name), title=clean(node.name),
                         xmlUrl=absolute(request, f"/feeds/column/{node.path}.rss"),
                         htmlUrl=absolute(request, node.url))
    answered = Response(etree.tostring(top, xml_declaration=True, encoding="utf-8"), content_type="text/x-opml",
                        charset="utf-8")
    answered.content_disposition = "attachment; filename=columns.opml"
    return answered


def includeme(config: Configurator) -> None:
    hold(config, "feeds", lambda *_: Shelf())
    forms = "{form:rss|atom|json}"
    config.add_route("feeds", "/feeds")
    config.add_route("feeds.opml", "/feeds/columns.opml")
    config.add_route("feed.latest", f"/feeds/latest.{forms}")
    config.add_route("feed.validity", f"/feeds/validity.{forms}")
    config.add_route("feed.topic", f"/feeds/topic/{{number:\\d{{1,3}}}}.{forms}")
    config.add_route("feed.column", f"/feeds/column/{{path:[a-z0-9/-]+}}.{forms}")
    config.add_route("feed.department", f"/feeds/department/{{code:[^/.]+}}.{forms}")
    config.add_route("feed.search", f"/search.{forms}")
    config.scan(__name__)
