"""The form of an annual report: the words of its sections, and the figures of table 二 that no document tells."""

from __future__ import annotations

import math
from typing import Any

import colander
import deform
from deform.widget import HiddenWidget, TextAreaWidget, TextInputWidget
from pyramid.request import Request

from content.annual import AnnualReport
from portal.forms import SchemaForm
from portal.i18n import _
from portal.reporting.annual import NO_FEE, TEXTS
from workflows.reports.annual import Annual
from workflows.reports.rows import Layout

LONGEST = 30_000  # characters of a section
_LARGEST = 100_000_000
_CELLS = {"made": _("本年制发件数"), "abolished": _("本年废止件数"), "valid": _("现行有效件数"),
          "before": _("上年现行有效件数")}
_HELP = {"overview": _("主动公开、依申请公开、政府信息管理、平台建设、监督保障五个方面；一行一段"),
         "other": _("收取信息处理费的情况必须写明；不填写时写“${words}”", mapping={"words": NO_FEE})}


def form(request: Request, report: Annual, action: str) -> SchemaForm:
    return SchemaForm(request, _schema(report.layout), [deform.Button("save", _("保存"))], action=action,
                      formid="annual")


def _schema(layout: Layout) -> colander.Schema:
    schema = colander.Schema()
    schema.add(colander.SchemaNode(colander.String(), name="seen", missing="", widget=HiddenWidget()))
    schema.add(colander.SchemaNode(colander.Mapping(), *map(_text, TEXTS), name="texts", title=_("文字部分")))
    for code, title in layout.regulations.items():
        cells = [_count(name, words) for name, words in _CELLS.items()]
        schema.add(colander.SchemaNode(
            colander.Mapping(), *cells, name=code, title=_("表二：${title}", mapping={"title": title}),
            description=_("前三项不填写时，按已公开的政策文件统计；填了上年件数就核对勾稽关系")))
    decided = [_count(code, title) for code, title in (layout.decisions | layout.penalties).items()]
    fees = [_amount(code, title) for code, title in layout.fees.items()]
    schema.add(colander.SchemaNode(colander.Mapping(), *decided, *fees, name="decided",
                                   title=_("表二：本年处理决定数量和收费金额")))
    return schema


def _text(name: str) -> colander.SchemaNode:
    return colander.SchemaNode(colander.String(), name=name, title=TEXTS[name], missing="",
                               description=_HELP.get(name, ""), validator=colander.Length(max=LONGEST),
                               widget=TextAreaWidget(rows=8))


def _count(name: str, title: Any) -> colander.SchemaNode:
    return colander.SchemaNode(colander.Integer(), name=name, title=title, missing=None,
                               validator=colander.Range(0, _LARGEST),
                               widget=TextInputWidget(css_class="w-short", attributes={"inputmode": "numeric"}))


def _amount(name: str, title: str) -> colander.SchemaNode:
    return colander.SchemaNode(colander.Float(), name=name, title=_("${title}（万元）", mapping={"title": title}),
                               missing=None, validator=_money,
                               widget=TextInputWidget(css_class="w-short", attributes={"inputmode": "decimal"}))


def _money(node: colander.SchemaNode, value: float) -> None:
    if not (math.isfinite(value) and 0 <= value <= _LARGEST):
        raise colander.Invalid(node, _("金额从0起，以万元为单位"))


# -- between the form and the row -------------------------------------------------------------------------------

def stamp(entry: AnnualReport | None) -> str:
    """Which version the form was filled from."""
    return entry.changed.isoformat() if entry else ""


def filled(entry: AnnualReport | None, layout: Layout) -> dict[str, Any]:
    """The row as the form shows it."""
    texts, active = (entry.texts, entry.figures.get("active", {})) if entry else ({}, {})
    decided = {code: next(iter(active.get(code, {}).values()), None)
               for code in (*layout.decisions, *layout.penalties, *layout.fees)}
    found = {"seen": stamp(entry), "texts": {name: texts.get(name, "") for name in TEXTS}, "decided": _shown(decided)}
    return found | {code: _shown(active.get(code, {})) for code in layout.regulations}


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """Empty where nothing was entered."""
    return {name: value for name, value in values.items() if value is not None}


def entered(values: dict[str, Any], layout: Layout) -> tuple[dict[str, str], dict[str, Any]]:
    """`(texts, figures)` of what was sent, as `content.annual.enter` keeps them."""
    active = {code: _shown(values[code]) for code in layout.regulations}
    for code in (*layout.decisions, *layout.penalties):
        active[code] = _shown({"decisions": values["decided"][code]})
    for code in layout.fees:
        active[code] = _shown({"amount": values["decided"][code]})
    texts = {name: words.replace("\r\n", "\n").strip() for name, words in values["texts"].items()}
    return texts, {"active": {code: cells for code, cells in active.items() if cells}}
