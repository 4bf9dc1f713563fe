"""The draft of a reply (拟写答复书): one of the 21 outcomes, what it must say, and the letter as it would go out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPSeeOther
from pyramid.request import Request

from content import cases
from content.cases import Case, Message
from content.late import Late
from portal.desk.cases._shared import URL, DeskCase, address, look
from portal.i18n import _
from portal.rendering import theme_of
from workflows import letters
from workflows.access import Permission, permits
from workflows.applications import REPLY, draft_reply
from workflows.case_guards import SAYS, unsaid
from workflows.engine import workflow_of
from workflows.outcomes import GROUPS, OUTCOMES, RECONSIDER_FIRST, Outcome

paper = Late("portal.letters")
UNNUMBERED = "（签发时编号）"
LONGEST = 20_000  # characters of one statement
HELP = {
    "public": _("已经公开在哪里：网址、栏目、公报期号；还没有公开的，这一项不填"),
    "organ_right": _("不属于本机关负责公开的，写明负责的机关名称、地址和电话"),
    "content": _("公开的内容写在这里，或者写明附了哪些材料、到哪里看；材料在“公开的材料”里上传"),
    "reason": _("写明事实和法律上的理由；部分公开的，逐项写明哪些不公开、为什么"),
    "law": _("写到条、款、项"),
    "where": _("写明机关或者网址、电话、地址"),
    "search": _("查过哪些系统、档案，结果怎样；不属于本机关的，这一项不填"),
    "earlier": _("写明以前答复的文号和日期"),
}


@dataclass(frozen=True)
class Preview:
    """A draft: its outcome, what is still missing in it, and the letter."""

    outcome: Outcome
    missing: tuple[str, ...]
    letter: Markup


def may_draft(request: Request, case: Case) -> bool:
    """While a step of the case officer waits for the draft."""
    waits = any("reply_drafted" in step.guards and "issue_reply" not in step.effects and not case.finished
                and step.tone == "primary" for step in workflow_of(case.workflow).leaving(case.state))
    return waits and permits(request.identity, Permission.HANDLE_CASES, None, request.tree, case.department_id)


def draft_of(case: Case) -> Message | None:
    drafts = [each for each in case.messages if each.kind == REPLY and each.issued is None]
    return drafts[-1] if drafts else None


def preview(request: Request, case: Case) -> Preview | None:
    """The draft that lies there; None where there is none."""
    draft = draft_of(case)
    if draft is None:
        return None
    body = cases.read_message(request.db, request.house, draft)
    return _preview(request, case, OUTCOMES[body["outcome"]], body["says"])


def _preview(request: Request, case: Case, outcome: Outcome, says: dict[str, str]) -> Preview:
    facts = {"outcome": outcome.code, "says": {name: words for name, words in says.items() if words}}
    letter = letters.compose(request.db, request.house, case, REPLY, facts, number=UNNUMBERED, day=request.today)
    missing = tuple(SAYS[name] for name in unsaid(outcome, says))
    return Preview(outcome, missing, paper.html(letter, theme=theme_of(request)))


# -- the page ---------------------------------------------------------------------------------------------------

def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/{id}/reply?outcome=…`: first which outcome, then what it must say."""
    case = request.context.case
    if not may_draft(request, case):
        raise HTTPConflict()
    inside = look(request, case)
    if inside is None:
        raise HTTPConflict()
    draft = draft_of(case)
    body = cases.read_message(request.db, request.house, draft) if draft else {"outcome": "", "says": {}}
    outcome = OUTCOMES.get(request.params.get("outcome", "") or body["outcome"])
    says = more.get("says", body["says"])
    return {"title": _("拟写答复书"), "case": case, "url": address(case), "outcome": outcome,
            "description": inside["request"].get("description", ""), "groups": _groups(),
            "fields": [(name, SAYS[name], HELP[name], says.get(name, "")) for name in outcome.says] if outcome else [],
            "first": outcome is not None and outcome.remedy == RECONSIDER_FIRST, "shown": None, **more}


def _groups() -> list[tuple[str, list[Outcome]]]:
    """Those that a reply may have, under the headings of the annual table; those that the limits bring are not."""
    offered = [each for each in OUTCOMES.values() if each.code not in ("not_supplemented", "not_paid")]
    return [(GROUPS[group], list(found)) for group, found in groupby(offered, key=lambda each: each.group)]


def save(request: Request) -> Any:
    """Keep the draft, or show what it would look like; an unfinished one may be kept too."""
    case, outcome = request.context.case, OUTCOMES.get(request.POST.get("outcome", ""))
    if not may_draft(request, case) or outcome is None:
        raise HTTPConflict()
    says = {name: request.POST.get(name, "").strip()[:LONGEST] for name in outcome.says}
    if "preview" in request.POST:
        return page(request, says=says, shown=_preview(request, case, outcome, says))
    draft_reply(request.db, request.house, case, outcome.code, says, actor_id=request.identity.user_id, at=request.now)
    request.session.flash(("ok", request.localizer.translate(_("答复稿已保存"))))
    return HTTPSeeOther(f"{address(case)}#reply")


def includeme(config: Configurator) -> None:
    may = {"renderer": "desk/case_reply.pt", "permission": Permission.HANDLE_CASES}
    config.add_route("desk.case.reply", URL + r"/{id:\d{1,9}}/reply", factory=DeskCase)
    config.add_view(lambda request: page(request), route_name="desk.case.reply", request_method="GET", **may)
    config.add_view(save, route_name="desk.case.reply", request_method="POST", **may)
