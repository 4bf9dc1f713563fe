"""我的申请: an account by a link in a mail, the cases in it, and what nobody else learns of it."""

from __future__ import annotations

import base64
import re

import pytest
from sqlalchemy import func, select
from webtest import TestApp

from content import outbox
from content.applicants import Applicant, HeldCase, MailLink
from content.cases import Case
from content.journal import Payload, Row
from content.outbox import Delivery
from tests.portal.public.test_apply import CITIZEN, WANTED, on

ADDRESS, PASSWORD, OTHER = "wu.xiaomei@example.org", "Sunny-2026-day", "Rainy-2027-day"


@pytest.fixture
def posted(site):
    """`posted()`: every mail so far, opened, the newest first. A mail server is set up."""
    site.registry.settings["gongkai"].values["mail_host"] = "smtp.example.org"

    def read():
        with site.county.house.database.reader() as session:
            return [outbox.opened(session, site.county.house, each)
                    for each in session.scalars(select(Delivery).order_by(Delivery.id.desc()))]
    return read


def form_of(page, action):
    return next(form for form in page.forms.values() if form.action.endswith(action))


def fill(page, action, **values):
    form = form_of(page, action)
    for name, value in values.items():
        form[name] = value
    return form.submit(expect_errors=True)


def ask(site, address=ADDRESS):
    return fill(site.get("/apply/account/new"), "/account/new", email=address).follow()


def open_link(site, path, password=PASSWORD):
    return fill(site.get(path), path, **{"new": password, "new-confirm": password})


def log_in(site, address=ADDRESS, password=PASSWORD):
    return fill(site.get("/apply/account/login"), "/login", email=address, password=password)


@pytest.fixture
def account(site, posted):
    """Somebody with an account, logged in."""
    ask(site)
    assert open_link(site, posted()[0].message["path"]).location.endswith("/apply/mine")
    return posted


def file_one(site, **person):
    """An application, filed; number and query code."""
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural")
    page = on(on(on(page, **(CITIZEN | person)), description=WANTED), way="email", email="xm@example.org")
    page = page.forms["apply"].submit("next").follow()
    return tuple(each.text for each in page.html.select(".receipt-codes dd"))


def counted(site, table):
    with site.county.house.database.reader() as session:
        return session.scalar(select(func.count()).select_from(table))


# -- opening, in and out --------------------------------------------------------------------------------------------

def test_an_account_is_opened_by_a_link_and_the_password_opens_it(site, account):
    assert "我的申请" in site.get("/apply/mine").text and counted(site, MailLink) == 0
    form_of(site.get("/apply/mine"), "/logout").submit().follow()
    assert site.get("/apply/mine", status=303).location.endswith("/apply/account/login")
    wrong = log_in(site, password="wrong-Pass-1")
    assert wrong.status_int == 401 and "邮箱或者密码不对" in wrong.text
    assert log_in(site, address=" WU.xiaomei＠example.org").location.endswith("/apply/mine")


def test_a_link_opens_once_and_what_the_password_must_be_is_said(site, posted):
    ask(site)
    path = posted()[0].message["path"]
    page = open_link(site, path, "short")
    assert "密码至少8个字符" in page.text and counted(site, Applicant) == 0
    assert "用户名" in open_link(site, path, "wu.xiaomei-2026A").text
    assert open_link(site, path).status_int == 303
    assert site.app.get(path, status=404) and site.app.get("/apply/account/link/" + "a" * 32, status=404)


def test_known_and_unknown_addresses_are_answered_alike(site, account):
    """Asking for a link: the same page, the same mail. Logging in: the same page, for the same number of times."""
    form_of(site.get("/apply/mine"), "/logout").submit()
    pages = [ask(site, address).text for address in (ADDRESS, "nobody@example.org")]
    first, second = account()[:2]
    assert pages[0] == pages[1] and first.receiver != second.receiver
    assert {name: re.sub("link/.*", "", value) for name, value in first.message.items()} == \
        {name: re.sub("link/.*", "", value) for name, value in second.message.items()}
    plain = lambda page: re.sub('value="[^"]*"', "", page.text)  # noqa: E731
    told = [[plain(log_in(site, address, "wrong-Pass-1")) for _turn in range(6)]
            for address in (ADDRESS, "nobody@example.org")]
    assert told[0] == told[1] and len(set(told[0])) == 1
    assert log_in(site).status_int == 401  # locked, and not told that the password was right
    assert open_link(site, account()[1].message["path"], OTHER).status_int == 303  # his mailbox lets him in


def test_asking_writes_the_same_and_logging_in_writes_nothing(site, account):
    form_of(site.get("/apply/mine"), "/logout").submit()
    with site.county.house.database.reader() as session:
        before = session.scalar(select(func.count()).select_from(Row))
    for address in (ADDRESS, "nobody@example.org"):
        log_in(site, address, "wrong-Pass-1")
    with site.county.house.database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Row)) == before


def test_a_mailbox_is_not_flooded(site, posted):
    for _turn in range(5):
        ask(site)
    assert len(posted()) == 3


def test_without_a_mail_server_no_account_is_promised(site):
    page = site.get("/apply/account/new")
    assert "还没有开通发邮件" in page.text
    assert not [form for form in page.forms.values() if "account/new" in form.action]


# -- apart from the staff -------------------------------------------------------------------------------------------

def test_a_requester_is_nobody_at_the_desk_and_staff_is_no_requester(site, account):
    assert site.app.get("/desk", status=303).location.startswith("http://localhost/login")
    site.log_in("luoyan")
    assert site.get("/apply/mine", status=303).location.endswith("/apply/account/login")
    page = site.get("/apply/account/login")
    assert "退出工作台" in page.text
    assert log_in(site).status_int == 303
    assert site.app.get("/desk", status=303).location.startswith("http://localhost/login")


def test_a_copied_cookie_is_worth_nothing_after_logging_out(site, account):
    copied = TestApp(site.app.app, cookiejar=None)
    copied.set_cookie("gongkai", site.app.cookies["gongkai"].strip('"'))
    assert copied.get("/apply/mine").status_int == 200
    form_of(site.get("/apply/mine"), "/logout").submit()
    assert copied.get("/apply/mine").status_int == 303


# -- cases ----------------------------------------------------------------------------------------------------------

def test_what_is_filed_while_logged_in_is_in_the_account_and_opens_without_a_code(site, account):
    number, _code = file_one(site)
    form_of(site.get("/apply/status"), "/leave").submit()
    page = site.get("/apply/mine")
    assert number in page.text and "等待登记" in page.text and "登记回执" in page.text and WANTED not in page.text
    status = form_of(page, "/mine/open").submit().follow()
    assert WANTED in status.text
    assert "凭受理编号和查询码还可以查询" in form_of(status, "/mine/drop").submit().follow().text
    assert counted(site, HeldCase) == 0 and counted(site, Case) == 1


def test_an_earlier_case_is_added_by_number_and_code_only(site, account):
    form_of(site.get("/apply/mine"), "/logout").submit()
    number, code = file_one(site)
    log_in(site)
    form_of(site.get("/apply/status"), "/leave").submit()
    page = fill(site.get("/apply/mine"), "/mine/add", number=number, code="ABCDE-FGHJK")
    assert "受理编号或者查询码不对" in page.text and counted(site, HeldCase) == 0
    assert number in fill(page, "/mine/add", number=number, code=code).follow().text
    assert "fill" not in on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural").forms["apply"].fields


def test_nobody_opens_or_drops_the_case_of_another(site, account):
    file_one(site)
    form_of(site.get("/apply/mine"), "/logout").submit()
    site.app.reset()
    ask(site, "other@example.org")
    open_link(site, account()[0].message["path"], OTHER)
    token = form_of(site.get("/apply/mine"), "/mine/add")["csrf_token"].value
    for name in ("open", "drop"):
        for number in ("1", "99", "x", ""):
            site.app.post(f"/apply/mine/{name}", {"case": number, "csrf_token": token}, status=404)
    assert counted(site, HeldCase) == 1 and site.get("/apply/mine?page=9", status=404)


def test_a_new_query_code_takes_the_case_out_of_every_account(site, account):
    """Who found a receipt put the case into his account: the real requester ends that too."""
    file_one(site)
    stranger = TestApp(site.app.app)
    page = stranger.get("/apply/recover")
    facts = {"who": CITIZEN["name"], "id_number": CITIZEN["id_number"], "phone": "13800138000",
             "email": "xm@example.org"}
    fill(page, "/recover", **facts)
    assert counted(site, HeldCase) == 0


def test_a_list_asks_as_many_questions_for_many_cases_as_for_one(site, account):
    file_one(site)
    one = site.queries("/apply/mine")
    for _turn in range(3):
        file_one(site)
    assert site.queries("/apply/mine") == one


def test_who_agrees_gets_his_contact_filled_in_and_never_his_papers(site, account):
    file_one(site)
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural")
    assert page.forms["apply"]["name"].value == ""
    page = page.forms["apply"].submit("fill")
    form = page.forms["apply"]
    assert (form["name"].value, form["phone"].value, form["email"].value) == ("吴晓梅", "13800138000", "xm@example.org")
    assert form["id_number"].value == ""
    company = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="company")
    assert "fill" not in company.forms["apply"].fields


# -- changing and closing -------------------------------------------------------------------------------------------

def test_another_address_holds_once_its_link_was_opened(site, account):
    page = fill(site.get("/apply/account"), "/account/email", email="new@example.org", password="wrong-Pass-1")
    assert "现在的密码不对" in page.text
    fill(site.get("/apply/account"), "/account/email", email="new@example.org", password=PASSWORD)
    link = account()[0]
    assert link.receiver == "new@example.org" and log_in(Another(site)).status_int == 303
    path = link.message["path"]
    assert "邮箱已更换" in form_of(site.get(path), path).submit().follow().text
    assert account()[0].receiver == ADDRESS  # the old one is told
    assert log_in(Another(site)).status_int == 401
    assert log_in(Another(site), "new@example.org").status_int == 303


def test_an_address_that_has_an_account_is_not_taken_over(site, account):
    ask(site, "other@example.org")
    open_link(Another(site), account()[0].message["path"], OTHER)
    fill(site.get("/apply/account"), "/account/email", email="other@example.org", password=PASSWORD)
    path = account()[0].message["path"]
    assert "已经有一个账户" in form_of(site.get(path), path).submit().text
    assert log_in(Another(site)).status_int == 303
    assert log_in(Another(site), "other@example.org", OTHER).status_int == 303


def test_a_new_password_ends_other_sessions_and_what_was_asked_for_in_them(site, account):
    other = Another(site)
    log_in(other)
    fill(other.get("/apply/account"), "/account/email", email="thief@example.org", password=PASSWORD)
    page = fill(site.get("/apply/account"), "/account/password", password=PASSWORD,
                **{"new": PASSWORD, "new-confirm": PASSWORD})
    assert "不能和最近5次用过的密码相同" in page.text
    fill(site.get("/apply/account"), "/account/password", password=PASSWORD, **{"new": OTHER, "new-confirm": OTHER})
    assert site.get("/apply/mine").status_int == 200 and other.app.get("/apply/mine").status_int == 303
    assert "更换了密码" in account()[0].message["text"]
    site.app.get(account()[1].message["path"], status=404)


def test_an_account_is_closed_and_the_cases_stay(site, account):
    number, code = file_one(site)
    ask(site)
    assert "现在的密码不对" in fill(site.get("/apply/account/close"), "/close", password="wrong-Pass-1").text
    assert "申请照常办理" in fill(site.get("/apply/account/close"), "/close", password=PASSWORD).follow().text
    assert [counted(site, table) for table in (Applicant, MailLink, HeldCase, Case)] == [0, 0, 0, 1]
    with site.county.house.database.reader() as session:
        kept = session.scalars(select(Delivery).where(Delivery.about.like("address/%"))).all()
    assert kept and all(each.sealed is None for each in kept)
    assert log_in(site).status_int == 401
    assert fill(site.get("/apply/status"), "/status", number=number, code=code).status_int == 303


# -- what is told nowhere -------------------------------------------------------------------------------------------

def test_addresses_and_passwords_are_in_no_row_log_cookie_or_url(site, account, capfd):
    log_in(Another(site))
    file_one(site)
    link = ask(site) and account()[0].message["path"]
    page = site.get(link)
    assert all(link not in each["href"] for each in page.html.select('a[href^="/report-error"]'))
    said = capfd.readouterr().err
    assert "/apply/account/link/…" in said and link.rpartition("/")[2] not in said
    cookie = base64.urlsafe_b64decode(site.app.cookies["gongkai"].strip('"') + "==").decode("latin-1")
    with site.county.house.database.reader() as session:
        journal = str(session.scalars(select(Payload.body)).all())
        actions = set(session.scalars(select(Row.action).where(Row.action.startswith("applicant."))))
        rows = str([session.execute(select(table.__table__)).all() for table in (Applicant, MailLink, Delivery)])
    assert actions == {"applicant.open"}
    for text in (said, cookie, journal, rows):
        assert not any(word in text for word in ("wu.xiaomei", "example.org", PASSWORD, link.rpartition("/")[2]))


class Another:
    """Another browser at the same site."""

    def __init__(self, site):
        self.app = TestApp(site.app.app)

    def get(self, url, **more):
        return self.app.get(url, **more)
