"""Several ask for the same (Art. 44): who is counted, what is proposed, what an officer puts together and takes apart,
and the draft that comes of it, in which nobody's name is."""

import pytest

from content import attachments, cases, releases
from content.base import local_date, now
from content.cases import CaseFile
from content.documents import Attachment
from content.people import User
from content.releases import Release
from workflows import case_active, case_repeats
from workflows.applications import draft_reply
from workflows.case_repeats import MERGED, SAME_COPY, SUGGESTED, Unfit

WORDS = "2025年城乡低保资金发放情况"
OTHER = {"name": "侯志强", "id_number": "410399197509303159", "phone": "13800012212"}
COPY = "乡镇,户数\n城关镇,312\n".encode()


@pytest.fixture
def units(county):
    return set(county.departments.values())


@pytest.fixture
def case(county, session):
    return county.apply(session, WORDS)[0]


@pytest.fixture
def other(county, session):
    return county.apply(session, "要2025年城乡低保资金的发放情况", **OTHER)[0]


def put(county, session, case, *others, title="2025年城乡低保资金发放情况"):
    case_repeats.join(session, county.house, case, others, title, actor_id=county.users["luoyan"])
    return case_repeats.of_case(session, county.house, case)


def answer(county, session, case, content="总额312万元。\n吴晓梅一户1200元。", name="发放表.csv", kept=False):
    """Answered with one released file, signed by others."""
    county.move(session, case, "register", "luoyan", received=case.submitted)
    county.move(session, case, "assign", "luoyan", handler=None, department=county.departments["QY-mzj"])
    release(county, session, case, name, kept)
    draft_reply(session, county.house, case, "granted", {"content": content}, actor_id=county.users["luoyan"])
    for step, by in (("draft_reply", "luoyan"), ("approve_reply", "zhoumin"), ("sign_reply", "wangjianguo")):
        county.move(session, case, step, by)


def release(county, session, case, name, kept=False):
    house = county.house
    files: list[CaseFile] = [cases.add_file(session, house, case, role, name, "text/csv", COPY)
                             for role in (releases.ORIGINAL, releases.RELEASED)]
    value = {"kind": "MOBILE", "normal": "13800138000", "value": "13800138000", "why": "", "places": []}
    inside = {"values": [value] if kept else [], "decisions": [["MOBILE", "13800138000", "keep"]] if kept else [],
              "reason": "本人的信息", "hidden": [], "unread": []}
    made = Release(case_id=case.id, original_id=files[0].id, released_id=files[1].id, engine=releases.filing.engine(),
                   sha256=releases.hashlib.sha256(COPY).hexdigest(), unread=0, taken_by=county.users["luoyan"],
                   at=now(), decided_by=county.users["luoyan"], sealed=cases.seal(session, house, inside))
    session.add(made)
    session.flush()


@pytest.mark.nodatabase
@pytest.mark.parametrize(("keys", "count"), [
    ([], 0), ([{"name": "a"}, {"name": "a"}], 1), ([{"name": "a"}, {"name": "b"}], 2), ([{}, {}], 2),
    ([{"name": "a", "phone": "1"}, {"name": "a", "phone": "2"}], 2),
    ([{"id_number": "1", "phone": "1"}, {"phone": "2"}, {"id_number": "1", "phone": "2"}], 1)])
def test_people_are_told_by_what_is_sure(keys, count):
    assert case_repeats.people(dict(enumerate(keys))) == count


@pytest.mark.nodatabase
def test_likeness():
    assert case_repeats.likeness(WORDS, "2025 年 城乡低保资金发放情况！") == 1
    assert case_repeats.likeness(WORDS, "要2025年城乡低保资金的发放情况") > 0.8
    assert case_repeats.likeness(WORDS, "王庄村征收土地公告") == case_repeats.likeness("", "") == 0


def test_what_is_alike_is_proposed_from_what_one_may_open(county, session, units, case, other):
    county.apply(session, "王庄村征收土地公告", **OTHER)
    county.apply(session, "随便")[0].office_id = county.departments["QY-scj"]
    found = case_repeats.candidates(session, county.house, case, units)
    assert [each.case.id for each in found] == [other.id] and "低保" in found[0].words
    assert case_repeats.candidates(session, county.house, case, {county.departments["QY-scj"]}) == []


def test_an_officer_puts_together_and_takes_apart(county, session, units, case, other):
    same, _code = county.apply(session, WORDS)  # of the same person as `case`
    group = put(county, session, case, other, same)
    assert ([each.id for each in group.cases], group.people, group.warrants) == ([case.id, other.id, same.id], 2, True)
    assert case_repeats.count(session, units) == 1 == len(case_repeats.listed(session, county.house, units, 0, 9))
    assert case_repeats.count(session, {county.departments["QY-scj"]}) == 0
    third, _code = county.apply(session, WORDS)
    for refused, title, said in (((other,), WORDS, "已经归在另一组"), ((), "13912345678的申请", "个人信息"),
                                 ((), "", "2至")):
        with pytest.raises(Unfit, match=said):
            put(county, session, third, *refused, title=title)
    for each in (case, other, same):
        case_repeats.leave(session, each, actor_id=county.users["luoyan"])
    assert case_repeats.count(session, units) == 0
    with pytest.raises(Unfit, match="没有归组"):
        case_repeats.leave(session, case, actor_id=county.users["luoyan"])


def test_what_hints_at_the_same(county, session, units, case, other):
    county.move(session, case, "merge", "luoyan", into=county.apply(session, WORDS)[0].number)
    for each in (other, county.apply(session, "另一种说法")[0]):
        release(county, session, each, "表.csv")
    cases.add_message(session, county.house, other, "in", "active_suggestion", {"text": "大家都想知道"}, author_id=None)
    found = case_repeats.clues(session, units)
    assert {(clue.kind, clue.count) for clue in found} == {(MERGED, 1), (SAME_COPY, 2), (SUGGESTED, 1)}
    put(county, session, other)
    assert {clue.kind for clue in case_repeats.clues(session, units)} == {MERGED}
    assert case_repeats.clues(session, {county.departments["QY-scj"]}) == []


def turn(county, session, case, by="luoyan", owner="zhangli", path="tzgg"):
    group = case_repeats.of_case(session, county.house, case)
    return case_active.turn(session, county.house, group, case, county.node(session, path),
                            session.get_one(User, county.users[owner]), identity=county.identity(session, by))


def test_the_answer_becomes_a_draft_in_which_no_applicant_is_named(county, session, case, other):
    answer(county, session, case, name="吴晓梅的发放表.csv")
    put(county, session, case, other)
    made = turn(county, session, case)
    document = made.document
    assert (document.owner_id, document.state, document.column_id) == (county.users["zhangli"], "draft",
                                                                       county.columns["tzgg"])
    assert document.head.body == "<p>总额312万元。</p>" and made.left_out == ("答复里有1段提到申请人，没有带入正文",)
    file = session.get_one(Attachment, document.head.attachments[0])
    assert (file.name, county.house.blobs.get(session, file.address)) == ("公开的材料1.csv", COPY)
    with pytest.raises(Unfit, match="已经有文稿"):
        turn(county, session, case)
    assert case_repeats.of_case(session, county.house, case).live is None
    attachments.drop(session, document, file, actor_id=county.users["zhangli"])  # that a worker has not examined yet
    county.publish(session, document)
    assert case_repeats.of_case(session, county.house, other).live.document_id == document.id


def test_it_needs_several_people_or_a_suggestion_and_an_editor_of_the_column(county, session, case, other):
    answer(county, session, case, kept=True)
    put(county, session, case)
    with pytest.raises(Unfit, match="只有一位申请人"):
        turn(county, session, case)
    put(county, session, case, other)
    for more, said in (({"owner": "luoyan"}, "不是栏目"), ({"path": "nbgk"}, "不能放")):
        with pytest.raises(Unfit, match=said):
            turn(county, session, case, **more)
    with pytest.raises(Unfit, match="选一件已经公开"):
        turn(county, session, other)
    made = turn(county, session, case)
    assert made.document.head.attachments == [] and any("保留了个人信息" in words for words in made.left_out)


def test_columns_and_editors_that_are_offered(county, session):
    tree, today = county.house.tree(session), local_date(now())
    nodes = case_active.homes(county.identity(session, "luoyan"), tree, county.departments["QY-mzj"], today)
    names = {node.name for node in nodes}
    assert "通知公告" in names and "内部公开" not in names
    who = {user.login for user in case_active.editors(session, tree, nodes)}
    assert "zhangli" in who and "luoyan" not in who and "sunjing" not in who
