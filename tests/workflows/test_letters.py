"""Letters: the words of each of the 21 outcomes, remedies that fit, numbers, templates that the house edits."""

import datetime as dt

import pytest
from sqlalchemy import select

from content import cases, outbox
from content.base import local_date, now
from content.outbox import Delivery
from workflows import letters
from workflows.access import REQUESTER
from workflows.applications import draft_reply, file
from workflows.engine import fire, workflows_for
from workflows.letters.templates import PLACE
from workflows.moves import Refused
from workflows.outcomes import OUTCOMES

DAY = dt.date(2026, 11, 20)
FIRST, EITHER = "先向清源县人民政府申请行政复议", "6个月内直接向人民法院提起行政诉讼"
# outcome: (title, article in the letter, words of law in it, the remedies it tells)
WORDS = {
    "granted": ("答复书", "第三十六条第（二）项", "予以公开", {EITHER}),
    "partly": ("答复书", "第三十七条", "能够作区分处理", {FIRST, EITHER}),
    "state_secret": ("答复书", "第十四条", "国家秘密", {FIRST}),
    "forbidden_by_law": ("答复书", "第十四条", "禁止公开", {FIRST}),
    "security_and_stability": ("答复书", "第十四条", "国家安全、公共安全、经济安全、社会稳定", {FIRST}),
    "third_party": ("答复书", "第十五条", "第三方合法权益造成损害", {FIRST}),
    "internal_affairs": ("答复书", "第十六条第一款", "人事管理、后勤管理、内部工作流程", {FIRST}),
    "in_process": ("答复书", "第十六条第二款", "讨论记录、过程稿、磋商信函、请示报告", {FIRST}),
    "enforcement_file": ("答复书", "第十六条第二款", "行政执法案卷", {FIRST}),
    "registry": ("答复书", "第三十六条第（七）项", "对其获取有特别规定", {EITHER}),
    "not_held": ("答复书", "第三十六条第（四）项", "不存在", {EITHER}),
    "to_be_made": ("答复书", "第三十八条", "加工、分析", {EITHER}),
    "still_unclear": ("答复书", "第三十条", "仍然不明确", {EITHER}),
    "petition": ("告知书", "第三十九条第一款", "信访、投诉、举报", {EITHER}),
    "repeated": ("告知书", "第三十六条第（六）项", "不予重复处理", {EITHER}),
    "publication": ("告知书", "第三十九条第二款", "公开出版物", {EITHER}),
    "excessive": ("告知书", "第三十五条", "明显超过合理范围", {EITHER}),
    "confirmation": ("告知书", "第三十六条第（六）项", "重新出具", {EITHER}),
    "not_supplemented": ("告知书", "第三十条", "视为放弃申请", {EITHER}),
    "not_paid": ("告知书", "国办函〔2020〕109号", "视为放弃申请", {EITHER}),
    "elsewise": ("告知书", "", "作如下处理", {EITHER}),
}


@pytest.fixture
def case(county, session):
    return county.apply(session, day=dt.date(2026, 11, 2))[0]


def compose(county, session, case, kind, **facts):
    return letters.compose(session, county.house, case, kind, facts, number="1号", day=DAY)


def words(body) -> str:
    return "".join(body["paragraphs"]) + "".join(map("".join, body["rows"]))


def reply(county, session, case, outcome, **says):
    return compose(county, session, case, "reply", outcome=outcome, says=says)


def said(outcome):
    """Everything that an outcome must say, each in words of its own."""
    given = {name: f"（{name}的内容）" for name in OUTCOMES[outcome].says}
    if not OUTCOMES[outcome].any_of:
        return given
    return {name: value for name, value in given.items() if name in ("content", "search")}


def test_every_outcome_is_in_the_table():
    assert set(WORDS) == set(OUTCOMES) and len(WORDS) == 21
    for code, outcome in OUTCOMES.items():
        places = set(letters.shipped()[f"reply.{code}"].places)
        assert set(outcome.says) == places == set(PLACE.findall(letters.shipped()[f"reply.{code}"].body)) - {"you"}


@pytest.mark.parametrize("outcome", WORDS)
def test_each_outcome_in_its_own_words(county, session, case, outcome):
    title, article, law, told = WORDS[outcome]
    given = said(outcome)
    body = reply(county, session, case, outcome, **given)
    text = words(body)
    assert body["title"] == f"政府信息公开申请{title}" and body["to"] == "吴晓梅" and "$" not in text
    assert article in text and law in text and all(value in text for value in given.values())
    assert {remedy for remedy in (FIRST, EITHER) if remedy in text} == told
    assert "QY-mzj-2026-00001" in text and "2025年城乡低保资金发放情况" in text
    assert all(line[-1] in "。）" for line in body["paragraphs"]) and "。。" not in text


def test_one_leaf_two_replies(county, session, case):
    public = words(reply(county, session, case, "granted", public="第1栏｜https://example.gov.cn/$1"))
    assert "第三十六条第（一）项" in public and "第（二）项" not in public
    other = words(reply(county, session, case, "not_held", organ_right="清源县医疗保障局，0399-6660001"))
    assert "不属于本机关负责公开" in other and "清源县医疗保障局，0399-6660001" in other and "不存在" not in other


def test_an_organisation_is_addressed_as_one(county, session, case):
    case.applicant_class = "business"
    assert "贵单位申请公开" in words(reply(county, session, case, "granted", content="见附件"))


def test_the_county_itself_is_appealed_against_at_the_city(county, session, case):
    case.office_id = county.departments["QY"]
    refused = {"reason": "……"}
    assert "先向上一级人民政府申请" in words(reply(county, session, case, "in_process", **refused))
    county.house.superior_organ = "青川市人民政府"
    assert "先向青川市人民政府申请" in words(reply(county, session, case, "in_process", **refused))


def test_one_of_two_statements_is_enough_and_none_is_not(county, session, case):
    county.move(session, case, "register", "luoyan", received=case.submitted)
    county.move(session, case, "assign", "luoyan", department=case.department_id, handler=None)
    draft_reply(session, county.house, case, "not_held", {}, actor_id=county.users["luoyan"])
    with pytest.raises(Refused, match="检索的过程和结果，或者不属于本机关的"):
        county.move(session, case, "draft_reply", "luoyan")
    draft_reply(session, county.house, case, "not_held", {"search": "已查档案"}, actor_id=county.users["luoyan"])
    county.move(session, case, "draft_reply", "luoyan")
    assert case.state == "review"


def test_who_is_consulted_is_asked_by_his_own_article_and_not_told_who_asks(county, session, case):
    third = compose(county, session, case, "consultation", whom="某公司", third="third_party", question="合同价格")
    organ = compose(county, session, case, "consultation", whom="县财政局", third="co_agency", question="联合发文")
    assert third["to"] == "某公司" and "第三十二条" in words(third) and "由本机关依照条例的规定决定" in words(third)
    assert organ["to"] == "县财政局" and "第三十四条" in words(organ) and "视为同意公开" in words(organ)
    assert "吴晓梅" not in str(third) + str(organ)
    for kind, each in letters.shipped().items():
        if not letters.for_applicant(kind):
            assert not {"you", "applicant", "description"} & set(PLACE.findall(each.body)), kind


def test_a_fee_is_explained_by_its_tiers(county, session, case):
    text = words(compose(county, session, case, "fee_notice", fee_basis="pages", fee_count=68, amount=380))
    assert "31至100页每页10元" in text and "380元" in text and "20个工作日内缴纳" in text


def test_the_record_of_delivery_names_the_letter(county, session, case):
    letter = reply(county, session, case, "granted", content="见附件")
    record = letters.delivery_record(session, county.house, case, letter, "邮寄", day=DAY)
    assert ["受送达人", "吴晓梅"] in record["rows"] and ["送达方式", "邮寄"] in record["rows"] and record["to"] == ""
    assert ["送达文书", "政府信息公开申请答复书"] in record["rows"] and record["number"] == ""


def test_who_gave_an_address_is_told_by_mail_that_there_is_a_letter_and_not_what_it_says(county, session):
    made, _code = county.apply(session, email="wu@example.org")
    county.move(session, made, "register", "luoyan", received=made.submitted)
    county.move(session, made, "ask_supplement", "luoyan", missing="请写明年度", supplement_by=local_date(now()))
    delivery = session.scalars(select(Delivery)).one()
    mail = outbox.opened(session, county.house, delivery)
    assert (mail.receiver, mail.message["path"], delivery.receiver) == ("wu@example.org", "/apply/status", "")
    told = str(mail.message)
    assert not any(word in told for word in ("吴晓梅", made.number, "低保", "补正", "请写明年度"))
    county.move(session, made, "withdraw_request", "luoyan")
    other, _code = county.apply(session)
    county.move(session, other, "register", "luoyan", received=other.submitted)
    county.move(session, other, "assign", "luoyan", department=other.department_id, handler=None)
    county.move(session, other, "consult", "luoyan", whom="某公司", third="third_party", question="价格", address="")
    assert session.scalars(select(Delivery)).one() is delivery


def test_numbers_follow_the_rule_and_leave_no_gap(county, session, case):
    take = lambda kind, outcome="": letters.next_number(session, county.house, case, kind, DAY, outcome)  # noqa: E731
    assert take("reply", "granted") == "县民政局信公开〔2026〕1号答"
    assert take("reply", "petition") == "县民政局信公开〔2026〕2号告"
    county.house.letter_rule = "{code}依申请〔{year}〕{serial:03d}号"
    assert take("receipt") == "QY-mzj依申请〔2026〕003号"


def test_every_letter_that_a_step_sends_is_shipped():
    sent = {step.letter for workflow in workflows_for("case").values() for step in workflow.transitions if step.letter}
    assert sent and sent <= set(letters.shipped())


@pytest.mark.parametrize("kind", sorted(letters.shipped()))
def test_shipped_templates_keep_their_own_rules(kind):
    base = letters.shipped()[kind]
    letters.check(base, base.title, base.body)
    assert set(base.places) <= set(PLACE.findall(base.body))


# -- editing ----------------------------------------------------------------------------------------------------

def test_an_edited_template_holds_and_goes_back(county, session, case):
    actor = county.users["fangkai"]
    letters.edit(session, "reply.in_process", "", "属于过程性信息，第十六条第二款。\n理由是：${reason}", actor_id=actor)
    assert "理由是：未定稿" in words(reply(county, session, case, "in_process", reason="未定稿"))
    letters.reset(session, "reply.in_process", actor_id=actor)
    assert "磋商信函" in words(reply(county, session, case, "in_process", reason="未定稿"))
    assert [each.version for each in letters.versions(session, "reply.in_process")] == [2, 1]


@pytest.mark.parametrize(("kind", "title", "body", "problem"), [
    ("receipt", "回执", " \n", "正文不能空"), ("receipt", "", "${part}", "标题不能空"),
    ("receipt", "回执", "${part}\n${nothing}", "没有“\\${nothing}”这一项；可以用："),
    ("receipt", "回执", "${part}\n收费 $5", "只能用在"), ("receipt", "回执", "凭号码查询", "单独保留一处"),
    ("reply", "答复书", "${part}", "救济途径"), ("reply", "答复书", "决定：${part}\n${remedies}", "单独成段"),
    ("consultation", "征求意见书", "${part}\n${applicant}申请", "没有“\\${applicant}”"),
    ("receipt", "${to}回执", "${part}", "标题里")])
def test_what_a_template_may_not_be(county, session, kind, title, body, problem):
    with pytest.raises(letters.BadTemplate, match=problem):
        letters.edit(session, kind, title, body, actor_id=county.users["fangkai"])


def test_an_unknown_kind_is_named():
    with pytest.raises(LookupError, match="no letter 'nothing'"):
        letters.reset(None, "nothing", actor_id=0)


# -- correction of one's own records (Art. 41) --------------------------------------------------------------------

@pytest.fixture
def correction(county, session):
    made, _code = file(session, county.house, "record_correction", "record_correction", "filed",
                       office_id=county.departments["QY-mzj"], applicant={"name": "吴晓梅"},
                       request={"record": "2025年低保公示名单第3页", "wrong": "家庭人数", "right": "3人",
                                "evidence": "户口簿"},
                       applicant_class="natural", channel="internet", submitted=local_date(now()))
    county.move(session, made, "register", "luoyan", received=made.submitted)
    return made


def test_numbers_of_both_types_do_not_collide(county, session, correction):
    other, _code = county.apply(session)
    assert (correction.number[-5:], other.number[-5:]) == ("00001", "00002")


def test_each_type_has_its_receipt(county, session, case, correction):
    asked, own = compose(county, session, case, "receipt"), compose(county, session, correction, "receipt")
    assert asked["title"] == "政府信息公开申请登记回执"
    assert ["申请公开的信息", "2025年城乡低保资金发放情况"] in asked["rows"]
    assert own["title"] == "政府信息更正申请登记回执" and ["申请更正的记录", "2025年低保公示名单第3页"] in own["rows"]


def test_a_correction_is_verified_by_one_and_decided_by_another(county, session, correction):
    county.move(session, correction, "report", "luoyan", finding="属实，建议更正")
    correction.messages[-1].author_id = county.users["wangjianguo"]
    with pytest.raises(Refused, match="另一位决定"):
        county.move(session, correction, "correct", "wangjianguo", corrected="2人改为3人")
    county.move(session, correction, "correct", "yangsuqin", corrected="2人改为3人")
    letter = correction.messages[-2] if correction.messages[-1].kind == "correct" else correction.messages[-1]
    body = cases.read_message(session, county.house, letter)
    assert body["title"] == "政府信息更正告知书" and "2人改为3人" in words(body) and "第四十一条" in words(body)
    county.move(session, correction, "deliver", "luoyan", delivered=local_date(now()), way="post")
    assert (correction.state, correction.clock, letter.delivered) == ("closed", "answered", local_date(now()))


def test_what_is_not_ours_goes_to_the_right_organ(county, session, correction):
    county.move(session, correction, "forward", "luoyan", whom="清源县公安局")
    sent = {each.kind: cases.read_message(session, county.house, each) for each in correction.messages if each.issued}
    assert sent["transfer"]["to"] == "清源县公安局" and "吴晓梅" not in str(sent["transfer"])
    assert sent["correction_forwarding"]["to"] == "吴晓梅" and "清源县公安局" in words(sent["correction_forwarding"])


def test_refusing_a_correction_tells_why_and_what_one_may_do(county, session, correction):
    county.move(session, correction, "report", "luoyan", finding="证据不足")
    county.move(session, correction, "refuse_correction", "wangjianguo", why="户口簿与登记一致")
    bodies = [cases.read_message(session, county.house, each) for each in correction.messages if each.issued]
    assert "户口簿与登记一致" in words(bodies[-1]) and EITHER in words(bodies[-1])


def test_the_requester_may_withdraw_a_correction(county, session, correction):
    fire(session, county.house, correction, "withdraw_request", REQUESTER)
    assert correction.state == "withdrawn" and correction.finished == local_date(now())
