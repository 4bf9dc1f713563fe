"""An account of one's own: logging in and out, another address, another password, closing it. Nobody needs one.

An address that has no account, a wrong password and a password tried too often are answered alike and cost the same:
wrong ones are counted by the hash of the address, whether there is an account or not (`lock_failures`), and nothing is
written for them. Who is locked out by a stranger still gets in by a link to his mailbox, or by number and query code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import applicants
from content.applicants import Applicant
from portal import passwords
from portal.i18n import _
from portal.limits import PASSWORD, limited
from portal.public.apply import _account_forms as forms
from portal.public.apply._account import LOGIN, MINE, needed, sign_in, signed_in
from portal.public.apply._mail import post_link, tell
from portal.public.apply._steps import reading
from portal.security import READ

PAGE = "public/apply_account.pt"
ACCOUNT = "/apply/account"
SENT = f"{ACCOUNT}/sent"
APPLY = (_("依申请公开"), "/apply")


@dataclass(frozen=True)
class Part:
    """A form on a page, with its heading and what is said before it."""

    form: str
    heading: Any = ""
    lead: Any = ""


def page(title: Any, *parts: Part, lead: Any = "", **more: Any) -> dict[str, Any]:
    """The values of `public/apply_account.pt`. `wrong`: what is wrong with all of it, above the form."""
    return {"title": title, "lead": lead, "parts": parts, "wrong": "", "why": "", "links": (), "note": "",
            "breadcrumb": [APPLY, (title, "")]} | more


# -- in and out ---------------------------------------------------------------------------------------------------

@view_config(route_name="apply.account.login", permission=READ, renderer=PAGE, request_method="GET")
def show_login(request: Request) -> dict[str, Any] | HTTPSeeOther:
    return HTTPSeeOther(MINE) if signed_in(request) else _login_page(request, _login_form(request).render())


def _login_form(request: Request) -> Any:
    return forms.form(request, "login", LOGIN, _("登录"), forms.email(), forms.password())


def _login_page(request: Request, form: str, wrong: bool = False) -> dict[str, Any]:
    rules = request.registry.settings["gongkai"]
    why = _("连续${n}次不对，${m}分钟以内不能再试；可以用邮箱重设密码，或者凭受理编号和查询码查询",
            mapping={"n": rules.lock_failures, "m": rules.lock_minutes})
    return page(_("登录“我的申请”"), Part(form),
                lead=_("有账户的，在这里登录。没有账户，凭受理编号和查询码一样可以查询。"),
                wrong=_("邮箱或者密码不对") if wrong else "", why=why if wrong else "",
                note=_("登录以后会退出工作台。") if request.identity else "",
                links=((f"{ACCOUNT}/new", _("开立账户")), (f"{ACCOUNT}/new", _("忘记密码")),
                       ("/apply/status", _("凭查询码查询"))))


@view_config(route_name="apply.account.login", permission=READ, renderer=PAGE, request_method="POST")
def log_in(request: Request) -> dict[str, Any] | HTTPSeeOther:
    limited(request, "login")
    reading(request)
    form = _login_form(request)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return _login_page(request, failure.render())
    found = _with_password(request, values["email"], values["password"])
    if found is None:
        request.response.status_int = 401
        return _login_page(request, _login_form(request).render({"email": values["email"]}), wrong=True)
    sign_in(request, found)
    return HTTPSeeOther(MINE)


def _with_password(request: Request, address: str, password: str) -> Applicant | None:
    """The account, if the password is right and was not tried too often."""
    limits = request.registry.settings["limits"]
    who = applicants.email_hash(request.db, request.house, address)
    found = applicants.by_email(request.db, request.house, address)
    locked = bool(limits.full(PASSWORD, who))
    right = passwords.matches(found.password_hash if found is not None and not locked else "", password)
    if not right:
        limits.wait(PASSWORD, who)
        return None
    limits.forget(PASSWORD, who)
    return found


@view_config(route_name="apply.account.logout", permission=READ, request_method="POST")
def log_out(request: Request) -> HTTPSeeOther:
    """End every session of this account: a copied cookie is worth nothing afterwards."""
    found = signed_in(request)
    if found is not None:
        found.epoch += 1
    request.session.invalidate()
    request.session.flash(("ok", request.localizer.translate(_("已经退出"))))
    return HTTPSeeOther("/apply")


# -- what is in it --------------------------------------------------------------------------------------------------

def _forms(request: Request, found: Applicant) -> dict[str, Any]:
    address = applicants.email_of(request.db, request.house, found)
    current = forms.password(_("现在的密码"), found.password_hash)
    new = forms.new_password(address, found.former_hashes)
    return {"email": forms.form(request, "email", f"{ACCOUNT}/email", _("换邮箱"), forms.email(_("新的电子邮箱")),
                                current),
            "password": forms.form(request, "password", f"{ACCOUNT}/password", _("换密码"), current.clone(), new)}


def _page(request: Request, found: Applicant, **filled: str) -> dict[str, Any]:
    shown = {name: form.render() for name, form in _forms(request, found).items() if name not in filled} | filled
    address = applicants.email_of(request.db, request.house, found)
    return page(_("账户"), Part(shown["email"], _("换邮箱"), _("会给新邮箱发一封确认的邮件，打开里面的网址以后才换。")),
                Part(shown["password"], _("换密码"), _("换好以后，别处的登录都会退出。")),
                lead=_("邮箱：${address}", mapping={"address": address}),
                links=((MINE, _("我的申请")), (f"{ACCOUNT}/close", _("注销账户"))),
                breadcrumb=[APPLY, (_("我的申请"), MINE), (_("账户"), "")])


@view_config(route_name="apply.account", permission=READ, renderer=PAGE, request_method="GET")
def show(request: Request) -> dict[str, Any]:
    return _page(request, needed(request))


def _sent(request: Request, found: Applicant, name: str) -> dict[str, Any]:
    """The values of one of the forms. Raises `deform.ValidationFailure`."""
    limited(request, "login")
    return _forms(request, found)[name].validate(request.POST)


@view_config(route_name="apply.account.email", permission=READ, renderer=PAGE, request_method="POST")
def ask_for_email(request: Request) -> dict[str, Any] | HTTPSeeOther:
    """A link to the new address; the old one holds until it is opened."""
    found = needed(request)
    try:
        values = _sent(request, found, "email")
    except deform.ValidationFailure as failure:
        return _page(request, found, email=failure.render())
    limited(request, "account")
    post_link(request, values["email"], applicant_id=found.id)
    return HTTPSeeOther(SENT)


@view_config(route_name="apply.account.password", permission=READ, renderer=PAGE, request_method="POST")
def change_password(request: Request) -> dict[str, Any] | HTTPSeeOther:
    found = needed(request)
    try:
        values = _sent(request, found, "password")
    except deform.ValidationFailure as failure:
        return _page(request, found, password=failure.render())
    set_password(request, found, values["new"])
    return done(request, found, _("密码已更换，别处的登录都已退出"))


def set_password(request: Request, found: Applicant, plain: str) -> None:
    """Another password, and a word of it to the mailbox, so that he notices when it was somebody else."""
    applicants.set_password(request.db, found, passwords.hashed(plain), remembered=passwords.REMEMBERED,
                            at=request.now)
    request.registry.settings["limits"].forget(PASSWORD, found.email_hash)
    tell(request, found, "您在本站的“我的申请”账户刚刚更换了密码。不是您本人的，请马上打开下面的网页重设密码：",
         path=f"{ACCOUNT}/new")


def done(request: Request, found: Applicant, words: Any) -> HTTPSeeOther:
    """Into the account, in a new session, with a word of what was done."""
    sign_in(request, found)
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(MINE)


# -- closing ----------------------------------------------------------------------------------------------------------

def _close_form(request: Request, found: Applicant) -> Any:
    return forms.form(request, "close", f"{ACCOUNT}/close", _("注销账户"),
                      forms.password(_("现在的密码"), found.password_hash), css="btn-danger")


def _close_page(form: str) -> dict[str, Any]:
    return page(_("注销账户？"), Part(form),
                lead=_("邮箱和密码会删除，不能恢复。申请照常办理，以后凭受理编号和查询码查询。"),
                links=((ACCOUNT, _("不注销")),),
                breadcrumb=[APPLY, (_("我的申请"), MINE), (_("账户"), ACCOUNT), (_("注销账户"), "")])


@view_config(route_name="apply.account.close", permission=READ, renderer=PAGE, request_method="GET")
def ask_to_close(request: Request) -> dict[str, Any]:
    return _close_page(_close_form(request, needed(request)).render())


@view_config(route_name="apply.account.close", permission=READ, renderer=PAGE, request_method="POST")
def close(request: Request) -> dict[str, Any] | Response:
    found = needed(request)
    limited(request, "login")
    try:
        _close_form(request, found).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _close_page(failure.render())
    applicants.close(request.db, found, at=request.now)
    request.session.invalidate()
    request.session.flash(("ok", request.localizer.translate(_("账户已注销，申请照常办理"))))
    return HTTPSeeOther("/apply")


def includeme(config: Configurator) -> None:
    config.add_route("apply.account", ACCOUNT)
    for name in ("login", "logout", "email", "password", "close"):
        config.add_route(f"apply.account.{name}", f"{ACCOUNT}/{name}")
