"""Filing: from page to page of the form, and at its end a case with its number and query code."""

from __future__ import annotations

from typing import Any

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import applicants, cases
from content.base import local_date
from content.cases import Case, CaseKey
from portal.i18n import _
from portal.public.apply import _before, _check, _files, _ticket
from portal.public.apply._account import signed_in
from portal.public.apply._files import BadFile, Upload
from portal.public.apply._known import hand_over
from portal.public.apply._questions import NATURAL, PERSON, Step, plain, request_fields
from portal.public.apply._steps import Asked, reading, writing
from portal.security import READ
from workflows.applications import file
from workflows.clocks import INTERNET, received_day
from workflows.engine import workflow_of
from workflows.receipts import issue_receipt

STEP_PAGE, CHECK_PAGE = "public/apply_step.pt", "public/apply_check.pt"


@view_config(route_name="apply.new", permission=READ, request_method="GET")
def begin(request: Request) -> Response:
    asked = Asked.of(request)
    return _show(asked, asked.names[0])


@view_config(route_name="apply.new", permission=READ, request_method="POST")
def go_on(request: Request) -> Response:
    """One page was sent: back, to a page named by its button, or on when its answers are right.

    Answered with the next page itself and not with a redirect: what was typed is in the form, nowhere else.
    """
    reading(request)
    asked = Asked.of(request)
    if wanted := request.POST.get("go"):
        return _show(asked, asked.names[asked.place(wanted)])
    if "back" in request.POST:
        return _show(asked, asked.beside(asked.step, -1))
    if "fill" in request.POST:
        return _show(asked.with_answers(asked.answers | _before.contact(request, asked.answers)), asked.step)
    step = asked.at(asked.step) if asked.step in asked.names else asked.kind.steps[0]
    if step is None:
        return _send(asked)
    try:
        answers = asked.checked(step)
    except deform.ValidationFailure as failure:
        return _step(asked, step, failure.render())
    return _show(asked.with_answers(answers), asked.beside(step.name, 1))


def _show(asked: Asked, name: str) -> Response:
    step = asked.at(name)
    if step is not None:
        return _step(asked, step, asked.shown(step))
    wrong = _first_wrong(asked)
    return wrong or render_to_response(CHECK_PAGE, _check.page(asked), request=asked.request)


def _step(asked: Asked, step: Step, form: str) -> Response:
    values = {"title": step.heading, "step": step, "form": form, "marks": asked.marks(step.name), "asked": asked,
              "number": asked.place(step.name) + 1, "count": len(asked.names),
              "breadcrumb": [(_("依申请公开"), "/apply"), (asked.kind.title, "")]}
    return render_to_response(STEP_PAGE, values, request=asked.request)


def _first_wrong(asked: Asked) -> Response | None:
    """The first page whose answers do not hold (any more), shown with what is wrong."""
    for step in asked.kind.steps:
        try:
            asked.checked(step)
        except deform.ValidationFailure as failure:
            return _step(asked, step, failure.render())
    return None


# -- the end of it ------------------------------------------------------------------------------------------------

def _send(asked: Asked) -> Response:
    if (wrong := _first_wrong(asked)) is not None:
        return wrong
    request = asked.request
    ticket = _ticket.read(request, request.POST.get("ticket", ""))
    problems, uploads = _attached(request)
    if ticket is None:
        problems["send"] = _("这一页打开得太久了，请再按一次“提交申请”")
    elif not problems and (seconds := _ticket.wait(request, ticket)):
        problems["send"] = _("从您这里刚刚提交了好几件申请。请等${n}秒，再按一次“提交申请”；填写的都还在",
                             mapping={"n": seconds})
    if problems:
        return render_to_response(CHECK_PAGE, _check.page(asked, problems, ticket), request=request)
    writing(request)
    return _file(asked, ticket, uploads)


def _attached(request: Request) -> tuple[dict[str, Any], list[Upload]]:
    """What is wrong with the files, and the files. What was kept and sent again (`portal.kept`) is without them."""
    if "attached" not in request.POST:
        return {"photo": _("请重新选择要附上的证件照片和材料，再提交")}, []
    try:
        return {}, _files.taken(request)
    except BadFile as problem:
        return {problem.field: problem.words}, []


def _file(asked: Asked, ticket: _ticket.Ticket, uploads: list[Upload]) -> Response:
    request = asked.request
    if not cases.by_key(request.db, request.house, "ticket", ticket.number):  # sent twice, filed once
        case, code = _filed(asked)
        request.db.add(CaseKey(case_id=case.id, field="ticket", hash=cases.keyed_hash(
            request.house, request.db, "ticket", ticket.number)))
        for each in uploads:
            cases.add_file(request.db, request.house, case, each.role, each.name, each.media_type, each.data,
                           at=request.now)
        if case.received is not None:
            issue_receipt(request.db, request.house, case, actor_id=None, at=request.now)
        hand_over(request, case, code)
        if (holder := signed_in(request)) is not None:
            applicants.hold(request.db, holder.id, case.id, filed=True, at=request.now)
    return HTTPSeeOther("/apply/receipt")


def _filed(asked: Asked) -> tuple[Case, str]:
    """The case; the receipt that the portal gives at once is the confirmation of Art. 31, where the house says so."""
    request, answers, day = asked.request, asked.answers, local_date(asked.request.now)
    confirms = request.registry.settings["gongkai"].receipt_confirms
    received = received_day(INTERNET, day, receipt_confirms=confirms)
    wished = {name: answers[name] for name in request_fields() if answers.get(name)}
    return file(
        request.db, request.house, asked.kind.name, asked.kind.name, workflow_of(asked.kind.name).initial,
        office_id=request.tree.departments.by_code[answers["organ"]].id, applicant=applicant(answers),
        request=wished | {"description": asked.kind.describe(answers)}, applicant_class=answers["applicant_class"],
        channel=INTERNET, submitted=day, received=received, confirmed=received, at=request.now)


def applicant(answers: dict[str, str]) -> dict[str, str]:
    """Who asks; of an organisation the credit code is the number by which it is found again."""
    kept = {name: answers[name] for name in PERSON if answers.get(name)}
    natural = answers.get("applicant_class") == NATURAL
    number = plain(kept.pop("id_number", "") if natural else kept.get("credit_code", "")).upper()
    unwanted = ("credit_code", "representative", "contact") if natural else ("id_kind", "id_number")
    kept = {name: value for name, value in kept.items() if name not in unwanted}
    return kept | {"id_number": number} | {name: plain(kept[name]) for name in ("phone", "email") if name in kept}


def includeme(config: Configurator) -> None:
    config.add_route("apply.new", "/apply/new")
    config.take_files("apply.new", _files.MOST)

