"""征求意见的答复: who was consulted answers by a link, once and without an account (Art. 32, 34).

A link that is wrong, has expired or was used answers all alike: there is nothing here.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content import cases
from content.base import local_date
from content.cases import Case, Message, ReplyLink
from content.late import Late
from portal.i18n import _
from portal.public.apply import _files
from portal.public.apply._files import BadFile
from portal.rendering import theme_of
from portal.security import READ
from workflows import engine
from workflows.access import REQUESTER
from workflows.engine import workflow_of
from workflows.moves import Refused

letters = Late("portal.letters")
STEP = "opinion"
LONGEST = 5000
WORDS = {"agree": "同意公开", "refuse": "不同意公开"}
CHOICES = {"agree": _("同意公开"), "refuse": _("不同意公开")}


class Awaited:
    """The letter that a link answers; the factory of `/opinion/{token}`. Raises `KeyError` for a link that is none."""

    def __init__(self, request: Request) -> None:
        link = cases.by_link(request.db, request.matchdict["token"], request.now)
        message = request.db.get(Message, link.message_id) if link else None
        case = request.db.get(Case, message.case_id) if message else None
        if case is None or case.erased or workflow_of(case.workflow).find(STEP, case.state) is None:
            raise KeyError("opinion")
        self.link: ReplyLink = link
        self.message: Message = message
        self.case: Case = case


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/opinion/{token}`: the letter, and the form below it."""
    message = request.context.message
    body = cases.read_message(request.db, request.house, message)
    return {"title": body["title"], "breadcrumb": [(_("征求意见"), "")],
            "letter": letters.html(body, theme=theme_of(request)), "until": local_date(request.context.link.expires),
            "choices": CHOICES, "typed": {}, "problems": (), "action": request.path, "megabytes": _files.MOST,
            "most": LONGEST, **more}


def answer(request: Request) -> Any:
    """Take the one answer: the days of waiting end with it."""
    sent, context = request.POST, request.context
    request.db.refresh(context.link, with_for_update=True)
    if context.link.answered is not None:
        raise HTTPNotFound()
    choice, reasons = sent.get("choice", ""), sent.get("reasons", "").strip()[:LONGEST]
    try:
        if problems := _problems(choice, reasons):
            return _again(request, problems)
        files = _files.taken(request, files="file", role=STEP)
        engine.fire(request.db, request.house, context.case, STEP, REQUESTER, now=request.now,
                    opinion=WORDS[choice] + (f"。理由：{reasons}" if reasons else ""))
    except BadFile as problem:
        return _again(request, [problem.words])
    except Refused as refused:
        return _again(request, refused.reasons)
    for each in files:
        cases.add_file(request.db, request.house, context.case, each.role, each.name, each.media_type, each.data,
                       message=context.message, at=request.now)
    context.link.answered = request.now
    return HTTPSeeOther("/opinion/received")


def _problems(choice: str, reasons: str) -> list[Any]:
    if choice not in WORDS:
        return [_("请选择同意还是不同意公开")]
    return [_("不同意公开的，请说明理由")] if choice == "refuse" and not reasons else []


def _again(request: Request, problems: Any) -> dict[str, Any]:
    request.response.status_int = 409
    return page(request, problems=problems, typed=request.POST)


def received(request: Request) -> dict[str, Any]:
    """`/opinion/received`."""
    return {"title": _("收到了您的意见"), "breadcrumb": [(_("征求意见"), "")]}


def includeme(config: Configurator) -> None:
    config.add_route("opinion.received", "/opinion/received")
    config.add_route("opinion", r"/opinion/{token:[\w-]{20,64}}", factory=Awaited)
    config.take_files("opinion", _files.MOST)
    may = {"permission": READ, "renderer": "public/opinion.pt"}
    config.add_view(lambda request: page(request), route_name="opinion", request_method="GET", **may)
    config.add_view(answer, route_name="opinion", request_method="POST", **may)
    config.add_view(received, route_name="opinion.received", request_method="GET", permission=READ,
                    renderer="public/opinion_received.pt")
