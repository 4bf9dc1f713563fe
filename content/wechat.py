"""WeChat official accounts (微信公众号) of the county and its departments: whose they are, and their secrets, sealed.

All processes share one access token of an account: it is kept here, sealed, with the time until which it is good.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.house import House

APPID = re.compile(r"wx[0-9a-f]{16}")
TITLE, LONGEST_TITLE = 32, 64  # characters: what the documentation of today says, and what it said before
KINDS = {"subscription": "公众号（订阅号）", "service": "服务号"}


class BadAccount(ValueError):
    """What was said of an account cannot be; the message says what and what to do, in Chinese."""


class WechatAccount(Base):
    """An account. `sealed` holds its AppSecret, and the token and keys of its callbacks."""

    __tablename__ = "wechat_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    appid: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    active: Mapped[bool] = mapped_column(default=True)
    title_limit: Mapped[int] = mapped_column(default=TITLE)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    token: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed as well
    token_until: Mapped[dt.datetime | None]
    token_forced: Mapped[dt.datetime | None]  # when a new one was last insisted on
    created: Mapped[dt.datetime]


@dataclass(frozen=True)
class Secrets:
    """What must not be seen: for the calls, and for the callbacks."""

    secret: str
    callback_token: str = ""
    aes_key: str = ""
    former_aes_key: str = ""  # still accepted while the key is being changed


def add(session: Session, house: House, *, name: str, appid: str, kind: str, department_id: int, secrets: Secrets,
        actor_id: int | None) -> WechatAccount:
    """A new account. Raises `BadAccount`."""
    if not APPID.fullmatch(appid):
        raise BadAccount("AppID 是 wx 开头的18个字符，请在公众号后台复制")
    if kind not in KINDS:
        raise BadAccount(f"账号类型只能是 {'、'.join(KINDS)}")
    if not secrets.secret:
        raise BadAccount("请填写 AppSecret")
    if session.scalars(select(WechatAccount).where((WechatAccount.appid == appid) | (WechatAccount.name == name))
                       ).first() is not None:
        raise BadAccount(f"已经有名称是“{name}”或者 AppID 是 {appid} 的账号")
    account = WechatAccount(name=name, appid=appid, kind=kind, department_id=department_id, created=now(),
                            sealed=_seal(session, house, secrets))
    session.add(account)
    session.flush()
    journal.record(session, "wechat.add", ("wechat", account.id), actor_id=actor_id, name=name, appid=appid)
    return account


def change_secrets(session: Session, house: House, account: WechatAccount, secrets: Secrets, *,
                   actor_id: int | None) -> None:
    """Other secrets; the token that was got with the former ones is dropped."""
    account.sealed, account.token, account.token_until = _seal(session, house, secrets), None, None
    journal.record(session, "wechat.secrets", ("wechat", account.id), actor_id=actor_id)


def use(session: Session, account: WechatAccount, active: bool, *, actor_id: int | None) -> None:
    """Put an account out of use, or back; what was pushed with it stays."""
    account.active = active
    journal.record(session, "wechat.use", ("wechat", account.id), actor_id=actor_id, active=active)


def limit_titles(session: Session, account: WechatAccount, limit: int, *, actor_id: int | None) -> None:
    """How long titles may be: accounts differ while WeChat changes over. Raises `BadAccount`."""
    if not TITLE <= limit <= LONGEST_TITLE:
        raise BadAccount(f"标题字数可以定为{TITLE}至{LONGEST_TITLE}")
    account.title_limit = limit
    journal.record(session, "wechat.titles", ("wechat", account.id), actor_id=actor_id, limit=limit)


def secrets_of(session: Session, house: House, account: WechatAccount) -> Secrets:
    return Secrets(**json.loads(house.keys.open(session, account.sealed)))


def _seal(session: Session, house: House, secrets: Secrets) -> bytes:
    return house.keys.seal(session, json.dumps(secrets.__dict__).encode())


def accounts(session: Session) -> list[WechatAccount]:
    """Those in use, in the order in which they were added."""
    return list(session.scalars(select(WechatAccount).where(WechatAccount.active).order_by(WechatAccount.id)))
