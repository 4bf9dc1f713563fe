"""The receipt: number and query code, told once, to be printed or kept as PDF; its QR code leads to the status page."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import cases
from content.cases import Case, Message
from content.late import Late
from portal.i18n import _
from portal.public.apply._account import signed_in
from portal.public.apply._known import RECEIPT, STATUS, handed_over
from portal.security import READ
from workflows.letters import written
from workflows.receipts import RECEIPT as LETTER

letters, paper, segno = Late("portal.letters"), Late("portal.paper"), Late("segno")

def status_url(request: Request) -> str:
    """Where to ask later: without number and code, which stay out of addresses."""
    return request.registry.settings["gongkai"].base_url.rstrip("/") + STATUS


def qr(address: str) -> Markup:
    """An SVG picture of the address, inline."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#14222a", light="#fff")
    return Markup(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def _letter(case: Case) -> Message | None:
    return next((each for each in case.messages if each.kind == LETTER and each.issued is not None), None)


@view_config(route_name="apply.receipt", permission=READ, renderer="public/apply_receipt.pt", request_method="GET")
def show(request: Request) -> dict[str, Any] | HTTPSeeOther:
    found = handed_over(request)
    if found is None:
        return HTTPSeeOther(STATUS)
    case, title = found.case, _("新的查询码") if found.renewed else _("申请已提交")
    return {"title": title, "breadcrumb": [(_("依申请公开"), "/apply"), (title, "")], "case": case,
            "renewed": found.renewed, "code": found.code, "status_url": status_url(request),
            "qr": qr(status_url(request)),
            "holder": signed_in(request), "organ": request.tree.departments.by_id[case.office_id]}


@view_config(route_name="apply.receipt", permission=READ, request_method="POST")
def kept(request: Request) -> HTTPSeeOther:
    """The person has kept number and code: from now on nobody shows them."""
    request.session.pop(RECEIPT, None)
    return HTTPSeeOther(STATUS)


@view_config(route_name="apply.receipt.pdf", permission=READ, request_method="GET")
def pdf(request: Request) -> Response:
    """The receipt on paper, in Chinese as all letters are."""
    found = handed_over(request)
    if found is None:
        raise HTTPSeeOther(STATUS)
    case, code = found.case, found.code
    letter = _letter(case)
    if letter is not None:
        body = cases.read_message(request.db, request.house, letter)
        made = letters.pdf(body, address=status_url(request), code=code)
    else:
        made = _slip(request, case, code)
    return Response(made, content_type="application/pdf",
                    content_disposition=f'attachment; filename="receipt-{case.number}.pdf"')


def _slip(request: Request, case: Case, code: str) -> bytes:
    """Number and code on paper where the organ has not confirmed yet (`receipt_confirms` is off)."""
    organ = request.tree.departments.by_id[case.office_id]
    url = status_url(request)
    pieces = [
        paper.title("政府信息公开申请提交凭证"),
        paper.facts([("受理编号", case.number), ("查询码", code), ("受理机关", organ.name),
                     ("提交日期", written(case.submitted)), ("联系电话", organ.phone)]), paper.gap(),
        paper.paragraph("您的申请已经提交，收到之日以双方确认为准（《政府信息公开条例》第三十一条）。"), paper.gap(),
        paper.marked(f"查询办理进度：{url}\n凭受理编号和查询码查询。请不要把查询码告诉别人。", url)]
    return paper.pdf("政府信息公开申请提交凭证", pieces, organ=organ.name, note=case.number, at=case.created)


def includeme(config: Configurator) -> None:
    config.add_route("apply.receipt", "/apply/receipt")
    config.add_route("apply.receipt.pdf", "/apply/receipt/receipt.pdf")
