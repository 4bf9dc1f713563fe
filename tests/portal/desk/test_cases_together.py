"""The pages of Art. 44 at the desk: cases put together, taken apart, and turned into a draft for everybody."""

import pytest
from factories import add_role
from sqlalchemy import select

from content import journal
from content.base import local_date, now
from content.cases import Case
from content.documents import Document
from content.people import Role
from content.repeats import Repeat
from workflows.applications import draft_reply
from workflows.case_repeats import disclosed
from workflows.reports.overview import overview

WORDS = "2025年城乡低保资金发放情况"
OTHER = {"name": "侯志强", "id_number": "410399197509303159", "phone": "13800012212"}


@pytest.fixture
def two(house, county):
    """Two applications of two people for the same; the first is answered."""
    with house.database.writer.begin() as session:
        case, other = county.apply(session, WORDS)[0], county.apply(session, f"申请{WORDS}", **OTHER)[0]
        county.move(session, case, "register", "luoyan", received=local_date(now()))
        county.move(session, case, "assign", "luoyan", handler=None, department=county.departments["QY-mzj"])
        draft_reply(session, house, case, "granted", {"content": "总额312万元。\n吴晓梅一户1200元。"},
                    actor_id=county.users["luoyan"])
        for step, by in (("draft_reply", "luoyan"), ("approve_reply", "zhoumin"), ("sign_reply", "wangjianguo")):
            county.move(session, case, step, by)
        return case.id, other.id


def put(client, first, **more):
    form = next(each for each in client.get(f"/desk/cases/{first}/same").forms.values() if "title" in each.fields)
    for name, value in more.items():
        form[name] = value
    return form


def stored(house, kind, number=1):
    with house.database.reader() as session:
        return session.get(kind, number)


def test_from_what_is_alike_to_the_draft_that_another_goes_on_with(browser, two, house, county):
    first, second = two
    client = browser("luoyan")
    assert f"/desk/cases/{first}/active" not in client.get("/desk/cases/repeated")
    client.get(f"/desk/cases/{first}/active", status=409)
    page = put(client, first, title=WORDS, case=True).submit(status=303).follow()
    assert "不同的申请人2位" in page and stored(house, Case, second).number in page
    listed = client.get("/desk/cases/repeated")
    assert f"/desk/cases/{first}/active" in listed and "吴晓梅" not in listed and "侯志强" not in listed
    form = next(each for each in client.get(f"/desk/cases/{first}/active").forms.values() if "column" in each.fields)
    assert form.submit(status=409).html.select_one(".alert-late")
    form["column"], form["owner"] = str(county.columns["tzgg"]), str(county.users["zhangli"])
    page = form.submit(status=303).follow()
    document = stored(house, Document)
    assert (document.owner_id, document.head.title, document.head.body) == (
        county.users["zhangli"], WORDS, "<p>总额312万元。</p>")
    assert "提到申请人" in page and "由张丽接着办" in page and WORDS in browser("zhangli").get("/desk")
    with house.database.writer.begin() as session:
        county.publish(session, session.get_one(Document, document.id))
    for number in two:
        assert "主动公开</span> <a href=\"/doc/" in client.get(f"/desk/cases/{number}").text
    with house.database.reader() as session:
        found = [disclosed(session, session.get_one(Case, number), now()) for number in two]
        assert {live.title for live in found} == {WORDS}
        assert overview(session, house.tree(session), local_date(now()).year, county.departments["QY"]).active == 1
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, document.id), "withdraw", "zhoumin", why="有误",
                    reason_kind="error")
    with house.database.reader() as session:
        assert disclosed(session, session.get_one(Case, first), now()) is None
        assert overview(session, house.tree(session), local_date(now()).year, county.departments["QY"]).active == 0


def test_an_officer_who_writes_himself_goes_on_at_once(browser, two, house, county):
    with house.database.writer.begin() as session:
        add_role(session, county, "luoyan", Role.EDITOR, "QY-mzj")
    client = browser("luoyan")
    put(client, two[0], title=WORDS, case=True).submit(status=303)
    form = next(each for each in client.get(f"/desk/cases/{two[0]}/active").forms.values() if "column" in each.fields)
    form["column"] = str(county.columns["tzgg"])
    assert form.submit(status=303).location.endswith("/desk/document/1/edit")


def test_what_cannot_be_put_together_is_said_and_all_is_still_there(browser, two, house):
    client = browser("luoyan")
    answer = put(client, two[0], title="13912345678的申请", case=True, numbers="MX-1").submit(status=409)
    form = next(each for each in answer.forms.values() if "title" in each.fields)
    assert "没有受理编号MX-1" in answer and form["numbers"].value == "MX-1" and form["case"].checked
    form["numbers"] = stored(house, Case, two[1]).number
    assert "个人信息" in form.submit(status=409) and stored(house, Repeat) is None


def test_a_case_is_taken_out_again_and_each_look_is_in_the_journal(browser, two, house):
    client = browser("luoyan")
    put(client, two[0], title=WORDS, case=True).submit(status=303)
    page = client.get(f"/desk/cases/{two[1]}")
    form = next(each for each in page.forms.values() if each.action.endswith("/leave"))
    page = form.submit(status=303).follow()
    assert "还没有归组" in page and "移出申请相同信息的一组" in page
    with house.database.reader() as session:
        rows = session.scalars(select(journal.Row).where(journal.Row.action == "case.look")).unique()
        assert {row.subject_id for row in rows if row.payload["part"] == "similar"} == set(two)
