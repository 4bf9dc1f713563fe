"""A stand-in of the official-account server: tokens that expire, quotas, every error code, drafts that vanish when
they are published, mass sending that refuses the same `clientmsgid` twice, results that come by callback, articles
that keep their places when one of them is deleted, figures of the days before that may come late.

It keeps what it was told in `Server` and is served by a thread; a test looks into it, and makes it fail (`fail`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

APPID, SECRET = "wx0123456789abcdef", "the-app-secret"
PICTURE, COVER = 1024 * 1024, 10 * 1024 * 1024  # octets
LIMITS = {"/cgi-bin/draft/add": 1000, "/cgi-bin/freepublish/submit": 100, "/cgi-bin/freepublish/get": 100,
          "/cgi-bin/freepublish/delete": 10, "/cgi-bin/message/mass/sendall": 1, "/cgi-bin/message/mass/get": 100}
CHINA = dt.timezone(dt.timedelta(hours=8))
EXTERNAL = re.compile(r'<img[^>]+src="(?!http://mmbiz\.qpic\.cn/)')


class No(Exception):
    """An answer with this errcode, and what it says beside it."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


@dataclass
class Server:
    """What an account of WeChat knows. `seconds` is how long a token is good."""

    seconds: float = 7200.0
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    tokens: dict[str, float] = field(default_factory=dict)
    calls: Counter = field(default_factory=Counter)
    bodies: list[tuple[str, Any]] = field(default_factory=list)
    failing: dict[str, deque[int]] = field(default_factory=dict)
    drafts: dict[str, list[dict]] = field(default_factory=dict)
    publishing: dict[str, dict] = field(default_factory=dict)
    articles: dict[str, dict] = field(default_factory=dict)
    sent: dict[str, dict] = field(default_factory=dict)  # by clientmsgid
    uploaded: list[bytes] = field(default_factory=list)
    covers: dict[str, bytes] = field(default_factory=dict)
    followers: int | None = 11045
    figures: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)  # kind, day: article -> people
    counting: set[str] = field(default_factory=set)  # days of which not everything is counted yet
    numbers: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    address: str = ""

    def fail(self, path: str, *codes: int) -> None:
        """Answer the next calls of `path` with these codes; 0 lets one through."""
        self.failing.setdefault(path, deque()).extend(codes)

    def count(self, kind: str, day: dt.date, article: str, people: int) -> None:
        """So many read or shared an article (`msg_data_id` and place, `12003_3`) on a day."""
        self.figures.setdefault((kind, day.isoformat()), {})[article] = people

    def expire(self) -> None:
        """No token that was given out is good any more."""
        self.tokens.clear()

    # -- WSGI -------------------------------------------------------------------------------------------------------

    def __call__(self, environ: dict, start: Callable) -> list[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size)
        with self.lock:
            answer = self._answer(environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"]), body,
                                  environ.get("CONTENT_TYPE", ""))
        octets = json.dumps(answer, ensure_ascii=False).encode()
        start("200 OK", [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(octets)))])
        return [octets]

    def _answer(self, path: str, query: dict[str, list[str]], body: bytes, kind: str) -> dict[str, Any]:
        self.calls[path] += 1
        try:
            if self.failing.get(path) and (code := self.failing[path].popleft()):
                raise No(code)
            if path != "/cgi-bin/stable_token":
                self._check_token(query.get("access_token", [""])[0])
            if self.calls[path] > self.limits.get(path, 10 ** 9):
                raise No(45028 if path.endswith("sendall") else 45009)
            given = _parts(body, kind) if kind.startswith("multipart/") else json.loads(body or b"{}")
            self.bodies.append((path, given))
            return {"errcode": 0, "errmsg": "ok", **_CALLS[path](self, given)}
        except No as no:
            return {"errcode": no.code, "errmsg": f"error {no.code}", **no.more}
        except ValueError:
            return {"errcode": 47001, "errmsg": "data format error"}

    def _check_token(self, token: str) -> None:
        if token not in self.tokens:
            raise No(40001)
        if self.tokens[token] < time.monotonic():
            raise No(42001)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers


# -- the calls ----------------------------------------------------------------------------------------------------

def _token(server: Server, given: dict) -> dict:
    if given["appid"] != APPID:
        raise No(40013)
    if given["secret"] != SECRET:
        raise No(40125)
    good = [token for token, until in server.tokens.items() if until > time.monotonic()]
    if good and not given["force_refresh"]:
        return {"access_token": good[-1], "expires_in": int(server.seconds)}
    token = f"token-{server.number()}"
    server.tokens[token] = time.monotonic() + server.seconds
    return {"access_token": token, "expires_in": int(server.seconds)}


def _picture(server: Server, given: dict) -> dict:
    data = given["media"]
    if not data.startswith((b"\xff\xd8", b"\x89PNG")):
        raise No(40005)
    if len(data) >= PICTURE:
        raise No(40009)
    server.uploaded.append(data)
    return {"url": f"http://mmbiz.qpic.cn/{len(server.uploaded)}"}


def _cover(server: Server, given: dict) -> dict:
    if len(given["media"]) > COVER:
        raise No(40009)
    media_id = f"cover-{server.number()}"
    server.covers[media_id] = given["media"]
    return {"media_id": media_id, "url": f"http://mmbiz.qpic.cn/{media_id}"}


def _draft(server: Server, given: dict) -> dict:
    articles = given["articles"]
    if len(articles) > 8:
        raise No(45008)
    for article in articles:
        _check_article(server, article)
    media_id = f"draft-{server.number()}"
    server.drafts[media_id] = articles
    return {"media_id": media_id}


def _check_article(server: Server, article: dict) -> None:
    for name, most, code in (("title", 32, 45003), ("digest", 128, 45004), ("content", 20_000, 45002)):
        if len(article.get(name, "")) > most:
            raise No(code)
    if not article["content"]:
        raise No(44003)
    if article["thumb_media_id"] not in server.covers:
        raise No(40007)
    if "<script" in article["content"] or EXTERNAL.search(article["content"]):
        raise No(45166)


def _drafts(server: Server, given: dict) -> dict:
    found = [{"media_id": media_id, "content": {"news_item": [
        {key: each.get(key, "") for key in ("title", "content_source_url")} for each in articles]}}
        for media_id, articles in reversed(server.drafts.items())]
    return {"total_count": len(found), "item": found[given["offset"]:given["offset"] + given["count"]]}


def _delete_draft(server: Server, given: dict) -> dict:
    if server.drafts.pop(given["media_id"], None) is None:
        raise No(40007)
    return {}


def _publish(server: Server, given: dict) -> dict:
    articles = server.drafts.pop(given["media_id"], None)
    if articles is None:
        raise No(40007)
    number, data_id = str(100_000_000 + server.number()), str(2_247_000_000 + server.number())
    article_id = f"article-{number}"
    for place, article in enumerate(articles, start=1):
        article |= {"url": _url(data_id, place), "is_deleted": False}
    server.articles[article_id] = {"articles": articles}
    server.publishing[number] = {
        "publish_id": number, "publish_status": 0, "article_id": article_id, "fail_idx": [],
        "article_detail": {"count": len(articles), "item": [
            {"idx": place, "article_url": each["url"]} for place, each in enumerate(articles, start=1)]}}
    return {"publish_id": number, "msg_data_id": data_id}


def _url(data_id: str, place: int) -> str:
    return f"http://mp.weixin.qq.com/s?__biz=MzA3&mid={data_id}&idx={place}&sn=1b2c#rd"


def _published(server: Server, given: dict) -> dict:
    found = server.publishing.get(str(given["publish_id"]))
    if found is None:
        raise No(40007)
    return found


def _delete(server: Server, given: dict) -> dict:
    """The others keep their places; what has none left is gone."""
    found = server.articles.get(given["article_id"])
    if found is None:
        raise No(53600)
    _mark_deleted(found["articles"], given["index"])
    if all(each["is_deleted"] for each in found["articles"]):
        del server.articles[given["article_id"]]
    return {}


def _mark_deleted(articles: list[dict], index: int) -> None:
    if not 0 <= index <= len(articles):
        raise No(40060)
    for place, article in enumerate(articles, start=1):
        article["is_deleted"] |= index in (0, place)


def _send(server: Server, given: dict) -> dict:
    key = given["clientmsgid"]
    if len(key.encode()) > 64:
        raise No(45067)
    if key in server.sent:
        server.calls["/cgi-bin/message/mass/sendall"] -= 1  # what is refused costs no quota
        raise No(45065, msg_id=server.sent[key]["msg_id"], msg_data_id=server.sent[key]["msg_data_id"])
    articles = server.drafts.pop(given["mpnews"]["media_id"], None)
    if articles is None:
        raise No(40007)
    for article in articles:
        article["is_deleted"] = False
    server.sent[key] = {"msg_id": server.number(), "msg_data_id": 206_000_000 + server.number(), "articles": articles,
                        "msg_status": "SEND_SUCCESS"}
    return {name: server.sent[key][name] for name in ("msg_id", "msg_data_id")}


def _sending(server: Server, given: dict) -> dict:
    """The mass sending with this number."""
    found = next((each for each in server.sent.values() if each["msg_id"] == int(given["msg_id"])), None)
    if found is None:
        raise No(40035)
    return found


def _delete_sent(server: Server, given: dict) -> dict:
    _mark_deleted(_sending(server, given)["articles"], given["article_idx"])
    return {}


def _figures(kind: str) -> Callable[[Server, Any], dict]:
    def told(server: Server, given: dict) -> dict:
        day = given["begin_date"]
        if given["end_date"] != day or day >= dt.datetime.now(CHINA).date().isoformat():
            raise No(61501)
        people = server.figures.get((kind, day), {})
        return {"list": [{"ref_date": day, "msgid": article, "detail": {f"{kind}_user": count}}
                         for article, count in people.items()], "is_delay": day in server.counting}
    return told


def _followers(server: Server, given: dict) -> dict:
    if server.followers is None:
        return {"list": []}
    return {"list": [{"ref_date": given["end_date"], "user_source": 0, "cumulate_user": server.followers}]}


def _left(server: Server, given: dict) -> dict:
    limit = server.limits.get(given["cgi_path"], 0)
    used = server.calls[given["cgi_path"]]
    return {"quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}


_CALLS: dict[str, Callable[[Server, Any], dict]] = {
    "/cgi-bin/stable_token": _token, "/cgi-bin/media/uploadimg": _picture, "/cgi-bin/material/add_material": _cover,
    "/cgi-bin/draft/add": _draft, "/cgi-bin/draft/batchget": _drafts, "/cgi-bin/draft/delete": _delete_draft,
    "/cgi-bin/draft/count": lambda server, given: {"total_count": len(server.drafts)},
    "/cgi-bin/freepublish/submit": _publish, "/cgi-bin/freepublish/get": _published,
    "/cgi-bin/freepublish/batchget": lambda server, given: {
        "total_count": len(server.articles), "item": [
            _article(number, found) for number, found in reversed(server.articles.items())
        ][given["offset"]:given["offset"] + given["count"]]},
    "/cgi-bin/freepublish/delete": _delete,
    "/cgi-bin/message/mass/sendall": _send, "/cgi-bin/message/mass/preview": lambda server, given: {"msg_id": 1},
    "/cgi-bin/message/mass/delete": _delete_sent, "/datacube/getusercumulate": _followers,
    "/cgi-bin/message/mass/get": lambda server, given: {name: _sending(server, given)[name]
                                                        for name in ("msg_id", "msg_status")},
    "/datacube/getarticleread": _figures("read"), "/datacube/getarticleshare": _figures("share"),
    "/cgi-bin/openapi/quota/get": _left,
}


def _article(number: str, found: dict) -> dict:
    return {"article_id": number, "content": {"news_item": [
        {"title": each["title"], "content_source_url": each["content_source_url"],
         "url": each["url"], "is_deleted": each["is_deleted"]} for each in found["articles"]]}}


def _parts(body: bytes, kind: str) -> dict[str, bytes]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    return {part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in message.iter_parts()}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Tests look at `calls`."""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Serve on a free port of this machine."""
    with make_server("127.0.0.1", 0, server, server_class=WSGIServer, handler_class=_Quiet) as listening:
        server.address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
