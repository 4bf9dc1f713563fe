"""微信推送 at the desk: arranged by an editor, seen as on a phone, signed by another; others see nothing of it."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import add_role
from sqlalchemy import select
from webtest import TestApp
from wechat_stand_in import APPID, SECRET, Server, serving

from content import wechat, wechat_figures
from content.base import local_date, now
from content.documents import Live
from content.outbox import Delivery
from content.people import Role
from content.pushes import Push
from content.wechat import Secrets, WechatAccount
from content.wechat_figures import WechatArticleDay
from portal.wechat import articles

URL = "/desk/pushes"


@pytest.fixture
def account(county):
    with county.house.database.writer.begin() as session:
        return wechat.add(session, county.house, name="清源民政", appid=APPID, kind="subscription", actor_id=None,
                          department_id=county.departments["QY-mzj"], secrets=Secrets(SECRET))


@pytest.fixture
def arranged(browser, account, lives):
    """The editor's browser, on the page of a push of two notices."""
    client = browser("zhangli")
    form = next(each for each in client.get(f"{URL}/new").forms.values() if "document" in each.fields)
    for box in form.fields["document"][:2]:
        box.checked = True
    return client, form.submit().follow()


def step(page, name: str):
    return next(form for form in page.forms.values()
                if "transition" in form.fields and form["transition"].value == name)


def test_without_an_account_it_says_whom_to_ask(county, browser):
    assert "系统管理员" in browser("zhangli").get(URL)


def test_from_the_editor_to_the_queue(arranged, browser, house, lives):
    _client, page = arranged
    assert "已送签" in step(page, "submit").submit().follow()
    signer = browser("wangjianguo")
    number = page.request.path.rpartition("/")[2]
    assert "已签发" in step(signer.get(f"{URL}/{number}"), "sign").submit().follow()
    with house.database.reader() as session:
        assert session.get_one(Push, int(number)).state == "queued"
        assert session.scalars(select(Delivery.message).where(Delivery.channel == "wechat")).one() == {
            "push": int(number)}


def test_titles_order_and_what_is_left_out(arranged, house):
    _client, page = arranged
    form = next(form for form in page.forms.values() if form.action.endswith("/words"))
    (first, second) = (name for name in form.fields if name and name.startswith("place-"))
    form[first], form[second] = "2", "1"
    form[second.replace("place", "title")] = "明天停水"
    page = form.submit().follow()
    with house.database.reader() as session:
        assert session.scalars(select(Push)).one().items[0].title == "明天停水"
    form = next(form for form in page.forms.values() if form.action.endswith("/words"))
    form[first] = ""
    form.submit()
    with house.database.reader() as session:
        assert len(session.scalars(select(Push)).one().items) == 1


def test_what_does_not_fit_comes_back_as_it_was_typed(arranged):
    _client, page = arranged
    form = next(form for form in page.forms.values() if form.action.endswith("/words"))
    name = next(name for name in form.fields if name and name.startswith("title-"))
    form[name] = "长" * 40
    answer = form.submit(status=400)
    assert "32" in answer and "长" * 40 in answer


def test_nothing_chosen_is_said(browser, account, lives):
    client = browser("zhangli")
    form = next(each for each in client.get(f"{URL}/new").forms.values() if "document" in each.fields)
    assert "1至8篇" in form.submit()


def test_the_view_of_a_phone_and_the_export_show_the_published_words(arranged, lives):
    client, page = arranged
    phone = client.get(page.request.path + "/phone")
    assert "城关镇部分区域停水" in phone and 'style="' not in phone.html.find(class_="phone-article").decode()
    made = client.get(f"{page.request.path}/export/{lives[-1]}")
    assert made.content_type == "text/html" and "attachment" in made.headers["Content-Disposition"]
    client.get(f"{page.request.path}/export/{lives[0]}", status=404)


def test_the_view_of_a_phone_shows_the_covers(arranged, browser, lives):
    client, page = arranged
    address = client.get(page.request.path + "/phone").html.find(class_="phone-list").find("img")["src"]
    answer = client.get(address)
    assert answer.content_type == "image/jpeg" and answer.body.startswith(b"\xff\xd8")
    client.get(f"{page.request.path}/cover/{lives[0]}.jpg", status=404)
    browser("sunjing").get(address, status=404)


def test_what_is_too_long_for_wechat_is_said_and_not_exported(arranged, lives, monkeypatch):
    client, page = arranged
    monkeypatch.setattr(articles, "LONGEST", 10)
    answer = client.get(f"{page.request.path}/export/{lives[-1]}")
    assert answer.status_int == 303 and "删减" in answer.follow()


# -- readers ------------------------------------------------------------------------------------------------------

@pytest.fixture
def read(house, account, arranged, lives):
    """A push that arrived, read on three days of the last week; something else that was published by hand."""
    today = local_date(now())
    with house.database.writer.begin() as session:
        push = session.scalars(select(Push)).one()
        push.state, push.data_id, push.drafted = "arrived", "2247", [item.document_id for item in push.items]
        for back, place, reads in ((1, 1, 40), (2, 1, 300), (2, 2, 7), (3, 1, 20)):
            session.add(WechatArticleDay(account_id=account.id, day=today - dt.timedelta(days=back), data_id="2247",
                                         place=place, reads=reads, shares=reads // 10))
        session.add(WechatArticleDay(account_id=account.id, day=today - dt.timedelta(days=20), data_id="999", place=1,
                                     reads=5, shares=0))
        for back, followers in ((6, 1000), (1, 1044)):
            wechat_figures.day_of(session, account.id, today - dt.timedelta(days=back)).followers = followers
        return push.id


def test_readers_by_day_and_article_are_drawn_and_told(browser, read, lives):
    client = browser("zhangli")
    page = client.get(f"{URL}/figures?days=7")
    counts = page.html.find(class_="reading-counts").get_text(" ", strip=True)
    assert "367" in counts and "1044" in counts and "+44" in counts
    drawn = page.html.find(class_="reading").find_all("rect")
    assert [float(each["height"]) for each in drawn] == [6.5, 100.0, 13.0]
    first, second = page.html.find(class_="reading-rows").tbody.find_all("tr")
    assert "360" in first.get_text() and "停水通知" in first.get_text() and first.a["href"] == f"{URL}/{read}"
    one = client.get(second.find(class_="reading-small").a["href"])
    assert "7" in one.html.find(class_="reading-counts").find("dd").get_text()
    assert "不是由本系统推送" in client.get(f"{URL}/figures?days=30")
    assert "阅读360人次" in client.get(f"{URL}/{read}")


def test_each_article_on_each_day_is_in_the_file(browser, read):
    answer = browser("zhangli").get(f"{URL}/figures.csv?days=30")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert len(lines) == 6 and lines[1].split(",")[4:6] == ["1", "40"] and lines[-1].endswith(",1,5,0,999_1")


def test_readers_of_the_accounts_of_others_are_not_shown(browser, read, account):
    other = browser("sunjing")
    assert "阅读人数" not in other.get(f"{URL}/figures?account={account.id}")
    other.get(f"{URL}/figures.csv?account={account.id}", status=404)


def test_a_push_tells_what_became_of_a_recall(browser, county, read, lives):
    with county.house.database.writer.begin() as session:
        document = session.get_one(Live, lives[-1]).document
        county.move(session, document, "withdraw", "wangjianguo", why="信息有误", reason_kind="error")
    client = browser("zhangli")
    assert "已撤回，正在从微信删除" in client.get(f"{URL}/{read}")
    with county.house.database.writer.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.recalls.is_(None), Delivery.channel == "wechat")).one()
        row.state, row.problem = "failed", "请在公众号后台删除"
    page = client.get(f"{URL}/{read}")
    assert "没有从微信删除" in page and "请在公众号后台删除" in page and "停水通知（第3号）" in page


def test_the_title_of_what_is_withdrawn_for_privacy_is_shown_nowhere(browser, county, read, lives):
    with county.house.database.writer.begin() as session:
        county.move(session, session.get_one(Live, lives[-1]).document, "withdraw", "wangjianguo", why="涉及隐私",
                    reason_kind="privacy")
    client = browser("zhangli")
    for path in (f"/{read}", "", "/figures?days=30", "/figures.csv?days=30", f"/{read}/phone", "/new"):
        text = client.get(URL + path).body.decode()
        assert "（第3号）" not in text and ("（第2号）" in text or path == "/new"), path


def test_a_name_for_the_preview_is_sealed(arranged, house):
    _client, page = arranged
    form = next(form for form in page.forms.values() if form.action.endswith("/show"))
    form["name"] = "xiaowu-2026"
    assert "预览已安排发送" in form.submit().follow()
    with house.database.reader() as session:
        row = session.scalars(select(Delivery).where(Delivery.channel == "wechat")).one()
        assert row.private and "xiaowu" not in f"{row.receiver}{row.message}{row.key}{row.about}"


def test_others_neither_see_nor_guess_it(arranged, browser):
    _client, page = arranged
    other = browser("sunjing")
    assert "清源民政" not in other.get(URL)
    for path in ("", "/phone"):
        other.get(page.request.path + path, status=404)


# -- accounts -----------------------------------------------------------------------------------------------------

@pytest.fixture
def server():
    with serving(Server()) as found:
        yield found


def test_an_account_is_entered_checked_and_put_out_of_use(county, made, enter, server):
    client = TestApp(made(wechat_host=server.address))
    enter(client, "fangkai")
    form = next(each for each in client.get("/desk/wechat").forms.values() if "appid" in each.fields)
    form["name"], form["appid"], form["secret"] = "清源发布", "wx1", SECRET
    answer = form.submit(status=400)
    assert "AppID" in answer and "清源发布" in answer and SECRET not in answer
    form = next(each for each in answer.forms.values() if "appid" in each.fields)
    form["appid"], form["secret"] = APPID, SECRET
    page = form.submit().follow()
    assert "已登记公众号" in page and SECRET not in page
    checked = client.get(page.html.find("a", href=lambda place: place and place.endswith("/check"))["href"])
    assert "关注用户11045人" in checked and "没有填写回调的 Token" in checked
    next(each for each in checked.forms.values() if each.action.endswith("/stop")).submit()
    with county.house.database.reader() as session:
        assert not session.scalars(select(WechatAccount)).one().active


def test_how_long_titles_may_be_is_set_for_each_account(browser, account, house):
    client = browser("fangkai")
    for typed, words, kept in (("48", "已保存", 48), ("65", "32至64", 48)):
        form = next(each for each in client.get("/desk/wechat").forms.values() if each.action.endswith("/titles"))
        form["limit"] = typed
        assert words in form.submit().follow()
        with house.database.reader() as session:
            assert session.get_one(WechatAccount, account.id).title_limit == kept


def test_an_administrator_of_one_department_leaves_the_accounts_of_others_alone(browser, county, account):
    with county.house.database.writer.begin() as session:
        add_role(session, county, "sunjing", Role.SYSTEM_ADMIN, "QY-scj")
    client = browser("sunjing")
    page = client.get("/desk/wechat")
    assert APPID not in page and "登记" in page
    token = next(each for each in page.forms.values() if "appid" in each.fields)["csrf_token"].value
    for verb in ("stop", "secrets"):
        client.post(f"/desk/wechat/{account.id}/{verb}", {"csrf_token": token, "callback_token": "x"}, status=404)
    client.get(f"/desk/wechat/{account.id}/check", status=404)
    with county.house.database.reader() as session:
        assert session.get_one(WechatAccount, account.id).active
