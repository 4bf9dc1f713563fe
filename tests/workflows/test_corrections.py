"""What follows publication: corrections, withdrawals, abolition, other columns; who may act, and what stays."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import STATEMENT, add_role

from content import corrections, journal, repository, tree, writing
from content.base import local_date, now
from content.clearing import review, settle
from content.people import Role
from content.privacy import Decision
from workflows import due
from workflows.moves import NotAllowed, Refused

POLICY = {"number": "清政办〔2023〕33号", "genre": "通知", "topic": "其他", "formed": "2023-05-01", "validity": "有效"}


def policy(session, county, title, **data):
    return county.write(session, path="zwgk/zcwj", type_name="policy", title=title, data=POLICY | data)


def correct(session, county, document, by="zhangli", **data):
    county.move(session, document, "revise", "zhangli", why="更正")
    head = document.head
    writing.save(session, document, base_id=head.id, title=head.title, body=head.body + "<p>更正。</p>",
                 data={**head.data, **data}, actor_id=county.users[by])


@pytest.fixture
def pair(session, county):
    """An old policy, and the new one that abolishes it."""
    old = county.publish(session, policy(session, county, "旧办法"))
    new = county.publish(session, policy(session, county, "新办法", number="清政办〔2026〕12号", abolishes=old.id))
    session.commit()
    return old, new


def test_a_correction_of_what_was_abolished_leaves_it_abolished(session, county, pair):
    old, _ = pair
    correct(session, county, old)
    county.publish(session, old)
    assert old.live.validity == "废止"


def test_what_was_abolished_is_in_force_again_when_the_abolishing_text_is_withdrawn_or_corrected(session, county, pair):
    old, new = pair
    county.move(session, new, "withdraw", "wangjianguo", why="依据有误", reason_kind="error")
    session.commit()
    assert old.live.validity == "有效"
    assert journal.history(session, "document", old.id)[-1].action == "document.reinstated"
    county.move(session, new, "revise", "zhangli", why="重发")
    county.publish(session, new)
    assert old.live.validity == "废止"
    correct(session, county, new, abolishes=None)
    county.publish(session, new)
    assert old.live.validity == "有效"


def test_a_document_does_not_abolish_itself(session, county):
    document = policy(session, county, "办法")
    writing.save(session, document, base_id=document.head_id, title="办法", body="<p>办法</p>",
                 data={**document.head.data, "abolishes": document.id}, actor_id=county.users["zhangli"])
    county.publish(session, document)
    assert document.live.validity == "有效" and writing.related(session, document.id) == []


def test_a_correction_keeps_the_day_of_publication_and_a_backdated_one_is_not_taken(session, county):
    document = county.publish(session, county.write(session))
    published = document.live.published
    correct(session, county, document)
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT}),
                            ("sign", "wangjianguo", {"published": now() - dt.timedelta(days=99)})):
        county.move(session, document, name, by, **facts)
    assert document.live.published == published and document.live.changed > published
    other = county.write(session)
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT}),
                            ("sign", "wangjianguo", {"published": now() - dt.timedelta(days=99)})):
        county.move(session, other, name, by, **facts)
    assert now() - other.live.published < dt.timedelta(hours=1)


@pytest.mark.parametrize(("name", "by", "facts", "state"), [
    ("archive", "zhangli", {}, "archived"),
    ("withdraw", "wangjianguo", {"why": "有误", "reason_kind": "error"}, "withdrawn")])
def test_an_abandoned_correction_leads_back_to_where_it_began(session, county, name, by, facts, state):
    document = county.publish(session, county.write(session))
    head = document.head_id
    county.move(session, document, name, by, **facts)
    gate = document.live.state
    correct(session, county, document)
    county.move(session, document, "abandon", "zhangli")
    assert (document.state, document.live.state, document.head_id) == (state, gate, head)
    session.commit()
    assert journal.history(session, "document", document.id)[-1].payload["to"] == state


def test_a_withdrawal_names_a_kind_of_reason_and_not_everyone_may_name_each(session, county):
    document = county.publish(session, county.write(session))
    for by, facts, refusal, words in (
            ("zhoumin", {}, Refused, "请选择撤回原因"), ("zhoumin", {"reason_kind": "whim"}, Refused, "请选择撤回原因"),
            ("zhoumin", {"reason_kind": "court"}, NotAllowed, "由签发人办理"),
            ("helixin", {"reason_kind": "error"}, NotAllowed, "由部门审核人、签发人办理"),
            ("zhangli", {"reason_kind": "privacy"}, NotAllowed, "")):
        with pytest.raises(refusal, match=words):
            county.move(session, document, "withdraw", by, why="x", **facts)
    county.move(session, document, "withdraw", "helixin", why="x", reason_kind="secrecy")
    assert document.live.reason_kind == "secrecy"
    county.move(session, document, "revise", "zhangli", why="重发")
    county.publish(session, document)
    live = document.live
    assert (live.reason_kind, live.corrections) == ("", 1)
    assert [each.parts for each in corrections.record(session, document.id)] == [("撤回后重新公开",)]


def test_what_was_never_public_has_no_correction_to_abandon(session, county):
    with pytest.raises(Refused, match="可以作废"):
        county.move(session, county.write(session), "abandon", "zhangli")


def test_after_its_period_a_notice_can_be_corrected_and_shown_again(session, county, house):
    today = local_date(now())
    document = county.publish(session, county.write(session, data={"ends": today.isoformat()}))
    session.commit()
    assert due.run(house, now() + dt.timedelta(days=1)) == 1
    session.expire_all()
    assert (document.state, document.live.state) == ("archived", "archived")
    correct(session, county, document, ends=(today + dt.timedelta(days=30)).isoformat())
    county.publish(session, document)
    assert repository.readable_ids(session, now() + dt.timedelta(days=2)) == {document.id}


def test_everyone_who_wrote_on_the_text_is_its_writer(session, county):
    document = county.write(session)
    add_role(session, county, "zhangli", Role.REVIEWER)
    add_role(session, county, "sunjing", Role.EDITOR)
    county.move(session, document, "submit", "zhangli")
    county.move(session, document, "return", "zhoumin", why="补充")
    writing.save(session, document, base_id=document.head_id, title="二稿", body="<p>二稿</p>", data={},
                 actor_id=county.users["sunjing"])
    county.move(session, document, "submit", "sunjing")
    with pytest.raises(Refused, match="已经经手过"):
        county.move(session, document, "approve", "zhangli")
    county.move(session, document, "approve", "zhoumin")  # who sent it back has written nothing


def test_an_abandoned_correction_does_not_let_the_urgent_publisher_confirm_himself(session, county):
    document = county.write(session)
    add_role(session, county, "zhoumin", Role.SIGNER)
    county.move(session, document, "publish_urgently", "zhoumin", why="山洪预警")
    county.move(session, document, "revise", "zhangli", why="x")
    county.move(session, document, "abandon", "zhangli")
    with pytest.raises(Refused, match="已经经手过"):
        county.move(session, document, "confirm", "zhoumin", statement=STATEMENT)
    assert document.emergency


def test_a_text_that_went_all_the_way_is_no_emergency_any_more(session, county):
    document = county.write(session)
    county.move(session, document, "publish_urgently", "zhoumin", why="山洪预警")
    correct(session, county, document)
    county.publish(session, document)
    assert not document.emergency


def test_a_decision_changed_after_the_confidentiality_review_goes_back_there(session, county):
    document = county.write(session, body="<p>联系人张福来，手机13800138000。</p>")
    county.settle_all(session, document)
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT})):
        county.move(session, document, name, by, **facts)
    found = review(session, county.house, document, document.head).found[0]
    settle(session, document, found, Decision.keep, "改为保留", actor_id=county.users["zhangli"])
    with pytest.raises(Refused, match="又有改动"):
        county.move(session, document, "sign", "wangjianguo")


def internal(session, county):
    document = county.write(session, path="nbgk", title="内部通报")
    county.settle_all(session, document)
    return document


def test_moving_what_was_cleared_for_inside_does_not_open_it_to_the_public(session, county):
    document = internal(session, county)
    county.move(session, document, "submit", "zhangli")
    county.move(session, document, "approve", "zhoumin")
    writing.relocate(session, document, county.node(session, "tzgg"), actor_id=1)
    assert document.live.audience == "internal" and repository.readable_ids(session, now()) == set()
    public = county.publish(session, county.write(session))
    for path, audience in (("nbgk", "internal"), ("tzgg", "public")):
        writing.relocate(session, public, county.node(session, path), actor_id=1)
        assert public.live.audience == audience


def test_opening_a_column_opens_nothing_that_was_cleared_for_inside(session, county):
    document = internal(session, county)
    county.move(session, document, "submit", "zhangli")
    county.move(session, document, "approve", "zhoumin")
    column = session.get_one(tree.Column, document.column_id)
    tree.change(session, column, actor_id=1, audience="public")
    session.commit()
    assert repository.readable_ids(session, now()) == set()


def test_a_draft_goes_on_by_the_workflow_of_its_new_home(session, county):
    document = internal(session, county)
    writing.relocate(session, document, county.node(session, "tzgg"), actor_id=1)
    assert document.workflow == "publication"


def test_the_internal_way_does_not_lead_to_the_public(session, county):
    document = internal(session, county)
    county.move(session, document, "submit", "zhangli")
    writing.relocate(session, document, county.node(session, "tzgg"), actor_id=1)
    with pytest.raises(Refused, match="不能走内部公开流程"):
        county.move(session, document, "approve", "zhoumin")


def test_what_an_effect_refuses_leaves_nothing_behind_in_memory_either(session, county, monkeypatch):
    from workflows import effects

    document = county.write(session)
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT})):
        county.move(session, document, name, by, **facts)
    entries = len(journal.pending(session))

    def refuse(move, live, anew):
        raise Refused("不行")

    monkeypatch.setattr(effects, "_list", refuse)
    with pytest.raises(Refused, match="不行"):
        county.move(session, document, "sign", "wangjianguo")
    assert (document.state, document.live, len(journal.pending(session))) == ("sign_off", None, entries)
    monkeypatch.undo()
    county.move(session, document, "sign", "wangjianguo")
    assert document.live.url.endswith("/1.html")
