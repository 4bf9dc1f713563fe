"""What people see when something is wrong: what it is, what still works, what to do; and how the log finds it again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPError, HTTPSeeOther
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from content.problems import StoreProblem
from portal.database import READING
from portal.i18n import _
from portal.kept import keep
from portal.logs import log, plain_path, trace

_PAGE, _KEPT, _LOGIN = "errors/page.pt", "errors/kept.pt", "account/login.pt"
_UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, StoreProblem)
_NO_SUCH_ID = (LookupError, ValueError, OverflowError, DataError)


@dataclass(frozen=True)
class ErrorPage:
    """What a page says: `heading` what is wrong, `words` why, `advice` what to do; `search` puts a search box there."""

    heading: str
    words: str
    advice: tuple[str, ...] = ()
    search: bool = False
    plain: bool = False  # asks nothing of the database


PAGES: dict[int, ErrorPage] = {
    400: ErrorPage(_("这个请求看不懂"), _("网址或填写的内容里有不能识别的字符。"), (_("返回上一页，检查后再试一次"),)),
    403: ErrorPage(_("您没有权限看这一页"), _("这一页只给有相应职责的工作人员。"),
                   (_("需要这项权限，请联系本单位的管理员"), _("换一个账号：先退出，再登录"))),
    404: ErrorPage(_("没有找到这个页面"),
                   _("网址可能写错了，也可能页面已经移走。已公开的信息都有固定网址，移动过的会自动转到新位置；撤回的会说明原因。"),
                   search=True),
    405: ErrorPage(_("这个网址不能这样用"), _("这一步要从页面上的按钮进入，不能直接打开网址。"),
                   (_("返回上一页，再按一次按钮"),)),
    409: ErrorPage(_("别人刚刚改过"), _("您打开以后，这里的内容已经变了，所以没有照您的办。"),
                   (_("返回上一页，刷新后再办一次"),)),
    413: ErrorPage(_("内容太大，没有收下"), _("一次最多可以发送${size}兆字节。"),
                   (_("分几次发送，或者把文件压缩后再试"),)),
    429: ErrorPage(_("太频繁了，请稍等一会儿"), _("同一地址短时间内的次数太多，请${seconds}秒后再试。"),
                   (_("已公开的信息照常可看"),)),
    500: ErrorPage(_("网站出了错"), _("这是网站的问题，不是您的问题，已经记录下来。"),
                   (_("过几分钟再试一次"), _("刚才填写的内容，按浏览器的“返回”可以找回")), plain=True),
    503: ErrorPage(_("服务暂时停用"), _("系统正在维护或者繁忙，请稍后再试。"),
                   (_("刚才填写的内容还没有提交，按浏览器的“返回”可以找回，恢复后再交"),
                    _("因本站停用耽误的申请，可以打电话登记，以来电当天为提交日")), plain=True),
}
_ENDED = ErrorPage(_("需要登录"), _("登录已经结束，请在新窗口重新登录；写的内容仍在这一页。"))
_RETRY = "60"


# -- answering ----------------------------------------------------------------------------------------------------

def answer(request: Request, status: int, *, page: ErrorPage | None = None, template: str = _PAGE,
           headers: dict[str, str] | None = None, **values: Any) -> Response:
    """The response for `status`: a page in the look of the site, or JSON for programs."""
    page = page or PAGES.get(status) or PAGES[400 if status < 500 else 500]
    if request.exception is not None:
        _let_go(request, page.plain)
    if wants_json(request):
        response = Response(json_body={"status": status, "title": str(_say(request, page.heading)),
                                       "message": _say(request, page.words, **values), "id": request.request_id})
    else:
        response = Response(render(template, _values(request, status, page, values), request=request))
    response.status_int = status
    response.headers.update(headers or {})
    return response


def _values(request: Request, status: int, page: ErrorPage, values: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "title": page.heading, "page": page, "words": _say(request, page.words, **values),
            "guess": guess(request) if page.search else "", "error_id": request.request_id,
            "rules": request.registry.settings["gongkai"], "home": "/", **values}


def _say(request: Request, words: str, **values: Any) -> str:
    mapping = {name: value for name, value in values.items() if isinstance(value, str | int)}
    return request.localizer.translate(words, mapping=mapping)


def _let_go(request: Request, plain: bool) -> None:
    """Free the page from what failed: a writer whose transaction is over, a database that does not answer."""
    if plain:
        request.identity_cache, request.nav, request.desk_nav = None, (), ()
    elif request.method not in READING:
        session = request.house.database.reader()
        request.db = session
        request.add_finished_callback(lambda _: session.close())


def wants_json(request: Request) -> bool:
    """Whether a program asks, which says so before it says HTML."""
    offers = request.accept.acceptable_offers(["text/html", "application/json"])
    return bool(offers) and offers[0][0] == "application/json"


def guess(request: Request) -> str:
    """What somebody may have looked for: the Chinese words of the address."""
    path = unquote(request.path)
    return " ".join("".join(c if "一" <= c <= "鿿" else " " for c in path).split())[:60]


# -- the views ----------------------------------------------------------------------------------------------------

def refused(error: HTTPError, request: Request) -> Response:
    """Every HTTP error that a view raises."""
    seconds = error.headers.get("Retry-After")
    values = {"seconds": seconds or _RETRY, "size": error.detail or ""}
    headers = {name: value for name, value in error.headers.items() if name in ("Retry-After", "Allow")}
    if error.status_int == 503:
        headers.setdefault("Retry-After", _RETRY)
    return answer(request, error.status_int, headers=headers, **values)


def forbidden(error: Any, request: Request) -> Response:
    """Who is not logged in may log in and goes on; who is, is told."""
    if request.identity is None:
        return _log_in_first(request)
    if request.password_due:
        return _password_first(request)
    return answer(request, 403)


def _log_in_first(request: Request) -> Response:
    why = absence(request)
    if wants_json(request):
        return answer(request, 401, page=_ENDED)
    if request.method in READING:
        query = {"next": request.path_qs} | ({"why": why} if why else {})
        return HTTPSeeOther("/login?" + urlencode(query))
    page = ErrorPage(_("需要登录"), _("登录以后，刚才填写的内容可以接着提交。"))
    return answer(request, 401, page=page, template=_LOGIN, kept=keep(request), next="", why=why, login="",
                  wrong=False)


def _password_first(request: Request) -> Response:
    if request.method in READING and not wants_json(request):
        return HTTPSeeOther("/account/password?" + urlencode({"next": request.path_qs}))
    page = ErrorPage(_("请先换密码"), _("换好密码以后才能办理。"))
    return answer(request, 403, page=page, template=_KEPT, kept=keep(request), resend=False)


def absence(request: Request) -> str:
    """Why somebody who has a cookie is not logged in: `idle` (timed out), `ended` (elsewhere), or ""."""
    if not request.cookies.get(request.registry.settings["session.cookie"]):
        return ""
    if not request.session:
        return "idle"
    return "ended" if "user" in request.session else ""


def forged(error: Exception, request: Request) -> Response:
    """A form whose token is not ours or too old. What came from here may be sent again."""
    if request.matched_route is not None and request.matched_route.name == "login":
        return answer(request, 400, page=ErrorPage(_("请再登录一次"), _("登录页面打开得太久了，请再输入一次密码。")),
                      template=_LOGIN, kept=None, next="", why="stale", login="", wrong=False)
    page = ErrorPage(_("这一步还没有办"), _("页面打开得太久，或者您在别处重新登录过。"))
    kept = None if isinstance(error, BadCSRFOrigin) else keep(request)
    return answer(request, 400, page=page, template=_KEPT, kept=kept, resend=kept is not None)


def undecodable(error: UnicodeDecodeError, request: Request) -> Response:
    """An address or a form that is not UTF-8; its bytes are kept out of the page."""
    request.environ["QUERY_STRING"] = ""
    if isinstance(error, URLDecodeError):
        request.environ["PATH_INFO"] = "/"
    return answer(request, 400)


def unreachable(error: Exception, request: Request) -> Response:
    """The database, or the store of files, does not answer."""
    log.error("unreachable", id=request.request_id, error=type(error).__name__)
    return answer(request, 503, headers={"Retry-After": _RETRY})


def failed(error: Exception, request: Request) -> Response:
    """Everything else: an address that names nothing, or a fault of ours."""
    if isinstance(error, _NO_SUCH_ID) and "root" not in request.__dict__:  # raised by the factory of a route
        return answer(request, 404)
    log.error("failure", id=request.request_id, path=plain_path(request), **trace(error))
    return answer(request, 500)


# -- tweens -------------------------------------------------------------------------------------------------------

_BARE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>网站出了错</title></head><body>
<h1>网站出了错</h1><p>已经记录下来，请过几分钟再试。</p>
<p lang="en">Something went wrong; please try again in a few minutes.</p><p>{}</p></body></html>"""


def last_resort(handler: Callable, registry: Any) -> Callable:
    """What fails outside the views, as a commit does, gets its page too; where even the page fails, bare words."""
    def guarded(request: Request) -> Response:
        try:
            return handler(request)
        except Exception:
            return _page_or_words(request)
    return guarded


def _page_or_words(request: Request) -> Response:
    try:
        return request.invoke_exception_view(sys.exc_info())
    except Exception as error:
        log.error("failure", id=request.request_id, path=plain_path(request), **trace(error))
        return Response(_BARE.format(request.request_id), status=500)


def includeme(config: Configurator) -> None:
    config.include("portal.logs")
    config.add_tween("portal.errors.last_resort", under="portal.logs.tween", over="pyramid_tm.tm_tween_factory")
    config.add_notfound_view(refused)
    config.add_forbidden_view(forbidden)
    views = [(HTTPError, refused), (UnicodeDecodeError, undecodable), (Exception, failed)]
    views += [(kind, forged) for kind in (BadCSRFToken, BadCSRFOrigin)]
    views += [(kind, unreachable) for kind in _UNREACHABLE]
    for kind, view in views:
        config.add_exception_view(view, context=kind)
