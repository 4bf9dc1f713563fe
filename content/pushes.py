"""Pushes (微信推送): which published items go to the readers of an official account together, and how far that is.

- A `Push` is up to eight items for one account. `step` names the call to WeChat that is about to be made, written
  before it is made: who comes after a crash knows that he must look first what became of it.
- A `PushItem` is a document with the title and digest that readers of WeChat see.
- `WechatPicture` remembers which picture has been uploaded, `WechatEvent` which event was taken already.

Figures of accounts and articles are in `content.wechat_figures`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, Text, case, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from content import journal, outbox
from content.base import Base, now
from content.documents import ARCHIVED, PUBLIC, UNSAID, WITHDRAWN, Live, in_state
from content.outbox import Delivery
from content.wechat import WechatAccount

CHANNEL = "wechat"  # of the outbox
MOST = 8  # items of one push
DIGEST = 120  # characters of a digest
PUBLISH, MASS = "publish", "mass"
KINDS = {PUBLISH: "发布（不通知关注者）", MASS: "群发（通知关注者，占用群发次数）"}
QUEUED, ARRIVED, FAILED = "queued", "arrived", "failed"
DRAFT, GO = "draft", "go"  # steps: from the second on it may be out
BEFORE = ("arranged", "sign_off", QUEUED)  # states in which nothing has gone to WeChat for good
OVER = ("recalled", "dropped")  # states in which nothing is outside, or all of it is being called back


class Push(Base):
    """One push. `media_id`, `publish_id`, `msg_id`, `article_id` are what WeChat calls it at each step, and `data_id`
    (msg_data_id) is the name by which its figures come."""

    __tablename__ = "wechat_push"
    __table_args__ = (Index("ix_wechat_push_state", "state", "account_id"),
                      Index("ix_wechat_push_publish", "publish_id"), Index("ix_wechat_push_msg", "msg_id"),
                      Index("ix_wechat_push_data", "data_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("wechat_account.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(Text)
    workflow: Mapped[str] = mapped_column(Text, default="push")
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[dt.datetime]
    created: Mapped[dt.datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    attempt: Mapped[int] = mapped_column(default=0)  # how often it was queued
    step: Mapped[str] = mapped_column(Text, default="")
    media_id: Mapped[str] = mapped_column(Text, default="")
    drafted: Mapped[list] = mapped_column(default=list)  # the documents in the draft, in the order in which they stand
    publish_id: Mapped[str] = mapped_column(Text, default="")
    msg_id: Mapped[str] = mapped_column(Text, default="")
    article_id: Mapped[str] = mapped_column(Text, default="")
    data_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    urls: Mapped[list] = mapped_column(default=list)  # where readers find the articles, in order
    problem: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[dt.datetime | None]  # when its result was last asked for
    sent: Mapped[dt.datetime | None]

    account: Mapped[WechatAccount] = relationship(lazy="joined", innerjoin=True)
    items: Mapped[list[PushItem]] = relationship(order_by="PushItem.position", cascade="all, delete-orphan")


class PushItem(Base):
    """A document in a push, at `position` from 0."""

    __tablename__ = "wechat_push_item"

    push_id: Mapped[int] = mapped_column(ForeignKey("wechat_push.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)


class WechatPicture(Base):
    """Where WeChat keeps a picture, by the hash of what was uploaded."""

    __tablename__ = "wechat_picture"

    account_id: Mapped[int] = mapped_column(ForeignKey("wechat_account.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)


class WechatEvent(Base):
    """An event that was taken, so that the same one again changes nothing."""

    __tablename__ = "wechat_event"

    account_id: Mapped[int] = mapped_column(ForeignKey("wechat_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)


class BadPush(ValueError):
    """What was chosen for a push cannot be; the message says what and what to do, in Chinese."""


def proposed(live: Live, limit: int) -> tuple[str, str]:
    """A title within `limit` characters and a digest, to begin with."""
    return _within(live.title, limit), _within(live.rendition.summary, DIGEST)


def _within(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[:limit - 1] + "…"


def arrange(session: Session, account: WechatAccount, kind: str, lives: list[Live], *,
            actor_id: int | None) -> Push:
    """A new push of these items, in this order, with proposed titles. Raises `BadPush`."""
    if kind not in KINDS:
        raise BadPush(f"推送方式只能是 {'、'.join(KINDS)}")
    if not 1 <= len(lives) <= MOST:
        raise BadPush(f"一次推送1至{MOST}篇")
    if any(live.state not in (PUBLIC, ARCHIVED) or live.audience != "public" for live in lives):
        raise BadPush("只能推送已经向社会公开、没有撤回的信息")
    push = Push(account=account, department_id=account.department_id, kind=kind, state="arranged", state_since=now(),
                created=now(), created_by=actor_id)
    for position, live in enumerate(dict.fromkeys(lives)):
        title, digest = proposed(live, account.title_limit)
        push.items.append(PushItem(document_id=live.document_id, position=position, title=title, digest=digest))
    session.add(push)
    session.flush()
    journal.record(session, "push.arrange", ("push", push.id), actor_id=actor_id, account=account.name, kind=kind,
                   documents=[item.document_id for item in push.items])
    return push


def reword(session: Session, push: Push, words: dict[int, tuple[str, str]], order: list[int], *,
           actor_id: int | None) -> None:
    """Other titles and digests by document, another order; what `order` leaves out is left out. Raises `BadPush`."""
    if push.state != "arranged":
        raise BadPush("已经送签，退回以后才能修改")
    kept = [number for number in dict.fromkeys(order) if number in {item.document_id for item in push.items}]
    if not kept:
        raise BadPush("至少留下一篇")
    for title, digest in words.values():
        if not title.strip():
            raise BadPush("微信标题没有填写")
        if len(title) > push.account.title_limit:
            raise BadPush(f"微信标题“{title}”超过{push.account.title_limit}个字，请缩短")
        if len(digest) > DIGEST:
            raise BadPush(f"“{title}”的摘要超过{DIGEST}个字，请缩短")
    push.items = [item for item in push.items if item.document_id in kept]
    for item in push.items:
        item.position = kept.index(item.document_id)
        item.title, item.digest = words.get(item.document_id, (item.title, item.digest))
    session.flush()
    journal.record(session, "push.reword", ("push", push.id), actor_id=actor_id, documents=kept)


def titles(session: Session, push_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """`{(push id, document id): title}` in the order of each push; "" where a document was withdrawn for a reason for
    which nothing of it is said any more. One query."""
    unsaid = in_state(WITHDRAWN) & Live.reason_kind.in_(UNSAID)
    query = (select(PushItem.push_id, PushItem.document_id, case((unsaid, ""), else_=PushItem.title))
             .outerjoin(Live, Live.document_id == PushItem.document_id).where(PushItem.push_id.in_(push_ids))
             .order_by(PushItem.push_id, PushItem.position))
    return {(push, document): title for push, document, title in session.execute(query)}


def withdraw(session: Session, document_id: int, *, actor_id: int | None) -> int:
    """A document was withdrawn: take it out of what has not gone, call back what has. Returns how many it concerned.

    Each article of a push is called back by itself; the others stay.
    """
    found = session.scalars(select(Push).join(PushItem).where(PushItem.document_id == document_id,
                                                              Push.state.not_in(OVER))).unique().all()
    for push in found:
        may_be_out = _may_be_out(push, document_id)
        if push.state in BEFORE:
            push.items.remove(next(each for each in push.items if each.document_id == document_id))
        if may_be_out:
            call_back(session, push, document_id)
        journal.record(session, "push.withdraw", ("push", push.id), actor_id=actor_id, document=document_id)
    session.flush()
    return len(found)


def _may_be_out(push: Push, document_id: int) -> bool:
    """Whether WeChat has the article: it went, or may just be going, or lies in a draft that somebody could publish.

    What was published by hand was perhaps never in a draft of ours.
    """
    drafted = document_id in push.drafted
    return push.state == ARRIVED or (drafted and bool(push.step or push.state not in BEFORE))


def call_back(session: Session, push: Push, document_id: int | None) -> None:
    """Have an article of a push deleted at WeChat, or all of it with None."""
    outbox.post(session, CHANNEL, push.account.name, recall_key(push, document_id), document_id=document_id,
                recalls=_delivery_id(session, push), recall=push.id, document=document_id)


def recall_key(push: Push, document_id: int | None) -> str:
    return f"{delivery_key(push)}/recall" + (f"/{document_id}" if document_id is not None else "")


def delivery_key(push: Push) -> str:
    """Of the delivery that carries out the present attempt."""
    return f"{CHANNEL}/{push.id}/{push.attempt}"


def _delivery_id(session: Session, push: Push) -> int | None:
    return session.scalar(select(Delivery.id).where(Delivery.key == delivery_key(push)))
