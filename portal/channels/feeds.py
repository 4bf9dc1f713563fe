"""RSS 2.0 and Atom: of the whole site, a column, a department, a search. What is in them went through the gate.

A feed is made once for each version of what is public and kept in the process; readers that ask with an ETag or a
date are told that nothing changed, without the feed being made or sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import repository
from content.base import SHANGHAI
from content.documents import Live
from portal.i18n import _
from portal.limits import limited
from portal.public import _asked
from portal.public._files import listed
from portal.public.documents import absolute
from portal.public.search import Asked
from portal.searching import ask
from portal.security import READ
from portal.shelf import Shelf, version

ITEMS = 20
REMEMBERED = dt.timedelta(days=90)  # so long a feed says that something was withdrawn
_ATOM = "http://www.w3.org/2005/Atom"
_DELETED = "http://purl.org/atompub/tombstones/1.0"
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Source:
    """What a feed is of: its title, the page it belongs to, and how its documents are asked for.

    `query` is what of the address matters to it: whatever else a stranger adds is neither kept nor repeated.
    """

    title: str
    page: str
    lives: Callable[[], list[Live]]
    gone: Callable[[], list[Live]] = list  # what was lately withdrawn of it
    query: str = ""


# -- which feed ---------------------------------------------------------------------------------------------------

@view_config(route_name="feed.latest", permission=READ, request_method="GET")
def latest(request: Request) -> Response:
    return answer(request, Source(_say(request, _("最新公开")), "/", lambda: _latest(request),
                                  lambda: _withdrawn(request)))


@view_config(route_name="feed.column", permission=READ, request_method="GET")
def of_column(request: Request) -> Response:
    """A public column with everything below it; by its path, or by its id, which outlives a renaming."""
    asked = request.matchdict["path"]
    node = request.tree.find(asked) or request.tree.moved(asked)
    if node is None and asked.isascii() and asked.isdigit() and len(asked) < 10:
        node = request.tree.by_id.get(int(asked))
    if node is None or not node.is_public():
        raise HTTPNotFound()
    columns = [each.id for each in node.walk() if each.is_public()]
    return answer(request, Source(node.name, node.url, lambda: _latest(request, columns=columns),
                                  lambda: _withdrawn(request, columns=columns)))


@view_config(route_name="feed.department", permission=READ, request_method="GET")
def of_department(request: Request) -> Response:
    unit = request.tree.departments.by_code.get(request.matchdict["code"])
    if unit is None:
        raise HTTPNotFound()
    units, page = request.tree.departments.below(unit.id), _asked.address("/catalogue", [("department", unit.id)])
    return answer(request, Source(unit.name, page, lambda: _latest(request, departments=units),
                                  lambda: _withdrawn(request, departments=units)))


@view_config(route_name="feed.search", permission=READ, request_method="GET")
def of_search(request: Request) -> Response:
    """The newest hits of a search."""
    limited(request, "search")
    asked = Asked.of(request)

    def lives() -> list[Live]:
        return [found.live for found in ask(request, replace(asked, sort="date").query(limit=ITEMS)).hits]

    title = _say(request, _("搜索“${words}”", mapping={"words": asked.text}))
    source = Source(title, asked.url(), lives, query=asked.url("").lstrip("?"))
    return answer(request, source, indexed=request.search.cursor() or 0)


def _latest(request: Request, **narrowed: Any) -> list[Live]:
    return repository.latest(request.db, request.now, ITEMS, texts=True, **narrowed)


def _withdrawn(request: Request, **narrowed: Any) -> list[Live]:
    return repository.tombstones(request.db, request.now - REMEMBERED, ITEMS, **narrowed)


def _say(request: Request, words: str) -> str:
    return request.localizer.translate(words)


# -- making it ----------------------------------------------------------------------------------------------------

def answer(request: Request, source: Source, indexed: int = 0) -> Response:
    """The feed in the form that the address asks for; 304 when the reader has it already.

    `indexed` is how far the search index is, for a feed that is made from it.
    """
    form, key = request.matchdict["form"], f"{request.language.code} {request.path}?{source.query}"
    shelf, now = request.registry.settings["feeds"], (*version(request), indexed)
    body, made = shelf.get(key, now, lambda: _made(request, source, form))
    response = Response(body, content_type=TYPES[form], charset="utf-8", conditional_response=True)
    response.etag = hashlib.sha256(body).hexdigest()[:32]
    response.last_modified = made
    return response


def _made(request: Request, source: Source, form: str) -> tuple[bytes, dt.datetime]:
    """The feed and the moment it was made: what is in it may well be older than what was taken out."""
    lives = source.lives()
    feed = _feed(request, source, max((live.changed for live in lives), default=None))
    for live in lives:
        _add(feed, request, live, form)
    if form == "rss":
        return feed.rss_str(), request.now
    gone = [(absolute(request, live.url), live.changed) for live in source.gone()]
    return with_tombstones(with_files(request, feed.atom_str(), lives), gone), request.now


def with_files(request: Request, atom: bytes, lives: list[Live]) -> bytes:
    """An Atom feed with the files of its entries, in whose links feedgen leaves out what they are."""
    files = {absolute(request, live.url): listed(live) for live in lives}
    if not any(files.values()):
        return atom
    top = etree.fromstring(atom)
    for entry in top.iterfind(f"{{{_ATOM}}}entry"):
        after = entry.find(f"{{{_ATOM}}}link")
        for file in files[entry.findtext(f"{{{_ATOM}}}id")][::-1]:
            after.addnext(etree.Element(f"{{{_ATOM}}}link", rel="enclosure", href=absolute(request, file.url),
                                        type=file.media_type, length=str(file.octets)))
    return etree.tostring(top, xml_declaration=True, encoding="utf-8")


def with_tombstones(atom: bytes, gone: list[tuple[str, dt.datetime]]) -> bytes:
    """An Atom feed that says of withdrawn entries that they are deleted (RFC 6721): readers drop their copies.

    RSS has no word for it: there they are only left out.
    """
    if not gone:
        return atom
    top = etree.fromstring(atom)
    for address, moment in gone:
        etree.SubElement(top, f"{{{_DELETED}}}deleted-entry", nsmap={"at": _DELETED},
                         ref=address, when=moment.astimezone(SHANGHAI).isoformat(timespec="seconds"))
    return etree.tostring(top, xml_declaration=True, encoding="utf-8")


def _feed(request: Request, source: Source, changed: dt.datetime | None) -> FeedGenerator:
    feed, site = FeedGenerator(), request.site
    own = absolute(request, f"{request.path}?{source.query}".rstrip("?"))
    feed.load_extension("dc")
    feed.id(own)
    feed.title(clean(f"{source.title} - {site.organ}"))
    feed.subtitle(clean(f"{site.organ}{site.name}"))
    feed.author(name=site.organ)
    feed.language("zh-CN")
    feed.link(href=own, rel="self")
    feed.link(href=absolute(request, source.page), rel="alternate")
    feed.updated(changed or dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    feed.generator("gongkai")
    return feed


def _add(feed: FeedGenerator, request: Request, live: Live, form: str) -> None:
    entry, address = feed.add_entry(order="append"), absolute(request, live.url)
    unit = request.tree.departments.by_id[live.department_id]
    entry.id(address)
    entry.guid(address, permalink=True)
    entry.title(clean(live.title))
    entry.link(href=address)
    entry.summary(clean(live.rendition.summary) or clean(live.title))
    entry.author(name=unit.name)
    entry.dc.dc_creator(unit.name)  # RSS has no author without a mail address
    entry.category(term=clean(request.tree.by_id[live.column_id].name))
    entry.published(live.published.astimezone(SHANGHAI))
    entry.updated(live.changed.astimezone(SHANGHAI))
    if form == "rss" and (files := listed(live)):  # which has room for one
        entry.enclosure(absolute(request, files[0].url), files[0].octets, files[0].media_type)


def clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _NO_XML.sub("", text)


# -- the list of feeds --------------------------------------------------------------------------------------------

@view_config(route_name="feeds", permission=READ, renderer="public/feeds.pt", request_method="GET")
def feeds(request: Request) -> dict[str, Any]:
    return {"title": _("订阅"), "breadcrumb": [(_("订阅"), "")],
            "nodes": [node for node in request.tree.walk() if node.is_public() and node.kind == "list"],
            "units": [unit for unit in request.tree.departments.by_id.values() if unit.level != "村"],
            "feeds": [(_say(request, _("最新公开")), "/feeds/latest.rss", TYPES["rss"])]}


def includeme(config: Configurator) -> None:
    config.registry.settings["feeds"] = Shelf()
    forms = "{form:rss|atom}"
    config.add_route("feeds", "/feeds")
    config.add_route("feed.latest", f"/feeds/latest.{forms}")
    config.add_route("feed.column", f"/feeds/column/{{path:[a-z0-9/-]+}}.{forms}")
    config.add_route("feed.department", f"/feeds/department/{{code:[^/.]+}}.{forms}")
    config.add_route("feed.search", f"/search.{forms}")
    config.scan(__name__)
