"""督办单: the order that a finding led to, to be read, printed and filed; the same words on the page and on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from content.base import local_date
from content.findings import Finding
from content.late import Late
from portal.desk.supervision import _told
from portal.desk.supervision._shared import DeskFinding, address, due_words, rule_words, state_words, subject_words
from portal.desk.supervision._told import Event, Order
from portal.desk.supervision.finding import ONE
from workflows.access import Permission
from workflows.rules import Rule, all_rules

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

paper = Late("portal.paper")
SIGNED = ("签收", "整改情况", "核验")  # what people fill in on paper


# The words of the paper itself, which stays Chinese whatever the language of the page around it.
WORDS = {"order": "督办单", "unit": "责任单位", "person": "责任人", "office": "下达单位", "given": "下达日期",
         "due": "整改期限", "found": "发现的问题", "since": "起始日：", "basis": "依据", "demand": "整改要求",
         "evidence": "证据"}


def page(request: Request) -> dict[str, Any]:
    """`/desk/supervision/{id}/order`."""
    finding, order, history = _ordered(request)
    return {"title": order.number, "finding": finding, "order": order, "rule": all_rules().get(finding.rule),
            "rule_title": rule_words(request, finding), "url": address(finding), "history": history,
            "subject": subject_words(request, finding), "given": local_date(order.given),
            "state": state_words(request, finding), "due": due_words(request, finding),
            "evidence": _told.evidence(request, finding), "words": WORDS}


def as_pdf(request: Request) -> Response:
    """The same on paper, with room for who signs for it; the same order always gives the same octets."""
    finding, order, _history = _ordered(request)
    made = paper.pdf(f"督办单 {order.number}", list(_pieces(request, finding, order)), organ=order.office or order.unit,
                     note=order.number, at=finding.state_since)
    response = Response(made, content_type="application/pdf", cache_control="no-store")
    response.headers["Content-Disposition"] = f'inline; filename="order-{finding.id}.pdf"'
    return response


def _ordered(request: Request) -> tuple[Finding, Order, list[Event]]:
    finding = request.context.finding
    rows = _told.rows_of(request, finding)
    order = _told.order(request, finding, rows)
    if order is None:
        raise HTTPNotFound()
    return finding, order, _told.history(request, rows)


def _pieces(request: Request, finding: Finding, order: Order) -> Iterator[Flowable]:
    """In Chinese whatever the language of the page: it goes into the office's records."""
    rule: Rule | None = all_rules().get(finding.rule)
    yield paper.title("督办单")
    yield paper.facts([("编号", order.number), ("责任单位", order.unit), ("责任人", order.person),
                       ("下达单位", "　".join(filter(None, (order.office, order.by)))),
                       ("下达日期", _day(local_date(order.given))), ("整改期限", _day(order.due))])
    yield paper.heading("发现的问题")
    yield paper.paragraph(f"{rule.title if rule else finding.rule}：{subject_words(request, finding)}。"
                          f"{finding.words}。自{_day(finding.since)}起。")
    yield paper.heading("依据")
    yield paper.paragraph(rule.basis if rule else "")
    yield paper.heading("整改要求")
    for number, line in enumerate(order.demand, 1):
        yield paper.paragraph(f"{number}. {line}" if len(order.demand) > 1 else line)
    found = _told.evidence(request, finding)
    if found:
        yield paper.heading("证据")
        yield paper.facts([(str(title), "\n".join(part.words for part in parts)) for title, parts, _more in found])
    yield paper.heading("办理")
    yield paper.table(("环节", "情况", "办理人", "日期"), [(each, "\n　", "", "") for each in SIGNED], (2, 6, 3, 2))


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.READ_FINDINGS, "request_method": "GET"}
    config.add_route("desk.finding.order", f"{ONE}/order", factory=DeskFinding)
    config.add_route("desk.finding.order.pdf", f"{ONE}/order.pdf", factory=DeskFinding)
    config.add_view(page, route_name="desk.finding.order", renderer="desk/supervision/order.pt", **may)
    config.add_view(as_pdf, route_name="desk.finding.order.pdf", **may)
