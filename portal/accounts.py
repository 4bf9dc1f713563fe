"""Logging in and out, and one's own password."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import colander
import deform
from deform.widget import CheckedPasswordWidget, PasswordWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import forget, remember

from content import journal
from portal import passwords
from portal.attempts import Arrival, attempt
from portal.dates import Dates
from portal.errors import ErrorPage, answer
from portal.forms import SchemaForm
from portal.i18n import _, safe_back
from portal.kept import Kept, unpack
from portal.limits import limited
from portal.security import PUBLIC, SIGNED_IN

DESK = "/desk"
LOGIN_PAGE = "account/login.pt"


def show_login(request: Request) -> dict[str, Any] | HTTPSeeOther:
    """The page to log in; who is logged in already goes on."""
    if request.identity is not None:
        return HTTPSeeOther(_next(request))
    return _login_page(request, why=request.GET.get("why", ""))


def _login_page(request: Request, **values: Any) -> dict[str, Any]:
    return {"title": _("登录"), "login": "", "wrong": False, "why": "", "kept": None,
            "next": request.params.get("next", ""), "page": None,
            "rules": request.registry.settings["gongkai"]} | values


def _next(request: Request) -> str:
    """Where to go after the login: only ever to a page of this site."""
    wanted = request.params.get("next", "")
    return safe_back(wanted) if wanted else DESK


def log_in(request: Request) -> dict[str, Any] | Response:
    """Check name and password. What a form sent when the session had ended is offered to be sent again."""
    limited(request, "login")
    login, password = request.POST.get("login", ""), request.POST.get("password", "")
    kept = unpack(request.POST.get("kept_for", ""), request.POST.get("kept", ""))
    arrival = attempt(request.db, login, password, request.registry.settings["gongkai"], request.now)
    if arrival is None:
        request.response.status_int = 401
        return _login_page(request, login=login, wrong=True, kept=kept)
    remember(request, arrival.user.id)
    request.session.flash(("info", _welcome(request, arrival)))
    return _send_again(request, kept) if kept else HTTPSeeOther(_next(request))


def _welcome(request: Request, arrival: Arrival) -> str:
    """When he was here last, so that he notices when it was somebody else."""
    say = request.localizer.translate
    if arrival.last_login is None:
        return say(_("这是您第一次登录"))
    when = Dates(request.language.code, request.today).datetime(arrival.last_login)
    if arrival.failures:
        return say(_("上次登录：${when}；其间有${n}次密码不对。不是您本人的，请立即告诉安全管理员",
                     mapping={"when": when, "n": arrival.failures}))
    return say(_("上次登录：${when}；不是您本人的，请立即告诉安全管理员", mapping={"when": when}))


def _send_again(request: Request, kept: Kept) -> Response:
    page = ErrorPage(_("已经登录，请再提交一次"), _("您刚才填写的内容都在下面，还没有办。"))
    return answer(request, 200, page=page, template="errors/kept.pt", kept=kept, resend=True)


def log_out(request: Request) -> HTTPSeeOther:
    """End every session of this person: a copied cookie is worth nothing afterwards."""
    if request.account is not None:
        request.account.epoch += 1
        journal.record(request.db, "user.logout", ("user", request.account.id), actor_id=request.account.id,
                       at=request.now)
    forget(request)
    request.session.flash(("ok", request.localizer.translate(_("已经退出"))))
    return HTTPSeeOther("/login")


# -- one's own password -------------------------------------------------------------------------------------------

@colander.deferred
def _is_his(node: colander.SchemaNode, kw: dict[str, Any]) -> Any:
    def check(node: colander.SchemaNode, value: str) -> None:
        if not passwords.matches(kw["request"].account.password_hash, value):
            raise colander.Invalid(node, _("现在的密码不对"))
    return check


@colander.deferred
def _is_fit(node: colander.SchemaNode, kw: dict[str, Any]) -> Any:
    def check(node: colander.SchemaNode, value: str) -> None:
        if wrong := passwords.objections(value, kw["request"].account):
            raise colander.Invalid(node, wrong)
    return check


class PasswordSchema(colander.Schema):
    current = colander.SchemaNode(
        colander.String(), title=_("现在的密码"), validator=_is_his,
        widget=PasswordWidget(attributes={"autocomplete": "current-password"}, css_class="w-mid"))
    new = colander.SchemaNode(
        colander.String(), title=_("新密码"), validator=_is_fit, widget=CheckedPasswordWidget(),
        description=_("至少8个字符；大写字母、小写字母、数字、其他符号，至少要有其中3种；不能有用户名或姓名，不能和最近5次用过的相同。"))


def _password_form(request: Request) -> SchemaForm:
    query = urlencode({"next": _next(request)})
    return SchemaForm(request, PasswordSchema, [deform.Button("save", _("换密码"))],
                      action=f"/account/password?{query}", formid="password")


def _password_page(request: Request, form: str) -> dict[str, Any]:
    return {"title": _("换密码"), "form": form, "due": request.password_due,
            "days": request.registry.settings["gongkai"].password_days, "breadcrumb": [(_("换密码"), "")]}


def show_password(request: Request) -> dict[str, Any]:
    return _password_page(request, _password_form(request).render())


def change_password(request: Request) -> dict[str, Any] | HTTPSeeOther:
    """Set a new password; every other session of this person ends, this one begins anew."""
    limited(request, "login")
    try:
        values = _password_form(request).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _password_page(request, failure.render())
    user = request.account
    passwords.set_password(request.db, user, values["new"], actor_id=user.id, now=request.now)
    remember(request, user.id)
    request.session.flash(("ok", request.localizer.translate(_("密码已更换，别处的登录都已退出"))))
    return HTTPSeeOther(_next(request))


def includeme(config: Configurator) -> None:
    config.include("portal.limits")
    config.add_route("login", "/login")
    config.add_route("logout", "/logout")
    config.add_route("password", "/account/password")
    config.add_view(show_login, route_name="login", request_method="GET", renderer=LOGIN_PAGE, permission=PUBLIC)
    config.add_view(log_in, route_name="login", request_method="POST", renderer=LOGIN_PAGE, permission=PUBLIC)
    config.add_view(log_out, route_name="logout", request_method="POST", permission=PUBLIC)
    config.add_view(show_password, route_name="password", request_method="GET", renderer="account/password.pt",
                    permission=SIGNED_IN)
    config.add_view(change_password, route_name="password", request_method="POST", renderer="account/password.pt",
                    permission=SIGNED_IN)
