"""What goes wrong is said in the look of the site, with the right status; nothing typed is lost; logs say little."""

import json
from urllib.parse import quote

import pytest
from pyramid.httpexceptions import HTTPConflict
from pyramid.request import Request
from sqlalchemy.exc import OperationalError
from webtest import TestApp

from content.problems import StoreProblem
from portal.errors import PAGES

HERE = {"Origin": "http://localhost"}
TYPED = {"title": "关于供水检修的通知", "body": "<p>写了很久的正文</p>", "password": "geheim"}


@pytest.fixture
def citizen(wsgi):
    return TestApp(wsgi)


def logged(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


# -- pages --------------------------------------------------------------------------------------------------------

def test_a_missing_page_offers_search_with_the_words_of_its_address(citizen):
    answer = citizen.get("/" + quote("政务公开/高龄津贴"), status=404)
    assert "没有找到这个页面" in answer and answer.forms[0]["q"].value == "政务公开 高龄津贴"


@pytest.mark.parametrize("path", ["/desk/document/99", "/desk/columns/99", "/desk/people/99", "/desk/reports/99",
                                  "/desk/flows/nothing", "/desk/people?page=9"])
def test_what_is_not_there_at_the_desk_is_404(house, county, browser, path):
    login = {"/desk/columns/99": "fangkai", "/desk/document/99": "zhangli", "/desk/reports/99": "zhangli"}
    browser(login.get(path, "shenjie")).get(path, status=404)


@pytest.mark.parametrize(("login", "path"), [
    ("shenjie", "/desk/people?page="), ("fangkai", "/desk/columns/new?parent="),
    ("zhengguodong", "/desk/journal?before=")])
@pytest.mark.parametrize("number", ["9" * 5000, "²", "-1"])
def test_a_number_that_is_none_asks_for_nothing(browser, login, path, number):
    browser(login).get(path + quote(number), status=200)


def test_what_one_may_not_see_is_403_for_who_is_logged_in(browser):
    answer = browser("zhangli").get("/desk/people", status=403)
    assert "您没有权限看这一页" in answer


@pytest.mark.parametrize(("path", "query"), [("/\xff", ""), ("/login", "next=%ff"), ("/", "lang=%e4%b8")])
def test_bytes_that_are_no_text_are_400_or_harmless(wsgi, path, query):
    request = Request.blank("/")
    request.environ |= {"PATH_INFO": path, "QUERY_STRING": query}
    assert request.get_response(wsgi).status_int in (200, 400)


def test_a_body_that_is_too_large_is_refused_unread(made):
    client = TestApp(made(upload_megabytes=1))
    answer = client.post("/login", b"x" * (1024 * 1024 + 1), content_type="application/octet-stream", status=413)
    assert "一次最多可以发送1兆字节" in answer


def test_programs_get_json(citizen):
    answer = citizen.get("/nowhere", headers={"Accept": "application/json"}, status=404)
    assert answer.json["status"] == 404 and answer.json["id"] == answer.headers["X-Request-Id"]
    assert citizen.get("/nowhere", headers={"Accept": "*/*"}, status=404).content_type == "text/html"


def test_a_program_that_is_not_logged_in_is_told(citizen):
    answer = citizen.post("/desk/drafts/autosave", TYPED, headers={"Accept": "application/json"}, status=401)
    assert "重新登录" in answer.json["message"]


def test_a_fault_of_ours_has_a_number_that_the_log_has_too(house, wsgi, citizen, monkeypatch, capsys):
    def fail(*_given):
        raise RuntimeError("secret words")
    monkeypatch.setattr("portal.public.home.repository.latest", fail)
    answer = citizen.get("/?q=secret", status=500)
    assert "网站出了错" in answer and answer.headers["X-Request-Id"] in answer
    lines = logged(capsys)
    failure = next(line for line in lines if line["event"] == "failure")
    assert failure["id"] == answer.headers["X-Request-Id"] and failure["error"] == "RuntimeError"
    assert "secret" not in json.dumps(lines)


@pytest.mark.parametrize("problem", [OperationalError("select", {}, Exception("no route to host")),
                                     StoreProblem("the store of bucket files refuses: SlowDown")])
def test_without_its_database_or_files_the_site_says_so(house, citizen, monkeypatch, problem):
    def gone(*_given, **_more):
        raise problem
    monkeypatch.setattr(house.database, "reader", gone)
    answer = citizen.get("/", status=503)
    assert "服务暂时停用" in answer and answer.headers["Retry-After"] == "60"


def test_without_its_database_whoever_is_logged_in_is_told_too(house, browser, monkeypatch):
    client = browser("zhangli")
    def gone(*_given, **_more):
        raise OperationalError("select", {}, Exception("no route to host"))
    monkeypatch.setattr(house.database, "reader", gone)
    monkeypatch.setattr(house.database, "writer", gone)
    client.get("/desk", status=503)
    client.post("/logout", status="*")


def test_when_even_the_page_fails_there_are_words(citizen, monkeypatch):
    monkeypatch.setattr("portal.errors.answer", lambda *_given, **_more: 1 / 0)
    answer = citizen.get("/nowhere", status=500)
    assert "请过几分钟再试" in answer and "Traceback" not in answer


def test_every_page_has_its_words(wsgi, house):
    assert {400, 403, 404, 405, 409, 413, 429, 500, 503} == set(PAGES)
    assert HTTPConflict.code in PAGES and all(page.heading and page.words for page in PAGES.values())


# -- nothing typed is lost ----------------------------------------------------------------------------------------

def test_what_was_typed_survives_the_end_of_the_session(house, citizen):
    answer = citizen.post("/desk/columns/new?parent=1", TYPED, headers=HERE, status=401)
    assert "您填写的内容没有丢" in answer and "写了很久的正文" in answer and "geheim" not in answer
    form = answer.forms["login-form"]
    form["login"], form["password"] = "fangkai", "Qingyuan-2026"
    again = form.submit()
    assert "请再提交一次" in again
    resend = again.forms[0]
    assert resend.action == "/desk/columns/new?parent=1" and resend["body"].value == TYPED["body"]
    assert "新建栏目" in resend.submit()


def test_a_wrong_password_in_between_keeps_it_too(citizen):
    form = citizen.post("/desk/columns/new", TYPED, headers=HERE, status=401).forms["login-form"]
    form["login"], form["password"] = "fangkai", "wrong"
    assert "写了很久的正文" in form.submit(status=401)


def test_a_stale_token_asks_to_send_again(browser):
    client = browser("fangkai")
    answer = client.post("/desk/columns/new", TYPED | {"csrf_token": "old"}, headers=HERE, status=400)
    assert "这一步还没有办" in answer
    assert "栏目" in answer.forms[0].submit()


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"},
                                     HERE | {"Sec-Fetch-Site": "cross-site"}])
def test_what_another_site_sent_gets_no_button(browser, headers):
    client = browser("fangkai")
    answer = client.post("/desk/columns/new", TYPED, headers=headers, status=400)
    assert "再提交一次" not in answer and "写了很久的正文" not in answer


def test_what_was_typed_is_text_and_nothing_else(citizen):
    evil = {"body": "</textarea><script>alert(1)</script>", "x\"><b>": "1"}
    answer = citizen.post("/desk/columns/new", evil, headers=HERE, status=401)
    assert "<script>alert" not in answer.text and "<b>" not in answer.text.replace("<b>政府信息公开</b>", "").replace(
        "<b>本系统接入公共网络，严禁处理涉密信息。</b>", "")


def test_a_login_page_that_is_too_old_comes_back(citizen):
    answer = citizen.post("/login", {"login": "zhangli", "password": "x", "csrf_token": "old"}, status=400)
    assert "请再登录一次" in answer and "login-form" in answer.forms


# -- the log ------------------------------------------------------------------------------------------------------

def test_a_request_is_one_line_without_anything_personal(browser, capsys):
    client = browser("zhangli")
    logged(capsys)
    client.get("/search?q=410329199001011234")
    client.get("/13812345678", status=404)
    lines = [line for line in logged(capsys) if line["event"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/search", 200), ("GET", "/…", 404)]
    assert set(lines[0]) == {"method", "path", "status", "ms", "user", "id", "event", "level", "timestamp"}
    assert "410329199001011234" not in json.dumps(lines)
