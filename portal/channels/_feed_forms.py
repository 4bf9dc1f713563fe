"""How a feed is written in each of its forms: RSS 2.0, Atom (RFC 4287) with tombstones (RFC 6721), JSON Feed 1.1."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from lxml import etree
from pyramid.request import Request

from content.base import SHANGHAI
from content.documents import Live
from content.late import Late
from portal.public._files import listed
from portal.public.documents import absolute

feedgen = Late("feedgen.feed")
ITEMS = 20
_ATOM = "http://www.w3.org/2005/Atom"
_DELETED = "http://purl.org/atompub/tombstones/1.0"
_HISTORY = "http://purl.org/syndication/history/1.0"
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
    pushed: bool = False  # whether a hub is told when it changes
    links: Mapping[str, str] = field(default_factory=dict)  # where else to look: `{relation: path}`
    older: Callable[[Live], tuple[str, str] | None] = lambda last: None  # … for what comes after the last one
    called: Callable[[Live], str] = lambda live: live.title
    event: Callable[[Live], str] = lambda live: ""  # which of the things that happen to a document an entry is of

    def identity(self, request: Request, live: Live) -> str:
        """What readers know an entry by: the address of its document, and what happened to it where that counts."""
        event = self.event(live)
        return absolute(request, live.url) + (f"#{event}" if event else "")


def made(request: Request, source: Source, form: str) -> tuple[bytes, dt.datetime]:
    """The feed and the moment it was made: what is in it may well be older than what was taken out."""
    lives, withdrawn = source.lives(), source.gone()
    links = _links(request, source, lives)
    gone = [(source.identity(request, live), live.changed) for live in withdrawn]
    if form == "json":
        return as_json(request, source, lives, links, gone), request.now
    feed = _feed(request, source, max((live.changed for live in (*lives, *withdrawn)), default=None))
    for live in lives:
        _add(feed, request, source, live, form)
    if form == "rss":
        return with_links(feed.rss_str(), links), request.now
    atom = with_files(request, source, feed.atom_str(), lives)
    return with_links(with_tombstones(atom, gone), links), request.now


def _links(request: Request, source: Source, lives: list[Live]) -> dict[str, str]:
    """Where else to look: what is older, from an archive the feed as it is now; and the hub."""
    found = {relation: absolute(request, path) for relation, path in source.links.items()}
    hub = request.registry.settings["gongkai"].websub_hub
    if hub and source.pushed:
        found["hub"] = hub
    if len(lives) == ITEMS and (older := source.older(lives[-1])):
        found[older[0]] = absolute(request, older[1])
    return found


def with_links(feed: bytes, links: dict[str, str]) -> bytes:
    """A feed of either form with further links; one that names the current feed is an archive (RFC 5005)."""
    if not links:
        return feed
    top = etree.fromstring(feed)
    head = top.find("channel") if top.tag == "rss" else top
    place = _first_entry(head)
    added = [etree.Element(f"{{{_ATOM}}}link", nsmap={"atom": _ATOM}, rel=rel, href=address)
             for rel, address in links.items()]
    if "current" in links:
        added.append(etree.Element(f"{{{_HISTORY}}}archive", nsmap={"fh": _HISTORY}))
    head[place:place] = added
    return etree.tostring(top, xml_declaration=True, encoding="utf-8")


def as_json(request: Request, source: Source, lives: list[Live], links: dict[str, str],
            gone: list[tuple[str, dt.datetime]]) -> bytes:
    """The feed as JSON Feed 1.1; `_gongkai` says what was withdrawn, for which it has no word of its own."""
    site = request.site
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": f"{source.title} - {site.organ}",
            "home_page_url": absolute(request, source.page), "feed_url": _own(request, source),
            "description": f"{site.organ}{site.name}", "language": "zh-CN", "authors": [{"name": site.organ}],
            "items": [_json_item(request, source, live) for live in lives]}
    if older := links.get("prev-archive") or links.get("next"):
        feed["next_url"] = older
    if "hub" in links:
        feed["hubs"] = [{"type": "WebSub", "url": links["hub"]}]
    if gone:
        feed["_gongkai"] = {"withdrawn": [{"id": address, "date": _moment(at)} for address, at in gone]}
    return json.dumps(feed, ensure_ascii=False).encode()


def _json_item(request: Request, source: Source, live: Live) -> dict[str, Any]:
    words = live.rendition.summary or live.title
    item = {"id": source.identity(request, live), "url": absolute(request, live.url), "title": source.called(live),
            "content_text": words, "summary": words,
            "date_published": _moment(live.published), "date_modified": _moment(live.changed),
            "authors": [{"name": request.tree.departments.by_id[live.department_id].name}],
            "tags": [request.tree.by_id[live.column_id].name]}
    if files := listed(live):
        item["attachments"] = [{"url": absolute(request, file.url), "mime_type": file.media_type,
                                "size_in_bytes": file.octets} for file in files]
    return item


def _moment(at: dt.datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _own(request: Request, source: Source) -> str:
    return absolute(request, f"{request.path}?{source.query}".rstrip("?"))


def with_files(request: Request, source: Source, atom: bytes, lives: list[Live]) -> bytes:
    """An Atom feed with the files of its entries, in whose links feedgen leaves out what they are."""
    files = {source.identity(request, live): listed(live) for live in lives}
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
    place = _first_entry(top)
    top[place:place] = [etree.Element(f"{{{_DELETED}}}deleted-entry", nsmap={"at": _DELETED},
                                      ref=identity, when=_moment(moment)) for identity, moment in gone]
    return etree.tostring(top, xml_declaration=True, encoding="utf-8")


def _first_entry(head: etree._Element) -> int:
    """The place before the first entry: what is said of the feed itself stands before all of them."""
    return next((at for at, each in enumerate(head) if each.tag in ("item", f"{{{_ATOM}}}entry")), len(head))


def _feed(request: Request, source: Source, changed: dt.datetime | None) -> Any:
    feed, site = feedgen.FeedGenerator(), request.site
    own = _own(request, source)
    feed.load_extension("dc")
    feed.id(own)
    feed.title(clean(f"{source.title} - {site.organ}"))
    feed.subtitle(clean(f"{site.organ}{site.name}"))
    feed.author(name=clean(site.organ))
    feed.language("zh-CN")
    feed.link(href=own, rel="self")
    feed.link(href=absolute(request, source.page), rel="alternate")
    feed.updated(changed or dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    feed.generator("gongkai")
    return feed


def _add(feed: Any, request: Request, source: Source, live: Live, form: str) -> None:
    entry, address = feed.add_entry(order="append"), absolute(request, live.url)
    identity, unit = source.identity(request, live), clean(request.tree.departments.by_id[live.department_id].name)
    words = clean(live.rendition.summary) or clean(live.title)
    entry.id(identity)
    entry.guid(identity, permalink=True)
    entry.title(clean(source.called(live)))
    entry.link(href=address)
    if form == "rss":  # whose descriptions are HTML
        entry.description(escape(words, quote=False))
    else:
        entry.summary(words)
    entry.author(name=unit)
    entry.dc.dc_creator(unit)  # RSS has no author without a mail address
    entry.category(term=clean(request.tree.by_id[live.column_id].name))
    entry.published(live.published.astimezone(SHANGHAI))
    entry.updated(live.changed.astimezone(SHANGHAI))
    if form == "rss" and (files := listed(live)):  # which has room for one
        entry.enclosure(absolute(request, files[0].url), files[0].octets, files[0].media_type)


def clean(text: str) -> str:
    """Without what XML cannot hold."""
    return _NO_XML.sub("", text)
