"""One item of another portal, brought here to the state that it has there; doing it again changes nothing.

Its files were made for the public by another house; here they go the way of every upload all the same: typed by
content, bounded, looked through by the detectors, built anew. What is found anywhere holds the item for a person.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import colander
from sqlalchemy.orm import Session

from content import attachments, clearing, filing, harvests, journal, picturing, privacy, writing
from content.attachments import Unfit
from content.documents import ARCHIVED, REASONS, Document, lock
from content.filing import FILE, PICTURE
from content.harvests import SOURCE, Harvest, Harvested
from content.house import House
from content.tree import Node
from content.types import all_types, type_of
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.moves import Refused

FLOW = "harvested"
UNSAID = "secrecy"  # the kind of what is closed there without a word: here, too, nothing is left of it
LONGEST, MOST_PORTALS = 500, 24  # characters of a word about the origin; such words of one item
AWAY = ("withdrawn", "discarded")
UNDER_WAY = (filing.WAITING, filing.PREPARING)


class Unusable(ValueError):
    """The item cannot be taken; the message says why. The others can."""


@dataclass(frozen=True)
class Item:
    """An item as it is there, with the octets of its files by their SHA-256."""

    value: Mapping[str, Any]
    etag: str
    data: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return self.value["id"]

    @property
    def published(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.value["published"])

    @property
    def is_archived(self) -> bool:
        return self.value["state"] == ARCHIVED

    @property
    def digest(self) -> str:
        """Of everything that the public reads in it; its column and who speaks of it are not among that."""
        told = [each for each in self.value["relations"] if each["direction"] == "to"]
        files = [(each["sha256"], each["name"]) for each in self.value["files"]]
        parts = [self.value[name] for name in ("title", "html", "metadata", "issuer")]
        return hashlib.sha256(journal.canonical([parts, told, files]).encode()).hexdigest()

    def files(self, role: str) -> list[Mapping[str, Any]]:
        """Its files or pictures, each content once."""
        return list({each["sha256"]: each for each in self.value["files"] if each["role"] == role}.values())


@dataclass(frozen=True)
class Target:
    """Where items go: the house, the column and those below it, and what this portal is called among portals."""

    house: House
    harvest: Harvest
    root: Node
    portal: str
    most: int  # octets of one file

    def node(self, value: Mapping[str, Any]) -> Node:
        """The column below `root` whose path is that of the item's column there, or of one above it; else `root`."""
        steps = value["column"]["path"].split("/")
        below = {each.path: each for each in self.root.walk() if takes_documents(each)}
        paths = (f"{self.root.path}/{'/'.join(steps[:size])}" for size in range(len(steps), 0, -1))
        return next((below[path] for path in paths if path in below), self.root)


def is_loop(value: Mapping[str, Any], portal: str) -> bool:
    """Whether the item has been on this portal already: its own, or one that came back round."""
    origin = value["provenance"]
    return portal in origin["chain"] or origin["portal"] == portal


def takes_documents(node: Node) -> bool:
    """Whether a column is a list of documents, not a single page or a link."""
    return node.kind == "list" and not all(type_of(name).single for name in node.types)


# -- taking -------------------------------------------------------------------------------------------------------

def apply(session: Session, target: Target, item: Item) -> str:
    """Take the item, or what changed of it: `new`, `changed`, `moved`, `same`; `refused` when a person withdrew it.

    It is left as a draft: `settle` publishes it once its files are ready. Raises `Unusable`.
    """
    known = harvests.taken(session, target.harvest.id, item.number)
    try:
        if known is None:
            _create(session, target, item)
            return "new"
        return _renew(session, target, item, known)
    except (writing.TooLong, writing.NotHere, Unfit) as problem:
        raise Unusable(str(problem)) from None
    except colander.Invalid as problem:
        raise Unusable("；".join(problem.asdict().values())) from None


def _create(session: Session, target: Target, item: Item) -> None:
    node, data = target.node(item.value), _data(session, target, item)
    kind = _kind(node, item)
    document = writing.create(
        session, node, kind, actor_id=None, title=item.value["title"], data=_known(kind, data), imported=True,
        body=lambda made: _body(session, target, made, item), source_id=f"{SOURCE}{target.harvest.id}:{item.number}")
    document.workflow = FLOW
    origin = _origin(item)
    session.add(Harvested(document_id=document.id, harvest_id=target.harvest.id, number=item.number, etag=item.etag,
                          digest=item.digest, published=item.published, archived=item.is_archived,
                          portal=origin["portal"], organ=origin["organ"], address=origin["address"],
                          index_number=origin["index_number"], chain=origin["chain"]))
    session.flush()
    journal.record(session, "document.harvest", ("document", document.id), actor_id=None, portal=origin["portal"],
                   address=origin["address"], index_number=origin["index_number"])
    _files(session, target, document, item)


def _origin(item: Item) -> Mapping[str, Any]:
    """Where it came from, which the public reads as it is: words without personal data, and an address for people.

    Raises `Unusable`.
    """
    origin = item.value["provenance"]
    words = [origin[name] for name in ("portal", "organ", "index_number", "address")] + origin["chain"]
    if not all(isinstance(each, str) and len(each) <= LONGEST for each in words) or len(words) > MOST_PORTALS:
        raise Unusable("来源写得不对")
    if urlsplit(origin["address"]).scheme not in ("http", "https"):
        raise Unusable("原文地址不是网址")
    if privacy.scan_text("\n".join(words)):
        raise Unusable("来源里有个人信息")
    return origin


def _renew(session: Session, target: Target, item: Item, known: Harvested) -> str:
    document = session.get_one(Document, known.document_id)
    lock(session, document)
    if _stopped_here(session, document):
        return "refused"
    moved = _move(session, target, document, item)
    origin = _origin(item)
    known.archived, known.chain = item.is_archived, origin["chain"]
    there, known.etag, known.digest = known.digest, item.etag, item.digest
    if there == item.digest and document.state not in AWAY:
        return "moved" if moved else "same"
    if document.state != writing.DRAFT:
        fire(session, target.house, document, "renew", SYSTEM, why="来源网站有更新")
    writing.save(session, document, base_id=document.head_id, title=item.value["title"], actor_id=None,
                 body=_body(session, target, document, item), data=_known(document.type, _data(session, target, item)))
    _files(session, target, document, item)
    return "changed"


def _stopped_here(session: Session, document: Document) -> bool:
    """Whether a person of this house withdrew or discarded it: what is done elsewhere does not bring it back."""
    if document.state not in AWAY:
        return False
    ends = [row for row in journal.history(session, "document", document.id)
            if row.action in ("document.withdraw", "document.discard")]
    return bool(ends) and ends[-1].actor_id is not None


def _move(session: Session, target: Target, document: Document, item: Item) -> bool:
    node = target.node(item.value)
    if node.id == document.column_id or not node.takes(document.type):
        return False
    writing.relocate(session, document, node, actor_id=None, why="来源网站换了栏目")
    document.workflow = FLOW
    return True


def _kind(node: Node, item: Item) -> str:
    """The type that it has there where the column takes it, else the first of the column's that is no single page."""
    if item.value["type"] in node.types:
        return item.value["type"]
    return next(name for name in node.types if not type_of(name).single)


def _data(session: Session, target: Target, item: Item) -> dict[str, Any]:
    """Its metadata; other documents by their numbers here, where they were taken."""
    told = {each["id"]: each["kind"] for each in item.value["relations"] if each["direction"] == "to"}
    here = harvests.counterparts(session, target.harvest.id, told)
    kinds = {told[number]: here[number] for number in here}
    names = {name: kinds[kind] for name, kind in _relations(item).items() if kind in kinds}
    metadata = {key: value for key, value in item.value["metadata"].items() if key not in _pointing()}
    return {**metadata, "issuer": item.value["issuer"], **names}


@cache
def _pointing() -> frozenset[str]:
    """Fields that name another document by its number: what such a number is there, it is not here."""
    return frozenset(node.name for kind in all_types().values() for node in kind.fields()
                     if getattr(node, "shape", "") == "document")


def _relations(item: Item) -> dict[str, str]:
    try:
        return type_of(item.value["type"]).relations
    except LookupError:  # a type that this portal does not have
        return {}


def _known(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Without values that the type here does not allow: the text counts more than one of them."""
    try:
        type_of(kind).clean(data)
        return data
    except colander.Invalid as problem:
        return {key: value for key, value in data.items() if key not in problem.asdict()}


def _body(session: Session, target: Target, document: Document, item: Item) -> str:
    """Its text with pictures of its own; one that is not among its files is left out."""
    pictures = {each["url"].rpartition("/")[0].partition("/doc/")[2]: each for each in item.files(PICTURE)}

    def place(image: picturing.Shown) -> str:
        there = pictures.get(image.source.rpartition("/")[0].partition("/doc/")[2])
        if there is None:
            return ""
        kept = attachments.take(session, target.house, document, there["name"], item.data[there["sha256"]],
                                actor_id=None, role=PICTURE, alt=image.alt, most=target.most)
        return picturing.tag(kept.id, image.alt, image.decorates)
    return picturing.rewritten(item.value["html"], place)


def _files(session: Session, target: Target, document: Document, item: Item) -> None:
    """Its files in their order; those that are here already are not taken again."""
    there = {each.sha256: each.id for each in filing.attachments_of(session, document.head) if each.role == FILE}
    wanted = item.files(FILE)
    for each in wanted:
        if each["sha256"] not in there:
            made = attachments.take(session, target.house, document, each["name"], item.data[each["sha256"]],
                                    actor_id=None, most=target.most)
            there[each["sha256"]] = made.id
    ids = [there[each["sha256"]] for each in wanted]
    if ids != list(document.head.attachments):
        writing.attach(session, document, ids, actor_id=None, note="与来源网站一致")


def octets_match(data: bytes, entry: Mapping[str, Any]) -> bool:
    return hashlib.sha256(data).hexdigest() == entry["sha256"]


# -- going on -----------------------------------------------------------------------------------------------------

def settle(session: Session, house: House, document: Document, **facts: Any) -> str:
    """Publish a draft whose files are ready: `published`, `held` for a person, `waiting` for files, or `settled`.

    `facts`: what its publication is to know besides.
    """
    lock(session, document)
    known, outcome = session.get_one(Harvested, document.id), "settled"
    if document.state == writing.DRAFT:
        outcome = _publish(session, house, document, published=known.published, **facts)
    if known.archived and document.state == "published":
        fire(session, house, document, "archive", SYSTEM)
    return outcome


def _publish(session: Session, house: House, document: Document, **facts: Any) -> str:
    if any(each.stage in UNDER_WAY for each in clearing.review(session, house, document, document.head).files):
        return "waiting"
    try:
        fire(session, house, document, "import", SYSTEM, **facts)
        return "published"
    except Refused:
        fire(session, house, document, "hold", SYSTEM, why="终检有需要人工核对的内容")
        return "held"


def gone(session: Session, house: House, document: Document, kind: str, reason: str) -> bool:
    """Follow a withdrawal: the tombstone says what the one there says; False where there was nothing to follow."""
    lock(session, document)
    if document.live is not None and not document.live.is_withdrawn:
        fire(session, house, document, "withdraw", SYSTEM, why=reason.strip() or "来源网站已撤回",
             reason_kind=kind if kind in REASONS else UNSAID)
        return True
    if document.live is None and document.state in (writing.DRAFT, "held"):
        fire(session, house, document, "discard", SYSTEM, why="来源网站已撤回")
        return True
    return False
