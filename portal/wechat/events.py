"""Events that WeChat sends: results of publishing and mass sending, followers that come and go. Each is taken once."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.base import local_date, now
from content.house import House
from content.pushes import ARRIVED, Push, WechatEvent
from content.wechat import WechatAccount
from content.wechat_figures import day_of
from portal.wechat.errors import MASS_ERRORS, PUBLISH_STATUS
from portal.wechat.pushing import data_id_of
from portal.wechat.signing import BadCallback
from workflows.access import SYSTEM
from workflows.engine import fire, workflow_of

SENT = "MASSSENDJOBFINISH"
PUBLISHED = ("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", SENT)  # the documentation printed all three
GONE = (5, 6)  # of `PUBLISH_STATUS`: published, and taken away again
WELL, BADLY, DELETED = "SEND_SUCCESS", "SEND_FAIL", "DELETE"  # of a mass sending that is asked for; else it goes on
_XML = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
Event = dict[str, Any]


def _tree(octets: bytes) -> etree._Element:
    if b"<!DOCTYPE" in octets or b"<!ENTITY" in octets:
        raise BadCallback("the message declares entities")
    try:
        return etree.fromstring(octets, _XML)
    except etree.XMLSyntaxError as problem:
        raise BadCallback(f"the message is not XML: {problem.msg}") from None


def encrypted(octets: bytes) -> str:
    """What stands encrypted in a callback. Raises `BadCallback`."""
    found = _read(octets).get("Encrypt")
    if not isinstance(found, str) or not found:
        raise BadCallback("nothing in the message is encrypted: the account must use the safe mode")
    return found


def read(message: str) -> Event:
    """An event as nested values; what repeats is a list. Raises `BadCallback`."""
    return _read(message.encode())


def _read(octets: bytes) -> Event:
    """XML, or JSON where the account is set to that (数据格式); the names are the same."""
    if not octets.lstrip().startswith(b"{"):
        found = _value(_tree(octets))
        return found if isinstance(found, dict) else {}
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        raise BadCallback("the message is not JSON") from None


def _value(element: etree._Element) -> Any:
    if not len(element):
        return element.text or ""
    found: Event = {}
    for child in element:
        if child.tag in found:
            earlier = found[child.tag]
            found[child.tag] = [*(earlier if isinstance(earlier, list) else [earlier]), _value(child)]
        else:
            found[child.tag] = _value(child)
    return found


def take(session: Session, house: House, account: WechatAccount, event: Event) -> bool:
    """Take an event; False when it was taken before, or tells nothing that is wanted."""
    info = event.get("PublishEventInfo")
    told = [event.get(name, "") for name in ("MsgId", "MsgID", "FromUserName", "CreateTime", "Event")]
    if isinstance(info, dict):  # two results may come in the same second, and one push may have two
        told += [info.get("publish_id", ""), info.get("publish_status", "")]
    key = hashlib.sha256("/".join(map(str, told)).encode()).hexdigest()
    if session.get(WechatEvent, (account.id, key)) is not None:
        return False
    session.add(WechatEvent(account_id=account.id, key=key, at=now()))
    name = str(event.get("Event", ""))
    if name in PUBLISHED and isinstance(info, dict):
        return published(session, house, account, info)
    if name == SENT and event.get("MsgID"):
        return _sent(session, house, account, event)
    if name in ("subscribe", "unsubscribe"):
        return _counted(session, account, came=name == "subscribe")
    return False


# -- results ------------------------------------------------------------------------------------------------------

def published(session: Session, house: House, account: WechatAccount, info: Event) -> bool:
    """The result of publishing, from an event or from `freepublish/get`, which say the same."""
    push = _push(session, account, Push.publish_id == str(info.get("publish_id", "")))
    status = int(info.get("publish_status", 1))
    if push is None or status == 1:
        return False
    if status == 0:
        urls = _urls(info.get("article_detail", {}).get("item", []), "idx", "article_url")
        return _end(session, house, push, "arrive", "", article_id=str(info.get("article_id", "")), urls=urls,
                    data_id=push.data_id or data_id_of(urls))
    words = PUBLISH_STATUS.get(status, status)
    if status in GONE and push.state == ARRIVED:
        return _lost(session, push, f"微信里的文章已经不在：{words}")
    return _end(session, house, push, "fail", f"微信发布没有成功：{words}{_which(push, info.get('fail_idx', []))}")


def _urls(items: Any, place: str, url: str) -> list[str]:
    """Where the articles are, in order; a single one is no list."""
    found = items if isinstance(items, list) else [items]
    return [each[url] for each in sorted(found, key=lambda each: int(each.get(place, 0)))]


def _which(push: Push, failed: Any) -> str:
    """Which articles WeChat did not take, by their places: of what is withdrawn no title may stay in these words."""
    places = [str(each) for each in (failed if isinstance(failed, list) else [failed]) if str(each).isdigit()]
    named = [each for each in places if 1 <= int(each) <= len(push.drafted)]
    return f"（第{'、'.join(named)}篇）" if named else ""


def _lost(session: Session, push: Push, why: str) -> bool:
    """It arrived, and is not there any more: whoever looks at the push is to know."""
    push.problem = why
    journal.record(session, "push.lost", ("push", push.id), actor_id=None, why=why)
    return True


def _sent(session: Session, house: House, account: WechatAccount, event: Event) -> bool:
    push = _push(session, account, Push.msg_id == str(event["MsgID"]))
    if push is None:
        return False
    status = str(event.get("Status", ""))
    if status == "send success":
        results = event.get("ArticleUrlResult")
        listed = results.get("ResultList") if isinstance(results, dict) else None
        items = listed.get("item", []) if isinstance(listed, dict) else []
        urls = _urls(items, "ArticleIdx", "ArticleUrl")
        return _end(session, house, push, "arrive", "", urls=urls, data_id=push.data_id or data_id_of(urls))
    code = "".join(filter(str.isdigit, status))
    words = MASS_ERRORS.get(int(code), status) if code else status
    return _end(session, house, push, "fail", f"微信群发没有成功：{words}")


def mass_sent(session: Session, house: House, push: Push, status: str) -> bool:
    """The result of a mass sending that was asked for (`mass/get`): it says less than the event."""
    if status == WELL:
        return _end(session, house, push, "arrive", "")
    words = {BADLY: "发送失败", DELETED: "已在公众号后台删除"}.get(status)
    return words is not None and _end(session, house, push, "fail", f"微信群发没有成功：{words}")


def _push(session: Session, account: WechatAccount, which: Any) -> Push | None:
    return session.scalars(select(Push).where(Push.account_id == account.id, which)).first()


def _end(session: Session, house: House, push: Push, step: str, why: str, **values: Any) -> bool:
    """A step of the system, where the push still waits for one."""
    for name, value in values.items():
        setattr(push, name, value)
    if workflow_of(push.workflow).find(step, push.state) is None:
        return False
    fire(session, house, push, step, SYSTEM, why=why)
    push.problem = why
    return True


def _counted(session: Session, account: WechatAccount, came: bool) -> bool:
    """Followers are counted, and nobody of them is remembered."""
    row = day_of(session, account.id, local_date(now()))
    row.came, row.left = row.came + came, row.left + (not came)
    return True


def note_followers(session: Session, account: WechatAccount, day: Any, followers: int) -> None:
    """The followers at the end of a day, as WeChat counts them."""
    day_of(session, account.id, day).followers = followers
    journal.record(session, "wechat.followers", ("wechat", account.id), actor_id=None, day=day.isoformat(),
                   followers=followers)
