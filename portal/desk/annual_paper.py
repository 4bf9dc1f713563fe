"""纸质年份的数字: figures of tables 三 and 四 that were counted on paper before this portal, typed in by year.

They are added to what is counted here, so that last year's carry-over is there; cases that were brought over one by
one (`gongkai case import`) are counted already and are not typed in. What does not add up is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content import annual
from portal.desk.annual import ONE, DeskReport
from portal.desk.annual_form import stamp
from portal.forms import whole
from portal.i18n import _
from workflows.access import Permission
from workflows.outcomes import OUTCOMES
from workflows.reports import publishing
from workflows.reports.rows import BROUGHT, CLASSES, DONE, LEFT, NEW, Layout

Figures = dict[str, dict[str, int]]
LARGEST = 1_000_000


def page(context: DeskReport, request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/annual/{year}/{code}/paper`."""
    layout = context.report.layout
    figures = context.entry.figures if context.entry else {}
    typed = {f"{part}-{row}-{column}": str(number) for part in ("requests", "remedies")
             for row, counts in figures.get(part, {}).items() for column, number in counts.items() if number}
    return {"title": _("纸质年份的数字：${title}", mapping={"title": publishing.title(context.report)}),
            "url": context.url, "rows": [row for row in layout.rows if row.code != DONE], "classes": CLASSES,
            "remedies": layout.remedies, "results": layout.results, "typed": typed, "problems": (),
            "seen": stamp(context.entry), "theirs": False, **more}


def save(context: DeskReport, request: Request) -> Any:
    """Keep what was typed; (七) 总计 is the sum of what was decided, so nobody types it."""
    layout, sent = context.report.layout, request.POST
    requests = _read(sent, "requests", [row.code for row in layout.rows if not row.heading and row.code != DONE],
                     CLASSES)
    remedies = _read(sent, "remedies", layout.remedies, layout.results)
    theirs = sent.get("seen", "") != stamp(context.entry)
    problems = [*_unreadable(sent, layout), *_unbalanced(requests)]
    if problems or theirs:
        request.response.status_int = 409
        return page(context, request, typed=sent, problems=problems, theirs=theirs)
    requests[DONE] = _sums(requests)
    kept = {part: {row: counts for row, counts in found.items() if counts}
            for part, found in (("requests", requests), ("remedies", remedies))}
    annual.enter(request.db, context.year, context.unit.id, texts={}, figures=kept,
                 actor_id=request.identity.user_id, at=request.now)
    request.session.flash(("ok", request.localizer.translate(_("已保存"))))
    return HTTPSeeOther(context.url)


def _read(sent: Mapping[str, str], part: str, rows: Any, columns: Any) -> Figures:
    """What was typed of one table; zeros are left out."""
    return {row: {column: number for column in columns
                  if (number := whole(sent.get(f"{part}-{row}-{column}", "").strip()))} for row in rows}


def _unreadable(sent: Mapping[str, str], layout: Layout) -> Iterator[Any]:
    written = [value.strip() for name, value in sent.items() if name.startswith(("requests-", "remedies-"))]
    wrong = [value for value in written if value and ((number := whole(value)) is None or number > LARGEST)]
    if wrong:
        yield _("“${value}”不是件数：填0到1000000的整数，没有的不填", mapping={"value": wrong[0][:20]})


def _sums(requests: Figures) -> dict[str, int]:
    """What was decided, of each kind of applicant."""
    sums = {kind: sum(requests.get(code, {}).get(kind, 0) for code in OUTCOMES) for kind in CLASSES}
    return {kind: number for kind, number in sums.items() if number}


def _unbalanced(requests: Figures) -> Iterator[Any]:
    """一 ＋ 二 ＝ 三（七）＋ 四, of each kind of applicant."""
    done = _sums(requests)
    for kind, title in CLASSES.items():
        new, brought, left = (requests[row].get(kind, 0) for row in (NEW, BROUGHT, LEFT))
        if new + brought != done.get(kind, 0) + left:
            yield _("“${title}”一列不平：新收${new}＋上年结转${brought}，不等于办理结果合计${done}＋结转下年度${left}",
                    mapping={"title": title, "new": new, "brought": brought, "done": done.get(kind, 0), "left": left})


def includeme(config: Configurator) -> None:
    config.add_route("desk.annual.paper", f"{ONE}/paper", factory=DeskReport)
    may = {"renderer": "desk/annual_paper.pt", "permission": Permission.WRITE_ANNUAL}
    config.add_view(page, route_name="desk.annual.paper", request_method="GET", **may)
    config.add_view(save, route_name="desk.annual.paper", request_method="POST", **may)
