"""Effects of cases: what a step brings about beside the new state, all in the same transaction."""

from __future__ import annotations

import datetime as dt
from typing import Any

from content import cases, journal, outbox
from content.base import SHANGHAI, local_date
from content.cases import Message, Remedy
from workflows import letters, limits
from workflows.applications import REPLY, amend, events, facts_of_case, note_fact, renew
from workflows.case_guards import SUGGESTION, cases_by_number, reply_of
from workflows.clocks import CONSULTATION
from workflows.facts import Contradiction
from workflows.moves import Effect, Move, Refused
from workflows.outcomes import OUTCOMES, fee_by_items, fee_by_pages

TRANSFER = "transfer"  # the kind of letter that takes a case to another organ


def _note(move: Move, kind: str, **days: Any) -> None:
    """Write a dated fact; what contradicts the others refuses the step."""
    data = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in days.items()}
    try:
        note_fact(move.session, move.house, move.subject, {"type": kind, **data}, actor_id=move.actor_id, at=move.now)
    except Contradiction as problem:
        raise Refused(str(problem)) from None


def _today(move: Move) -> dt.date:
    return local_date(move.now)


def note_receipt(move: Move) -> None:
    """The day of receipt (Art. 31) from which the clock runs."""
    case, day = move.subject, move.facts["received"]
    if not case.submitted <= day <= _today(move):
        raise Refused("收到日不能早于提交日，也不能晚于今天")
    case.received = day
    if case.channel in ("plain_post", "fax", "internet"):
        case.confirmed = case.confirmed or day
    elif case.channel == "signed_post":
        case.signed = case.signed or day
    move.notes["received"] = day.isoformat()
    _renew(move)


def _renew(move: Move) -> None:
    renew(move.session, move.house, [move.subject], _today(move))


def assign(move: Move) -> None:
    """The department that handles it, and the person."""
    units = move.tree.departments.by_id
    if move.facts["department"] not in units:
        raise Refused("没有这个单位")
    move.subject.department_id, move.subject.handler_id = move.facts["department"], move.facts.get("handler")
    move.notes |= {"department": units[move.subject.department_id].code, "handler": move.subject.handler_id}


# -- letters ----------------------------------------------------------------------------------------------------

def issue_letter(move: Move) -> None:
    """Compose the letter of this step and issue it: from now on it is frozen."""
    move.notes["letter"] = _issue(move, move.transition.letter, dict(move.facts) | {"why": move.why}).id


def _issue(move: Move, kind: str, facts: dict[str, Any], draft: Message | None = None) -> Message:
    number = letters.next_number(move.session, move.house, move.subject, kind, _today(move),
                                 facts.get("outcome", ""))
    body = letters.compose(move.session, move.house, move.subject, kind, facts, number=number, day=_today(move))
    message = draft or cases.add_message(move.session, move.house, move.subject, "out", kind, body,
                                         author_id=move.actor_id, at=move.now)
    cases.issue(move.session, move.house, message, number, body, actor_id=move.actor_id, at=move.now)
    _tell(move, message)
    return message


def _tell(move: Move, message: Message) -> None:
    """A mail to the requester who gave an address: that there is a letter, and nothing of what it says."""
    address = cases.contents(move.session, move.house, move.subject)["applicant"].get("email")
    if address and letters.for_applicant(message.kind):
        organ = move.tree.departments.by_id[move.subject.office_id].name
        what = limits.rule_of(move.subject.workflow).limit.what
        outbox.post_private(
            move.session, move.house, "mail", address, f"case-letter/{message.id}", f"case/{move.subject.id}",
            path="/apply/status", subject=f"{organ}：您的{what}有新的文书",
            text=f"您向{organ}提出的{what}有一份新的文书。请打开下面的网页，填写受理编号和查询码查看、下载：")


def issue_reply(move: Move) -> None:
    """The reply as it was drafted, under its number; its outcome is the outcome of the case."""
    draft = reply_of(move)
    body = cases.read_message(move.session, move.house, draft)
    issued = _issue(move, REPLY, body, draft)
    move.subject.outcome = body["outcome"]
    move.notes |= {"letter": issued.id, "outcome": body["outcome"]}


def issue_drafted(move: Move) -> None:
    """The letter of this step in the words that were written down before (`answer`): the newest note that has some."""
    notes = [cases.read_message(move.session, move.house, each) for each in reversed(move.subject.messages)
             if each.direction == "inside"]
    words = next((note for note in notes if "answer" in note), None)
    if words is None:
        raise Refused("还没有拟写复信")
    move.notes["letter"] = _issue(move, move.transition.letter, {"answer": words["answer"]}).id


def issue_transfer(move: Move) -> None:
    """The letter with which a case goes on to the organ whose business it is, beside what the requester is told."""
    move.notes["transfer"] = _issue(move, TRANSFER, dict(move.facts)).id


def send_link(move: Move) -> None:
    """A link by which the consulted answers without an account; by mail where there is an address."""
    message = move.session.get(Message, move.notes["letter"])
    last = move.house.calendar(move.session).add_workdays(_today(move), CONSULTATION).date
    expires = dt.datetime.combine(last, dt.time.max, SHANGHAI)
    token = cases.new_link(move.session, message, expires)
    body = {**cases.read_message(move.session, move.house, message), "link": f"/opinion/{token}"}
    link = cases.add_message(move.session, move.house, move.subject, "inside", "link",
                             {"link": body["link"], "letter": message.id, "expires": expires.isoformat()},
                             author_id=move.actor_id, at=move.now)
    move.notes["link"] = link.id
    if address := move.facts.get("address"):
        outbox.post_private(
            move.session, move.house, "mail", address, f"consult/{message.id}", f"case/{move.subject.id}",
            subject=body["title"], path=body["link"],
            text=f"{body['title']}（{message.number}）\n请在{last.isoformat()}前打开下面的网页答复：")


# -- facts ------------------------------------------------------------------------------------------------------

def note_supplement_asked(move: Move) -> None:
    _note(move, "supplement_asked", date=_today(move), supplement_by=move.facts["supplement_by"])


def take_supplement(move: Move) -> None:
    """What the requester added, sealed as a message of his; the clock starts anew."""
    cases.add_message(move.session, move.house, move.subject, "in", "supplement",
                      {"text": move.facts["supplement"]}, author_id=move.actor_id, at=move.now)
    _note(move, "supplement_received", date=_today(move))


def note_consultation(move: Move) -> None:
    _note(move, move.facts["third"], start=_today(move))


def take_opinion(move: Move) -> None:
    """The opinion of who was consulted; the days until then are not counted."""
    cases.add_message(move.session, move.house, move.subject, "in", "opinion", {"text": move.facts["opinion"]},
                      author_id=move.actor_id, at=move.now)
    kind = next((each["type"] for each in reversed(events(move.subject))
                 if each["type"] in ("third_party", "co_agency") and not each.get("end")), "third_party")
    try:
        amend(move.session, move.house, move.subject, kind, {"end": _today(move).isoformat()},
              actor_id=move.actor_id, at=move.now)
    except Contradiction as problem:
        raise Refused(str(problem)) from None


def note_silence(move: Move) -> None:
    """Nobody answered: every open consultation ends on its 15th working day (Art. 32, 34)."""
    for each in facts_of_case(move.subject).consultations:
        if each.end is None:
            last = move.house.calendar(move.session).add_workdays(each.delivered or each.start, CONSULTATION).date
            amend(move.session, move.house, move.subject, each.kind, {"end": last.isoformat()},
                  actor_id=move.actor_id, at=move.now)


def note_extension(move: Move) -> None:
    _note(move, "extension", date=_today(move), working_days=move.facts["extension_days"])


def note_delay(move: Move) -> None:
    _note(move, "delayed", date=_today(move), until=move.facts["delayed_until"])


def reckon_fee(move: Move) -> None:
    """The amount, by the tiers of 国办函〔2020〕109号; a fee of nothing is not asked for."""
    by = fee_by_items if move.facts["fee_basis"] == "items" else fee_by_pages
    amount = by(move.facts["fee_count"])
    if not amount:
        raise Refused("这个数量不收费，不用发收费通知")
    move.facts["amount"] = move.notes["amount"] = amount


def note_fee(move: Move) -> None:
    _note(move, "fee_notice", date=_today(move))


def note_payment(move: Move) -> None:
    _note(move, "fee_paid", date=move.facts["paid"])


def note_answer(move: Move) -> None:
    _note(move, "answered", date=_today(move))
    move.subject.finished = _today(move)


def note_withdrawal(move: Move) -> None:
    _note(move, "withdrawn", date=_today(move))
    move.subject.outcome, move.subject.finished = "elsewise", _today(move)
    move.notes["outcome"] = "elsewise"


def note_delivery(move: Move) -> None:
    """The last letter to the requester, which decided the case, has reached him."""
    sent = [each for each in move.subject.messages if letters.for_applicant(each.kind) and each.issued is not None]
    if sent:
        sent[-1].delivered = move.facts["delivered"]
    move.notes |= {"delivered": move.facts["delivered"].isoformat(), "way": move.facts["way"]}


# -- ends -------------------------------------------------------------------------------------------------------

def _end(move: Move, outcome: str) -> None:
    """The clock stands from now on as it stood on this day: lists show no limit that is over."""
    move.subject.outcome, move.subject.finished = OUTCOMES[outcome].code, _today(move)
    move.notes["outcome"] = outcome
    _renew(move)


def end_unsupplemented(move: Move) -> None:
    _end(move, "not_supplemented")


def end_unpaid(move: Move) -> None:
    _end(move, "not_paid")


def merge(move: Move) -> None:
    into = cases_by_number(move)
    move.subject.merged_into_id = into.id
    _end(move, "elsewise")
    move.notes["into"] = into.number
    journal.record(move.session, "case.merged", ("case", into.id), actor_id=move.actor_id, at=move.now,
                   number=move.subject.number)


def reopen(move: Move) -> None:
    """A reply that was set aside (by reconsideration, by a court) is made anew; the case is open again."""
    for fact in move.subject.facts:
        if fact.data["type"] in ("answered", "withdrawn"):
            fact.annulled = True
    move.subject.finished, move.subject.outcome = None, ""
    move.session.flush()
    move.session.expire(move.subject, ["facts"])
    _renew(move)


def note_remedy(move: Move) -> None:
    """Reconsideration or litigation and its result: table 四 of the annual report. One row for each kind."""
    kind, result, day = (move.facts[name] for name in ("remedy", "remedy_result", "remedy_day"))
    if day > _today(move):
        raise Refused("日期不能晚于今天")
    found = next((each for each in move.subject.remedies if each.kind == kind), None)
    if found is None:
        found = Remedy(case_id=move.subject.id, kind=kind, filed=day)
        move.session.add(found)
    found.result, found.day = result, day
    move.session.flush()
    move.session.expire(move.subject, ["remedies"])
    move.notes["remedy"] = {"kind": kind, "result": result, "day": day.isoformat()}


def note_rating(move: Move) -> None:
    move.subject.satisfaction = move.notes["stars"] = move.facts["stars"]


def take_suggestion(move: Move) -> None:
    """That the information be disclosed to everybody, and why (Art. 44); sealed, for the person may tell of himself."""
    made = cases.add_message(move.session, move.house, move.subject, "in", SUGGESTION,
                             {"text": move.facts["suggestion"]}, author_id=move.actor_id, at=move.now)
    move.notes["message"] = made.id


def keep_state(move: Move) -> None:
    """The step changes nothing of where the case stands."""
    move.subject.state = move.before


EFFECTS: dict[str, Effect] = {effect.__name__: effect for effect in (
    note_receipt, assign, issue_letter, issue_reply, issue_drafted, issue_transfer, send_link, note_supplement_asked,
    take_supplement, note_consultation, take_opinion, note_silence, note_extension, note_delay, reckon_fee, note_fee,
    note_payment, note_answer, note_withdrawal, note_delivery, end_unsupplemented, end_unpaid, merge, reopen,
    note_remedy, note_rating, take_suggestion, keep_state)}
