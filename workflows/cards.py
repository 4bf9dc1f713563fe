"""The archive card (政务公开档案卡): what the journal tells of one published document, in one place, to be kept.

A card is made from journal rows alone, up to a row, and from what never changes (address, 索引号, renditions): the
same rows give the same card and the same `sha256`, whatever is renamed later. What it needs of names is therefore
written into the journal with the step itself: `signature` with every step, `published` with every publication.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from content import journal, privacy
from content.base import SHANGHAI
from content.corrections import NOTE
from content.direct import Question
from content.documents import Attachment, Document, Live, Rendition, Revision, Settlement
from content.people import User
from content.shown import Shown
from content.tree import Node, Tree
from content.types import type_of

KIND, FORMAT = "政务公开档案卡", 1
CHANNELS = ("政府网站", "站内检索", "公开目录", "RSS和Atom订阅")  # where everything public appears at once


# -- what is written down while it happens ------------------------------------------------------------------------

def signature(name: str, unit: str, step: str, why: str) -> dict[str, str]:
    """Who did a step, as he and his office were called then; his reason as the card shows it, where that differs."""
    opinion = privacy.mask_text(why, privacy.scan_text(why)) if why else ""
    return {"step": step, "name": name, "unit": unit} | ({"opinion": opinion} if opinion != why else {})


def published(session: Session, document: Document, made: Rendition, node: Node, tree: Tree) -> dict[str, Any]:
    """Whose it is, where it appeared, and the hashes by which its texts are known again.

    The words of the text stay where an erasure by law finds them: in the rendition, which never changes otherwise.
    """
    units = tree.departments.by_id
    also = [tree.by_id[each] for each in document.also if each in tree.by_id]
    return {
        "department": units[document.department_id].name, "authors": _authors(session, document),
        "basis": node.basis, "columns": [_path(each) for each in (node, *also)],
        "channels": list(CHANNELS) if node.is_public() else ["内部公开"], "settled": _settled(session, document),
        "sha256": {"revision": digest(_words(document.head)), "rendition": digest(_words(made))},
    }


def _authors(session: Session, document: Document) -> list[list[str]]:
    """Everyone who wrote on it so far: `[name, office]`."""
    query = (select(User).where(User.id.in_(select(Revision.author_id).where(Revision.document_id == document.id)))
             .order_by(User.id))
    return [[user.name, user.department.short_name] for user in session.scalars(query).unique()]


def _path(node: Node) -> str:
    return " › ".join(each.name for each in reversed(node.chain))


def _settled(session: Session, document: Document) -> dict[str, dict[str, int]]:
    """How many values of each kind of personal data were masked, deleted or kept; never a value."""
    query = (select(Settlement.kind, Settlement.decision, func.count())
             .where(Settlement.document_id == document.id).group_by(Settlement.kind, Settlement.decision)
             .order_by(Settlement.kind, Settlement.decision))
    found: dict[str, dict[str, int]] = {}
    for kind, decision, count in session.execute(query):
        found.setdefault(privacy.KINDS[kind].zh, {})[decision] = count
    return found


def _words(text: Revision | Rendition) -> dict[str, Any]:
    return {"title": text.title, "body": text.body, "data": text.data}


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in its one spelling, lower-case hexadecimal."""
    return hashlib.sha256(journal.canonical(value).encode()).hexdigest()


# -- the card -----------------------------------------------------------------------------------------------------

class NeverPublished(LookupError):
    """There is no card of what never was public, or was not yet at that row."""


def card(session: Session, document: Document, upto: int | None = None) -> dict[str, Any]:
    """The card of a document as of journal row `upto`, by default as of now. Raises `NeverPublished`.

    JSON values; moments in ISO 8601 with the county's offset. `sha256` is that of all the rest (`digest`).
    """
    rows = _history(session, document.id)
    return _card(session, document.live, [row for row in rows if upto is None or row.seq <= upto])


class _Row(NamedTuple):
    """Of a row of the journal what cards tell; `erased`: whether its payload is no more."""

    seq: int
    at: dt.datetime
    action: str
    actor_id: int | None
    hash: str
    erased: bool
    payload: dict[str, Any]


def _history(session: Session, document_id: int) -> list[_Row]:
    """Everything that happened to a document, oldest first: `journal.history`, of which nothing is loaded."""
    return [_Row(*told, body is None, {} if body is None else json.loads(body))
            for *told, body in _told().rows(session, number=document_id)]


@cache
def _told() -> Question:
    row, payload = journal.Row, journal.Payload
    return Question(select(row.seq, row.at, row.action, row.actor_id, row.hash, payload.body)
                    .join(payload, payload.seq == row.seq)
                    .where(row.subject_kind == "document", row.subject_id == bindparam("number")).order_by(row.seq))


def _card(session: Session, live: Live | Shown | None, rows: list[_Row]) -> dict[str, Any]:
    versions = [_version(session, row) for row in rows if "rendition" in row.payload]
    if live is None or not versions:
        raise NeverPublished("a document that was not public")
    last = versions[-1]
    made = {
        "kind": KIND, "format": FORMAT, "number": live.index_number, "url": live.url,
        "what": {name: last[name] for name in ("title", "number", "type", "department", "formed")},
        "basis": last["basis"], "where": {"columns": last["columns"], "channels": last["channels"]},
        "published": versions[0]["at"], "changed": last["at"], "state": _state(rows),
        "authors": last["authors"], "steps": [_step(session, row) for row in rows if "to" in row.payload],
        "versions": [{name: each[name] for name in _VERSION} for each in versions],
        "files": last["files"], "settled": last["settled"],
        "withdrawals": [_ending(row, "kind") for row in rows if "kind" in row.payload and _is(row, "withdrawn")],
        "archived": [_ending(row) for row in rows if _is(row, "archived")],
        "evidence": {"upto": rows[-1].seq, "head": rows[-1].hash,
                     "rows": [{"seq": row.seq, "at": _moment(row), "action": row.action, "hash": row.hash,
                               "erased": row.erased} for row in rows]},
    }
    return made | {"sha256": digest(made)}


_VERSION = ("ordinal", "at", "seq", "changes", "note", "erased", "sha256", "files")


class _Made(NamedTuple):
    """Of a rendition and the revision that it was made of what cards tell."""

    title: str
    data: dict[str, Any]
    changes: list
    files: list
    ordinal: int
    document_id: int
    type: str


@cache
def _made() -> Question:
    return Question(select(Rendition.title, Rendition.data, Rendition.changes, Rendition.files, Revision.ordinal,
                           Revision.document_id, Document.type)
                    .join(Revision, Revision.id == Rendition.revision_id)
                    .join(Document, Document.id == Revision.document_id).where(Rendition.id == bindparam("number")))


def _version(session: Session, row: _Row) -> dict[str, Any]:
    """One publication: its words from the rendition, the rest as it was written down then."""
    number = row.payload["rendition"]
    made = _Made(*_made().row(session, number=number))
    told = row.payload.get("card") or _untold(session, number)
    basis = [words for words in (made.data.get("basis"), told["basis"]) if words]
    return told | {"title": made.title, "number": made.data.get("number", ""), "formed": made.data.get("formed", ""),
                   "type": type_of(made.type).title, "ordinal": made.ordinal, "basis": basis,
                   "changes": made.changes, "note": made.data.get(NOTE, ""), "files": _files(session, made),
                   "erased": not made.title, "at": _moment(row), "seq": row.seq}


def _untold(session: Session, number: int) -> dict[str, Any]:
    """Of what was published before cards were kept: what can still be known."""
    made = session.get_one(Rendition, number)
    revision = session.get_one(Revision, made.revision_id)
    units = dict(made.chain)
    return {"department": units.get("制定", ""), "authors": _authors(session, revision.document), "basis": "",
            "columns": [], "channels": [], "settled": {},
            "sha256": {"revision": digest(_words(revision)), "rendition": digest(_words(made))}}


def _files(session: Session, made: _Made) -> list[dict[str, str]]:
    """Name and hashes of each attachment: that of the original, and that of what the public gets."""
    if not made.files:
        return []
    query = select(Attachment.id, Attachment.sha256).where(Attachment.document_id == made.document_id)
    originals = dict(session.execute(query).all())
    return [{"name": file["name"], "original": originals.get(file["id"], ""), "rendition": file["sha256"]}
            for file in made.files]


def _step(session: Session, row: _Row) -> dict[str, Any]:
    payload = row.payload
    signed = payload.get("signed") or _signature_of(session, row)
    found = {"seq": row.seq, "at": _moment(row), "action": row.action, "step": signed["step"], "unit": signed["unit"],
             "name": signed["name"], "opinion": signed.get("opinion", payload.get("why", "")),
             "statement": payload.get("statement", "")}
    if behalf := payload.get("on_behalf_of"):
        found["on_behalf_of"] = behalf
    return found


def _signature_of(session: Session, row: _Row) -> dict[str, str]:
    """Of a step of the worker, or one from before signatures were kept."""
    user = session.get(User, row.actor_id) if row.actor_id else None
    return signature(user.name if user else "系统", user.department.short_name if user else "", row.action,
                     row.payload.get("why", ""))


def _ending(row: _Row, *names: str) -> dict[str, Any]:
    return {"at": _moment(row), "seq": row.seq, **{name: row.payload[name] for name in names}}


def _is(row: _Row, state: str) -> bool:
    return row.payload.get("to") == state


def _state(rows: list[_Row]) -> str:
    """`public`, `archived` or `withdrawn`, as the last step that the public saw left it."""
    last = next(row for row in reversed(rows) if _public_saw(row))
    return "public" if "rendition" in last.payload else last.payload["to"]


def _moment(row: _Row) -> str:
    return row.at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def public_card(session: Session, document_id: int, live: Live | Shown | None) -> dict[str, Any]:
    """The card of a document with this row of the gate, as everybody may read it. Raises `NeverPublished`.

    Offices stand in place of persons, and no opinions; nothing of what is on its way since the public last saw a
    change. `evidence.of` is the hash of the full card up to the same row.
    """
    rows = _history(session, document_id)
    seen = max((row.seq for row in rows if _public_saw(row)), default=0)
    full = _card(session, live, [row for row in rows if row.seq <= seen])
    made = {name: full[name] for name in ("kind", "format", "number", "url", "what", "basis", "where", "published",
                                          "changed", "state", "archived")}
    made["steps"] = [{name: step[name] for name in ("at", "step", "unit")} | {"cleared": bool(step["statement"])}
                     for step in full["steps"] if step["action"] not in _WITHIN]
    made["versions"] = [{name: each[name] for name in ("at", "changes", "note")}
                        | {"sha256": each["sha256"]["rendition"],
                           "files": [{"name": file["name"], "sha256": file["rendition"]} for file in each["files"]]}
                        for each in full["versions"]]
    made["evidence"] = {"upto": full["evidence"]["upto"], "head": full["evidence"]["head"], "of": full["sha256"]}
    return made | {"sha256": digest(made)}


def _public_saw(row: _Row) -> bool:
    """Whether something changed for the public."""
    led_to = row.payload.get("to") in ("archived", "withdrawn") and row.action != "document.abandon"
    return "rendition" in row.payload or led_to


# Steps that are nobody's business outside: what was tried and taken back on the way.
_WITHIN = frozenset(f"document.{name}" for name in ("return", "recall", "hold", "abandon", "revise"))
