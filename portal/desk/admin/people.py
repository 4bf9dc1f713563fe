"""人员与角色: the staff's accounts, and what each of them may do where; for the security administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import colander
import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from content import journal, people
from content.people import BadStaffing, Role, User
from portal import attempts, passwords
from portal.desk.admin import _forms
from portal.desk.navigation import MANAGE, Entry
from portal.desk.words import Status, names
from portal.forms import SchemaForm, whole
from portal.i18n import _
from portal.paging import from_first
from portal.traversal import Desk
from portal.wording import role_title, sentence
from workflows.access import Permission, manages

SIZE = 50
RECENT = 10


class Person:
    """A person at the desk; the factory of `/desk/people/{id}/…`. Only who looks after his department gets at him."""

    node = None

    def __init__(self, request: Request) -> None:
        user = request.db.get(User, int(request.matchdict["id"]))
        if user is None:
            raise KeyError(request.matchdict["id"])
        self.request = request
        self.user = user
        self.department_id = user.department_id

    @property
    def url(self) -> str:
        return f"/desk/people/{self.user.id}"


@dataclass(frozen=True)
class Line:
    """A person in the list."""

    user: User
    status: Status
    roles: str


def _mine(request: Request) -> set[int]:
    """The departments whose people this administrator looks after."""
    units = request.tree.departments.by_id
    return {unit for unit in units if manages(request.identity, Role.SECURITY_ADMIN, unit, request.tree)}


def status(request: Request, user: User) -> Status:
    """How the account stands."""
    if not user.active:
        return "stop", _("已停用")
    if attempts.is_locked(user, request.now):
        return "late", _("已锁定")
    if passwords.must_change(user, request.registry.settings["gongkai"].password_days, request.now):
        return "warn", _("待换密码")
    return "ok", _("在用")


# -- the list -----------------------------------------------------------------------------------------------------

def _conditions(request: Request) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [User.department_id.in_(_mine(request))]
    if words := request.GET.get("q", "").strip():
        found.append(or_(User.name.contains(words, autoescape=True),
                         User.login.contains(words.lower(), autoescape=True)))
    return found


def listing(request: Request) -> dict[str, Any]:
    """`/desk/people?q=&page=`: three queries, however many there are."""
    conditions, asked = _conditions(request), request.GET.get("q", "").strip()
    total = request.db.scalar(select(func.count()).select_from(User).where(*conditions))
    pages = from_first(total, SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda n: "/desk/people?" + urlencode({"q": asked, "page": n}))
    if pages is None:
        raise HTTPNotFound()
    query = select(User).where(*conditions).order_by(User.department_id, User.login)
    found = request.db.scalars(query.offset(pages.offset).limit(pages.limit)).unique()
    lines = [Line(user, status(request, user), "、".join(dict.fromkeys(role_title(request, held.role)
                                                                      for held in user.grants))) for user in found]
    return {"title": _("人员与角色"), "lines": lines, "pages": pages, "total": total, "words": asked}


# -- a new account ------------------------------------------------------------------------------------------------

def _account_schema(request: Request, new: bool) -> colander.Schema:
    schema = colander.Schema()
    if new:
        schema.add(colander.SchemaNode(
            colander.String(), name="login", title=_("用户名"), preparer=lambda text: text and text.strip().lower(),
            description=_("小写字母开头，2到32个字符，建好以后不能改。"), validator=colander.Length(max=32)))
    schema.add(colander.SchemaNode(colander.String(), name="name", title=_("姓名"), validator=colander.Length(max=40)))
    schema.add(_forms.select("department_id", _("单位"), _forms.departments(request.tree, request.identity,
                                                                         Role.SECURITY_ADMIN), number=True))
    schema.add(colander.SchemaNode(colander.String(), name="email", title=_("邮箱"), missing="",
                                   validator=colander.All(colander.Email(), colander.Length(max=120))))
    return schema


def _account_form(request: Request, new: bool, action: str) -> SchemaForm:
    return SchemaForm(request, _account_schema(request, new), [deform.Button("save", _("保存"))], action=action,
                      formid="person")


def new_person(request: Request) -> dict[str, Any]:
    return {"title": _("新建账号"), "form": _account_form(request, True, "/desk/people/new").render()}


def create_person(request: Request) -> dict[str, Any] | Response:
    """Make the account; its password for the first login is shown on the answer, and nowhere else."""
    form = _account_form(request, True, "/desk/people/new")
    try:
        values = form.validate(request.POST)
        user = people.create_user(request.db, actor_id=request.identity.user_id, **values)
    except deform.ValidationFailure as failure:
        return {"title": _("新建账号"), "form": failure.render()}
    except BadStaffing as problem:
        return {"title": _("新建账号"), "form": _forms.refused(form, str(problem), "login")}
    return _once(request, user)


def _once(request: Request, user: User) -> Response:
    """A one-time password, on the answer itself: it is kept in no cookie and no address."""
    password = passwords.initial()
    passwords.set_password(request.db, user, password, actor_id=request.identity.user_id, now=request.now,
                           must_change=True)
    values = {"title": _("一次性密码"), "user": user, "password": password}
    return render_to_response("desk/admin/password_once.pt", values, request=request)


# -- one person ---------------------------------------------------------------------------------------------------

def show(context: Person, request: Request, **forms: Any) -> dict[str, Any]:
    """`/desk/people/{id}`."""
    user = context.user
    form = _account_form(request, False, context.url)
    asked = journal.Query(kind="user", subject_id=user.id)
    recent = journal.newest(request.db, asked, limit=RECENT)
    who = names(request.db, [row.actor_id for row in recent])
    return {
        "title": user.name, "user": user, "status": status(request, user), "url": context.url,
        "locked": attempts.is_locked(user, request.now), "himself": user.id == request.identity.user_id,
        "held": [(held.id, role_title(request, held.role), _place(request, held)) for held in user.grants],
        "recent": [(row.at, who.get(row.actor_id, ""), sentence(request, row)) for row in recent],
        "form": form.render({"name": user.name, "department_id": user.department_id, "email": user.email}),
        "role_form": _role_form(request, context).render(),
    } | forms


def _place(request: Request, held: people.Grant) -> str:
    if held.column_id is not None:
        node = request.tree.by_id.get(held.column_id)
        return request.localizer.translate(_("栏目“${name}”及下级", mapping={"name": node.name if node else "?"}))
    unit = request.tree.departments.by_id[held.department_id]
    return request.localizer.translate(_("${name}及下级", mapping={"name": unit.name}))


def change(context: Person, request: Request) -> dict[str, Any] | Response:
    form = _account_form(request, False, context.url)
    try:
        values = form.validate(request.POST)
        people.change_user(request.db, context.user, actor_id=request.identity.user_id, **values)
    except deform.ValidationFailure as failure:
        return show(context, request, form=failure.render())
    return _done(request, context, _("已保存"))


def _done(request: Request, context: Person, words: Any, kind: str = "ok") -> HTTPSeeOther:
    request.session.flash((kind, request.localizer.translate(words)))
    return HTTPSeeOther(context.url)


def switch(context: Person, request: Request) -> Response:
    """Deactivate or activate the account; who is deactivated is out at once."""
    active = request.POST.get("active") == "1"
    try:
        people.change_user(request.db, context.user, actor_id=request.identity.user_id, active=active)
    except BadStaffing as problem:
        return _done(request, context, str(problem), "late")
    return _done(request, context, _("账号已启用") if active else _("账号已停用，登录已结束"))


def reset(context: Person, request: Request) -> Response:
    """A one-time password for somebody who forgot his; one's own is changed on the account page."""
    if context.user.id == request.identity.user_id:
        return HTTPSeeOther("/account/password")
    return _once(request, context.user)


def unlock(context: Person, request: Request) -> Response:
    attempts.unlock(request.db, context.user, actor_id=request.identity.user_id, now=request.now)
    return _done(request, context, _("账号已解锁"))


# -- his roles ----------------------------------------------------------------------------------------------------

def _role_schema(request: Request) -> colander.Schema:
    identity, tree = request.identity, request.tree
    schema = colander.Schema()
    schema.add(_forms.select("role", _("职责"), [(role.value, role_title(request, role)) for role in Role]))
    schema.add(_forms.select("department_id", _("在哪个部门"), number=True, blank=_("（不按部门）"),
                             choices=_forms.departments(tree, identity, Role.SECURITY_ADMIN),
                             description=_("对这个部门和它的下级部门的栏目有效。")))
    schema.add(_forms.select("column_id", _("或在哪个栏目"), number=True, blank=_("（不按栏目）"),
                             choices=_forms.columns(tree, identity, Role.SECURITY_ADMIN),
                             description=_("只对这个栏目和它的下级栏目有效。")))
    return schema


def _role_form(request: Request, context: Person) -> SchemaForm:
    return SchemaForm(request, _role_schema(request), [deform.Button("grant", _("授予"))], formid="grant",
                      action=f"{context.url}/grant")


def grant(context: Person, request: Request) -> dict[str, Any] | Response:
    form = _role_form(request, context)
    try:
        values = form.validate(request.POST)
        people.grant(request.db, context.user, Role(values.pop("role")), actor_id=request.identity.user_id, **values)
    except deform.ValidationFailure as failure:
        return show(context, request, role_form=failure.render())
    except BadStaffing as problem:
        if context.user.id == request.identity.user_id:  # whose page has no such form
            return _done(request, context, str(problem), "late")
        return show(context, request, role_form=_forms.refused(form, str(problem)))
    return _done(request, context, _("已授予"))


def revoke(context: Person, request: Request) -> Response:
    """Take a role away that lies within what this administrator looks after."""
    wanted = request.POST.get("grant", "")
    held = next((each for each in context.user.grants if str(each.id) == wanted), None)
    if held is None:
        return _done(request, context, _("这项职责已经收回"), "info")
    if not _forms.managing(request, Role.SECURITY_ADMIN, _department_of(request, held)):
        raise HTTPForbidden()
    try:
        people.revoke(request.db, held, actor_id=request.identity.user_id)
    except BadStaffing as problem:
        return _done(request, context, str(problem), "late")
    return _done(request, context, _("已收回，登录已结束"))


def _department_of(request: Request, held: people.Grant) -> int:
    return held.department_id or request.tree.by_id[held.column_id].department_id


def active_people(session: Session) -> list[tuple[str, str]]:
    """`(id, name and unit)` of everybody with an account in use."""
    query = select(User).where(User.active).order_by(User.department_id, User.name)
    return [(str(user.id), f"{user.name}（{user.department.short_name}）") for user in session.scalars(query).unique()]


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(MANAGE, _("人员与角色"), "/desk/people", "people", Permission.MANAGE_PEOPLE, 10))
    config.add_route("desk.people", "/desk/people", factory=Desk)
    config.add_route("desk.people.new", "/desk/people/new", factory=Desk)
    config.add_route("desk.person", r"/desk/people/{id:\d{1,9}}", factory=Person)
    manage, page = Permission.MANAGE_PEOPLE, "desk/admin/person.pt"
    config.add_view(listing, route_name="desk.people", request_method="GET", renderer="desk/admin/people.pt",
                    permission=manage)
    for method, view in (("GET", new_person), ("POST", create_person)):
        config.add_view(view, route_name="desk.people.new", request_method=method, renderer="desk/admin/form.pt",
                        permission=manage)
    config.add_view(show, route_name="desk.person", request_method="GET", renderer=page, permission=manage)
    config.add_view(change, route_name="desk.person", request_method="POST", renderer=page, permission=manage)
    for name, view in (("switch", switch), ("reset", reset), ("unlock", unlock), ("grant", grant), ("revoke", revoke)):
        config.add_route(f"desk.person.{name}", rf"/desk/people/{{id:\d{{1,9}}}}/{name}", factory=Person)
        config.add_view(view, route_name=f"desk.person.{name}", request_method="POST", renderer=page, permission=manage)
