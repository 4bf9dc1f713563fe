"""流程: the workflows as they are defined, drawn and in a table; anybody at the desk may look."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from portal.desk.navigation import RECORDS, Entry
from portal.desk.words import titled
from portal.i18n import _
from portal.traversal import Desk
from workflows import draw
from workflows.access import Permission
from workflows.definition import Transition, Workflow
from workflows.engine import workflows

URL = "/desk/flows"


def listing(request: Request) -> dict[str, Any]:
    """`/desk/flows`: each workflow, its ordinary way and the columns that use it."""
    columns = [node.workflow for node in request.tree.walk()]
    found = [(each, titled(request, each), " → ".join(titled(request, state) for state in each.path()),
              columns.count(each.name)) for each in workflows().values()]
    return {"title": _("流程"), "found": found}


def _asked(request: Request) -> Workflow:
    try:
        return workflows()[request.matchdict["name"]]
    except KeyError:
        raise HTTPNotFound() from None


def show(request: Request) -> dict[str, Any]:
    """`/desk/flows/{name}`: the drawing, the states with their limits, and who may take which step."""
    workflow, english = _asked(request), request.language.code == "en"
    return {"title": titled(request, workflow), "workflow": workflow, "drawing": draw.svg(workflow, english=english),
            "states": [(titled(request, each), each.days) for each in workflow.states.values()],
            "steps": [_step(request, workflow, each) for each in workflow.transitions],
            "mermaid": draw.mermaid(workflow, english=english)}


def _step(request: Request, workflow: Workflow, step: Transition) -> tuple[str, str, str, str, bool]:
    sources = "、".join(titled(request, workflow.states[name]) for name in step.sources)
    return (titled(request, step), sources, titled(request, workflow.states[step.target]),
            draw.who(step, request.language.code == "en"), step.reason)


def picture(request: Request) -> Response:
    """`/desk/flows/{name}.svg`, to be put into a document."""
    workflow = _asked(request)
    source = draw.svg(workflow, english=request.language.code == "en")
    return Response(source, content_type="image/svg+xml", charset="utf-8",
                    content_disposition=f'attachment; filename="{workflow.name}.svg"')


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(RECORDS, _("流程"), URL, "flow", Permission.DESK, 60))
    config.add_route("desk.flows", URL, factory=Desk)
    config.add_route("desk.flow.svg", URL + "/{name}.svg", factory=Desk)
    config.add_route("desk.flow", URL + "/{name}", factory=Desk)
    desk = Permission.DESK
    config.add_view(listing, route_name="desk.flows", request_method="GET", renderer="desk/admin/flows.pt",
                    permission=desk)
    config.add_view(show, route_name="desk.flow", request_method="GET", renderer="desk/admin/flow.pt", permission=desk)
    config.add_view(picture, route_name="desk.flow.svg", request_method="GET", permission=desk)
