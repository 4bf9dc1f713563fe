"""The archive card (政务公开档案卡): what the journal tells of one published document, in one place, to be kept.

A card is made from journal rows alone, up to a row, and from what never changes (address, 索引号, renditions): the
same rows give the same card and the same `sha256`, whatever is renamed later. What it needs of names is therefore
written into the journal with the step itself: `signature` with every step, `published` with every publication.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import journal, privacy
from content.base import SHANGHAI
from content.corrections import NOTE
from content.documents import Attachment, Document, Rendition, Revision, Settlement
from content.people import User
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
    rows = [row for row in journal.history(session, "document", document.id) if upto is None or row.seq <= upto]
    versions = [_version(session, row) for row in rows if "rendition" in row.payload]
    live = document.live
    if live is None or not versions:
        raise NeverPublished(f"document {document.id} was not public")
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
                               "erased": row.payload_row.body is None} for row in rows]},
    }
    return made | {"sha256": digest(made)}


_VERSION = ("ordinal", "at", "seq", "changes", "note", "erased", "sha256", "files")


def _version(session: Session, row: journal.Row) -> dict[str, Any]:
    """One publication: its words from the rendition, the rest as it was written down then."""
    made = session.get_one(Rendition, row.payload["rendition"])
    revision = session.get_one(Revision, made.revision_id)
    told = row.payload.get("card") or _untold(session, made, revision)
    basis = [words for words in (made.data.get("basis"), told["basis"]) if words]
    return told | {"title": made.title, "number": made.data.get("number", ""), "formed": made.data.get("formed", ""),
                   "type": type_of(revision.document.type).title, "ordinal": revision.ordinal, "basis": basis,
                   "changes": made.changes, "note": made.data.get(NOTE, ""), "files": _files(session, revision, made),
                   "erased": not made.title, "at": _moment(row), "seq": row.seq}


def _untold(session: Session, made: Rendition, revision: Revision) -> dict[str, Any]:
    """Of what was published before cards were kept: what can still be known."""
    units = dict(made.chain)
    return {"department": units.get("制定", ""), "authors": _authors(session, revision.document), "basis": "",
            "columns": [], "channels": [], "settled": {},
            "sha256": {"revision": digest(_words(revision)), "rendition": digest(_words(made))}}


def _files(session: Session, revision: Revision, made: Rendition) -> list[dict[str, str]]:
    """Name and hashes of each attachment: that of the original, and that of what the public gets."""
    query = select(Attachment.id, Attachment.sha256).where(Attachment.document_id == revision.document_id)
    originals = dict(session.execute(query).all())
    return [{"name": file["name"], "original": originals.get(file["id"], ""), "rendition": file["sha256"]}
            for file in made.files]


def _step(session: Session, row: journal.Row) -> dict[str, Any]:
    payload = row.payload
    signed = payload.get("signed") or _signature_of(session, row)
    found = {"seq": row.seq, "at": _moment(row), "action": row.action, "step": signed["step"], "unit": signed["unit"],
             "name": signed["name"], "opinion": signed.get("opinion", payload.get("why", "")),
             "statement": payload.get("statement", "")}
    if behalf := payload.get("on_behalf_of"):
        found["on_behalf_of"] = behalf
    return found


def _signature_of(session: Session, row: journal.Row) -> dict[str, str]:
    """Of a step of the worker, or one from before signatures were kept."""
    user = session.get(User, row.actor_id) if row.actor_id else None
    return signature(user.name if user else "系统", user.department.short_name if user else "", row.action,
                     row.payload.get("why", ""))


def _ending(row: journal.Row, *names: str) -> dict[str, Any]:
    return {"at": _moment(row), "seq": row.seq, **{name: row.payload[name] for name in names}}


def _is(row: journal.Row, state: str) -> bool:
    return row.payload.get("to") == state


def _state(rows: list[journal.Row]) -> str:
    """`public`, `archived` or `withdrawn`, as the last step that the public saw left it."""
    last = next(row for row in reversed(rows) if _public_saw(row))
    return "public" if "rendition" in last.payload else last.payload["to"]


def _moment(row: journal.Row) -> str:
    return row.at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def public_card(session: Session, document: Document) -> dict[str, Any]:
    """The card as everybody may read it. Raises `NeverPublished`.

    Offices stand in place of persons, and no opinions; nothing of what is on its way since the public last saw a
    change. `evidence.of` is the hash of the full card up to the same row.
    """
    seen = [row.seq for row in journal.history(session, "document", document.id) if _public_saw(row)]
    full = card(session, document, seen[-1] if seen else 0)
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


def _public_saw(row: journal.Row) -> bool:
    """Whether something changed for the public."""
    led_to = row.payload.get("to") in ("archived", "withdrawn") and row.action != "document.abandon"
    return "rendition" in row.payload or led_to


# Steps that are nobody's business outside: what was tried and taken back on the way.
_WITHIN = frozenset(f"document.{name}" for name in ("return", "recall", "hold", "abandon", "revise"))
