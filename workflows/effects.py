"""Effects: what a transition brings about beside the new state, all in the same transaction.

`publish` is the one door to the public: it makes the rendition, checks it once more, and opens the gate, the
`live` row. Whatever it refuses stops the transition, and the engine's savepoint undoes it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete

from content import clearing, corrections, journal, outbox, places, privacy, pushes
from content.base import local_date
from content.documents import (
    ARCHIVED,
    PUBLIC,
    UNSAID,
    WITHDRAWN,
    Document,
    Draft,
    Listing,
    Live,
    Relation,
    Rendition,
)
from content.numbers import index_number, keep, normal_number, take
from content.people import User
from content.types import type_of
from workflows import cards, validity
from workflows.moves import Effect, Move, Refused


def publish(move: Move) -> None:
    """Make the rendition of the head revision and let the public have it."""
    first = move.subject.live is None
    live = _first_publication(move) if first else move.subject.live
    made, anew = _rendition(move, live), live.state == WITHDRAWN
    _fill(move, live, made)
    move.subject.live = live
    move.session.flush()
    _list(move, live, anew)
    _relate(move)
    validity.settle(move.session, live, local_date(move.now))
    move.subject.publish_at, move.subject.emergency = None, False
    card = cards.published(move.session, move.subject, made, move.node, move.tree)
    move.notes |= {"rendition": made.id, "url": live.url, "first": first, "card": card}


def _rendition(move: Move, live: Live) -> Rendition:
    try:
        return clearing.make(move.session, move.house, move.subject, move.subject.head, move.node,
                             address=live.url.removesuffix(".html"), chain=_chain(move), at=move.now,
                             changes=_changes(move))
    except clearing.NotClean as problem:
        raise Refused(*problem.reasons) from None


def _changes(move: Move) -> list[str]:
    """Which parts a correction changes, for its public record; none of what is published for the first time."""
    before = corrections.last_public(move.session, move.subject.id)
    if before is None or move.subject.live is None:
        return []
    again = [corrections.AGAIN] if move.subject.live.is_withdrawn else []
    return again + corrections.parts(before, move.subject.head) or [corrections.REMADE]


def _first_publication(move: Move) -> Live:
    """A row with its numbers alone, for the rendition to know its address; whatever refuses takes them back."""
    published = _published(move)
    year = local_date(published).year
    unit = move.tree.departments.by_id[move.subject.department_id]
    organ, kept = unit.organ_code or unit.code, move.facts.get("address") if move.actor.system else None
    if kept is not None:
        keep(move.session, kept, organ)
        return Live(document_id=move.subject.id, year=kept.year, serial=kept.serial, published=published,
                    index_number=kept.index_number)
    return Live(document_id=move.subject.id, year=year, serial=take(move.session, f"doc/{year}"), published=published,
                index_number=index_number(move.session, organ, year, move.house.index_rule))


def _published(move: Move) -> dt.datetime:
    """The moment of publication: now, or for what the system imports the moment it was published elsewhere."""
    return (move.facts.get("published") if move.actor.system else None) or move.now


def _fill(move: Move, live: Live, made: Rendition) -> None:
    """The gate's copy of what lists and filters ask for, all of it from the rendition."""
    data, document = made.data, move.subject
    if live.state == WITHDRAWN:
        live.published = _published(move)
    live.state, live.archived, live.reason_kind, live.reason = PUBLIC, None, "", ""
    live.corrections = (live.corrections or 0) + bool(made.changes)
    live.audience = live.cleared_for = "public" if move.node.is_public() else "internal"
    live.rendition_id, live.type, live.title = made.id, document.type, made.title
    live.column_id, live.department_id = document.column_id, document.department_id
    live.changed = move.now
    live.formed, live.ends = _day(data.get("formed")), _day(data.get("ends"))
    live.limit_days, live.pinned_until = data.get("limit_days"), _day(data.get("pinned_until"))
    live.number = normal_number(data.get("number", "")) if data.get("number") else ""
    live.topic = data.get("topic", "")


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _list(move: Move, live: Live, anew: bool) -> None:
    move.session.execute(delete(Listing).where(Listing.document_id == live.document_id))
    for column_id in dict.fromkeys((live.column_id, *move.subject.also)):
        move.session.add(Listing(document_id=live.document_id, column_id=column_id, published=live.published))
    places.settle(move.session, live.document_id, (live.column_id, *move.subject.also), anew=anew)


def _relate(move: Move) -> None:
    """Links to other documents, as this text has them; what it abolishes is shown as abolished from now on."""
    document, kinds = move.subject, type_of(move.subject.type).relations
    touched = validity.ended_by(move.session, document.id)
    move.session.execute(delete(Relation).where(Relation.source_id == document.id))
    for name, kind in kinds.items():
        target = move.session.get(Document, document.head.data.get(name) or 0)
        if target is not None and target is not document:
            move.session.add(Relation(source_id=document.id, target_id=target.id, kind=kind))
    move.session.flush()
    _renew(move, touched)


def _renew(move: Move, touched: set[int]) -> None:
    """The 有效性 of what it ended, or ends now."""
    ids = touched | validity.ended_by(move.session, move.subject.id)
    validity.renew(move.session, ids, move.now, by=move.subject.id,
                   actor_id=None if move.actor.system else move.actor.user_id)


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
    move.subject.head_id = corrections.last_public(move.session, move.subject.id).id
    move.subject.state = {ARCHIVED: "archived", WITHDRAWN: "withdrawn"}.get(move.subject.live.state, move.subject.state)


def forget_drafts(move: Move) -> None:
    """No working copy survives what it was a copy of."""
    move.session.execute(delete(Draft).where(Draft.document_id == move.subject.id))


def withdraw(move: Move) -> None:
    """Close the gate at once and keep a tombstone; call back what was pushed.

    Number and kind of reason stay. Of what was withdrawn for privacy or secrecy, neither the title nor the words of
    the reason do: these are in the journal alone.
    """
    live, kind = move.subject.live, move.facts["reason_kind"]
    live.state, live.reason_kind, live.changed = WITHDRAWN, kind, move.now
    live.reason = "" if kind in UNSAID else privacy.mask_text(move.why, privacy.scan_text(move.why))
    live.title = "" if kind in UNSAID else live.title
    live.rendition_id = live.turns = None
    move.session.execute(delete(Listing).where(Listing.document_id == live.document_id))
    recalled = outbox.recall(move.session, live.document_id, **_recall_notice(live))
    pushed = pushes.withdraw(move.session, live.document_id, actor_id=move.actor_id)
    move.notes |= {"url": live.url, "kind": kind, "recalled": len(recalled) + pushed}
    move.session.flush()
    _renew(move, set())


def _recall_notice(live: Live) -> dict[str, str]:
    """What those are told who were sent it: which one, never what it was about."""
    return {"subject": f"撤回通知：索引号{live.index_number}", "url": live.url,
            "text": f"此前发送给您的信息（索引号{live.index_number}）已经撤回，请删除，不要再转发或者引用。\n"
                    f"撤回情况见：{live.url}\n"}


def archive(move: Move) -> None:
    """It stays readable and says since when it is archived (网站发展指引: “已归档”和归档日期)."""
    live = move.subject.live
    live.state, live.archived, live.changed = ARCHIVED, move.now, move.now


EFFECTS: dict[str, Effect] = {effect.__name__: effect for effect in (
    publish, schedule, unschedule, note_statement, flag_emergency, confirm_emergency, tell_owner, take_over,
    restore_live_text, forget_drafts, withdraw, archive)}
