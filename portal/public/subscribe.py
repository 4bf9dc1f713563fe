"""邮件订阅: a link in a mail confirms it, another ends it; both work without an account.

Who asks is answered alike, whether the address is known or not. Opening a link shows a page and changes nothing
(programs that look through mail open links too); the button on it does. Ending takes one POST from the mail alone
(RFC 8058), without form, session or token of ours: the address in the mail is the secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import colander
import deform
from colander import SchemaNode
from deform.widget import SelectWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from content import subscriptions
from content.subscriptions import AT_ONCE, COLUMN, DAILY, DEPARTMENT, SEARCH, TOPIC, Subscription
from content.types import TOPICS
from portal.i18n import _
from portal.limits import limited
from portal.public import _asked
from portal.public.apply import _account_forms as forms
from portal.public.apply.account import PAGE, Part, page
from portal.public.search import Asked
from portal.security import READ
from portal.subscribing import END, LINK, label

URL = "/subscribe"
SENT = f"{URL}/sent"
TITLE = _("邮件订阅")
RHYTHMS = ((AT_ONCE, _("公开一条，发一封")), (DAILY, _("每天早上8点汇总成一封")))


@dataclass(frozen=True)
class Wish:
    """What the address asks to subscribe to."""

    kind: str
    what: str

    @classmethod
    def of(cls, request: Request) -> Wish | None:
        """Words make it a search, with whatever narrows it; without them a topic, a column or a department."""
        asked = Asked.of(request)
        if asked.text:
            return cls(SEARCH, asked.url("", sort=None).lstrip("?"))
        if _asked.word(request, "topic") in TOPICS:
            return cls(TOPIC, _asked.word(request, "topic"))
        if asked.column is not None:
            return cls(COLUMN, str(asked.column))
        return cls(DEPARTMENT, str(asked.department)) if asked.department is not None else None

    @property
    def url(self) -> str:
        return f"{URL}?{self.what}" if self.kind == SEARCH else _asked.address(URL, [(self.kind, self.what)])


def _page(title: Any, *parts: Part, **more: Any) -> dict[str, Any]:
    return page(title, *parts, **{"breadcrumb": [(_("订阅"), "/feeds"), (TITLE, "")]} | more)


# -- asking -------------------------------------------------------------------------------------------------------

def can_mail(request: Request) -> bool:
    """Whether a mail server is set up, or mail is shown at the desk; otherwise no link would arrive."""
    settings = request.registry.settings["gongkai"]
    return bool(settings.mail_host) or settings.demo


def _rhythm() -> SchemaNode:
    return SchemaNode(colander.String(), name="rhythm", title=_("多久发一次"), missing_msg=_("请选择一项"),
                      widget=SelectWidget(values=RHYTHMS, css_class="w-mid"),
                      validator=colander.OneOf([name for name, _words in RHYTHMS]))


def _ask_form(request: Request, wish: Wish) -> Any:
    return forms.form(request, "subscribe", wish.url, _("订阅"), forms.email(), _rhythm())


def _ask_page(request: Request, wish: Wish | None, form: str = "") -> dict[str, Any]:
    if wish is None:
        return _page(TITLE, lead=_("订阅栏目、部门或者搜索，请从它们的页面上进入。也可以订阅一个主题："),
                     links=[*((Wish(TOPIC, each).url, each) for each in TOPICS), ("/sitemap", _("全部栏目"))])
    none = _("本站还没有开通发邮件，暂时不能用邮件订阅。可以用阅读软件订阅（RSS）。")
    called = label(request.tree, wish.kind, wish.what)
    return _page(TITLE, *([Part(form)] if can_mail(request) else []), wrong="" if can_mail(request) else none,
                 lead=_("订阅${what}：有新公开的信息，就发到您的邮箱。先会收到一封确认的邮件。",
                        mapping={"what": called}),
                 note=_("邮箱只用来发订阅的邮件，加密保存；每封邮件里都可以退订，退订完就删除。"),
                 links=(("/feeds", _("用阅读软件订阅（RSS）")),))


@view_config(route_name="subscribe", permission=READ, renderer=PAGE, request_method="GET")
def ask(request: Request) -> dict[str, Any]:
    wish = Wish.of(request)
    form = _ask_form(request, wish).render({"rhythm": DAILY}) if wish is not None and can_mail(request) else ""
    return _ask_page(request, wish, form)


@view_config(route_name="subscribe", permission=READ, renderer=PAGE, request_method="POST")
def send(request: Request) -> dict[str, Any] | HTTPSeeOther:
    wish = Wish.of(request)
    if wish is None or not can_mail(request):
        raise HTTPNotFound()
    try:
        values = _ask_form(request, wish).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _ask_page(request, wish, failure.render())
    limited(request, "subscribe")
    subscriptions.ask(request.db, request.house, values["email"], wish.kind, wish.what, values["rhythm"],
                      at=request.now)
    return HTTPSeeOther(SENT)


@view_config(route_name="subscribe.sent", permission=READ, renderer=PAGE, request_method="GET")
def sent(request: Request) -> dict[str, Any]:
    return _page(_("请到邮箱确认订阅"),
                 lead=_("几分钟以内会收到一封邮件，请在48小时以内打开里面的网址，按“确认订阅”。"),
                 note=_("没有收到的，请看看垃圾邮件，再核对一遍邮箱；一个邮箱一天最多发3封。"),
                 links=(("/", _("返回首页")),))


# -- by the link in the mail ----------------------------------------------------------------------------------------

class Mailed:
    """The subscription that a token opens; the factory of `/subscribe/link/{token}`. Raises `KeyError` for none."""

    def __init__(self, request: Request) -> None:
        found = subscriptions.by_token(request.db, request.matchdict["token"], request.now,
                                       lock=request.method == "POST")
        if found is None:
            raise KeyError("subscription")
        self.subscription: Subscription = found


def _called(request: Request, subscription: Subscription) -> str:
    return label(request.tree, subscription.kind, subscription.what)


def _confirm_form(request: Request) -> Any:
    return forms.form(request, "confirm", request.path, _("确认订阅"))


def _rhythm_form(request: Request) -> Any:
    return forms.form(request, "rhythm", request.path, _("保存"), _rhythm())


@view_config(route_name="subscribe.link", permission=READ, renderer=PAGE, request_method="GET")
def look(request: Request) -> dict[str, Any]:
    found = request.context.subscription
    called = _called(request, found)
    if found.confirmed is None:
        return _page(_("确认订阅？"), Part(_confirm_form(request).render()),
                     lead=_("订阅${what}：有新公开的信息，就发到这个邮箱。", mapping={"what": called}))
    others = [each for each in subscriptions.of_mailbox(request.db, found) if each is not found]
    own = f"{END}/{request.matchdict['token']}"
    return _page(_("管理我的订阅"), Part(_rhythm_form(request).render({"rhythm": found.rhythm})),
                 lead=_("订阅的是：${what}", mapping={"what": called}),
                 note=_("这个邮箱还有其他订阅，见下面。") if others else "",
                 links=[(own, _("退订")), *((_link_of(request, each), _called(request, each)) for each in others)])


def _link_of(request: Request, subscription: Subscription) -> str:
    return f"{LINK}/{subscriptions.token_of(request.db, request.house, subscription)}"


@view_config(route_name="subscribe.link", permission=READ, renderer=PAGE, request_method="POST")
def change(request: Request) -> dict[str, Any] | HTTPSeeOther:
    """Confirm it; or, of one that is confirmed, how often it mails."""
    found = request.context.subscription
    said = _("已保存")
    if found.confirmed is None or "rhythm" not in request.POST:
        subscriptions.confirm(request.db, found, at=request.now)
        said = _("订阅好了")
    else:
        subscriptions.set_rhythm(request.db, found, DAILY if request.POST["rhythm"] == DAILY else AT_ONCE)
    request.session.flash(("ok", request.localizer.translate(said)))
    return HTTPSeeOther(request.path)


@view_config(route_name="subscribe.end", permission=READ, renderer=PAGE, request_method="GET")
def ask_to_end(request: Request) -> dict[str, Any]:
    found = _of_token(request)
    if found is None:
        return _ended()
    return _page(_("退订？"), Part(forms.form(request, "end", request.path, _("退订"), css="btn-danger").render()),
                 lead=_("退订${what}，以后不再发邮件。", mapping={"what": _called(request, found)}))


@view_config(route_name="subscribe.end", permission=READ, renderer=PAGE, request_method="POST", require_csrf=False)
def end(request: Request) -> dict[str, Any]:
    """One click in a mail program, or the button of the page: answered by a page and no redirect (RFC 8058)."""
    found = _of_token(request, lock=True)
    if found is not None:
        subscriptions.end(request.db, found, at=request.now)
    return _ended()


def _of_token(request: Request, lock: bool = False) -> Subscription | None:
    return subscriptions.by_token(request.db, request.matchdict["token"], request.now, lock=lock)


def _ended() -> dict[str, Any]:
    """The same for what was ended before: mail programs ask twice."""
    return _page(_("已退订"), lead=_("不会再给这个邮箱发这项订阅的邮件。"), links=(("/", _("返回首页")),))


def includeme(config: Configurator) -> None:
    token = r"/{token:[\w-]{20,64}}"
    config.add_route("subscribe", URL)
    config.add_route("subscribe.sent", SENT)
    config.add_route("subscribe.link", LINK + token, factory=Mailed)
    config.add_route("subscribe.end", END + token)
