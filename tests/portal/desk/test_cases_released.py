"""What is released in a case: cleaned in its own process, every value decided about, and nothing else goes out."""

import pytest
from webtest import Upload

from content import cases, releases
from content.base import local_date, now
from content.cases import Case
from workflows.applications import draft_reply
from workflows.moves import Refused

CARD, OFFICE = "110101199003070054", "0399-6660000"
TABLE = f"姓名,证件号码,办公电话\n郑某某,{CARD},{OFFICE}\n".encode("utf-8-sig")


@pytest.fixture
def handled(house, county):
    """The number of an application with a drafted reply."""
    with house.database.writer.begin() as session:
        case, _code = county.apply(session)
        county.move(session, case, "register", "luoyan", received=local_date(now()))
        county.move(session, case, "assign", "luoyan", handler=None, department=county.departments["QY-mzj"])
        draft_reply(session, house, case, "granted", {"content": "见附件"}, actor_id=county.users["luoyan"])
        return case.id


def put(client, number, name="发放表.csv", data=TABLE):
    page = client.get(f"/desk/cases/{number}")
    form = next(each for each in page.forms.values() if "file" in each.fields)
    form["file"] = Upload(name, data)
    return form.submit(status=303).follow()


def confirm(client, page):
    form = client.get(page.html.find("a", string="逐项确认个人信息")["href"]).forms
    return next(each for each in form.values() if "reason" in each.fields)


def on_to_the_signer(session, county, case):
    for name, by in (("draft_reply", "luoyan"), ("approve_reply", "zhoumin"), ("sign_reply", "wangjianguo")):
        county.move(session, case, name, by)


def copies(house, number) -> list[str]:
    with house.database.reader() as session:
        case = session.get_one(Case, number)
        return [house.blobs.get(session, each.address).decode("utf-8-sig") for each in case.files
                if each.role == "released"]


def test_a_file_goes_out_cleaned_and_decided(browser, handled, house, county):
    client = browser("luoyan")
    page = put(client, handled)
    assert "没有逐项确认" in page and CARD not in page.text
    assert all(CARD not in text and OFFICE in text for text in copies(house, handled))
    with house.database.writer() as session:
        with pytest.raises(Refused, match="逐项确认"):
            on_to_the_signer(session, county, session.get_one(Case, handled))
        session.rollback()
    page = confirm(client, page).submit(status=303).follow()
    assert "公开版已就绪" in page
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        on_to_the_signer(session, county, case)
        assert case.state == "answered"
    assert len(copies(house, handled)) == 1


def test_keeping_wants_a_reason(browser, handled, house):
    client = browser("luoyan")
    form = confirm(client, put(client, handled))
    chosen = next(name for name, fields in form.fields.items() if name and fields[0].tag == "input" and len(name) == 16)
    form[chosen] = "keep"
    answer = form.submit(status=409)
    assert "要说明理由" in answer and all(CARD not in text for text in copies(house, handled))
    form = next(each for each in answer.forms.values() if "reason" in each.fields)
    assert form[chosen].value == "keep"
    form["reason"] = "申请人本人的信息"
    form.submit(status=303)
    assert [CARD in text for text in copies(house, handled)] == [True]


def test_what_was_not_cleaned_or_was_changed_does_not_go_out(browser, handled, house, county):
    client = browser("luoyan")
    confirm(client, put(client, handled)).submit(status=303)
    with house.database.writer() as session:
        case = session.get_one(Case, handled)
        assert releases.blockers(session, house, case) == []
        release = releases.of_case(session, case)[0]
        release.sha256 = "0" * 64
        assert "损坏" in releases.blockers(session, house, case)[0]
        session.rollback()
        case = session.get_one(Case, handled)
        cases.add_file(session, house, case, "released", "原件.csv", "text/csv", TABLE)
        assert "没有经过清理" in releases.blockers(session, house, case)[0]


def test_what_cannot_be_cleaned_is_not_taken(browser, handled, house):
    page = put(browser("luoyan"), handled, "秘密.csv", "标题\n机密★10年\n".encode())
    assert "密级" in page and copies(house, handled) == []


def test_files_go_with_the_person_that_is_erased(browser, handled, house):
    put(browser("luoyan"), handled)
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        cases.erase(session, house, case, actor_id=None, why="保存期满")
        assert releases.of_case(session, case) == [] and case.files == []


def test_pictures_are_looked_at_by_another(browser, handled, house, county):
    put(browser("luoyan"), handled)
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        release = releases.of_case(session, case)[0]
        release.unread = 1
        assert any("图片" in each for each in releases.blockers(session, house, case))
    client = browser("zhoumin")

    def declare():
        page = client.get(f"/desk/cases/{handled}")
        return next(form for form in page.forms.values() if form.action.endswith("/vouch")).submit(status=303).follow()
    assert "请先打开原件" in declare()
    assert client.get(f"/desk/cases/{handled}").click("原件").body == TABLE
    assert "已声明" in declare()
