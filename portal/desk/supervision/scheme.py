"""考核办法: the scheme of scores as a form, with what it would make of the present quarter before it is saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import colander
import deform
from deform.widget import CheckboxWidget, DateInputWidget, SequenceWidget, TextInputWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import findings as settings
from portal.desk.admin._forms import select
from portal.desk.supervision import _measured
from portal.desk.supervision._views import URL, CountySupervision, periods
from portal.desk.supervision.scores import grade_words, sources
from portal.forms import SchemaForm
from portal.i18n import _
from workflows.access import Permission
from workflows.scoring import DEFAULT, NAME, Scheme, plain

MOST_ITEMS = 60
_PERCENT = {"mark": (_("比率的标准（%）"), 100), "step": (_("每低多少个百分点扣一次"), 1)}


def edit(context: CountySupervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/scores/scheme`."""
    dated = settings.dated_settings(request.db)
    values = settings.in_force(dated, NAME, request.today) or DEFAULT
    items = [{"mark": 100, "step": 1, "bonus": False} | each for each in values["items"]]
    form = _form(request).render(values | {"items": items, "since": request.today, "why": ""})
    return _page(context, form)


def save(context: CountySupervision, request: Request) -> dict[str, Any] | Response:
    """Keep the scheme, from the day that is written; `preview` only shows what it would come to."""
    form = _form(request)
    try:
        sent = form.validate(request.POST)
    except deform.ValidationFailure as wrong:
        return _page(context, wrong.render())
    values = _values(sent)
    if "preview" in request.POST:
        return _page(context, form.render(sent), _preview(context, Scheme.of(values)))
    settings.change_setting(request.db, NAME, values, since=sent["since"], actor_id=request.identity.user_id,
                            why=sent["why"])
    request.session.flash(("ok", request.localizer.translate(_("考核办法已保存"))))
    return HTTPSeeOther(f"{URL}/scores")


def _page(context: CountySupervision, form: Any, preview: list | None = None) -> dict[str, Any]:
    return context.page("scores", _("考核办法"), form=form, preview=preview, plain=plain)


def _preview(context: CountySupervision, scheme: Scheme) -> list[dict[str, Any]]:
    """Each department in the present quarter, by the scheme in force and by this one."""
    present = periods(context.request.today)[0]
    before = _measured.scores_of(context, present, _measured.scheme_on(context, present))
    after = _measured.scores_of(context, present, scheme)
    return [{"unit": context.short(unit), "before": before[unit], "after": score, "grade": grade_words(score)}
            for unit, score in sorted(after.items(), key=lambda pair: pair[1].points)]


# -- the form ---------------------------------------------------------------------------------------------------

def _values(sent: dict[str, Any]) -> dict[str, Any]:
    """As the setting keeps them: numbers, and of an item what it needs."""
    found = {name: _plain(sent[name]) for name in ("base", "passed", "bonus_over", "bonus_cap")}
    items = [{"source": each["source"], "points": _plain(each["points"]), "cap": _plain(each["cap"]),
              **({"mark": _plain(each["mark"]), "step": _plain(each["step"])} if each["source"].startswith("rate:")
                 else {}), **({"bonus": True} if each["bonus"] else {})} for each in sent["items"]]
    return {"title": sent["title"], **found, "items": items}


def _plain(number: Decimal | int) -> int | float:
    return int(number) if number == int(number) else float(number)


class FiniteDecimal(colander.Decimal):
    """Python takes NaN and Infinity for numbers, and a validator cannot compare them."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        found = super().deserialize(node, cstruct)
        if found is not colander.null and not found.is_finite():
            raise colander.Invalid(node, _("请填写一个数"))
        return found


def _number(name: str, title: Any, least: str = "0", most: str = "1000", **more: Any) -> colander.SchemaNode:
    return colander.SchemaNode(FiniteDecimal(), name=name, title=title,
                               validator=colander.Range(Decimal(least), Decimal(most)),
                               widget=TextInputWidget(css_class="w-short", attributes={"inputmode": "decimal"}), **more)


def _item(request: Request) -> colander.SchemaNode:
    node = colander.SchemaNode(colander.Mapping(), name="item", title=_("考核项目"))
    node.add(select("source", _("按什么计"), sources(request).items()))
    node.add(_number("points", _("每次多少分"), "0.01"))
    node.add(_number("cap", _("封顶多少分"), "0.01"))
    for name, (title, default) in _PERCENT.items():
        node.add(_number(name, title, "0.01", "100", missing=default, default=default))
    node.add(colander.SchemaNode(colander.Boolean(), name="bonus", title=_("加分项"), missing=False,
                                 label=_("达到标准时加分"), widget=CheckboxWidget()))
    return node


def _form(request: Request) -> SchemaForm:
    schema = colander.Schema()
    schema.add(colander.SchemaNode(colander.String(), name="title", title=_("办法名称"),
                                   validator=colander.Length(max=100)))
    schema.add(_number("base", _("基础分"), "1"))
    schema.add(_number("passed", _("多少分以上合格")))
    schema.add(_number("bonus_over", _("扣分后高于多少分才计加分")))
    schema.add(_number("bonus_cap", _("加分最多多少分")))
    schema.add(colander.SchemaNode(colander.Sequence(), _item(request), name="items", title=_("考核项目"),
                                   validator=colander.Length(1, MOST_ITEMS), widget=SequenceWidget()))
    schema.add(colander.SchemaNode(colander.Date(), name="since", title=_("从哪一天起执行"), widget=DateInputWidget(),
                                   validator=colander.Range(request.today, request.today + dt.timedelta(days=730))))
    schema.add(colander.SchemaNode(colander.String(), name="why", title=_("修改理由"), missing="",
                                   validator=colander.Length(max=500)))
    buttons = [deform.Button("preview", _("预览得分")), deform.Button("save", _("保存考核办法"))]
    return SchemaForm(request, schema, buttons, action=f"{URL}/scores/scheme", formid="scheme")


def includeme(config: Configurator) -> None:
    config.add_route("desk.supervision.scheme", f"{URL}/scores/scheme", factory=CountySupervision)
    may = {"route_name": "desk.supervision.scheme", "permission": Permission.SUPERVISE,
           "renderer": "desk/supervision/scheme.pt"}
    config.add_view(edit, request_method="GET", **may)
    config.add_view(save, request_method="POST", **may)
