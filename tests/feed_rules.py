"""What a validator of feeds says: the schemas of Atom and of JSON Feed, and the rules that stand beside a schema.

Atom: appendix B of RFC 4287 with its Schematron rules and those of section 4; tombstones by RFC 6721, archives by
RFC 5005. RSS: the specification 2.0 (rssboard.org) and what its profile asks of feeds of today. JSON Feed: version 1.1.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import jsonschema_rs
from lxml import etree

SCHEMAS = Path(__file__).parent / "feed_schemas"
ATOM, DC = "{http://www.w3.org/2005/Atom}", "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
CHANNEL = {"title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
           "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput",
           "skipHours", "skipDays", "item"}
ITEM = {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}
OFTEN = {"category", "item", "enclosure"}  # what may stand there more than once
RFC_822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
                     r"\d\d:\d\d:\d\d ([+-]\d{4}|GMT)")
MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?")


def problems(body: bytes, form: str, address: str) -> list[str]:
    """What is wrong with a feed that was fetched from `address`; empty when nothing is."""
    return list({"atom": _atom, "rss": _rss, "json": _json}[form](body, address))


# -- Atom ---------------------------------------------------------------------------------------------------------

@cache
def _grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))


def _atom(body: bytes, address: str) -> Iterator[str]:
    top = etree.fromstring(body)
    if not _grammar().validate(top):
        yield from (f"line {each.line}: {each.message}" for each in _grammar().error_log)
        return
    entries = top.findall(f"{ATOM}entry")
    if top.find(f"{ATOM}author") is None and any(each.find(f"{ATOM}author") is None for each in entries):
        yield "neither the feed nor each of its entries has an author"
    for each in entries:
        if each.find(f"{ATOM}content") is None and not _links(each, "alternate"):
            yield "an entry has neither a content nor an alternate link"
    for each in (top, *entries):
        kinds = Counter((link.get("type"), link.get("hreflang")) for link in _links(each, "alternate"))
        yield from ("two alternate links of the same type and language" for count in kinds.values() if count > 1)
        if not (each.findtext(f"{ATOM}title") or "").strip():
            yield "a title is empty"
        if each.findtext(f"{ATOM}updated") < (each.findtext(f"{ATOM}published") or ""):
            yield "updated before it was published"
    gone = [each.get("ref") for each in top.iter("{*}deleted-entry")]
    yield from _twice([each.findtext(f"{ATOM}id") for each in entries] + gone, "atom:id")
    yield from _relative([each.text for each in top.iter(f"{ATOM}id")] + gone)
    yield from _relative(each.get("href") for each in top.iter(f"{ATOM}link"))
    yield from _own([each.get("href") for each in _links(top, "self")], address)
    yield from _history(top)


def _links(element: etree._Element, relation: str) -> list[etree._Element]:
    return [each for each in element.findall(f"{ATOM}link") if each.get("rel", "alternate") == relation]


def _history(head: etree._Element) -> Iterator[str]:
    """Of either form: an archive names the feed that it is of, and nothing is an archive and complete."""
    marks = [each.tag.removeprefix(HISTORY) for each in head if each.tag.startswith(HISTORY)]
    if len(marks) > 1:
        yield f"both {marks}"
    if ("archive" in marks) != bool(_links(head, "current")):
        yield "an archive that names no current feed, or another feed that does"
    for relation in ("self", "current", "prev-archive", "next-archive", "next", "previous", "first", "last", "hub"):
        if len(_links(head, relation)) > 1:
            yield f"two links {relation}"


# -- RSS ----------------------------------------------------------------------------------------------------------

def _rss(body: bytes, address: str) -> Iterator[str]:
    top = etree.fromstring(body)
    channels = top.findall("channel")
    if top.tag != "rss" or top.get("version") != "2.0" or len(channels) != 1 or len(top) != 1:
        yield "no rss 2.0 with one channel"
        return
    head, items = channels[0], channels[0].findall("item")
    yield from _elements(head, CHANNEL, {"title", "link", "description"})
    for each in items:
        yield from _elements(each, ITEM, set())
        yield from _item(each)
    yield from _twice([each.findtext("guid") for each in items], "guid")
    yield from _own([each.get("href") for each in _links(head, "self")], address)
    yield from _relative([head.findtext("link"), *(each.findtext("link") for each in items),
                          *(each.get("href") for each in top.iter(f"{ATOM}link"))])
    for each in (*top.iter("pubDate"), *top.iter("lastBuildDate")):
        yield from _date(each.text or "")
    yield from _history(head)


def _elements(element: etree._Element, known: set[str], needed: set[str]) -> Iterator[str]:
    """Elements without a namespace are those of the specification, most of them once; others have a namespace."""
    names = Counter(each.tag for each in element if not each.tag.startswith("{"))
    yield from (f"{element.tag} has an element {name}" for name in names.keys() - known)
    yield from (f"{element.tag} has {name} twice" for name, count in names.items() if count > 1 and name not in OFTEN)
    yield from (f"{element.tag} has no {name}" for name in needed if not (element.findtext(name) or "").strip())
    if any(each.tag in ("item", "channel") for each in element):
        first = next(at for at, each in enumerate(element) if each.tag == "item")
        if any(each.tag != "item" for each in element[first:]):
            yield "something of the channel stands behind its items"


def _item(item: etree._Element) -> Iterator[str]:
    if not (item.findtext("title") or "").strip() and not (item.findtext("description") or "").strip():
        yield "an item has neither title nor description"
    guid = item.find("guid")
    if guid is None or guid.get("isPermaLink", "true") not in ("true", "false"):
        yield "an item has no guid, or one that is neither a link nor none"
    elif guid.get("isPermaLink", "true") == "true":
        yield from _relative([guid.text])
    if "@" not in (item.findtext("author") or "@"):
        yield "an author without a mail address"
    html = html5lib.parseFragment(item.findtext("description") or "", namespaceHTMLElements=False)
    if len(html):
        yield f"a description of plain words reads as the HTML <{html[0].tag}>"
    enclosures = item.findall("enclosure")
    if len(enclosures) > 1:
        yield "more than one enclosure"
    for each in enclosures:
        if not (each.get("length") or "").isdigit() or not MEDIA_TYPE.fullmatch(each.get("type") or ""):
            yield f"an enclosure with length {each.get('length')} and type {each.get('type')}"
        yield from _relative([each.get("url")])


def _date(written: str) -> Iterator[str]:
    if not RFC_822.fullmatch(written) or parsedate_to_datetime(written).strftime("%a") != written[:3]:
        yield f"{written} is no date of RFC 822 with four digits of the year and its day of the week"


# -- JSON Feed ----------------------------------------------------------------------------------------------------

@cache
def _schema() -> Callable[[object], Iterable[jsonschema_rs.ValidationError]]:
    schema = json.loads((SCHEMAS / "json_feed.json").read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors


def _json(body: bytes, address: str) -> Iterator[str]:
    said = json.loads(body)
    if wrong := [f"{each.instance_path}: {each.message}" for each in _schema()(said)]:
        yield from wrong
        return
    yield from _twice([each["id"] for each in said["items"]], "id")
    yield from _own([said["feed_url"]], address)
    if said.get("next_url") == said["feed_url"]:  # which the specification forbids: readers would go round
        yield "next_url is the feed itself"


# -- of all of them -----------------------------------------------------------------------------------------------

def _twice(values: list[str], name: str) -> Iterator[str]:
    yield from (f"the {name} {value} stands there {count} times" for value, count in Counter(values).items()
                if count > 1)


def _own(found: list[str], address: str) -> Iterator[str]:
    if found != [address]:
        yield f"the feed of {address} says that it is {found}"


def _relative(addresses: Iterable[str | None]) -> Iterator[str]:
    """Addresses that are not whole, or hold what belongs into none (RFC 3986)."""
    for each in addresses:
        parts = urlsplit(each or "")
        if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[^!-~]|[\"<>\\^`{|}]", each):
            yield f"{each!r} is no whole address"
