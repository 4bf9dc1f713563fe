"""规则与阈值: every rule of supervision, what it comes from, its thresholds, set from a day on with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import colander
import deform
from deform.widget import DateInputWidget, TextInputWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import findings
from content.findings import SupervisionSetting
from content.journal import Row
from portal.desk.admin import _forms
from portal.desk.admin.calendar import DeskCalendar
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision import _registers
from portal.desk.words import names
from portal.forms import SchemaForm
from portal.i18n import _
from portal.tables import csv_file
from portal.traversal import Desk
from workflows.access import Permission, permits
from workflows.rules import Rule, Threshold, all_rules

URL = "/desk/supervision/thresholds"
MOST = 3660  # of any threshold
SHOWN = 50  # changes of a rule's thresholds that are listed


class DeskRule(DeskCalendar):
    """A rule in the hands of who looks over the whole county: it judges every office. Raises `KeyError`."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.rule = all_rules()[request.matchdict["rule"]]


@dataclass(frozen=True)
class Line:
    """A threshold: what holds today, and what will hold from a later day on."""

    name: str
    threshold: Threshold
    value: int
    later: tuple[tuple[dt.date, int], ...]


def listing(request: Request) -> dict[str, Any]:
    """`/desk/supervision/thresholds`: one query for all settings."""
    settings, top = findings.dated_settings(request.db), DeskCalendar(request).department_id
    return {"title": _("规则与阈值"), "url": URL, "rules": [(rule, _lines(rule, settings, request.today))
                                                       for rule in _rules()],
            "may_change": permits(request.identity, Permission.SUPERVISE, None, request.tree, top)}


def _rules() -> list[Rule]:
    return sorted(all_rules().values(), key=lambda rule: (rule.about, rule.name))


def _lines(rule: Rule, settings: findings.Dated, today: dt.date) -> list[Line]:
    now = findings.in_force(settings, rule.name, today)
    later = [(since, values) for since, values in settings.get(rule.name, []) if since > today]
    return [Line(name, each, now.get(name, each.default),
                 tuple((since, values[name]) for since, values in later if name in values))
            for name, each in rule.thresholds.items()]


def download(request: Request) -> Response:
    """`/desk/supervision/thresholds.csv`: all rules with what holds today."""
    return csv_file("规则与阈值", list(_rows(findings.dated_settings(request.db), request.today)))


def _rows(settings: findings.Dated, today: dt.date) -> Iterator[tuple]:
    yield "规则", "名称", "依据", "怎样整改", "阈值", "现值", "单位", "默认值", "阈值的依据"
    for rule in _rules():
        common = rule.name, rule.title, rule.basis, rule.advice
        for line in _lines(rule, settings, today):
            each = line.threshold
            yield *common, each.title, line.value, each.unit, each.default, each.basis
        if not rule.thresholds:
            yield *common, "", "", "", "", ""


# -- one rule -------------------------------------------------------------------------------------------------------

def show(context: DeskRule, request: Request, form: str | None = None) -> dict[str, Any]:
    """`/desk/supervision/thresholds/{rule}`."""
    rule, settings = context.rule, findings.dated_settings(request.db)
    if form is None and rule.thresholds:
        lines = _lines(rule, settings, request.today)
        form = _form(context, request).render({line.name: line.value for line in lines})
    english = request.language.code == "en"
    return {"title": rule.english if english else rule.title, "rule": rule, "url": URL, "form": form or "",
            "history": _history(request, rule)}


def _form(context: DeskRule, request: Request) -> SchemaForm:
    schema = colander.Schema()
    for name, each in context.rule.thresholds.items():
        unit = f"（{each.unit}）" if each.unit else ""
        schema.add(colander.SchemaNode(
            colander.Int(), name=name, title=f"{each.title}{unit}", validator=colander.Range(0, MOST),
            widget=TextInputWidget(css_class="w-short"),
            description=_("默认是${n}。${basis}", mapping={"n": each.default, "basis": each.basis})))
    today = colander.Range(min=request.today, min_err=_("不能是过去的日期：已经作出的认定不改变"))
    schema.add(colander.SchemaNode(colander.Date(), name="since", title=_("从哪天起"), default=request.today,
                                   validator=today, widget=DateInputWidget(css_class="w-mid")))
    schema.add(_registers.words("why", _("改动原因"), 200))
    return SchemaForm(request, schema, [deform.Button("save", _("保存"))], action=f"{URL}/{context.rule.name}",
                      formid="thresholds")


def change(context: DeskRule, request: Request) -> dict[str, Any] | Response:
    """New thresholds from a day on; what held before goes on holding for the days before."""
    form, rule = _form(context, request), context.rule
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return show(context, request, form=failure.render())
    since, why = values.pop("since"), values.pop("why")
    held = findings.in_force(findings.dated_settings(request.db), rule.name, since)
    if values == {name: held.get(name, each.default) for name, each in rule.thresholds.items()}:
        return show(context, request, form=_forms.refused(form, "和这一天起已经定下的一样，没有改动"))
    findings.change_setting(request.db, rule.name, values, since=since, why=why, actor_id=request.identity.user_id,
                            at=request.now)
    request.session.flash(("ok", request.localizer.translate(_("已保存，从${day}起按新的阈值检查",
                                                               mapping={"day": since.isoformat()}))))
    return HTTPSeeOther(f"{URL}/{rule.name}")


def _history(request: Request, rule: Rule) -> list[dict[str, Any]]:
    """What was set, by whom and why, the newest first; three queries."""
    query = select(SupervisionSetting).where(SupervisionSetting.name == rule.name)
    made = list(request.db.scalars(query.order_by(SupervisionSetting.id.desc()).limit(SHOWN)))
    rows = request.db.scalars(select(Row).where(Row.subject_kind == "supervision_setting",
                                                Row.subject_id.in_([each.id for each in made]))).unique()
    reasons = {row.subject_id: row.payload.get("why", "") for row in rows}
    people = names(request.db, [each.actor_id for each in made])
    return [{"since": each.since, "at": each.at, "who": people.get(each.actor_id or 0, ""),
             "why": reasons.get(each.id, ""), "values": _said(rule, each.values)} for each in made]


def _said(rule: Rule, values: dict[str, Any]) -> list[str]:
    """The values in words; of a threshold that the rule has no more, its name."""
    return [f"{rule.thresholds[name].title}：{value}{rule.thresholds[name].unit}" if name in rule.thresholds
            else f"{name}：{value}" for name, value in values.items()]


def includeme(config: Configurator) -> None:
    supervise = Permission.SUPERVISE
    config.add_desk_entry(Entry(SUPERVISION, _("规则与阈值"), URL, "settings", supervise, 80))
    config.add_route("desk.supervision.thresholds", URL, factory=Desk)
    config.add_route("desk.supervision.thresholds.csv", f"{URL}.csv", factory=Desk)
    config.add_route("desk.supervision.threshold", rf"{URL}/{{rule:[a-z_]{{1,60}}}}", factory=DeskRule)
    one = "desk/supervision/threshold.pt"
    config.add_view(listing, route_name="desk.supervision.thresholds", request_method="GET", permission=supervise,
                    renderer="desk/supervision/thresholds.pt")
    config.add_view(download, route_name="desk.supervision.thresholds.csv", request_method="GET",
                    permission=supervise)
    config.add_view(show, route_name="desk.supervision.threshold", request_method="GET", renderer=one,
                    permission=supervise)
    config.add_view(change, route_name="desk.supervision.threshold", request_method="POST", renderer=one,
                    permission=supervise)
