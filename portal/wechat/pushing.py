"""Carries a push out (微信推送): pictures and cover, draft, publishing or mass sending, each step at most once.

Before a call that WeChat does not know twice, the step is written down (`Push.step`). Who comes after a crash finds it
and looks first: among the drafts for the one with this push's mark, among what was published for its articles; mass
sending is protected by `clientmsgid`. The gate is asked again before the draft and before it goes: what was withdrawn
meanwhile is left out, or nothing goes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from content.base import now
from content.documents import FileRendition, Live
from content.house import House
from content.people import Department
from content.pushes import DRAFT, FAILED, GO, MASS, QUEUED, Push, PushItem, WechatPicture
from portal.delivering import NotDeliverable, NotYet
from portal.wechat.articles import TooLong, convert
from portal.wechat.client import Client
from portal.wechat.covers import NoPicture, cover, fitting
from portal.wechat.errors import Treatment, WechatError
from portal.wechat.treating import UNTOUCHED, outcome
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.pushing import lives

PAGE, PAGES = 20, 50  # drafts and articles that are looked through after a crash
NO_MEDIA, NO_ARTICLE = 40007, 53600  # what is to be deleted, or sent, is not there
RESULT = dt.timedelta(minutes=30)  # WeChat is asked for a result a hundred times a day at the most
_DATA_ID = re.compile(r"[?&]mid=(\d{1,20})(?:&|$)")


@dataclass(frozen=True)
class Pusher:
    """For one account. `base_url` is where readers find the portal, `organ` who publishes it."""

    house: House
    client: Client
    base_url: str
    organ: str

    def push(self, number: int) -> str:
        """Bring a push to WeChat; returns what WeChat calls it. Raises `NotDeliverable`, `NotYet`, others: later."""
        try:
            return self._go(number)
        except WechatError as problem:
            raise self._judged(number, problem) from None
        except (TooLong, NoPicture) as problem:
            self._fail(number, str(problem))
            raise NotDeliverable(str(problem)) from None

    def _go(self, number: int) -> str:
        push = self._read(number)
        if push.state != QUEUED:
            return push.publish_id or push.msg_id  # it went before, and somebody died writing that down
        if push.step == GO:
            if (found := self._gone_out(push)) is not None:
                return self._arrived(number, found) if push.kind != MASS else self._mass_again(push)
            self._note(number, step=DRAFT)
        self._draft(number)
        return self._send(number)

    # -- the draft --------------------------------------------------------------------------------------------------

    def _draft(self, number: int) -> None:
        push, wanted = self._read(number), self._wanted(number)
        if push.media_id and push.drafted == wanted:
            return
        if push.step == DRAFT and (found := self._marked(self._drafts(), number)):
            push = self._note(number, media_id=found["media_id"], drafted=push.drafted)
            if push.drafted == wanted:
                return
        if push.media_id:
            self._delete_draft(push.media_id)
        self._note(number, step=DRAFT, media_id="", drafted=wanted)
        self._note(number, media_id=self.client.add_draft(self._articles(number)))

    def _wanted(self, number: int) -> list[int]:
        """The documents that may go now. Raises `NotDeliverable` when there are none."""
        with self.house.database.reader() as session:
            found = [live.document_id for live in lives(session, session.get_one(Push, number))]
        if not found:
            self._fail(number, "要推送的信息都已经撤回")
            raise NotDeliverable("要推送的信息都已经撤回")
        return found

    def _articles(self, number: int, more: str = "") -> list[dict[str, Any]]:
        """What goes into the draft. Everything is read first: nothing is held open while pictures go up."""
        with self.house.database.reader() as session:
            push, units = session.get_one(Push, number), self.house.tree(session).departments.by_id
            found = [(item, live, live.rendition) for live in lives(session, push)
                     for item in push.items if item.document_id == live.document_id]
        return [self._article(push, item, live, units[live.department_id], more) for item, live, _rendition in found]

    def _article(self, push: Push, item: PushItem, live: Live, unit: Department, more: str) -> dict[str, Any]:
        pictures = {each["id"]: each for each in live.rendition.files if each.get("variants")}

        def placed(attachment: int) -> str:
            return self._uploaded(push.account_id, pictures[attachment]) if attachment in pictures else ""

        return {"article_type": "news", "title": item.title, "author": unit.short_name[:16], "digest": item.digest,
                "content": convert(live.rendition.body, placed, notes(live, unit.name)),
                "content_source_url": self._mark(live, push.id) + more, "need_open_comment": 0,
                "only_fans_can_comment": 0, "thumb_media_id": self._cover(item.title, pictures)}

    def _mark(self, live: Live, number: int) -> str:
        """The address of the original, by which a draft and an article of this push are known again."""
        return f"{self.base_url.rstrip('/')}{live.url}?push={number}"

    def _uploaded(self, account: int, entry: dict[str, Any]) -> str:
        """Uploaded once for each account: the same octets have the same address."""
        data, name, media_type = fitting(self._octets(entry))
        digest = hashlib.sha256(data).hexdigest()
        with self.house.database.reader() as session:
            known = session.get(WechatPicture, (account, digest))
        if known is not None:
            return known.url
        url = self.client.upload_picture(data, name, media_type)
        with self.house.database.writer.begin() as writer:
            if writer.get(WechatPicture, (account, digest)) is None:
                writer.add(WechatPicture(account_id=account, sha256=digest, url=url))
        return url

    def _cover(self, title: str, pictures: dict[int, dict[str, Any]]) -> str:
        first = next(iter(pictures.values()), None)
        data = cover(title, self.organ, self._octets(first) if first else None)
        return self.client.add_cover(data, "cover.jpg", "image/jpeg")

    def _octets(self, entry: dict[str, Any]) -> bytes:
        with self.house.database.reader() as session:
            return octets_of(session, self.house, entry)

    # -- out --------------------------------------------------------------------------------------------------------

    def _send(self, number: int) -> str:
        push = self._read(number)
        if push.drafted != self._wanted(number):
            raise ConnectionError("an item was withdrawn just now")  # the next attempt makes another draft
        self._set_out(number)
        try:
            return self._mass(push) if push.kind == MASS else self._publish(push)
        except WechatError as problem:
            if problem.treatment in UNTOUCHED:
                self._note(number, step=DRAFT)  # it has not set out, and may still be taken back
            raise

    def _publish(self, push: Push) -> str:
        answer = self.client.publish(push.media_id)
        return self._accepted(push.id, publish_id=_text(answer, "publish_id"), data_id=_text(answer, "msg_data_id"))

    def _set_out(self, number: int) -> None:
        """From here on nobody takes it back. Raises `NotDeliverable` where somebody just did."""
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, number, with_for_update=True)
            if push.state != QUEUED:
                raise NotDeliverable("推送已经收回")
            push.step = GO

    def _mass(self, push: Push) -> str:
        try:
            answer = self.client.send_to_all(push.media_id, clientmsgid(push))
        except WechatError as problem:
            if problem.treatment != Treatment.SENT:
                raise
            answer = problem.answer  # the first sending is named in the refusal
        return self._accepted(push.id, msg_id=_text(answer, "msg_id"), data_id=_text(answer, "msg_data_id"))

    def _mass_again(self, push: Push) -> str:
        """After a day WeChat no longer knows `clientmsgid`; the draft is gone with what was sent."""
        try:
            return self._mass(push)
        except WechatError as problem:
            if problem.code != NO_MEDIA:
                raise
            words = "上一次群发的结果没有收到，草稿已经不在：多半已经发出，请先在公众号后台核对，不要马上重发"
            self._fail(push.id, words)
            raise NotDeliverable(words) from None

    def _gone_out(self, push: Push) -> dict[str, Any] | None:
        """What became of a draft that was perhaps sent: None while it still lies there.

        Of a mass sending nothing can be found; `clientmsgid` protects it. Raises `ConnectionError` where the draft is
        neither here nor there yet.
        """
        if any(each["media_id"] == push.media_id for each in self._drafts()):
            return None
        if push.kind == MASS:
            return {}
        if (found := self._marked(self._published(), push.id)) is None:
            raise ConnectionError("WeChat is still publishing it")
        return found

    # -- back -------------------------------------------------------------------------------------------------------

    def recall(self, number: int, document: int | None) -> str:
        """Delete a document's article at WeChat, or all of the push with None; articles keep their places."""
        push = self._read(number)
        if push.state not in (QUEUED, FAILED) and not (push.msg_id or push.publish_id or push.article_id):
            raise NotDeliverable("这次推送是手工发布的，或者微信没有给出编号，请在公众号后台删除")
        if document is not None and document not in push.drafted:
            return "not in it"
        try:
            return self._recalled(push, 0 if document is None else push.drafted.index(document) + 1)
        except WechatError as problem:
            if problem.code == NO_ARTICLE:
                return "gone before"
            raise outcome(problem, now()) from None

    def _recalled(self, push: Push, place: int) -> str:
        if push.state == FAILED:
            return self._leave_no_draft(push)
        if push.state == QUEUED:
            raise NotYet(now() + dt.timedelta(minutes=5), "正在推送，有了结果马上撤回")
        if push.kind == MASS:
            self.client.delete_sent(push.msg_id, place)
        elif article_id := push.article_id or self._published_as(push):
            self.client.unpublish(article_id, place)
        return "recalled"

    def _published_as(self, push: Push) -> str:
        """What became of it, asked for: "" where nothing of it is out. Raises `NotYet` while WeChat is at it."""
        info = self.client.published(push.publish_id)
        if info.get("publish_status") == 1:
            raise NotYet(now() + RESULT, "微信还没有给出发布结果，稍后再撤回")
        if info.get("publish_status") != 0:
            return ""
        return self._note(push.id, article_id=str(info["article_id"])).article_id

    def _leave_no_draft(self, push: Push) -> str:
        """Of what was not published, nothing is left lying where somebody could publish it by hand."""
        if push.media_id:
            self._delete_draft(push.media_id)
            self._note(push.id, media_id="")
        return "nothing went out"

    def preview(self, number: int, name: str) -> str:
        """Show it to one follower, in a draft of its own that is gone again afterwards."""
        try:
            media_id = self.client.add_draft(self._articles(number, "&preview=1"))
            try:
                self.client.preview(media_id, name)
            finally:
                self._delete_draft(media_id)
        except (WechatError, TooLong, NoPicture) as problem:
            raise NotDeliverable(str(problem)) from None
        return "shown"

    def delete_draft(self, media_id: str) -> str:
        self._delete_draft(media_id)
        return "deleted"

    def _delete_draft(self, media_id: str) -> None:
        """One that is not there any more needs no deleting."""
        try:
            self.client.delete_draft(media_id)
        except WechatError as problem:
            if problem.code != NO_MEDIA:
                raise

    # -- looking for what a crash left ------------------------------------------------------------------------------

    def _drafts(self) -> Iterator[dict[str, Any]]:
        return _paged(self.client.drafts)

    def _published(self) -> Iterator[dict[str, Any]]:
        return _paged(self.client.articles)

    def _marked(self, found: Iterator[dict[str, Any]], number: int) -> dict[str, Any] | None:
        ending = f"?push={number}"
        return next((each for each in found if any(
            item.get("content_source_url", "").endswith(ending) for item in each["content"]["news_item"])), None)

    # -- writing down -----------------------------------------------------------------------------------------------

    def _read(self, number: int) -> Push:
        with self.house.database.reader() as session:
            return session.get_one(Push, number)

    def _note(self, number: int, **values: Any) -> Push:
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, number)
            for name, value in values.items():
                setattr(push, name, value)
            return push

    def _accepted(self, number: int, **values: Any) -> str:
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, number)
            if push.state == QUEUED:
                fire(session, self.house, push, "accept", SYSTEM)
            for name, value in ({"sent": now(), "problem": ""} | values).items():
                setattr(push, name, value)
        return next(iter(values.values())) or "sent before"

    def _arrived(self, number: int, found: dict[str, Any]) -> str:
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, number)
            fire(session, self.house, push, "arrive", SYSTEM)
            push.article_id, push.sent, push.problem = found["article_id"], now(), ""
            push.urls = [item["url"] for item in found["content"]["news_item"] if item.get("url")]
            push.data_id = push.data_id or data_id_of(push.urls)
        return found["article_id"]

    def _fail(self, number: int, why: str) -> None:
        with self.house.database.writer.begin() as session:
            push = session.get_one(Push, number)
            if push.state == QUEUED:
                fire(session, self.house, push, "fail", SYSTEM, why=why)
                push.problem, push.step = why, ""

    def _judged(self, number: int, problem: WechatError) -> Exception:
        """What the code asks for: later, tomorrow, when the account is mended, or back to who arranged it."""
        judged = outcome(problem, now())
        if isinstance(judged, NotDeliverable):
            self._fail(number, str(problem))
        else:
            self._note(number, problem=str(problem))
        return judged


def _paged(ask: Callable[[int, int], list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for page in range(PAGES):
        found = ask(page * PAGE, PAGE)
        yield from found
        if len(found) < PAGE:
            return


def clientmsgid(push: Push) -> str:
    """The same for each attempt at the same draft; at most 64 octets."""
    return f"gongkai-{push.id}-{push.attempt}"


def data_id_of(urls: Iterable[str]) -> str:
    """The name by which figures come (msg_data_id), as the long address of an article tells it; "" of a short one."""
    return next((found[1] for url in urls if (found := _DATA_ID.search(url))), "")


def _text(answer: dict[str, Any], name: str) -> str:
    """Numbers of WeChat, which it writes now as numbers, now as text."""
    return str(answer.get(name) or "")


def octets_of(session: Session, house: House, entry: dict[str, Any]) -> bytes:
    """A picture in the largest size that the public gets, never the original."""
    made = session.get_one(FileRendition, entry["variants"][-1]["file"])
    return house.blobs.get(session, made.address)


def notes(live: Live, organ: str) -> list[str]:
    """The lines below an article."""
    found = [f"来源：{organ}", f"索引号：{live.index_number}"]
    if any(not each.get("variants") for each in live.rendition.files):
        found.append("附件请点“阅读原文”，到政府信息公开网站下载。")
    return found
