"""Calls of the official-account server API (api.weixin.qq.com), for one account.

Every call passes the shared token; one that WeChat says is no longer good is got anew and the call made once more.
Anything else that WeChat says no to is a `WechatError`; that it cannot be reached is an `httpx.HTTPError`, and both
leave out the token. JSON goes as plain UTF-8: escaped characters would be shown to readers as they are.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from content.late import Late
from portal.wechat.errors import TOKEN, Treatment, WechatError

httpx = Late("httpx")
HOST = "https://api.weixin.qq.com"
SECONDS = 20.0
Answer = dict[str, Any]
Files = dict[str, tuple[str, bytes, str]]  # field of the form -> name, octets, media type


class Tokens(Protocol):
    """Where the access token comes from. `stale` is one that WeChat refused."""

    def get(self, fetch: Callable[[bool], tuple[str, int]], stale: str = "") -> str: ...


@dataclass
class Client:
    """`appid` and `secret` of the account; `host` is configurable for proxies, and for tests."""

    appid: str
    secret: str
    tokens: Tokens
    host: str = HOST
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=SECONDS, follow_redirects=False))

    # -- the token --------------------------------------------------------------------------------------------------

    def fetch_token(self, force: bool = False) -> tuple[str, int]:
        """A token from WeChat and the seconds for which it is good (stable_token; forcing is limited to 20 a day)."""
        answer = self._ask("POST", TOKEN, {
            "grant_type": "client_credential", "appid": self.appid, "secret": self.secret, "force_refresh": force})
        return answer["access_token"], int(answer["expires_in"])

    # -- material ---------------------------------------------------------------------------------------------------

    def upload_picture(self, data: bytes, name: str, media_type: str) -> str:
        """The address under which a picture may stand in an article: jpg or png, less than 1 MB."""
        return self.call("/cgi-bin/media/uploadimg", files={"media": (name, data, media_type)})["url"]

    def add_cover(self, data: bytes, name: str, media_type: str) -> str:
        """The permanent media_id of a cover."""
        return self.call("/cgi-bin/material/add_material", {"type": "image"},
                         files={"media": (name, data, media_type)})["media_id"]

    # -- drafts, publishing, mass sending ---------------------------------------------------------------------------

    def add_draft(self, articles: list[Answer]) -> str:
        return self.call("/cgi-bin/draft/add", body={"articles": articles})["media_id"]

    def drafts(self, offset: int = 0, count: int = 20) -> list[Answer]:
        """Drafts, the newest first, without their contents: `media_id`, `content.news_item[].content_source_url`."""
        return self.call("/cgi-bin/draft/batchget",
                         body={"offset": offset, "count": count, "no_content": 1}).get("item", [])

    def delete_draft(self, media_id: str) -> None:
        self.call("/cgi-bin/draft/delete", body={"media_id": media_id})

    def publish(self, media_id: str) -> Answer:
        """Accepted for publishing (`publish_id`, `msg_data_id`), not published: the result comes by an event, or by
        `published`."""
        return self.call("/cgi-bin/freepublish/submit", body={"media_id": media_id})

    def published(self, publish_id: str) -> Answer:
        return self.call("/cgi-bin/freepublish/get", body={"publish_id": publish_id})

    def unpublish(self, article_id: str, index: int = 0) -> None:
        """Delete a published article; nothing brings it back."""
        self.call("/cgi-bin/freepublish/delete", body={"article_id": article_id, "index": index})

    def send_to_all(self, media_id: str, clientmsgid: str) -> Answer:
        """Mass sending to all followers: `msg_id`, `msg_data_id`. The same `clientmsgid` within 24 hours is refused
        (45065), and the refusal names the first sending."""
        return self.call("/cgi-bin/message/mass/sendall", body={
            "filter": {"is_to_all": True}, "mpnews": {"media_id": media_id}, "msgtype": "mpnews",
            "send_ignore_reprint": 0, "clientmsgid": clientmsgid})

    def sent(self, msg_id: str) -> str:
        """How far a mass sending is: SENDING, SEND_SUCCESS, SEND_FAIL, DELETE."""
        return str(self.call("/cgi-bin/message/mass/get", body={"msg_id": msg_id}).get("msg_status", ""))

    def preview(self, media_id: str, wechat_name: str) -> None:
        """Show a draft to one follower, by his WeChat name."""
        self.call("/cgi-bin/message/mass/preview",
                  body={"towxname": wechat_name, "mpnews": {"media_id": media_id}, "msgtype": "mpnews"})

    def delete_sent(self, msg_id: str, article: int = 0) -> None:
        self.call("/cgi-bin/message/mass/delete", body={"msg_id": int(msg_id), "article_idx": article})

    # -- figures ----------------------------------------------------------------------------------------------------

    def followers(self, day: dt.date) -> int | None:
        """How many follow at the end of `day`, yesterday at the latest; None where WeChat has no figure yet."""
        asked = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
        rows = self.call("/datacube/getusercumulate", body=asked).get("list", [])
        return rows[-1]["cumulate_user"] if rows else None

    def figures(self, kind: str, day: dt.date) -> Answer:
        """What all articles of the account came to on `day`, yesterday at the latest: getarticle`kind`, read or share.

        `list[]` with `msgid` (msg_data_id and place, `12003_3`) and `detail`; `is_delay` while it may still change.
        WeChat answers for one day at a time, and keeps nothing before 2025-11-01.
        """
        return self.call(f"/datacube/getarticle{kind}", body={"begin_date": day.isoformat(),
                                                              "end_date": day.isoformat()})

    # -- what there is ----------------------------------------------------------------------------------------------

    def count_drafts(self) -> int:
        return self.call("/cgi-bin/draft/count", method="GET")["total_count"]

    def articles(self, offset: int = 0, count: int = 20) -> list[Answer]:
        """What was published, newest first: `article_id`, `content.news_item[]` with `content_source_url` and `url`."""
        return self.call("/cgi-bin/freepublish/batchget",
                         body={"offset": offset, "count": count, "no_content": 1}).get("item", [])

    def left(self, path: str) -> int:
        """How often a call may still be made today."""
        return self.call("/cgi-bin/openapi/quota/get", body={"cgi_path": path})["quota"]["remain"]

    # -- one call ---------------------------------------------------------------------------------------------------

    def call(self, path: str, query: dict[str, str] | None = None, *, method: str = "POST",
             body: Answer | None = None, files: Files | None = None) -> Answer:
        """Raises `WechatError`, `httpx.HTTPError`."""
        token = self.tokens.get(self.fetch_token)
        try:
            return self._ask(method, path, body, {**(query or {}), "access_token": token}, files)
        except WechatError as problem:
            if problem.treatment != Treatment.RENEW:
                raise
        token = self.tokens.get(self.fetch_token, stale=token)
        return self._ask(method, path, body, {**(query or {}), "access_token": token}, files)

    def _ask(self, method: str, path: str, body: Answer | None, query: dict[str, str] | None = None,
             files: Files | None = None) -> Answer:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if body is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            response = self.http.request(method, f"{self.host}{path}", params=query, content=content, headers=headers,
                                         files=files)
            response.raise_for_status()
        except httpx.HTTPStatusError as problem:  # whose words would repeat the address, and with it the token
            raise httpx.TransportError(f"{path}: HTTP {problem.response.status_code}") from None
        except httpx.HTTPError as problem:
            raise httpx.TransportError(f"{path}: {type(problem).__name__}") from None
        return self._read(path, response)

    @staticmethod
    def _read(path: str, response: httpx.Response) -> Answer:
        try:
            answer = json.loads(response.content)
        except ValueError:
            raise httpx.TransportError(f"{path}: the answer is no JSON") from None
        if code := answer.get("errcode", 0):
            raise WechatError(int(code), path, answer)
        return answer
