"""The cases behind a figure of the annual report: numbers, dates and outcomes, and nobody's name."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from sqlalchemy import func, select

from content.cases import Case
from portal.desk.annual import ONE, DeskReport
from portal.desk.words import titled
from portal.forms import whole
from portal.paging import from_first
from workflows.access import Permission
from workflows.engine import workflow_of
from workflows.outcomes import OUTCOMES
from workflows.reports.annual import below, of_row
from workflows.reports.rows import CLASSES, TOTAL, layout

SIZE = 50


def listing(context: DeskReport, request: Request) -> dict[str, Any]:
    """`/desk/annual/{year}/{code}/cases/{row}/{column}?page=`: two queries."""
    row, column = request.matchdict["row"], request.matchdict["column"]
    title = next((each.title for each in layout(context.year).rows if each.code == row and not each.heading), None)
    if title is None or column not in (*CLASSES, TOTAL):
        raise HTTPNotFound()
    where = of_row(row, context.year, below(request.tree, context.unit.id))
    if column != TOTAL:
        where.append(Case.applicant_class == column)
    total = request.db.scalar(select(func.count()).select_from(Case).where(*where)) or 0
    pages = from_first(total, SIZE, whole(request.GET.get("page", "1")) or 1, lambda number: f"?page={number}")
    if pages is None:
        raise HTTPNotFound()
    found = request.db.scalars(select(Case).where(*where).order_by(Case.submitted, Case.id)
                               .offset(pages.offset).limit(pages.limit))
    return {"title": title, "column": CLASSES.get(column, "总计"), "context": context, "total": total, "pages": pages,
            "lines": [(case, _state(request, case), OUTCOMES[case.outcome].title if case.outcome else "")
                      for case in found], "classes": CLASSES, "units": request.tree.departments.by_id}


def _state(request: Request, case: Case) -> str:
    return titled(request, workflow_of(case.type).states[case.state])


def includeme(config: Configurator) -> None:
    config.add_route("desk.annual.cases",
                     f"{ONE}/cases/{{row:[a-z_]{{1,40}}}}/{{column:[a-z]{{1,20}}}}", factory=DeskReport)
    config.add_view(listing, route_name="desk.annual.cases", request_method="GET",
                    renderer="desk/annual_cases.pt", permission=Permission.READ_CASES)
