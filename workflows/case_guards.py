"""Guards of cases: the conditions that definitions of case types name. Sentences are for the person at the desk."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from content import cases, releases
from content.base import local_date
from workflows.applications import REPLY, clock_of, facts_of_case
from workflows.clocks import ABANDONED, UNPAID
from workflows.moves import Guard, Move
from workflows.outcomes import OUTCOMES, Outcome

DISCLOSED = ("granted", "partly")
SUGGESTION = "active_suggestion"  # the kind of message by which a requester suggests active disclosure (Art. 44)


def never_asked(move: Move) -> list[str]:
    """A supplement is asked for once (一次性告知, Art. 30)."""
    return ["补正只能一次性告知，这件申请已经通知过补正（第三十条）"] if facts_of_case(move.subject).asked else []


def not_extended(move: Move) -> list[str]:
    return ["答复期限只能延长一次，这件已经延长过（第三十三条）"] if facts_of_case(move.subject).extension else []


def not_overdue(move: Move) -> list[str]:
    """An extension is decided before the limit is over (Art. 33)."""
    due = clock_of(move.session, move.house, move.subject, local_date(move.now)).due
    return ["答复期限已过，不能再延长（第三十三条）"] if due is not None and local_date(move.now) > due else []


def no_fee_yet(move: Move) -> list[str]:
    return ["已经发过收费通知"] if facts_of_case(move.subject).fee_asked else []


def supplement_overdue(move: Move) -> list[str]:
    clock = clock_of(move.session, move.house, move.subject, local_date(move.now))
    return [] if clock.status == ABANDONED else ["补正的期限还没有过"]


def payment_overdue(move: Move) -> list[str]:
    clock = clock_of(move.session, move.house, move.subject, local_date(move.now))
    return [] if clock.status == UNPAID else ["缴费的期限还没有过"]


def consultation_over(move: Move) -> list[str]:
    """Who was consulted has been silent to the end of the 15th working day."""
    clock = clock_of(move.session, move.house, move.subject, local_date(move.now))
    return ["征求意见的15个工作日还没有满"] if clock.pending else []


def nothing_pending(move: Move) -> list[str]:
    """Nobody who was consulted still has time to answer (Art. 32, 34)."""
    clock = clock_of(move.session, move.house, move.subject, local_date(move.now))
    waiting = [each for each in facts_of_case(move.subject).consultations if each.end is None]
    return ["还在征求意见：收到意见，或者满15个工作日以后再送审"] if waiting and clock.pending else []


def opinion_awaited(move: Move) -> list[str]:
    """Somebody who was consulted has not answered yet; another of them may have."""
    waiting = any(each.end is None for each in facts_of_case(move.subject).consultations)
    return [] if waiting else ["没有还在征求的意见"]


def reply_drafted(move: Move) -> list[str]:
    """There is a draft of the reply, with an outcome and everything that this outcome must say."""
    draft = reply_of(move)
    if draft is None:
        return ["还没有拟写答复书：选择处理结果，写明理由"]
    body = cases.read_message(move.session, move.house, draft)
    outcome = OUTCOMES.get(body.get("outcome", ""))
    if outcome is None:
        return ["答复书还没有选择处理结果"]
    missing = unsaid(outcome, body.get("says", {}))
    words = ("，或者" if outcome.any_of else "、").join(SAYS[name] for name in missing)
    return [f"“{outcome.title}”的答复书还要写明：{words}"] if missing else []


def unsaid(outcome: Outcome, says: Mapping[str, str]) -> list[str]:
    """The names of what the letter of this outcome must still say; any one of them where `any_of`."""
    missing = [name for name in outcome.says if not str(says.get(name, "")).strip()]
    return [] if outcome.any_of and len(missing) < len(outcome.says) else missing


SAYS = {"public": "已经主动公开的：获取的方式、途径", "content": "公开的内容，或者提供的方式和时间", "reason": "理由",
        "law": "依据的法律、行政法规条款", "where": "向何处获取或者反映", "search": "信息不存在的：检索的过程和结果",
        "organ_right": "不属于本机关的：负责公开的机关名称和联系方式", "earlier": "以前答复的文号和日期"}


def reply_of(move: Move) -> cases.Message | None:
    """The newest draft of the reply that was not issued yet."""
    drafts = [each for each in move.subject.messages if each.kind == REPLY and each.issued is None]
    return drafts[-1] if drafts else None


def not_own_reply(move: Move) -> list[str]:
    """Who wrote the reply neither reviews nor signs it."""
    draft = reply_of(move)
    people = {move.actor.user_id, move.on_behalf_of}
    return ["答复书是您拟写的，请由另一位审核、签发"] if draft is not None and draft.author_id in people else []


def third_party_objected(move: Move) -> list[str]:
    """Only who was asked before is told that what he did not agree to is disclosed (Art. 32)."""
    asked = [each for each in facts_of_case(move.subject).consultations if each.kind == "third_party" and each.end]
    return [] if asked else ["这件没有征求过第三方意见"]


def not_own_finding(move: Move) -> list[str]:
    """Who verified does not decide as well."""
    return ["核实意见是您提出的，请由另一位决定"] if _wrote_last(move, "report") else []


def not_own_answer(move: Move) -> list[str]:
    """Who wrote the answer does not sign it."""
    return ["复信是您拟写的，请由另一位签发"] if _wrote_last(move, "draft_answer") else []


def _wrote_last(move: Move, kind: str) -> bool:
    """Whether the newest note of this kind (the step with which it was written) is by who takes the step."""
    notes = [each for each in move.subject.messages if each.kind == kind]
    return bool(notes) and notes[-1].author_id in {move.actor.user_id, move.on_behalf_of}


def files_cleared(move: Move) -> list[str]:
    """What is released went through the same tools as every publication (Art. 37)."""
    return releases.blockers(move.session, move.house, move.subject)


def same_person(move: Move) -> list[str]:
    """Only what the same person asks of the same organ is merged."""
    if move.facts.get("asking"):
        return []
    into = cases_by_number(move)
    if into is None or into.id == move.subject.id:
        return ["没有这个受理编号，或者就是本件"]
    mine = cases.contents(move.session, move.house, move.subject)["applicant"]
    theirs = cases.contents(move.session, move.house, into)["applicant"]
    same = cases.normal_key(mine.get("name", "")) == cases.normal_key(theirs.get("name", ""))
    return [] if same and into.office_id == move.subject.office_id else ["只能并入同一申请人向同一机关提出的申请"]


def cases_by_number(move: Move) -> cases.Case | None:
    query = select(cases.Case).where(cases.Case.number == str(move.facts.get("into", "")).strip())
    return move.session.scalars(query).first()


def not_rated(move: Move) -> list[str]:
    return ["已经评价过"] if move.subject.satisfaction is not None else []


def disclosed(move: Move) -> list[str]:
    """What was disclosed on application, in whole or in part: only of that may it be suggested (Art. 44)."""
    return [] if move.subject.outcome in DISCLOSED else ["这件申请没有公开信息，不能建议主动公开（第四十四条）"]


def not_suggested(move: Move) -> list[str]:
    return ["已经建议过"] if any(each.kind == SUGGESTION for each in move.subject.messages) else []


CONCERNS = frozenset({"never_asked", "not_extended", "no_fee_yet", "supplement_overdue", "payment_overdue",
                      "consultation_over", "opinion_awaited", "not_rated", "third_party_objected",
                      "disclosed", "not_suggested"})
GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (
    never_asked, not_extended, not_overdue, no_fee_yet, supplement_overdue, payment_overdue, consultation_over,
    nothing_pending, opinion_awaited,
    reply_drafted, not_own_reply, third_party_objected, not_own_finding, not_own_answer, files_cleared, same_person,
    not_rated, disclosed, not_suggested)}
