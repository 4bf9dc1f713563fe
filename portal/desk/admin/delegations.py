"""委托代办 (AB角): while somebody is away another acts for him; set by himself, or by the security administrator."""

from __future__ import annotations

from typing import Any

import colander
import deform
from deform.widget import DateInputWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import or_, select

from content import people
from content.people import BadStaffing, Delegation, Role, User
from portal.desk.admin import _forms
from portal.desk.admin.people import active_people
from portal.desk.navigation import WORK, Entry
from portal.forms import SchemaForm, whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

URL = "/desk/delegations"


def _schema(request: Request, manager: bool) -> colander.Schema:
    mine, everybody = str(request.identity.user_id), active_people(request.db)
    schema = colander.Schema()
    if manager:
        schema.add(_forms.select("from_id", _("委托人"), everybody, number=True, default=int(mine)))
    schema.add(_forms.select("to_id", _("代办人"), everybody, number=True,
                             description=_("委托期间，代办人可以做委托人能做的事；日志同时记两个人。")))
    for name, title in (("first_day", _("从哪天")), ("last_day", _("到哪天（含）"))):
        schema.add(colander.SchemaNode(colander.Date(), name=name, title=title, default=request.today,
                                       widget=DateInputWidget(css_class="w-mid")))
    schema.add(colander.SchemaNode(colander.String(), name="why", title=_("原因"), validator=colander.Length(max=200)))
    return schema


def _form(request: Request) -> SchemaForm:
    manager = bool(request.has_permission(Permission.MANAGE_PEOPLE))
    return SchemaForm(request, _schema(request, manager), [deform.Button("save", _("委托"))], action=URL,
                      formid="delegation")


def show(request: Request, form: str | None = None) -> dict[str, Any]:
    """`/desk/delegations`: what is in force or still to come; of everybody for who looks after people."""
    query = select(Delegation).where(Delegation.last_day >= request.today).order_by(Delegation.first_day, Delegation.id)
    if not request.has_permission(Permission.MANAGE_PEOPLE):
        mine = request.identity.user_id
        query = query.where(or_(Delegation.from_id == mine, Delegation.to_id == mine))
    found = list(request.db.scalars(query.limit(200)).unique())
    return {"title": _("委托代办"), "found": [(each, _may(request, each)) for each in found],
            "form": form or _form(request).render()}


def _may(request: Request, made: Delegation) -> bool:
    """Whether this person may end it: whose work it is, or who looks after that person."""
    return made.from_id == request.identity.user_id or _forms.managing(request, Role.SECURITY_ADMIN,
                                                                       made.principal.department_id)


def save(request: Request) -> dict[str, Any] | Response:
    form = _form(request)
    try:
        values = form.validate(request.POST)
        _make(request, values)
    except deform.ValidationFailure as failure:
        return show(request, failure.render())
    except BadStaffing as problem:
        return show(request, _forms.refused(form, str(problem)))
    request.session.flash(("ok", request.localizer.translate(_("已委托"))))
    return HTTPSeeOther(URL)


def _make(request: Request, values: dict[str, Any]) -> None:
    principal = request.db.get_one(User, values.pop("from_id", request.identity.user_id))
    if principal.id != request.identity.user_id and not _forms.managing(request, Role.SECURITY_ADMIN,
                                                                        principal.department_id):
        raise HTTPForbidden()
    stand_in = request.db.get_one(User, values.pop("to_id"))
    people.delegate(request.db, principal, stand_in, actor_id=request.identity.user_id, **values)


def end(request: Request) -> Response:
    """End one before its last day."""
    wanted = whole(request.POST.get("delegation", ""))
    made = request.db.get(Delegation, wanted) if wanted is not None else None
    if made is not None:
        if not _may(request, made):
            raise HTTPForbidden()
        people.end_delegation(request.db, made, actor_id=request.identity.user_id)
    request.session.flash(("ok", request.localizer.translate(_("委托已结束"))))
    return HTTPSeeOther(URL)


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("委托代办"), URL, "people", Permission.DESK, 90))
    config.add_route("desk.delegations", URL, factory=Desk)
    config.add_route("desk.delegations.end", f"{URL}/end", factory=Desk)
    page, desk = "desk/admin/delegations.pt", Permission.DESK
    config.add_view(show, route_name="desk.delegations", request_method="GET", renderer=page, permission=desk)
    config.add_view(save, route_name="desk.delegations", request_method="POST", renderer=page, permission=desk)
    config.add_view(end, route_name="desk.delegations.end", request_method="POST", permission=desk)
