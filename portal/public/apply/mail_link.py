"""The link by mail: who opens it has shown that the mailbox is his. One link for a new account and a lost password.

Whoever asks for one is answered alike, whether the address has an account or not; what the link does is seen only by
who opens it. Opening shows a page and changes nothing (programs that look through mail open links too); the button on
it does, once.
"""

from __future__ import annotations

from typing import Any

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from content import applicants
from content.applicants import Applicant, MailLink
from portal import passwords
from portal.i18n import _
from portal.limits import limited
from portal.public.apply import _account_forms as forms
from portal.public.apply._account import LOGIN
from portal.public.apply._mail import LINK, can_mail, post_link, tell
from portal.public.apply.account import ACCOUNT, PAGE, SENT, Part, done, page, set_password
from portal.security import READ

NEW = f"{ACCOUNT}/new"
_TITLE = _("开立账户，或者重设密码")


class Mailed:
    """The link of an address; the factory of `/apply/account/link/{token}`. Raises `KeyError` for one that is none."""

    def __init__(self, request: Request) -> None:
        found = applicants.by_link(request.db, request.matchdict["token"], request.now, lock=request.method == "POST")
        if found is None:
            raise KeyError("link")
        self.link: MailLink = found


# -- asking for one -------------------------------------------------------------------------------------------------

def _ask_form(request: Request) -> Any:
    return forms.form(request, "ask", NEW, _("发邮件给我"), forms.email())


def _ask_page(request: Request, form: str) -> dict[str, Any]:
    none = _("本站还没有开通发邮件，暂时不能开立账户。凭受理编号和查询码一样可以查询。")
    return page(_TITLE, *([Part(form)] if can_mail(request) else []), wrong="" if can_mail(request) else none,
                lead=_("填写您的邮箱，会收到一封邮件；打开里面的网址，设置密码就行了。不开立账户也可以申请、查询。"),
                note=_("邮箱只用来登录和通知您，加密保存，随时可以注销。"),
                links=((LOGIN, _("登录")), ("/apply", _("返回"))))


@view_config(route_name="apply.account.new", permission=READ, renderer=PAGE, request_method="GET")
def ask(request: Request) -> dict[str, Any]:
    return _ask_page(request, _ask_form(request).render())


@view_config(route_name="apply.account.new", permission=READ, renderer=PAGE, request_method="POST")
def send(request: Request) -> dict[str, Any] | HTTPSeeOther:
    try:
        values = _ask_form(request).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _ask_page(request, failure.render())
    limited(request, "account")
    if can_mail(request):
        post_link(request, values["email"])
    return HTTPSeeOther(SENT if can_mail(request) else NEW)


@view_config(route_name="apply.account.sent", permission=READ, renderer=PAGE, request_method="GET")
def sent(request: Request) -> dict[str, Any]:
    return page(_("请查收邮件"), lead=_("几分钟以内会收到一封邮件，请在24小时以内打开里面的网址。"),
                note=_("没有收到的，请看看垃圾邮件，再核对一遍邮箱；一个邮箱一天最多发3封。"),
                links=(("/apply", _("返回")),))


# -- opening it -----------------------------------------------------------------------------------------------------

def _link_form(request: Request, address: str, found: Applicant | None) -> Any:
    link = request.context.link
    if link.applicant_id is not None:
        return forms.form(request, "confirm", request.path, _("改用这个邮箱"))
    former = found.former_hashes if found else ()
    return forms.form(request, "password", request.path, _("保存密码"), forms.new_password(address, former))


def _link_page(request: Request, address: str, found: Applicant | None, form: str) -> dict[str, Any]:
    if request.context.link.applicant_id is not None:
        title = _("改用这个邮箱？")
    else:
        title = _("重设密码") if found else _("设置密码，开立账户")
    return page(title, Part(form), lead=_("邮箱：${address}", mapping={"address": address}))


@view_config(route_name="apply.account.link", permission=READ, renderer=PAGE, request_method="GET")
def open_link(request: Request) -> dict[str, Any]:
    address, found = _who(request)
    return _link_page(request, address, found, _link_form(request, address, found).render())


def _who(request: Request) -> tuple[str, Applicant | None]:
    """The address of the link, and the account that has it."""
    address = applicants.email_of(request.db, request.house, request.context.link)
    return address, applicants.by_email(request.db, request.house, address)


@view_config(route_name="apply.account.link", permission=READ, renderer=PAGE, request_method="POST")
def use_link(request: Request) -> dict[str, Any] | HTTPSeeOther:
    address, found = _who(request)
    try:
        values = _link_form(request, address, found).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _link_page(request, address, found, failure.render())
    if request.context.link.applicant_id is not None:
        return _move(request, address, found)
    applicants.use_up(request.db, request.context.link)
    if found is not None:
        set_password(request, found, values["new"])
        return done(request, found, _("密码已重设，别处的登录都已退出"))
    made = applicants.open_account(request.db, request.house, address, passwords.hashed(values["new"]), at=request.now)
    return done(request, made, _("账户已开立"))


def _move(request: Request, address: str, found: Applicant | None) -> dict[str, Any] | HTTPSeeOther:
    """The account goes on under the new address, and the old one is told; not when that has an account already."""
    link = request.context.link
    mover = request.db.get_one(Applicant, link.applicant_id)
    applicants.use_up(request.db, link)
    if found is not None:
        return page(_("没有改"), lead=_("这个邮箱已经有一个账户。要用它，请先登录那个账户，把它注销。"),
                    links=((LOGIN, _("登录")),))
    tell(request, mover, "您在本站的“我的申请”账户改用了另一个邮箱。不是您本人的，请打电话告诉我们。")
    applicants.change_email(request.db, request.house, mover, address, at=request.now)
    return done(request, mover, _("邮箱已更换"))


def includeme(config: Configurator) -> None:
    config.add_route("apply.account.new", NEW)
    config.add_route("apply.account.sent", SENT)
    config.add_route("apply.account.link", LINK + r"/{token:[\w-]{20,64}}", factory=Mailed)
