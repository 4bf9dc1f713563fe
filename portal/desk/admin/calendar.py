"""工作日历: the years of days off and make-up days that limits are reckoned by; imported, edited, and what moved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import colander
import deform
from deform.widget import TextAreaWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import holidays
from content.calendar import Year
from content.holidays import LARGEST, BadCalendar
from portal.desk.admin import _forms
from portal.desk.navigation import MANAGE, Entry
from portal.forms import SchemaForm
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission, permits
from workflows.calendars import Adopted, adopt, last_moved

URL = "/desk/calendar"
BEFORE, AHEAD = 4, 2  # years that the list shows before and after the present one
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_BETWEEN = re.compile(r"[\s,，、至到~～—-]*")


class DeskCalendar:
    """The calendar in the hands of who looks after the whole county: it holds for every office."""

    node = None

    def __init__(self, request: Request) -> None:
        top = next((unit.id for unit in request.tree.departments.by_id.values() if unit.parent_id is None), None)
        if top is None:
            raise KeyError("department")
        self.request, self.department_id = request, top


class DeskYear(DeskCalendar):
    """A year of it. Raises `KeyError` for one that nobody announces or asks for any more."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.year = int(request.matchdict["year"])
        if self.year not in _years(request):
            raise KeyError(request.matchdict["year"])


@dataclass(frozen=True)
class Line:
    """A year in the list; `known` is None while it is not announced."""

    year: int
    known: Year | None
    imported: bool


def listing(request: Request, refused: str = "") -> dict[str, Any]:
    """`/desk/calendar`: which years are known, whether the next one is missing, what the last import moved."""
    calendar, after = request.house.calendar(request.db), request.today.year + 1
    lines = [Line(year, calendar.year(year), year in calendar.imported) for year in _years(request)]
    top, missing = DeskCalendar(request).department_id, calendar.year(after) is None
    return {"title": _("工作日历"), "url": URL, "lines": lines, "missing": after if missing else None,
            "refused": refused, "last": last_moved(request.db),
            "may_change": permits(request.identity, Permission.MANAGE_CALENDAR, None, request.tree, top)}


def _years(request: Request) -> range:
    return range(request.today.year + AHEAD, request.today.year - BEFORE - 1, -1)


def bring(request: Request) -> dict[str, Any] | Response:
    """`POST /desk/calendar/import`: years from a JSON or ICS file."""
    sent = request.POST.get("file")
    if not hasattr(sent, "filename"):
        return listing(request, request.localizer.translate(_("请先选一个文件")))
    data = sent.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        return listing(request, request.localizer.translate(_("文件超过2兆字节，不像是日历")))
    try:
        years = holidays.read(data, sent.filename[-100:])
    except BadCalendar as problem:
        return listing(request, str(problem))
    return _adopted(request, years)


def _adopted(request: Request, years: Iterable[Year]) -> Response:
    done = adopt(request.db, request.house, years, actor_id=request.identity.user_id, at=request.now)
    request.session.flash(("ok" if done.years else "info", request.localizer.translate(_words(done))))
    return HTTPSeeOther(URL)


def _words(done: Adopted) -> Any:
    if not done.years:
        return _("和现有的安排一样，没有变动")
    return _("已更新${years}年的安排，${n}件未办结申请的期限改变",
             mapping={"years": "、".join(map(str, done.years)), "n": len(done.moved)})


# -- one year by hand -------------------------------------------------------------------------------------------

def edit(context: DeskYear, request: Request) -> dict[str, Any]:
    """`/desk/calendar/{year}`."""
    known = request.house.calendar(request.db).year(context.year)
    filled = {"off": _written(known.off), "work": _written(known.work), "source": known.source} if known else None
    return _page(context, _form(context, request).render(filled))


def _form(context: DeskYear, request: Request) -> SchemaForm:
    schema = colander.Schema()
    days = _("一行一天，或者写一段的首日和末日：${n}-02-05 至 ${n}-02-11", mapping={"n": context.year})
    for name, title, more in (("off", _("放假的日子"), {}), ("work", _("调休上班的周六、周日"), {"missing": ""})):
        schema.add(colander.SchemaNode(colander.String(), name=name, title=title, description=days,
                                       validator=colander.Length(max=5000),
                                       widget=TextAreaWidget(rows=10, css_class="w-mid"), **more))
    schema.add(colander.SchemaNode(colander.String(), name="source", title=_("依据"),
                                   description=_("国务院办公厅通知的文号"), validator=colander.Length(max=200)))
    return SchemaForm(request, schema, [deform.Button("save", _("保存并重算期限"))], action=f"{URL}/{context.year}",
                      formid="calendar")


def save(context: DeskYear, request: Request) -> dict[str, Any] | Response:
    form = _form(context, request)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return _page(context, failure.render())
    try:
        year = holidays.made(context.year, _days(values["off"]), _days(values["work"]), values["source"])
    except BadCalendar as problem:
        return _page(context, _forms.refused(form, str(problem)))
    return _adopted(request, [year])


def _page(context: DeskYear, form: str) -> dict[str, Any]:
    return {"title": _("${n}年放假和调休", mapping={"n": context.year}), "form": form, "url": URL}


def _days(text: str) -> list[dt.date]:
    """The days of a text, each line one or a span. Raises `BadCalendar`."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        dates = _DATE.findall(line)
        if not 1 <= len(dates) <= 2 or not _BETWEEN.fullmatch(_DATE.sub("", line)):
            raise BadCalendar(f"“{line[:40]}”不是一天，也不是一段的首日和末日")
        found.append([_date(written) for written in dates])
    return [day for pair in found for day in holidays.span(pair[0], pair[-1])]


def _date(written: str) -> dt.date:
    try:
        return dt.date(*map(int, written.split("-")))
    except ValueError:
        raise BadCalendar(f"没有{written}这一天") from None


def _written(days: Iterable[dt.date]) -> str:
    """The days as the form takes them, those that follow each other as one span."""
    spans: list[list[dt.date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][-1] == dt.timedelta(days=1):
            spans[-1][1:] = [day]
        else:
            spans.append([day])
    return "\n".join(" 至 ".join(day.isoformat() for day in span) for span in spans)


def includeme(config: Configurator) -> None:
    manage = Permission.MANAGE_CALENDAR
    config.add_desk_entry(Entry(MANAGE, _("工作日历"), URL, "clock", manage, 40))
    config.add_route("desk.calendar", URL, factory=Desk)
    config.add_route("desk.calendar.import", f"{URL}/import", factory=DeskCalendar)
    config.add_route("desk.calendar.year", rf"{URL}/{{year:\d{{4}}}}", factory=DeskYear)
    config.take_files("desk.calendar.import")
    page, form = "desk/admin/calendar.pt", "desk/admin/calendar_year.pt"
    config.add_view(listing, route_name="desk.calendar", request_method="GET", renderer=page, permission=manage)
    config.add_view(bring, route_name="desk.calendar.import", request_method="POST", renderer=page, permission=manage)
    config.add_view(edit, route_name="desk.calendar.year", request_method="GET", renderer=form, permission=manage)
    config.add_view(save, route_name="desk.calendar.year", request_method="POST", renderer=form, permission=manage)
