"""通报: drafted from the findings of a period, looked at, and put as a draft into a column, from where it goes the way
of every publication."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content import writing
from content.tree import Node
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision import _measured
from portal.desk.supervision._views import URL, Period, Supervision, period, periods
from portal.forms import whole
from portal.i18n import _
from portal.reporting import html
from portal.reporting.model import Cell, Grid, Paper, Section
from workflows.access import Permission
from workflows.engine import workflow_of
from workflows.reports.circular import Circular, Line, circular
from workflows.reports.rates import TITLES
from workflows.rules import all_rules
from workflows.supervision_due import Editors

TYPE = "notice"
GOOD_SHOWN = 20


def page(context: Supervision, request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/supervision/circular?period=`: the words as they would be, and where they may go."""
    asked, homes = period(request), _homes(request)
    owners = {each.id: each for _node, people in homes for each in people}
    return context.page("", _("拟写通报"), asked=asked, periods=periods(request.today), homes=homes,
                        owners=list(owners.values()), text=html.fragment(_paper(context, asked)),
                        heading=_title(context, asked), **{"problems": ()} | more)


def draft(context: Supervision, request: Request) -> Any:
    """Figures as of now, frozen in the text; whoever is named sends it for review."""
    asked = period(request)
    chosen, person = whole(request.POST.get("column", "")), whole(request.POST.get("owner", ""))
    node, people = next(((node, people) for node, people in _homes(request) if node.id == chosen), (None, []))
    if node is None or person not in {each.id for each in people}:
        request.response.status_int = 409
        return page(context, request, problems=[_("请选择栏目和送审人：送审人要在这个栏目有信息员的职责")])
    made = writing.create(request.db, node, TYPE, actor_id=request.identity.user_id, title=_title(context, asked),
                          body=str(html.fragment(_paper(context, asked))), at=request.now)
    made.owner_id = person
    request.session.flash(("ok", request.localizer.translate(_("通报稿已生成，在送审人的草稿里"))))
    return HTTPSeeOther(f"/desk/document/{made.id}")


def _homes(request: Request) -> list[tuple[Node, list[Any]]]:
    """The open public lists of the auditor's own office that take notices, each with those who may send from there."""
    editors = Editors(request.db)
    found = [(node, editors.of(node, request.tree)) for node in request.tree.walk()
             if node.kind == "list" and node.takes(TYPE) and node.is_public() and node.is_open(request.today)
             and node.department_id == request.identity.department_id]
    return [(node, people) for node, people in found if people]


# -- the words --------------------------------------------------------------------------------------------------

def _title(context: Supervision, asked: Period) -> str:
    quarter = asked.name.partition("q")[2]
    words = f"{asked.first.year}年第{'一二三四'[int(quarter) - 1]}季度" if quarter else f"{asked.first.year}年"
    unit = context.chosen.short_name if context.chosen else ""
    return f"关于{words}{unit}政务公开监督检查情况的通报"


def _paper(context: Supervision, asked: Period) -> Paper:
    """In Chinese whatever the language of the page: it is published."""
    found = circular(context.request.db, _measured.rates_of(context, asked), asked.first, asked.last)
    office = context.request.tree.departments.by_id[context.request.identity.department_id]
    sections = (_general(found), _problems(found), _departments(context, found), _orders(context, found),
                _good(context, found), _source(found))
    numbered = (Section(f"{numeral}、{each.heading}", each.paragraphs, each.grids)
                for numeral, each in zip("一二三四五六", filter(None, sections), strict=False))
    return Paper(_title(context, asked), office.name, tuple(numbered))


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _general(found: Circular) -> Section:
    rates = "，".join(f"{TITLES[name]}{rate.words}" for name, rate in found.rates.items() if rate.whole)
    said = (f"{_day(found.first)}至{_day(found.last)}，对{len(found.lines)}个单位的政务公开工作进行了检查，"
            f"发现问题{found.found}个，已整改{found.repaired}个，"
            f"未整改{found.found - found.repaired}个；下达督办单{len(found.orders)}份。")
    return Section("总体情况", (said, *((f"全部单位合计：{rates}。",) if rates else ())))


def _problems(found: Circular) -> Section:
    known = all_rules()
    rows = [_head("问题", "个数"), *((Cell(known[name].title if name in known else name), _number(count))
                                 for name, count in found.rules.items())]
    words = () if found.rules else ("没有发现问题。",)
    return Section("发现的问题", words, (Grid("发现的问题", tuple(rows)),) if found.rules else ())


def _departments(context: Supervision, found: Circular) -> Section:
    rows = [_head("单位", "发现", "已整改", "未整改", *TITLES.values()),
            *(_line(context, line) for line in found.lines if line.found or any(each.whole for each in
                                                                               line.rates.values()))]
    return Section("各单位情况", (), (Grid("各单位情况", tuple(rows)),))


def _line(context: Supervision, line: Line) -> tuple[Cell, ...]:
    return (Cell(context.short(line.unit), head=True), _number(line.found), _number(line.repaired), _number(line.left),
            *(Cell(line.rates[name].words) for name in TITLES))


def _orders(context: Supervision, found: Circular) -> Section | None:
    if not found.orders:
        return None
    known = all_rules()
    rows = [_head("督办单", "单位", "问题", "整改期限", "情况"),
            *((Cell(each.order_number or ""), Cell(context.short(each.department_id)),
               Cell(known[each.rule].title if each.rule in known else each.rule),
               Cell(_day(each.order_due) if each.order_due else ""),
               Cell(workflow_of(each.workflow).states[each.state].title)) for each in found.orders)]
    return Section("督办情况", (), (Grid("督办情况", tuple(rows)),))


def _good(context: Supervision, found: Circular) -> Section | None:
    names = [context.short(line.unit) for line in found.good]
    if not names:
        return None
    more = f"等{len(names)}个单位" if len(names) > GOOD_SHOWN else ""
    return Section("做得好的单位", (f"{'、'.join(names[:GOOD_SHOWN])}{more}没有发现问题。",))


def _source(found: Circular) -> Section:
    return Section("数据来源", (f"数据取自系统日志第{found.row}条（校验值{found.digest[:16]}）时的记录，比率的算法："
                            "没有可算的写“—”，不算百分之百。",))


def _head(*words: str) -> tuple[Cell, ...]:
    return tuple(Cell(each, head=True) for each in words)


def _number(count: int) -> Cell:
    return Cell(str(count), number=count)


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.SUPERVISE, "renderer": "desk/supervision/circular.pt"}
    config.add_desk_entry(Entry(SUPERVISION, _("拟写通报"), f"{URL}/circular", "share", Permission.SUPERVISE, 60))
    config.add_route("desk.supervision.circular", f"{URL}/circular", factory=Supervision)
    config.add_view(page, route_name="desk.supervision.circular", request_method="GET", **may)
    config.add_view(draft, route_name="desk.supervision.circular", request_method="POST", **may)
