"""Case officers at their desk: lists, the page of a case, its steps, the reply; and what is written down of it."""

import datetime as dt

import pytest
from sqlalchemy import select

from content import journal
from content.base import local_date, now
from content.cases import Case
from workflows.applications import draft_reply

FILED = local_date(now()) - dt.timedelta(days=3)
NAME, CARD = "吴晓梅", "110101199003070011"


@pytest.fixture
def filed(house, county):
    """`filed(handled=True)`: the number of the row of a new application, perhaps already at the case officer's."""
    def file(description="2025年城乡低保资金发放情况", handled=False, **person) -> int:
        with house.database.writer.begin() as session:
            case, _code = county.apply(session, description, day=FILED, **person)
            if handled:
                unit = county.departments["QY-mzj"]
                county.move(session, case, "register", "luoyan", received=FILED)
                county.move(session, case, "assign", "luoyan", handler=county.users["luoyan"], department=unit)
            return case.id
    return file


@pytest.fixture
def stored(house):
    """`stored(number)`: the case as it lies there now."""
    def load(number: int) -> Case:
        with house.database.reader() as session:
            return session.get_one(Case, number)
    return load


def step(page, name: str):
    """The form of a step on the page of a case."""
    return next(form for form in page.forms.values()
                if "transition" in form.fields and form["transition"].value == name)


def test_the_list_holds_nobodys_name_and_finds_by_it(browser, filed, house):
    number, client = filed(), browser("luoyan")
    page = client.get("/desk/cases")
    assert f"/desk/cases/{number}" in page and NAME not in page.text and "低保" not in page.text
    for written in (NAME, "1101 0119 9003 0700 11", "138-0013-8000"):
        form = next(each for each in page.forms.values() if "q" in each.fields)
        form["q"] = written
        assert f"/desk/cases/{number}" in form.submit()
    form["q"] = "别人"
    assert "没有这样的申请件" in form.submit()
    with house.database.reader() as session:
        rows = list(session.scalars(select(journal.Row).where(journal.Row.action == "case.search")).unique())
    assert [row.payload for row in rows] == [{"found": 1}] * 3 + [{"found": 0}]


def test_a_number_leads_to_its_case(browser, filed, stored):
    number, client = filed(), browser("luoyan")
    form = next(each for each in client.get("/desk/cases").forms.values() if "q" in each.fields)
    form["q"] = stored(number).number
    assert form.submit(status=303).location.endswith(f"/desk/cases/{number}")


def test_filters(browser, filed):
    number, client = filed(), browser("luoyan")
    for asked, there in (("state=filed", True), ("state=handling", False), ("state=ended", False),
                         (f"year={FILED.year}", True), ("state=&outcome=granted", False), ("page=1", True)):
        assert (f"/desk/cases/{number}" in client.get(f"/desk/cases?{asked}")) is there, asked
    client.get("/desk/cases?page=9", status=404)


def test_every_look_is_written_down(browser, filed, house, county):
    number = filed()
    assert NAME in browser("luoyan").get(f"/desk/cases/{number}")
    watched = browser("zhengguodong").get(f"/desk/cases/{number}")
    assert NAME not in watched and "低保" not in watched.text and CARD not in watched.text
    with house.database.reader() as session:
        looks = [row.actor_id for row in journal.history(session, "case", number) if row.action == "case.look"]
    assert looks == [county.users["luoyan"]]


def test_from_registration_to_the_reply(browser, filed, stored):
    number, client = filed(), browser("luoyan")
    form = step(client.get(f"/desk/cases/{number}"), "register")
    form["received"] = FILED.isoformat()
    page = form.submit(status=303).follow()
    assert "已登记" in page and stored(number).received == FILED
    page = step(page, "assign").submit(status=303).follow()
    assert "还没有拟写答复书" in page
    choose = client.get(f"/desk/cases/{number}/reply?outcome=third_party")
    form = next(each for each in choose.forms.values() if "reason" in each.fields)
    form["reason"] = "第三方不同意公开，理由成立"
    shown = form.submit("preview", value="1")
    assert "第三方不同意公开" in shown and "第十五条" in shown and "行政复议" in shown
    page = next(each for each in shown.forms.values() if "reason" in each.fields).submit("save", value="1").follow()
    page = step(page, "draft_reply").submit(status=303).follow()
    assert stored(number).state == "review"
    page = step(browser("zhoumin").get(f"/desk/cases/{number}"), "approve_reply").submit(status=303)
    page = step(browser("wangjianguo").get(f"/desk/cases/{number}"), "sign_reply").submit(status=303).follow()
    case = stored(number)
    assert (case.state, case.outcome, case.finished) == ("answered", "third_party", local_date(now()))
    letter = page.click("政府信息公开申请答复书", index=0)
    assert NAME in letter and letter.click("PDF").content_type == "application/pdf"


def test_what_the_engine_refuses_is_said_and_nothing_typed_is_lost(browser, filed, stored):
    number, client = filed(handled=True), browser("luoyan")
    form = step(client.get(f"/desk/cases/{number}"), "consult")
    form["question"] = "是否同意公开拆迁补偿协议"
    answer = form.submit(status=409)
    assert "请填写“收件的第三方或者机关”" in answer
    assert step(answer, "consult")["question"].value == "是否同意公开拆迁补偿协议"
    assert stored(number).state == "handling"
    form = step(answer, "ask_supplement")
    form["missing"], form["supplement_by"] = "请写明年度", "下周"
    answer = form.submit(status=409)
    assert "补正期限”填得不对" in answer and stored(number).state == "handling"


def test_a_case_goes_to_nobody_who_does_not_handle_it(browser, filed, stored, county):
    number, client = filed(handled=True), browser("luoyan")
    form = step(client.get(f"/desk/cases/{number}"), "reassign")
    form["department"] = str(county.departments["QY-scj"])
    assert "不负责这个单位" in form.submit(status=409)
    form["handler"] = ""
    assert form.submit(status=303).location.endswith(f"/desk/cases/{number}")
    assert stored(number).department_id == county.departments["QY-scj"]
    client.get(f"/desk/cases/{number}")  # the organ that was asked still reads it, and does no more with it
    client.get(f"/desk/cases/{number}/reply", status=403)


def test_a_wrong_fact_is_annulled_and_why_lies_sealed(browser, filed, stored, house):
    number, client = filed(handled=True), browser("luoyan")
    form = step(client.get(f"/desk/cases/{number}"), "ask_supplement")
    form["missing"], form["supplement_by"] = "请写明年度", (FILED + dt.timedelta(days=30)).isoformat()
    page = form.submit(status=303).follow()
    assert stored(number).due is None
    form = next(each for each in page.forms.values() if "fact" in each.fields)
    assert "为什么作废" in form.submit(status=409)
    form["why"] = "张大山打电话说已经补了"
    assert "张大山" in form.submit(status=303).follow() and stored(number).due is not None
    with house.database.reader() as session:
        assert all("张大山" not in str(row.payload) for row in journal.history(session, "case", number))


def test_cases_of_the_same_person_are_pointed_out(browser, filed):
    first, second = filed("一件事"), filed("另一件事")
    other = filed("别人的事", id_number="110101199003070038", phone="13900139000", name="郑某")
    page = browser("luoyan").get(f"/desk/cases/{second}")
    assert f'href="/desk/cases/{first}"' in page and f'href="/desk/cases/{other}"' not in page


def test_other_departments_see_nothing(browser, filed):
    number = filed()
    for login in ("sunjing", "zhangli", "fangkai", "shenjie"):
        browser(login).get(f"/desk/cases/{number}", status=403)


def test_who_drafts_does_so_while_it_is_handled_alone(browser, filed, house, county):
    number, client = filed(), browser("luoyan")
    client.get(f"/desk/cases/{number}/reply", status=409)
    with house.database.writer.begin() as session:
        draft_reply(session, house, session.get_one(Case, number), "granted", {}, actor_id=county.users["luoyan"])
    assert "还要写明" in client.get(f"/desk/cases/{number}")


def test_an_opinion_is_told_once_and_its_link_in_full(browser, filed, stored):
    number, client = filed(handled=True), browser("luoyan")
    form = step(client.get(f"/desk/cases/{number}"), "consult")
    form["whom"], form["third"], form["question"] = "某公司", "third_party", "单价是否公开"
    page = form.submit(status=303).follow()
    assert "http://localhost:6543/opinion/" in page
    form = step(page, "opinion")
    form["opinion"] = "来信写明不同意公开单价"
    page = form.submit(status=303).follow()
    assert page.text.count("来信写明不同意公开单价") == 1 and "已作废" not in page
    assert len(page.html.find(id="facts").find_parent("section").find_all("b")) == 1


def test_the_same_asked_twice_by_one_person_is_merged(browser, filed, stored):
    first, second, client = filed(), filed(), browser("luoyan")
    other = filed(id_number="110101199003070038", phone="13900139000", name="郑某")
    form = step(client.get(f"/desk/cases/{second}"), "merge")
    form["into"] = stored(other).number
    assert "同一申请人" in form.submit(status=409)
    form["into"] = stored(first).number
    form.submit(status=303)
    merged = stored(second)
    assert (merged.state, merged.merged_into_id, merged.outcome) == ("merged", first, "elsewise")
    client.get(f"/desk/cases/{second}")


@pytest.mark.parametrize(("asked", "amount"), [("basis=items&count=35", "3000元"), ("basis=pages&count=68", "380元"),
                                               ("basis=pages&count=30", "0元")])
def test_a_fee_is_told_before_it_is_asked_for(browser, asked, amount):
    client = browser("luoyan")
    assert client.get(f"/desk/cases/fee?{asked}").html.find(class_="clock-date").text == amount
    assert client.get("/desk/cases/fee?basis=x&count=-1").html.find(class_="clock-date") is None


def test_by_limit(browser, filed, house):
    """What is over, what is near, and the rest, each with its number; what has ended is in none of them."""
    numbers = [filed() for _each in range(5)]
    today = local_date(now())
    near = house_calendar(house).add_workdays(today, 3).date
    with house.database.writer.begin() as session:
        for number, due in zip(numbers, (today - dt.timedelta(days=1), today, near, near + dt.timedelta(days=30), None),
                               strict=True):
            session.get_one(Case, number).due = due
    client = browser("luoyan")
    for limit, there, counted in (("late", numbers[:1], 1), ("soon", numbers[1:3], 2), ("rest", numbers[3:], 2)):
        page = client.get(f"/desk/cases?state=&limit={limit}")
        tab = page.html.select_one(".tabs [aria-current]")
        assert [number for number in numbers if page.html.find("a", href=f"/desk/cases/{number}")] == there
        assert tab.select_one(".count").find(string=True, recursive=False) == str(counted)
        assert f"limit={limit}" in tab["href"] and "state=" in tab["href"]
    assert not client.get("/desk/cases?state=ended&limit=late").html.select(".tabs")


def house_calendar(house):
    with house.database.reader() as session:
        return house.calendar(session)


def test_who_has_a_step_to_take_finds_the_case_among_his_work(browser, filed, stored, house, county):
    """By number and limit and without a name; whoever wrote the reply is not asked to review it."""
    number = filed(handled=True)
    case = stored(number)
    for login, there in (("luoyan", True), ("zhoumin", False), ("zhengguodong", False)):
        page = browser(login).get("/desk")
        assert (page.html.find("a", href=f"/desk/cases/{number}") is not None) is there
        assert (case.number in page) is there and NAME not in page.text
    with house.database.writer.begin() as session:
        case = session.get_one(Case, number)
        draft_reply(session, house, case, "granted", {"content": "见附件"}, actor_id=county.users["zhoumin"])
        county.move(session, case, "draft_reply", "luoyan")
    assert browser("zhoumin").get("/desk").html.find("a", href=f"/desk/cases/{number}") is None
    assert browser("luoyan").get("/desk").html.find("a", href=f"/desk/cases/{number}") is None


def test_what_another_handles_waits_for_him_alone(browser, filed, house, county):
    number = filed(handled=True)
    with house.database.writer.begin() as session:
        session.get_one(Case, number).handler_id = county.users["zhoumin"]
    assert browser("luoyan").get("/desk").html.find("a", href=f"/desk/cases/{number}") is None
