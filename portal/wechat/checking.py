"""What works with an account: every interface that a push needs is tried, without anything being sent to anybody."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

from content.base import local_date, now
from content.house import House
from content.late import Late
from content.wechat import WechatAccount, secrets_of
from portal.wechat.client import Client
from portal.wechat.errors import WechatError
from portal.wechat.signing import AES_KEY
from portal.wechat.tokens import SharedTokens

httpx, Image = Late("httpx"), Late("PIL.Image")


@dataclass(frozen=True)
class Point:
    """One thing that was tried; `words` say what came of it, `advice` what to do where it failed."""

    name: str
    title: str
    ok: bool
    words: str
    advice: str = ""
    code: int | None = None


def client_for(house: House, account: WechatAccount, host: str) -> Client:
    """A client that shares the token of the account with all other processes."""
    with house.database.reader() as session:
        secret = secrets_of(session, house, account).secret
    return Client(account.appid, secret, SharedTokens(house, account.id), host)


def check(house: House, account: WechatAccount, host: str) -> list[Point]:
    """Each point, in the order in which a push needs it; without a token the others are not tried."""
    client = client_for(house, account, host)
    found = [_tried("token", "取得 access_token", lambda: _token(client))]
    if found[0].ok:
        found += [_tried(name, title, lambda work=work: work(client)) for name, title, work in _POINTS]
    return [*found, _callback(house, account)]


def _tried(name: str, title: str, work: Callable[[], str]) -> Point:
    try:
        return Point(name, title, True, work())
    except WechatError as problem:
        return Point(name, title, False, problem.meaning.words, problem.meaning.advice, problem.code)
    except httpx.HTTPError as problem:
        return Point(name, title, False, f"连不上微信接口：{problem}", "检查服务器的外网连接、代理和 wechat_host 设置")


def _token(client: Client) -> str:
    client.tokens.get(client.fetch_token)
    return "正常"


def _picture(client: Client) -> str:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(drawn, "JPEG")
    client.upload_picture(drawn.getvalue(), "check.jpg", "image/jpeg")
    return "正常"


def _followers(client: Client) -> str:
    count = client.followers(local_date(now()) - dt.timedelta(days=1))
    return "昨日数据还没有出来（每天8时以后）" if count is None else f"关注用户{count}人"


def _figures(client: Client) -> str:
    told = client.figures("read", local_date(now()) - dt.timedelta(days=1))
    return f"昨日有{len(told.get('list') or [])}篇文章有人阅读"


_POINTS: tuple[tuple[str, str, Callable[[Client], str]], ...] = (
    ("picture", "上传正文图片", _picture),
    ("draft", "草稿箱", lambda client: f"现有草稿{client.count_drafts()}篇"),
    ("publish", "发布", lambda client: "正常" if client.articles(count=1) else "正常，还没有发布过"),
    ("mass", "群发", lambda client: f"今天还可以群发{client.left('/cgi-bin/message/mass/sendall')}次"),
    ("followers", "关注人数", _followers),
    ("figures", "阅读数据", _figures),
)


def _callback(house: House, account: WechatAccount) -> Point:
    """Whether events can be received: without them the result of a push has to be asked for, sparsely."""
    with house.database.reader() as session:
        secrets = secrets_of(session, house, account)
    if not secrets.callback_token:
        return Point("callback", "接收事件", False, "没有填写回调的 Token",
                     "在公众号后台“服务器配置”设定 Token，再填到本系统；不填时推送结果要靠定时查询")
    if not AES_KEY.fullmatch(secrets.aes_key):
        return Point("callback", "接收事件", False, "没有填写 EncodingAESKey，或者不是43个字母和数字",
                     "在公众号后台“服务器配置”选择安全模式，复制 EncodingAESKey")
    return Point("callback", "接收事件", True, "已设置安全模式")
