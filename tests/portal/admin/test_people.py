"""People and roles: accounts, three administrators kept apart, nobody's own roles, delegations."""

import datetime as dt
import re

import pytest
from factories import PEOPLE
from sqlalchemy import select
from webtest import TestApp

from content.journal import Row
from content.people import Delegation, Grant, Role, User


def press(page, action: str, **fields):
    """Send the form that goes to an address ending in `action`."""
    form = next(form for form in page.forms.values() if form.action.endswith(action))
    for name, value in fields.items():
        form[name] = str(value)
    return form.submit(expect_errors=True)


@pytest.fixture
def person(county):
    return lambda login: f"/desk/people/{county.users[login]}"


def make(client, county, **other):
    fields = {"login": "heping", "name": "何平", "department_id": county.departments["QY-mzj"]} | other
    return press(client.get("/desk/people/new"), "/desk/people/new", **fields)


def test_a_new_account_gets_a_password_once(house, county, browser, enter, wsgi):
    answer = make(browser("shenjie"), county)
    password = re.search(r"<output[^>]*>(\w+)</output>", answer.text)[1]
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    client = TestApp(wsgi)
    assert enter(client, "heping", password).status_int == 303
    assert client.get("/desk").location.startswith("http://localhost/account/password")
    with house.database.reader() as session:
        payloads = " ".join(str(row.payload) for row in session.scalars(select(Row)).unique())
    assert password not in payloads


@pytest.mark.parametrize(("other", "said"), [
    ({"login": "zhangli"}, "已经有人用了"), ({"login": "1x"}, "以小写字母开头"), ({"name": ""}, "error-summary"),
    ({"login": "ok.name", "email": "nothing"}, "error-summary"),
])
def test_what_is_wrong_comes_back_with_what_was_typed(county, browser, other, said):
    answer = make(browser("shenjie"), county, **other)
    assert answer.status_int == 200 and said in answer
    assert answer.forms["person"]["login"].value == ({"login": "heping"} | other)["login"]


def test_the_list_finds_by_name_and_by_login(browser):
    client = browser("shenjie")
    for words in ("张丽", "zhang", "ZHANGLI"):
        page = client.get("/desk/people", {"q": words})
        assert "张丽" in page and "周敏" not in page
    assert "没有找到" in client.get("/desk/people?q=%25")


def test_the_list_takes_the_same_queries_for_many(house, county, browser, count_queries):
    client = browser("shenjie")
    client.get("/desk/people")  # what a process asks for once
    few = count_queries(lambda: client.get("/desk/people"))
    with house.database.writer.begin() as session:
        for number in range(40):
            session.add(User(login=f"more{number}", name="更多", department_id=county.departments["QY-mzj"],
                             grants=[Grant(role="editor", department_id=county.departments["QY-mzj"])]))
    assert count_queries(lambda: client.get("/desk/people")) == few


def test_a_role_opens_the_desk_and_its_end_closes_it(house, county, browser, person):
    manager, client = browser("shenjie"), browser("zhangli")
    assert client.get("/desk/reports").status_int == 200
    assert press(manager.get(person("zhangli")), "/revoke").status_int == 303
    assert client.get("/desk").status_int == 303
    client = browser("zhangli")
    client.get("/desk/reports", status=403)
    assert press(manager.get(person("zhangli")), "/grant", role="editor",
                 department_id=county.departments["QY-mzj"]).status_int == 303
    assert client.get("/desk/reports").status_int == 200


@pytest.mark.parametrize("role", ["system_admin", "auditor"])
def test_two_of_the_three_administrators_are_refused(county, browser, person, role):
    holder = {"system_admin": "zhengguodong", "auditor": "fangkai"}[role]
    answer = press(browser("shenjie").get(person(holder)), "/grant", role=role, department_id=county.departments["QY"])
    assert "三员分立" in answer and answer.status_int == 200


def test_nobody_changes_his_own_roles(house, county, browser, person):
    client = browser("shenjie")
    page = client.get(person("shenjie"))
    assert "另一位安全管理员" in page and not any(form.action.endswith("/grant") for form in page.forms.values())
    token = page.forms["person"]["csrf_token"].value
    sent = {"csrf_token": token, "role": "editor", "department_id": county.departments["QY"], "column_id": ""}
    assert "不能改变自己的职责" in client.post(f"{person('shenjie')}/grant", sent).follow()
    with house.database.reader() as session:
        held = session.scalars(select(Grant).where(Grant.user_id == county.users["shenjie"])).all()
    sent = {"csrf_token": token, "grant": held[0].id}
    assert "不能改变自己的职责" in client.post(f"{person('shenjie')}/revoke", sent).follow()
    sent = {"csrf_token": token, "active": "0"}
    assert "不能停用自己的账号" in client.post(f"{person('shenjie')}/switch", sent).follow()
    assert len(held) == 1


def test_a_role_is_held_on_one_place(county, browser, person):
    client = browser("shenjie")
    assert "只选一个" in press(client.get(person("zhangli")), "/grant", role="editor")
    both = press(client.get(person("zhangli")), "/grant", role="editor", department_id=county.departments["QY-mzj"],
                 column_id=county.columns["tzgg"])
    assert "只选一个" in both
    twice = press(client.get(person("zhangli")), "/grant", role="editor", department_id=county.departments["QY-mzj"])
    assert "已经有这项职责" in twice


def test_who_looks_after_one_office_sees_its_people_only(house, county, browser, person):
    with house.database.writer.begin() as session:
        user = session.get_one(User, county.users["sunjing"])
        user.grants = [Grant(role=Role.SECURITY_ADMIN.value, department_id=county.departments["QY-scj"])]
    client = browser("sunjing")
    page = client.get("/desk/people")
    assert "孙静" in page and all(PEOPLE[login][0] not in page for login in ("zhangli", "fangkai"))
    client.get(person("zhangli"), status=403)
    token = client.get("/desk/people/new").forms["person"]["csrf_token"].value
    for act in ("switch", "reset", "unlock", "grant", "revoke"):
        client.post(f"{person('zhangli')}/{act}", {"csrf_token": token}, status=403)
    sent = {"csrf_token": token, "login": "heping", "name": "何平", "department_id": county.departments["QY-mzj"]}
    assert "请从列出的里面选一个" in client.post("/desk/people/new", sent)


def test_a_locked_account_is_unlocked(house, county, browser, person, enter, wsgi):
    client = TestApp(wsgi)
    for _ in range(5):
        enter(client, "zhangli", "wrong")
    manager = browser("shenjie")
    page = manager.get(person("zhangli"))
    assert "已锁定" in page
    assert press(page, "/unlock").status_int == 303
    assert enter(client, "zhangli").status_int == 303


def test_a_forgotten_password_is_replaced_and_the_old_one_ends(browser, person, enter, wsgi):
    client = browser("zhangli")
    answer = press(browser("shenjie").get(person("zhangli")), "/reset")
    password = re.search(r"<output[^>]*>(\w+)</output>", answer.text)[1]
    assert client.get("/desk").status_int == 303
    assert enter(TestApp(wsgi), "zhangli").status_int == 401
    assert enter(TestApp(wsgi), "zhangli", password).status_int == 303


# -- delegations --------------------------------------------------------------------------------------------------

def delegate(client, county, to: str, **other):
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date().isoformat()
    page = client.get("/desk/delegations")
    form = page.forms["delegation"]
    form["to_id"], form["why"] = str(county.users[to]), "出差"
    if "from" in other:
        form["from_id"] = str(county.users[other["from"]])
    for field in form.fields["date"]:
        field.value = other.get("day", today)
    return form.submit(expect_errors=True)


def test_a_stand_in_may_do_what_the_other_may_until_it_ends(county, browser):
    editor, other = browser("zhangli"), browser("wangjianguo")
    other.get("/desk/reports", status=403)
    assert delegate(editor, county, "wangjianguo").status_int == 303
    assert other.get("/desk/reports").status_int == 200
    assert press(editor.get("/desk/delegations"), "/end").status_int == 303
    other.get("/desk/reports", status=403)


@pytest.mark.parametrize("holder", ["fangkai", "zhengguodong", "shenjie"])
def test_no_delegation_passes_an_administrators_role_on(county, browser, holder):
    client = browser("zhangli")
    assert delegate(browser(holder), county, "zhangli").status_int == 303
    for path in ("/desk/columns", "/desk/people", "/desk/journal"):
        client.get(path, status=403)


def test_nobody_makes_himself_a_stand_in(county, browser):
    assert "不能自己指定自己" in delegate(browser("shenjie"), county, "shenjie", **{"from": "zhangli"})
    assert "不能委托给本人" in delegate(browser("zhangli"), county, "zhangli")


def test_somebody_elses_delegation_is_not_for_anybody(house, county, browser):
    client = browser("zhoumin")
    delegate(browser("zhangli"), county, "wangjianguo")
    with house.database.reader() as session:
        made = session.scalars(select(Delegation)).one()
    page = client.get("/desk/delegations")
    assert page.html.find("main").find("table") is None
    token = page.forms["delegation"]["csrf_token"].value
    client.post("/desk/delegations/end", {"csrf_token": token, "delegation": made.id}, status=403)
