"""The way of one notice: written, cleared, reviewed, signed, published, corrected, withdrawn."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import STATEMENT, add_role

from content import journal, repository, writing
from content.base import local_date, now
from content.documents import Document, Live
from content.people import Role, User, delegate
from content.privacy import Decision
from workflows import due
from workflows.access import SYSTEM
from workflows.engine import fire, offers
from workflows.moves import NotAllowed, Refused

ID = "41039919800101123"  # an unassigned division code; the check character is computed


def id_card(first17: str = ID) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


@pytest.fixture
def notice(session, county):
    body = (f"<p>经审核，现将新增对象公示如下。</p><table><tr><th>姓名</th><th>身份证号</th></tr>"
            f"<tr><td>李秀英</td><td>{id_card()}</td></tr></table>")
    return county.write(session, path="shjz", title="城关镇低保对象公示", body=body)


def test_the_whole_way(session, county, notice):
    with pytest.raises(Refused, match="个人信息没有处理"):
        county.move(session, notice, "submit", "zhangli")
    assert county.settle_all(session, notice) >= 1
    county.move(session, notice, "submit", "zhangli")
    assert notice.state == "department_review"
    county.move(session, notice, "approve", "zhoumin")
    with pytest.raises(Refused, match="保密审查结论"):
        county.move(session, notice, "clear", "helixin")
    county.move(session, notice, "clear", "helixin", statement=STATEMENT)
    county.move(session, notice, "sign", "wangjianguo")
    session.commit()

    live = repository.live_at(session, notice.live.year, notice.live.serial)[0]
    assert live.url == f"/doc/{live.published.year}/1.html"
    assert id_card() not in live.rendition.body and "李秀英" not in live.rendition.body
    assert ["保密审查", "已审查，可以公开"] in live.rendition.chain
    assert [step for step, _ in live.rendition.chain] == ["制定", "审核", "保密审查", "公开"]
    page = repository.latest(session, now(), 10)
    assert [each.document_id for each in page] == [notice.id]
    assert list(journal.verify(session)) == []
    actions = [row.action for row in journal.history(session, "document", notice.id)]
    assert actions[0] == "document.create" and actions[-1] == "document.sign"


def test_no_value_of_a_finding_is_in_the_journal(session, county, notice):
    county.publish(session, notice)
    session.commit()
    for row in journal.after(session, 0):
        assert ID not in journal.canonical(row.payload)


def test_nobody_acts_twice(session, county, notice):
    for role in (Role.REVIEWER, Role.CONFIDENTIALITY, Role.SIGNER):
        add_role(session, county, "zhangli", role)
        add_role(session, county, "zhoumin", role)
    county.settle_all(session, notice)
    county.move(session, notice, "submit", "zhangli")
    with pytest.raises(Refused, match="已经经手过"):
        county.move(session, notice, "approve", "zhangli")
    county.move(session, notice, "approve", "zhoumin")
    session.flush()
    session.commit()
    with pytest.raises(Refused, match="已经经手过"):
        county.move(session, notice, "clear", "zhoumin", statement=STATEMENT)


def test_a_stand_in_acts_in_his_own_name_on_behalf_of_the_other_and_counts_as_both(session, county, notice):
    today = local_date(now())
    users = {login: session.get_one(User, county.users[login]) for login in ("helixin", "sunjing", "zhangli")}
    delegate(session, users["helixin"], users["sunjing"], today, today, actor_id=users["helixin"].id, why="外出开会")
    delegate(session, users["helixin"], users["zhangli"], today, today, actor_id=users["helixin"].id, why="外出开会")
    county.settle_all(session, notice)
    county.move(session, notice, "submit", "zhangli")
    county.move(session, notice, "approve", "zhoumin")
    session.commit()
    with pytest.raises(Refused, match="您已经经手过"):
        county.move(session, notice, "clear", "zhangli", statement=STATEMENT)
    county.move(session, notice, "clear", "sunjing", statement=STATEMENT)
    session.commit()
    row = journal.history(session, "document", notice.id)[-1]
    assert (row.actor_id, row.payload["on_behalf_of"]) == (users["sunjing"].id, users["helixin"].id)


def test_a_delegation_ends_with_its_last_day(session, county, notice):
    yesterday = local_date(now()) - dt.timedelta(days=1)
    absent, stand_in = (session.get_one(User, county.users[login]) for login in ("zhoumin", "sunjing"))
    delegate(session, absent, stand_in, yesterday, yesterday, actor_id=absent.id, why="病假")
    county.settle_all(session, notice)
    county.move(session, notice, "submit", "zhangli")
    with pytest.raises(NotAllowed):
        county.move(session, notice, "approve", "sunjing")


def test_a_return_needs_a_reason_and_reaches_the_writer(session, county, notice):
    from content.outbox import Delivery

    county.settle_all(session, notice)
    county.move(session, notice, "submit", "zhangli")
    with pytest.raises(Refused, match="理由"):
        county.move(session, notice, "return", "zhoumin")
    county.move(session, notice, "return", "zhoumin", why="补充发文依据")
    assert notice.state == "draft" and notice.owner_id == county.users["zhangli"]
    letter = session.query(Delivery).one()
    assert letter.receiver == "zhangli@qingyuan.example" and "补充发文依据" in letter.message["text"]
    assert notice.title not in str(letter.message)


def test_an_urgent_publication_skips_people_but_not_the_scan(session, county, notice):
    with pytest.raises(Refused, match="个人信息没有处理"):
        county.move(session, notice, "publish_urgently", "zhoumin", why="山洪预警")
    county.settle_all(session, notice)
    with pytest.raises(Refused, match="理由"):
        county.move(session, notice, "publish_urgently", "zhoumin")
    county.move(session, notice, "publish_urgently", "zhoumin", why="山洪预警")
    session.commit()
    assert notice.emergency and notice.live.state == "public"
    add_role(session, county, "zhoumin", Role.SIGNER)
    with pytest.raises(Refused, match="已经经手过"):
        county.move(session, notice, "confirm", "zhoumin", statement=STATEMENT)
    county.move(session, notice, "confirm", "wangjianguo", statement=STATEMENT)
    assert not notice.emergency


def test_a_correction_goes_through_the_same_door_while_the_old_text_stays(session, county):
    document = county.publish(session, county.write(session))
    session.commit()
    url, first = document.live.url, document.live.rendition_id
    county.move(session, document, "revise", "zhangli", why="更正停水时间")
    writing.save(session, document, base_id=document.head_id, title=document.title,
                 body="<p>停水时间改为11月26日。</p>", data={}, actor_id=county.users["zhangli"])
    assert document.live.rendition_id == first and document.live.state == "public"
    county.publish(session, document)
    session.commit()
    assert document.live.url == url and document.live.rendition_id != first
    assert "11月26日" in document.live.rendition.body


def test_a_correction_can_be_abandoned(session, county):
    document = county.publish(session, county.write(session))
    head = document.head_id
    county.move(session, document, "revise", "zhangli", why="x")
    writing.save(session, document, base_id=head, title="改错了", body="<p>改错了</p>", data={},
                 actor_id=county.users["zhangli"])
    county.move(session, document, "abandon", "zhangli")
    assert (document.state, document.head_id) == ("published", head)


def test_a_withdrawal_holds_at_once_and_leaves_no_text(session, county):
    document = county.publish(session, county.write(session))
    session.commit()
    county.move(session, document, "withdraw", "wangjianguo", why="内容有误", reason_kind="privacy")
    session.commit()
    live = document.live
    assert live.is_withdrawn and live.reason_kind == "privacy"
    assert (live.title, live.rendition_id, live.reason) == ("", None, "")
    assert repository.latest(session, now(), 10) == []
    assert repository.readable_ids(session, now()) == set()


def test_a_withdrawal_is_possible_in_the_middle_of_a_correction(session, county):
    document = county.publish(session, county.write(session))
    county.move(session, document, "revise", "zhangli", why="x")
    county.move(session, document, "withdraw", "wangjianguo", why="内容有误", reason_kind="privacy")
    assert document.state == "withdrawn" and document.live.is_withdrawn


def test_what_is_scheduled_is_released_when_due_and_not_before(session, county, house):
    document, at = county.write(session), now()
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT})):
        county.move(session, document, name, by, **facts)
    with pytest.raises(Refused, match="已经过去"):
        county.move(session, document, "schedule", "wangjianguo", publish_at=at - dt.timedelta(hours=1))
    county.move(session, document, "schedule", "wangjianguo", publish_at=at + dt.timedelta(hours=1))
    session.commit()
    assert due.run(house, at) == 0
    assert due.run(house, at + dt.timedelta(hours=2)) == 1
    session.expire_all()
    assert document.state == "published" and document.live.state == "public"


def test_what_cannot_be_released_goes_back_with_the_reason(session, county, house):
    from content import tree

    document, at = county.write(session), now()
    for name, by, facts in (("submit", "zhangli", {}), ("approve", "zhoumin", {}),
                            ("clear", "helixin", {"statement": STATEMENT}),
                            ("schedule", "wangjianguo", {"publish_at": at + dt.timedelta(hours=1)})):
        county.move(session, document, name, by, **facts)
    column = session.get_one(tree.Column, document.column_id)
    tree.change(session, column, actor_id=None, closed=local_date(now()))
    session.commit()
    assert due.run(house, at + dt.timedelta(hours=2)) == 1
    session.expire_all()
    assert document.state == "draft" and document.live is None
    assert "已关闭" in journal.history(session, "document", document.id)[-1].payload["why"]


def test_a_notice_period_takes_itself_down(session, county, house):
    today = local_date(now())
    document = county.write(session, data={"ends": today.isoformat()})
    county.publish(session, document)
    session.commit()
    tomorrow = now() + dt.timedelta(days=1)
    assert repository.readable_ids(session, now()) == {document.id}
    assert repository.readable_ids(session, tomorrow) == set()
    session.commit()  # a writer that looks on keeps the worker waiting
    assert due.run(house, tomorrow) == 1
    session.expire_all()
    assert document.state == "archived"
    session.commit()
    assert due.run(house, tomorrow) == 0


def test_index_numbers_and_addresses_have_no_gaps(session, county):
    documents = [county.publish(session, county.write(session, title=f"第{n}号通知")) for n in (1, 2, 3)]
    year = now().year
    assert [each.live.serial for each in documents] == [1, 2, 3]
    assert [each.live.index_number for each in documents] == [f"QY-mzj/{year}-0000{n}" for n in (1, 2, 3)]


def test_a_policy_abolishes_another(session, county):
    data = {"number": "清政办[2023]33号", "genre": "通知", "topic": "其他", "formed": "2023-05-01", "validity": "有效"}
    old = county.write(session, path="zwgk/zcwj", type_name="policy", title="旧办法", data=data)
    county.publish(session, old)
    assert old.live.number == "清政办〔2023〕33号"
    new = county.write(session, path="zwgk/zcwj", type_name="policy", title="新办法",
                       data=data | {"number": "清政办〔2026〕12号", "abolishes": old.id})
    county.publish(session, new)
    session.commit()
    assert old.live.validity == "废止"
    found = repository.relations(session, old.live, now())
    assert [(kind, source) for kind, source, _ in found] == [("abolishes", False)]


def test_missing_metadata_is_named(session, county):
    document = county.write(session, path="zwgk/zcwj", type_name="policy", title="办法")
    with pytest.raises(Refused, match="发文字号、公文种类、主题分类、信息形成日期、有效性"):
        county.move(session, document, "submit", "zhangli")


def test_kept_with_a_reason_stays_in_the_text(session, county):
    document = county.write(session, body="<p>联系人张福来，手机13800138000。</p>")
    county.settle_all(session, document, Decision.keep, "本人同意公开，附书面同意")
    county.publish(session, document)
    assert "13800138000" in document.live.rendition.body


def test_offers_name_what_stands_in_the_way(session, county, notice):
    found = {offer.transition.name: offer.objections
             for offer in offers(session, county.house, notice, county.identity(session, "zhangli"))}
    assert "个人信息没有处理" in found["submit"][0]
    assert offers(session, county.house, notice, county.identity(session, "fangkai")) == []


def test_only_the_system_may_import(session, county, notice):
    with pytest.raises(NotAllowed):
        county.move(session, notice, "import", "wangjianguo")
    county.settle_all(session, notice)
    moment = dt.datetime(2019, 4, 3, 4, tzinfo=dt.UTC)
    fire(session, county.house, notice, "import", SYSTEM, published=moment)
    assert notice.live.published == moment and notice.live.url == "/doc/2019/1.html"


def test_an_internal_column_is_not_public(session, county):
    document = county.write(session, path="nbgk", title="内部通报")
    county.settle_all(session, document)
    county.move(session, document, "submit", "zhangli")
    county.move(session, document, "approve", "zhoumin")
    assert document.live.audience == "internal"
    assert repository.readable_ids(session, now()) == set()
    assert [each.document_id for each in repository.latest(session, now(), 5, audience="staff")] == [document.id]


def test_opening_a_column_to_the_public_changes_the_gate_with_it(session, county):
    from content import tree

    document = county.publish(session, county.write(session))
    column = session.get_one(tree.Column, document.column_id)
    tree.change(session, column, actor_id=None, audience="internal")
    session.commit()
    session.expire_all()
    assert session.get_one(Live, document.id).audience == "internal"


def test_discarding_leaves_no_working_copy(session, county):
    document = county.write(session)
    writing.keep_draft(session, county.users["zhangli"], {"title": "x"}, document=document)
    county.move(session, document, "discard", "zhangli", why="重复")
    assert writing.draft_of(session, county.users["zhangli"], document.id) is None
    assert session.get_one(Document, document.id).state == "discarded"
