"""A case told: what was asked, the letters and notes that came and went, what happened when, the dated facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from content import cases, journal
from content.cases import Case, Fact, Message
from content.journal import Row
from portal.desk.words import names
from portal.i18n import _
from portal.public.apply._questions import CARRIERS, IDENTITIES, WAYS
from portal.wording import sentence
from workflows import letters
from workflows.asks import ASKS
from workflows.case_guards import SUGGESTION
from workflows.engine import workflow_of

LOOK = "case.look"
APART = ("link", "letter", "expires", "fact")  # of notes: what is shown otherwise or not at all
INCOMING = ("supplement", "opinion")  # kept as what came in; the note of the step says the same once more
BY_REQUESTER = ("case.file", "case.supplement", "case.withdraw_request", "case.rate")
APPLICANT = {"name": _("姓名或者名称"), "id_kind": _("证件"), "id_number": _("证件号码"),
             "credit_code": _("统一社会信用代码"), "representative": _("法定代表人"), "contact": _("联系人"),
             "phone": _("电话"), "email": _("电子邮箱"), "address": _("地址"), "postcode": _("邮编")}
REQUEST = {"description": _("所需信息"), "number": _("文号"), "year_from": _("从哪一年"), "year_to": _("到哪一年"),
           "record": _("哪一份记录"), "wrong": _("哪里不准确"), "right": _("应当是什么"), "evidence": _("证据"),
           "way": _("提供方式"), "carrier": _("信息载体"), "help": _("填写时需要帮助")}
VALUES = {"id_kind": IDENTITIES, "way": WAYS, "carrier": CARRIERS, "help": {"true": _("是"), "false": _("否")}}
FACTS = {"supplement_asked": _("通知补正"), "supplement_received": _("收到补正"), "third_party": _("征求第三方意见"),
         "co_agency": _("征求其他机关意见"), "extension": _("延长期限"), "fee_notice": _("通知缴费"),
         "fee_paid": _("缴费"), "delayed": _("确定延迟答复"), "answered": _("答复"), "withdrawn": _("撤回")}
PARTS = {"supplement_by": _("补正期限"), "start": _("发函"), "end": _("收到意见"), "delivered": _("送达"),
         "working_days": _("工作日数"), "until": _("答复日期")}


@dataclass(frozen=True)
class Event:
    """Something that happened, with who did it."""

    at: dt.datetime
    who: str
    what: str


@dataclass(frozen=True)
class Told:
    """A letter or a note: a letter has a title and lies on a page of its own, a note says its words here."""

    message: Message
    title: Any
    words: tuple[tuple[str, str], ...]
    link: str
    who: str


def pairs(found: Mapping[str, Any], titles: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What is known, under its titles; whatever else a form asked for comes after it under its own name."""
    known = [(title, VALUES.get(name, {}).get(found[name], found[name])) for name, title in titles.items()
             if found.get(name)]
    return known + [(ASKS[name].title if name in ASKS else name, str(value)) for name, value in found.items()
                    if name not in titles and value]


# -- letters and notes ------------------------------------------------------------------------------------------

def correspondence(request: Request, case: Case) -> list[Told]:
    """What came and went, the newest first; the draft of a reply has its own place."""
    people = names(request.db, [each.author_id for each in case.messages])
    shown = [each for each in case.messages if each.sealed and (each.issued or each.kind not in letters.shipped())
             and not (each.direction == "inside" and each.kind in INCOMING)]
    return [_told(request, case, each, people) for each in reversed(shown)]


def _told(request: Request, case: Case, message: Message, people: dict[int, str]) -> Told:
    body, who = cases.read_message(request.db, request.house, message), people.get(message.author_id or 0, "")
    if message.issued:
        return Told(message, body.get("title", ""), (), "", who)
    words = tuple((_title(name), str(value)) for name, value in body.items() if name not in APART)
    path, base = body.get("link", ""), request.registry.settings["gongkai"].base_url.rstrip("/")
    return Told(message, _kind(request, case, message), words, path and base + path, who)


def _title(name: str) -> Any:
    return {"why": _("理由"), "text": _("内容")}.get(name) or (ASKS[name].title if name in ASKS else name)


def _kind(request: Request, case: Case, message: Message) -> Any:
    """What a note is about: the step with which it was written."""
    steps = {each.name: each for each in workflow_of(case.workflow).transitions}
    if message.kind in steps:
        step = steps[message.kind]
        return step.english if request.language.code == "en" else step.title
    return {"link": _("征求意见的答复链接"), "supplement": _("申请人的补正"), "opinion": _("收到的意见"),
            "annul": _("作废一项记录"), SUGGESTION: _("申请人建议主动公开")}.get(message.kind, message.kind)


# -- what happened ----------------------------------------------------------------------------------------------

def history(request: Request, rows: list[Row], *, looks: bool = False) -> list[Event]:
    """The journal of a case in words, the newest first; who looked at it is told apart."""
    chosen = [row for row in rows if (row.action == LOOK) == looks]
    people = names(request.db, [each for row in chosen for each in (row.actor_id, row.payload.get("on_behalf_of"))])
    return [Event(row.at, _who(request, row, people), sentence(request, row)) for row in reversed(chosen)]


def _who(request: Request, row: Row, people: dict[int, str]) -> str:
    if row.actor_id is None:
        say = request.localizer.translate
        return say(_("申请人")) if row.action in BY_REQUESTER else say(_("系统"))
    who, behalf = people.get(row.actor_id, ""), people.get(row.payload.get("on_behalf_of") or 0)
    return f"{who}（代{behalf}）" if behalf else who


def rows_of(request: Request, case: Case) -> list[Row]:
    return [row for row in journal.told(request.db, "case", case.id) if isinstance(row, Row)]


# -- dated facts ------------------------------------------------------------------------------------------------

def facts(case: Case) -> list[tuple[Fact, Any, str, list[tuple[Any, Any]]]]:
    """`(fact, title, day, rest)`, oldest first, those that were annulled among them.

    A consultation that got its end is a new fact in place of the former one, which nobody annulled.
    """
    found, ended = [], {(each.data["type"], each.data.get("start")) for each in case.facts
                        if not each.annulled and each.data.get("end")}
    for each in case.facts:
        if each.annulled and not each.data.get("end") and (each.data["type"], each.data.get("start")) in ended:
            continue
        data = dict(each.data)
        kind, day = data.pop("type"), data.pop("date", None) or data.get("start", "")
        found.append((each, FACTS.get(kind, kind), day, [(PARTS[name], value) for name, value in data.items()
                                                         if name in PARTS and value is not None]))
    return found
