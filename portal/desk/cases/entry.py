"""登记来件: what came by post, by fax or in person is entered, with the dates of its channel (Art. 31).

What is asked of each type of case its definition says (`entered`); who it comes from is asked alike of all.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content import cases
from content.people import Unit
from content.privacy.checks import id_valid
from portal.desk.cases import _steps
from portal.desk.cases._shared import URL, address
from portal.desk.words import titled
from portal.i18n import _
from portal.public.apply import _files
from portal.public.apply._files import BadFile
from portal.public.apply._questions import CITIZEN_OR, NATURAL, WAYS, plain
from portal.traversal import Desk
from workflows.access import Permission, units_for
from workflows.applications import file
from workflows.asks import ASKS, CHANNELS, unanswered
from workflows.clocks import FAX, IN_PERSON, INTERNET, PLAIN_POST, SIGNED_POST, received_day
from workflows.definition import Workflow
from workflows.engine import workflows_for
from workflows.receipts import has_receipt, issue_receipt

TYPE = "disclosure_request"  # what is entered unless the address says otherwise
BY_HAND = {code: words for code, words in CHANNELS.items() if code != INTERNET}
PROOF = {SIGNED_POST: "signed", PLAIN_POST: "confirmed", FAX: "confirmed"}  # the date on which receipt depends
PERSON = {"name": _("姓名或者单位名称"), "id_number": _("证件号码或者统一社会信用代码"), "contact": _("联系人"),
          "phone": _("电话"), "email": _("电子邮箱"), "address": _("地址"), "postcode": _("邮编")}
LINE = 200  # characters of what names a person


def organs(request: Request) -> list[Unit]:
    """The departments for which this person may enter what came."""
    units = request.tree.departments.by_id
    return [units[unit] for unit in sorted(units_for(request.identity, Permission.ENTER_CASES, request.tree))]


def kinds() -> dict[str, Workflow]:
    """The types of case of which a clerk is asked something; applications for disclosure before the others."""
    found = [each for each in workflows_for("case").values() if each.entered]
    return {each.name: each for each in sorted(found, key=lambda each: each.name != TYPE)}


def _kind(request: Request) -> Workflow:
    known = kinds()
    return known.get(request.params.get("type", ""), known[TYPE])


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/enter?type=…`."""
    kind = _kind(request)
    return {"title": _("登记来件"), "kind": kind, "kinds": [(each, titled(request, each)) for each in kinds().values()],
            "questions": [ASKS[name] for name in kind.entered], "organs": organs(request), "channels": BY_HAND,
            "classes": CITIZEN_OR, "person": PERSON, "ways": WAYS, "natural": NATURAL, "in_person": IN_PERSON,
            "megabytes": _files.MOST, "typed": {}, "problems": (), **more}


def enter(request: Request) -> Any:
    """A new case; its query code is told once, to be written on the receipt."""
    kind = _kind(request)
    sent = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    days = {name: _day(sent.get(name, "")) for name in ("submitted", "signed", "confirmed")}
    asked = {name: _steps.read(request, ASKS[name], sent.get(name, "")) for name in kind.entered}
    problems = [*_problems(request, sent, days), *unanswered(kind.entered, asked)]
    try:
        files = _files.taken(request, files="scans", role="scan")
    except BadFile as problem:
        problems.append(problem.words)
    if problems:
        request.response.status_int = 409
        return page(request, problems=problems, typed=request.POST)
    case, code = _file(request, kind, sent, days, asked)
    for each in files:
        cases.add_file(request.db, request.house, case, each.role, each.name, each.media_type, each.data,
                       at=request.now)
    if case.received is not None and has_receipt(case):
        issue_receipt(request.db, request.house, case, actor_id=request.identity.user_id, at=request.now)
    told = _("已登记，查询码是${code}，只显示这一次，请写在登记回执上交给申请人", mapping={"code": code})
    request.session.flash(("ok", request.localizer.translate(told)))
    return HTTPSeeOther(address(case))


def _day(written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return None


def _problems(request: Request, sent: dict[str, str], days: dict[str, dt.date | None]) -> list[Any]:
    """What is missing or cannot be, one sentence each."""
    problems = [] if sent.get("organ") in {str(unit.id) for unit in organs(request)} else [_("请选择受理机关")]
    if sent.get("channel") not in BY_HAND:
        problems.append(_("请选择渠道"))
    if sent.get("applicant_class") not in CITIZEN_OR:
        problems.append(_("请选择申请人身份"))
    if not sent.get("name"):
        problems.append(_("请填写“${title}”", mapping={"title": request.localizer.translate(PERSON["name"])}))
    number = plain(sent.get("id_number", ""))
    if sent.get("applicant_class") == NATURAL and len(number) == 18 and not id_valid(number.upper()):
        problems.append(_("居民身份证号码不对：出生日期或者最后一位校验码不符，请照申请表再核对一遍"))
    return problems + _wrong_days(request, sent.get("channel", ""), days)


def _wrong_days(request: Request, channel: str, days: dict[str, dt.date | None]) -> list[Any]:
    submitted, proof = days["submitted"], days.get(PROOF.get(channel, ""))
    if submitted is None or submitted > request.today:
        return [_("提交日要填，不能晚于今天")]
    if proof is not None and not submitted <= proof <= request.today:
        return [_("签收日、确认日不能早于提交日，也不能晚于今天")]
    return []


def _file(request: Request, kind: Workflow, sent: dict[str, str], days: dict[str, dt.date | None],
          asked: dict[str, Any]) -> tuple[cases.Case, str]:
    """With the one date that its channel has; until that is known, the day of receipt is open."""
    channel, needed = sent["channel"], PROOF.get(sent["channel"])
    proof = {needed: days[needed]} if needed and days[needed] else {}
    person = {name: sent[name][:LINE] for name in PERSON if sent.get(name)}
    person |= {name: plain(person[name]) for name in ("id_number", "phone", "email") if name in person}
    wanted = {name: value for name, value in asked.items() if value is not None}
    wanted |= {"way": sent["way"]} if sent.get("way") in WAYS else {}
    return file(request.db, request.house, kind.name, kind.name, kind.initial, office_id=int(sent["organ"]),
                applicant=person, request=wanted, applicant_class=sent["applicant_class"], channel=channel,
                submitted=days["submitted"], received=received_day(channel, days["submitted"], **proof),
                actor_id=request.identity.user_id, at=request.now, **proof)


def includeme(config: Configurator) -> None:
    config.add_route("desk.cases.enter", f"{URL}/enter", factory=Desk)
    config.take_files("desk.cases.enter")
    may = {"renderer": "desk/case_enter.pt", "permission": Permission.ENTER_CASES}
    config.add_view(lambda request: page(request), route_name="desk.cases.enter", request_method="GET", **may)
    config.add_view(enter, route_name="desk.cases.enter", request_method="POST", **may)
