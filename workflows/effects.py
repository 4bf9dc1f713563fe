"""Effects: what a transition brings about beside the new state, all in the same transaction.

`publish` is the one door to the public: it makes the rendition, checks it once more, and opens the gate, the
`live` row. Whatever it refuses stops the transition, and the engine's savepoint undoes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import delete, select

from content import clearing, journal, outbox
from content.base import local_date
from content.documents import (
    ARCHIVED,
    PUBLIC,
    WITHDRAWN,
    Document,
    Draft,
    Listing,
    Live,
    Relation,
    Rendition,
    Revision,
)
from content.numbers import index_number, normal_number, take
from content.people import User
from content.types import type_of
from workflows.moves import Effect, Move, Refused

ABOLISHED = "废止"
ENDING = ("abolishes", "supersedes")  # relations that end the validity of what they point at


def publish(move: Move) -> None:
    """Make the rendition of the head revision and let the public have it."""
    made = _rendition(move)
    live = move.subject.live
    first = live is None
    if live is None:
        live = _first_publication(move)
    _fill(move, live, made)
    move.session.flush()
    _list(move, live)
    _relate(move)
    live.validity = _validity(move, live)
    move.subject.publish_at, move.subject.emergency = None, False
    move.notes |= {"rendition": made.id, "url": live.url, "first": first}


def _rendition(move: Move) -> Rendition:
    try:
        return clearing.make(move.session, move.subject, move.subject.head, move.node, move.house.finding_secret,
                             move.house.known_public(move.tree), chain=_chain(move), at=move.now)
    except clearing.NotClean as problem:
        raise Refused(*problem.reasons) from None


def _first_publication(move: Move) -> Live:
    published = _published(move)
    year = local_date(published).year
    unit = move.tree.departments.by_id[move.subject.department_id]
    live = Live(document_id=move.subject.id, year=year, serial=take(move.session, f"doc/{year}"), published=published,
                index_number=index_number(move.session, unit.organ_code or unit.code, year, move.house.index_rule))
    move.session.add(live)
    move.subject.live = live
    return live


def _published(move: Move) -> dt.datetime:
    """The moment of publication: now, or for what the system imports the moment it was published elsewhere."""
    return (move.facts.get("published") if move.actor.system else None) or move.now


def _fill(move: Move, live: Live, made: Rendition) -> None:
    """The gate's copy of what lists and filters ask for, all of it from the rendition."""
    data, document = made.data, move.subject
    if live.state == WITHDRAWN:
        live.published = _published(move)
    live.state, live.reason = PUBLIC, ""
    live.audience = live.cleared_for = "public" if move.node.is_public() else "internal"
    live.rendition_id, live.type, live.title = made.id, document.type, made.title
    live.column_id, live.department_id = document.column_id, document.department_id
    live.changed = move.now
    live.formed, live.ends = _day(data.get("formed")), _day(data.get("ends"))
    live.pinned_until = _day(data.get("pinned_until"))
    live.number = normal_number(data.get("number", "")) if data.get("number") else ""
    live.topic = data.get("topic", "")


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _list(move: Move, live: Live) -> None:
    move.session.execute(delete(Listing).where(Listing.document_id == live.document_id))
    for column_id in dict.fromkeys((live.column_id, *move.subject.also)):
        move.session.add(Listing(document_id=live.document_id, column_id=column_id, published=live.published))


def _relate(move: Move) -> None:
    """Links to other documents, as this text has them; what it abolishes is shown as abolished from now on."""
    document, kinds = move.subject, type_of(move.subject.type).relations
    touched = _ended_by(move)
    move.session.execute(delete(Relation).where(Relation.source_id == document.id))
    for name, kind in kinds.items():
        target = move.session.get(Document, document.head.data.get(name) or 0)
        if target is not None and target is not document:
            move.session.add(Relation(source_id=document.id, target_id=target.id, kind=kind))
    move.session.flush()
    _renew_validity(move, touched | _ended_by(move))


def _ended_by(move: Move) -> set[int]:
    """Ids of the documents that this one abolishes or replaces, by the relations as they are."""
    return set(move.session.scalars(select(Relation.target_id).where(Relation.source_id == move.subject.id,
                                                                     Relation.kind.in_(ENDING))))


def _renew_validity(move: Move, ids: Iterable[int]) -> None:
    """The 有效性 of other documents, after one that abolishes them was published, corrected or withdrawn."""
    for live in move.session.scalars(select(Live).where(Live.document_id.in_(ids), Live.state != WITHDRAWN)):
        validity = _validity(move, live)
        if live.validity != validity:
            live.validity, live.changed = validity, move.now
            verb = "abolished" if validity == ABOLISHED else "reinstated"
            journal.record(move.session, f"document.{verb}", ("document", live.document_id), at=move.now,
                           actor_id=None if move.actor.system else move.actor.user_id, by=move.subject.id)


def _validity(move: Move, live: Live) -> str:
    """废止 while a document that abolishes or replaces it is live, else what its own text says."""
    query = (select(Relation.source_id).join(Live, Live.document_id == Relation.source_id)
             .where(Relation.target_id == live.document_id, Relation.kind.in_(ENDING), Live.state != WITHDRAWN))
    if move.session.scalar(query.limit(1)) is not None:
        return ABOLISHED
    return move.session.get_one(Rendition, live.rendition_id).data.get("validity", "")


def _chain(move: Move) -> list[list[str]]:
    """Who answers for it, as the public reads it: departments, not persons."""
    units = move.tree.departments.by_id
    steps = {"approve": "审核", "sign": "公开", "schedule": "公开", "publish_urgently": "公开"}
    found = {"制定": units[move.subject.department_id].short_name}
    for row in [*journal.told(move.session, "document", move.subject.id), None]:
        name = row.action.partition(".")[2] if row else move.transition.name
        actor_id = row.actor_id if row else move.actor.user_id
        if row is not None and row.payload.get("to") == "draft":
            found = {"制定": found["制定"]}
        user = move.session.get(User, actor_id) if actor_id and name in steps else None
        if user is not None:
            found[steps[name]] = units[user.department_id].short_name
        if (row is not None and row.payload.get("statement")) or (row is None and move.notes.get("statement")):
            found["保密审查"] = "已审查，可以公开"
    order = ("制定", "审核", "保密审查", "公开")
    return [[step, found[step]] for step in order if step in found]


def schedule(move: Move) -> None:
    """Keep the moment at which the worker will release it."""
    moment = move.facts.get("publish_at") or move.subject.publish_at
    move.subject.publish_at = moment
    move.notes["publish_at"] = moment.isoformat()


def unschedule(move: Move) -> None:
    move.subject.publish_at = None


def note_statement(move: Move) -> None:
    """The words of the confidentiality statement go into the journal with the step."""
    move.notes["statement"] = move.facts["statement"]


def flag_emergency(move: Move) -> None:
    """It stays flagged until a second person has approved it, or a text that went all the way replaces it."""
    move.subject.emergency = True


def confirm_emergency(move: Move) -> None:
    move.subject.emergency = False


def tell_owner(move: Move) -> None:
    """A return reaches the one who wrote it. The message names no title: it may hold what must not travel."""
    owner = move.subject.owner
    if owner is None or not owner.email or owner.id == move.actor.user_id:
        return
    outbox.post(move.session, "mail", owner.email, f"{move.transition.name}/{move.subject.id}/{move.now.isoformat()}",
                subject=f"稿件{move.transition.title}：{move.node.name}",
                text=f"{owner.name}：\n您在“{move.node.name}”的稿件（编号{move.subject.id}）由{move.actor.name}办理："
                     f"{move.transition.title}。\n理由：{move.why}\n请登录工作台处理：/desk/document/{move.subject.id}\n")


def take_over(move: Move) -> None:
    """Who begins the correction owns it."""
    move.subject.owner_id = move.actor.user_id


def restore_live_text(move: Move) -> None:
    """The text on the desk is again the one that the public has, or last had, and so is the state."""
    query = (select(Rendition.revision_id).join(Revision, Revision.id == Rendition.revision_id)
             .where(Revision.document_id == move.subject.id).order_by(Rendition.id.desc()).limit(1))
    move.subject.head_id = move.session.scalars(query).one()
    move.subject.state = {ARCHIVED: "archived", WITHDRAWN: "withdrawn"}.get(move.subject.live.state, move.subject.state)


def forget_drafts(move: Move) -> None:
    """No working copy survives what it was a copy of."""
    move.session.execute(delete(Draft).where(Draft.document_id == move.subject.id))


def withdraw(move: Move) -> None:
    """Close the gate at once and keep a tombstone: neither the title nor the text stays within public reach."""
    live = move.subject.live
    live.state, live.reason, live.changed = WITHDRAWN, move.why, move.now
    live.rendition_id, live.title, live.number = None, "", ""
    move.session.execute(delete(Listing).where(Listing.document_id == live.document_id))
    move.notes["url"] = live.url
    move.session.flush()
    _renew_validity(move, _ended_by(move))


def archive(move: Move) -> None:
    """It stays readable and says since when it is archived."""
    move.subject.live.state, move.subject.live.changed = ARCHIVED, move.now


EFFECTS: dict[str, Effect] = {effect.__name__: effect for effect in (
    publish, schedule, unschedule, note_statement, flag_emergency, confirm_emergency, tell_owner, take_over,
    restore_live_text, forget_drafts, withdraw, archive)}
