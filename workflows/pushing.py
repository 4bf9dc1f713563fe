"""Guards and effects of pushes (微信推送): what may go to readers, by whom it is signed off, and how it is queued."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import outbox
from content.base import begins, local_date
from content.documents import ARCHIVED, PUBLIC, Live
from content.outbox import CANCELLED, WAITING, Delivery
from content.people import User
from content.pushes import CHANNEL, DIGEST, GO, MASS, QUEUED, Push, call_back, delivery_key
from workflows.moves import Effect, Guard, Move

SPENT = ("queued", "accepted", "arrived", "recalled")  # states in which a mass sending counts
MASS_A_DAY, MASS_A_MONTH = 1, 4  # of a 公众号（订阅号）, of a 服务号


def push_fits(move: Move) -> list[str]:
    """Every item is public, and within what WeChat takes."""
    push, live = move.subject, {each.document_id: each for each in lives(move.session, move.subject)}
    if not push.items:
        return ["没有可以推送的信息"]
    found = []
    for item in push.items:
        if item.document_id not in live:
            found.append(f"“{item.title}”已经撤回或者不向社会公开，请移出")
        if not item.title.strip() or len(item.title) > push.account.title_limit or len(item.digest) > DIGEST:
            found.append(f"“{item.title}”的标题要有1至{push.account.title_limit}个字，摘要不超过{DIGEST}个字")
    return found


def lives(session: Session, push: Push) -> list[Live]:
    """The items of a push that the public may read, in order; what was withdrawn is not among them."""
    order = {item.document_id: item.position for item in push.items}
    found = session.scalars(select(Live).where(Live.document_id.in_(order), Live.state.in_((PUBLIC, ARCHIVED)),
                                               Live.audience == "public"))
    return sorted(found, key=lambda each: order[each.document_id])


def not_own_push(move: Move) -> list[str]:
    """Who arranged it does not sign it (先审后发)."""
    people = {move.actor.user_id, move.on_behalf_of}
    return ["这次推送是您编排的，请由另一位签发"] if move.subject.created_by in people else []


def has_quota(move: Move) -> list[str]:
    """A mass sending is not promised where the account has none left."""
    push = move.subject
    if push.kind != MASS:
        return []
    limit = MASS_A_MONTH if push.account.kind == "service" else MASS_A_DAY
    if sent_since(move.session, push.account_id, since(push, move.now)) < limit:
        return []
    return ["本月的群发次数用完了，改用“发布”，或者下个月再群发" if push.account.kind == "service" else
            "今天已经群发过，改用“发布”，或者明天再群发"]


def since(push: Push, now: dt.datetime) -> dt.datetime:
    """When the quota of the account began: its day, or its month."""
    day = local_date(now).replace(day=1) if push.account.kind == "service" else local_date(now)
    return begins(day)


def sent_since(session: Session, account_id: int, moment: dt.datetime) -> int:
    query = select(func.count()).select_from(Push).where(
        Push.account_id == account_id, Push.kind == MASS, Push.state.in_(SPENT),
        func.coalesce(Push.sent, Push.state_since) >= moment)
    return session.scalar(query) or 0


def not_setting_out(move: Move) -> list[str]:
    """What is queued is taken back only while nobody is sending it; what may have gone is not."""
    push = move.subject
    if push.state != QUEUED:
        return []
    delivery = _delivery(move)
    if delivery is not None and delivery.lease_until is not None and delivery.lease_until > move.now:
        return ["正在发送，请过几分钟再看"]
    return ["可能已经发出，请等微信的结果"] if push.step == GO else []


def _delivery(move: Move) -> Delivery | None:
    """The one that carries the push out, locked: whoever takes what is due passes it by."""
    query = select(Delivery).where(Delivery.key == delivery_key(move.subject))
    return move.session.scalars(query.with_for_update()).first()


def queue_push(move: Move) -> None:
    """One delivery for each time it is signed off."""
    push = move.subject
    push.attempt += 1
    push.problem = ""
    outbox.post(move.session, CHANNEL, push.account.name, delivery_key(push), push=push.id)


def stop_delivery(move: Move) -> None:
    """What is taken back does not go by itself any more."""
    delivery = _delivery(move)
    if delivery is not None and delivery.state == WAITING:
        delivery.state = CANCELLED


def forget_draft(move: Move) -> None:
    """A changed push is a new draft; the former one, if any, is left to be deleted at WeChat."""
    push = move.subject
    if push.media_id:
        outbox.post(move.session, CHANNEL, push.account.name, f"wechat-draft/{push.id}/{push.attempt}",
                    account=push.account_id, draft=push.media_id)
    push.media_id, push.drafted, push.step = "", [], ""


def recall_push(move: Move) -> None:
    """Everything of it is deleted at WeChat (freepublish/delete, mass/delete); nothing brings it back."""
    call_back(move.session, move.subject, None)


def tell_arranger(move: Move) -> None:
    """What WeChat refused goes back to who arranged it, with the reason."""
    person = move.session.get(User, move.subject.created_by) if move.subject.created_by else None
    if person is not None and person.active and person.email:
        outbox.post(move.session, "mail", person.email, f"push/{move.subject.id}/{move.now.isoformat()}",
                    subject="微信推送没有成功", path=f"/desk/pushes/{move.subject.id}", text=f"{move.why}\n")


GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (push_fits, not_own_push, has_quota, not_setting_out)}
EFFECTS: dict[str, Effect] = {effect.__name__: effect for effect in (queue_push, stop_delivery, forget_draft,
                                                                     recall_push, tell_arranger)}
