"""Guards: the conditions that workflow definitions name. Each looks at a move and returns what stands in its way.

Sentences are for the person at the desk: what is wrong, where, and what to do. While a desk asks what could be
done (`facts["asking"]`), conditions that the form itself will fill in are taken as met.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from content import clearing, journal
from content.base import SHANGHAI, local_date
from content.documents import REASONS, WITHDRAWN, Revision
from content.types import type_of
from workflows.moves import Guard, Move

# Steps by which somebody answers for a text; the chain of responsibility is made of them.
CHAIN = ("submit", "approve", "clear", "sign", "schedule", "publish_urgently", "confirm")
WRITING = ("create", "save")
DECIDING = ("document.settle", "document.reopen", "document.choose")  # what changes what the public will see


def findings_settled(move: Move) -> list[str]:
    """Nothing unsettled or secret is in the text and its attachments (《条例》第十五条、第十七条).

    Pictures that no program can read have been looked at, once it has left the writer: that is a reviewer's work.
    """
    judged = clearing.review(move.session, move.house, move.subject, move.subject.head)
    leaves_writer = move.workflow.states[move.subject.state].editable and "publish" not in move.transition.effects
    return judged.blockers if leaves_writer else [*judged.blockers, *judged.unseen]


def metadata_complete(move: Move) -> list[str]:
    """The metadata that its type needs are there, and a title and a text."""
    head = move.subject.head
    missing = type_of(move.subject.type).missing(head.data)
    missing += [name for name, value in (("标题", head.title), ("正文", head.body)) if not value.strip()]
    return [f"还没有填写：{'、'.join(missing)}"] if missing else []


def column_open(move: Move) -> list[str]:
    """The column takes documents on this day."""
    return [] if move.node.is_open(local_date(move.now)) else [f"栏目“{move.node.name}”已关闭或尚未启用，请换一个栏目"]


def chain_people(move: Move) -> dict[int, str]:
    """Who has acted in the present chain of this document, and as what."""
    return people_of(journal.told(move.session, "document", move.subject.id), move.subject.head)


def people_of(rows: Iterable[journal.Row | journal.Entry], head: Revision | None) -> dict[int, str]:
    """Who has acted in a chain, and as what: everyone who wrote on the text, and who moved it since it left the draft.

    A return takes back the steps, not the writing. A correction begins anew; abandoned, it never was.
    """
    people: dict[int, str] = {}
    public: dict[int, str] = {}
    for row in rows:
        step, payload = row.action.partition(".")[2], row.payload
        if step == "revise":
            people, public = {}, people
        elif step == "abandon":
            people = public
        elif payload.get("to") == "draft":
            people = {person: done for person, done in people.items() if done == "write"}
        elif step in CHAIN or step in WRITING:
            for person in (row.actor_id, payload.get("on_behalf_of")):
                if person is not None:
                    people.setdefault(person, "write" if step in WRITING else step)
    if head is not None and head.author_id is not None:
        people.setdefault(head.author_id, "write")
    return people


def not_twice(move: Move) -> list[str]:
    """No one acts twice in one chain: 谁制定、谁审查、谁公开、谁负责. A stand-in counts as both persons."""
    people = chain_people(move)
    acting = {move.actor.user_id: "您", move.on_behalf_of: "您代行职责的人"}
    return [f"{who}已经经手过这一稿，同一个人不能在一条流程里办两步，请由另一位办理"
            for person, who in acting.items() if person in people]


def confidentiality_statement(move: Move) -> list[str]:
    """The reviewer states that it was checked and may go out (先审查、后公开, 保密法实施条例 Art. 42)."""
    if move.facts.get("asking") or move.facts.get("statement"):
        return []
    return ["请勾选保密审查结论：已逐项审查，不涉及国家秘密、工作秘密，可以公开"]


def statement_made(move: Move) -> list[str]:
    """Somebody has made the confidentiality statement for this very revision, and for what is cut out of it."""
    for row in reversed(journal.told(move.session, "document", move.subject.id)):
        if row.action in DECIDING:
            return ["保密审查以后，个人信息的处理又有改动，请退回修改后重新送审"]
        if row.payload.get("statement") and row.payload.get("revision") == move.subject.head_id:
            return []
    return ["这一稿还没有保密审查结论，请退回保密审查"]


def column_is_internal(move: Move) -> list[str]:
    """It goes to the staff alone: nothing reaches the public without a confidentiality review (先审查、后公开)."""
    return [f"栏目“{move.node.name}”向社会公开，不能走内部公开流程，请退回后重新送审"] if move.node.is_public() else []


def not_before_agreed_date(move: Move) -> list[str]:
    """Not before the moment that was agreed for it."""
    agreed = move.subject.publish_at
    if agreed is not None and agreed > move.now:
        return [f"约定的公开时间是{_moment(agreed)}，请选择定时公开，或者退回修改时间"]
    return []


def moment_given(move: Move) -> list[str]:
    """A moment in the future is named for the release."""
    if move.facts.get("asking"):
        return []
    moment = move.facts.get("publish_at") or move.subject.publish_at
    if not isinstance(moment, dt.datetime):
        return ["请填写公开时间"]
    return [] if moment > move.now else [f"公开时间{_moment(moment)}已经过去，请改为以后的时间"]


def moment_reached(move: Move) -> list[str]:
    """The scheduled moment has come."""
    due = move.subject.publish_at
    return [] if due is not None and due <= move.now else ["公开时间还没有到"]


def is_live(move: Move) -> list[str]:
    """The public has a text of it."""
    live = move.subject.live
    return [] if live is not None and live.state != WITHDRAWN else ["公众现在看不到这篇，没有可办的"]


def kind_named(move: Move) -> list[str]:
    """The kind of reason is named (撤回原因): the tombstone says it."""
    if move.facts.get("asking") or move.facts.get("reason_kind") in move.transition.kinds:
        return []
    return [f"请选择{move.transition.title}原因：{'、'.join(REASONS[kind] for kind in move.transition.kinds)}"]


def was_live(move: Move) -> list[str]:
    """The public has, or once had, a text of it: what is on the desk is a correction."""
    return [] if move.subject.live is not None else ["从来没有公开过，没有更正可以放弃；不要的可以作废"]


def never_live(move: Move) -> list[str]:
    """It was never published: what was can be withdrawn, not thrown away."""
    return ["已经公开过的不能作废，请用撤回或放弃更正"] if move.subject.live is not None else []


def own_document(move: Move) -> list[str]:
    """Only who wrote it takes it back."""
    return [] if move.subject.owner_id == move.actor.user_id else ["只有拟稿人本人可以收回"]


def is_emergency(move: Move) -> list[str]:
    """It was published urgently and nobody else has looked at it yet."""
    return [] if move.subject.emergency else ["这篇不是紧急公开的，不需要补审"]


def period_over(move: Move) -> list[str]:
    """The last day of the 公示 has passed."""
    live = move.subject.live
    over = live is not None and live.ends is not None and live.ends < local_date(move.now)
    return [] if over else ["公示期还没有结束"]


def _moment(moment: dt.datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


# Guards that say whether a step concerns a document at all; what does not concern it is not offered.
CONCERNS = frozenset({"is_live", "was_live", "never_live", "own_document", "is_emergency"})
GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (
    findings_settled, metadata_complete, column_open, not_twice, confidentiality_statement, statement_made,
    column_is_internal, not_before_agreed_date, moment_given, moment_reached, is_live, kind_named, was_live, never_live,
    own_document, is_emergency, period_over)}
