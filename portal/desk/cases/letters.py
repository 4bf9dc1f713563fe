"""A letter of a case (文书) at the desk: as a page and as PDF; that somebody looked is in the journal."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from content import cases
from content.cases import Message
from content.late import Late
from portal.desk.cases._shared import URL, ReadCase, address, look
from portal.rendering import theme_of
from workflows.access import Permission
from workflows.letters import delivery_record

letters = Late("portal.letters")

class DeskLetter(ReadCase):
    """A letter of a case that was issued; the factory of `/desk/cases/{id}/letters/{message}`. Raises `KeyError`."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        message = request.db.get(Message, int(request.matchdict["message"]))
        if message is None or message.case_id != self.case.id or message.issued is None:
            raise KeyError(request.matchdict["message"])
        self.message = message


def _body(request: Request) -> dict[str, Any]:
    case, message = request.context.case, request.context.message
    if look(request, case, f"letter {message.id}") is None:
        raise HTTPNotFound()
    return cases.read_message(request.db, request.house, message)


def page(request: Request) -> dict[str, Any]:
    """`/desk/cases/{id}/letters/{message}`."""
    body, case, message = _body(request), request.context.case, request.context.message
    return {"title": body["title"], "case": case, "url": address(case), "message": message,
            "letter": letters.html(body, theme=theme_of(request))}


def pdf(request: Request) -> Response:
    """`/desk/cases/{id}/letters/{message}.pdf`."""
    response = Response(letters.pdf(_body(request)), content_type="application/pdf", cache_control="no-store")
    response.headers["Content-Disposition"] = f'inline; filename="letter-{request.context.message.id}.pdf"'
    return response


def record(request: Request) -> Response:
    """`/desk/cases/{id}/letters/{message}/record.pdf`: the form (送达回证) that is signed when it is handed over."""
    case = request.context.case
    form = delivery_record(request.db, request.house, case, _body(request), day=request.today)
    response = Response(letters.pdf(form), content_type="application/pdf", cache_control="no-store")
    response.headers["Content-Disposition"] = f'inline; filename="delivery-{request.context.message.id}.pdf"'
    return response


def includeme(config: Configurator) -> None:
    at = URL + r"/{id:\d{1,9}}/letters/{message:\d{1,9}}"
    config.add_route("desk.case.letter", at, factory=DeskLetter)
    config.add_route("desk.case.letter.pdf", f"{at}.pdf", factory=DeskLetter)
    config.add_route("desk.case.letter.record", f"{at}/record.pdf", factory=DeskLetter)
    may = {"request_method": "GET", "permission": Permission.OPEN_CASES}
    config.add_view(page, route_name="desk.case.letter", renderer="desk/case_letter.pt", **may)
    config.add_view(pdf, route_name="desk.case.letter.pdf", **may)
    config.add_view(record, route_name="desk.case.letter.record", **may)
