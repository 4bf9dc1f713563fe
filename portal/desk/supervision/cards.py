"""红黄牌: the cards of departments and people for a period, with what led to each; the limits are the auditors'."""

from __future__ import annotations

from typing import Any

import colander
import deform
from deform.widget import TextInputWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import findings as settings
from content.findings import RED, YELLOW, Finding
from content.people import User
from portal.desk.supervision import _measured
from portal.desk.supervision._shared import address, rule_words
from portal.desk.supervision._views import URL, CountySupervision, Supervision, period, periods, subject_words
from portal.forms import SchemaForm
from portal.i18n import _
from workflows import finding_cards
from workflows.access import Permission
from workflows.finding_cards import Card, Limits, Overdue

COLOURS = {RED: ("late", _("红牌")), YELLOW: ("warn", _("黄牌"))}


def listing(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/cards?period=&department=`."""
    asked = period(request)
    limits = _measured.limits_on(context, asked)
    made = finding_cards.cards(_measured.overdue_of(context, asked), limits)
    shown = {each.finding_id for card in made for each in card.led}
    found = {each.id: each for each in request.db.scalars(select(Finding).where(Finding.id.in_(shown)))}
    people = dict(request.db.execute(select(User.id, User.name).where(
        User.id.in_({card.person_id for card in made if card.person_id}))).all())
    lines = [_line(context, card, limits, found, people) for card in made]
    return context.page("cards", _("红黄牌"), asked=asked, periods=periods(request.today), limits=limits,
                        units=[line for line in lines if line["card"].person_id is None],
                        people=[line for line in lines if line["card"].person_id is not None])


def _line(context: Supervision, card: Card, limits: Limits, found: dict[int, Finding],
          people: dict[int, str]) -> dict[str, Any]:
    led = [{"url": address(found[each.finding_id]),
            "words": _named(context, found[each.finding_id]),
            "why": _why(each), "colour": COLOURS[each.colour(limits)]} for each in card.led]
    return {"card": card, "colour": COLOURS[card.colour], "led": led, "unit": context.short(card.department_id),
            "person": people.get(card.person_id or 0, ""), "more": card.total - len(led)}


def _named(context: Supervision, finding: Finding) -> str:
    return f"{rule_words(context.request, finding)}：{subject_words(context, finding)}"


def _why(each: Overdue) -> Any:
    values = {"due": each.due.isoformat(), "n": each.days}
    if each.ordered:
        return _("督办单${due}到期，超过${n}个工作日", mapping=values)
    return _("应当不晚于${due}，超过${n}个工作日", mapping=values)


# -- the limits -------------------------------------------------------------------------------------------------

def edit(context: CountySupervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/cards/limits`."""
    limits = _measured.limits_on(context, period(request))
    return context.page("cards", _("红黄牌的标准"), form=_form(request).render(
        {"red_days": limits.red_days, "red_times": limits.red_times}))


def save(context: CountySupervision, request: Request) -> dict[str, Any] | Response:
    form = _form(request)
    try:
        values = form.validate(request.POST.items())
    except deform.ValidationFailure as wrong:
        return context.page("cards", _("红黄牌的标准"), form=wrong.render())
    settings.change_setting(request.db, finding_cards.NAME, {name: values[name] for name in finding_cards.DEFAULT},
                            since=request.today, actor_id=request.identity.user_id, why=values["why"])
    request.session.flash(("ok", request.localizer.translate(_("红黄牌的标准已保存，从今天起按新标准计算"))))
    return HTTPSeeOther(f"{URL}/cards")


def _form(request: Request) -> SchemaForm:
    number = TextInputWidget(css_class="w-short", attributes={"inputmode": "numeric"})
    schema = colander.Schema()
    schema.add(colander.SchemaNode(colander.Integer(), name="red_days", title=_("超期多少个工作日以上亮红牌"),
                                   validator=colander.Range(0, 250), widget=number,
                                   description=_("没有超过的亮黄牌")))
    schema.add(colander.SchemaNode(colander.Integer(), name="red_times", title=_("一个季度内第几次超期亮红牌"),
                                   validator=colander.Range(1, 1000), widget=number))
    schema.add(colander.SchemaNode(colander.String(), name="why", title=_("修改理由"),
                                   validator=colander.Length(max=500)))
    return SchemaForm(request, schema, [deform.Button("save", _("保存"))], action=f"{URL}/cards/limits",
                      formid="limits")


def includeme(config: Configurator) -> None:
    config.add_route("desk.supervision.cards", f"{URL}/cards", factory=Supervision)
    config.add_route("desk.supervision.limits", f"{URL}/cards/limits", factory=CountySupervision)
    config.add_view(listing, route_name="desk.supervision.cards", request_method="GET",
                    permission=Permission.READ_FINDINGS, renderer="desk/supervision/cards.pt")
    may = {"route_name": "desk.supervision.limits", "permission": Permission.SUPERVISE,
           "renderer": "desk/supervision/limits.pt"}
    config.add_view(edit, request_method="GET", **may)
    config.add_view(save, request_method="POST", **may)
