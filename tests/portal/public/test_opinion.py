"""Who was consulted answers by his link: once, in time, and a wrong link tells nothing."""

import datetime as dt

import pytest
from webtest import TestApp, Upload

from content import cases
from content.base import local_date, now
from content.cases import Case, ReplyLink
from workflows.applications import facts_of_case


@pytest.fixture
def asked(house, county):
    """The number of a case in which a company was consulted, and the path of its link."""
    with house.database.writer.begin() as session:
        case, _code = county.apply(session)
        county.move(session, case, "register", "luoyan", received=local_date(now()))
        county.move(session, case, "assign", "luoyan", handler=None, department=county.departments["QY-mzj"])
        county.move(session, case, "consult", "luoyan", whom="清源某公司", third="third_party",
                    question="合同中的单价是否同意公开", address="")
        note = next(each for each in case.messages if each.kind == "link")
        return case.id, cases.read_message(session, house, note)["link"]


def form_of(page):
    return next(each for each in page.forms.values() if "choice" in each.fields)


def test_one_answer_with_reasons_and_a_file(wsgi, asked, house):
    number, path = asked
    client = TestApp(wsgi)
    page = client.get(path)
    assert "合同中的单价" in page and "吴晓梅" not in page and "110101" not in page.text
    form = form_of(page)
    form["choice"] = "refuse"
    answer = form.submit(status=409)
    assert "请说明理由" in answer
    form = form_of(answer)
    assert form["choice"].value == "refuse"
    form["reasons"], form["file"] = "属于商业秘密", [Upload("说明.txt", "单价是商业秘密".encode())]
    assert form.submit(status=303).location.endswith("/opinion/received")
    client.get("/opinion/received")
    client.get(path, status=404)
    form.submit(status=404)
    with house.database.reader() as session:
        case = session.get_one(Case, number)
        assert (case.state, facts_of_case(case).consultations[-1].end) == ("handling", local_date(now()))
        words = [cases.read_message(session, house, each).get("text", "") for each in case.messages]
        assert "不同意公开。理由：属于商业秘密" in words and [each.role for each in case.files] == ["opinion"]


def test_wrong_and_expired_links_are_alike(wsgi, asked, house):
    _number, path = asked
    client = TestApp(wsgi)
    with house.database.writer.begin() as session:
        session.query(ReplyLink).one().expires = now() - dt.timedelta(seconds=1)
    wrong = client.get("/opinion/" + "x" * 32, status=404)
    late = client.get(path, status=404)
    assert wrong.html.main.h1 == late.html.main.h1
    assert client.post(path, {"choice": "agree"}, expect_errors=True).status_int == 404


def test_the_log_knows_no_token(wsgi, asked, capsys):
    TestApp(wsgi).get(asked[1])
    assert asked[1].rpartition("/")[2] not in capsys.readouterr().err
