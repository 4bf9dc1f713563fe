"""The wall: the newest items page by page, only what may be read at that moment, without a script as well."""

from __future__ import annotations

import pytest

from portal.published import HELD

PUBLISHED = """<!DOCTYPE html><html lang="zh-CN"><head><title>通知公告</title></head>
<body><h1>已公开的一页</h1><a href="https://evil.example/">外面</a></body></html>""".encode()


def titles(page):
    return [each.text for each in page.html.select("main h2")]


def test_the_wall_turns_through_the_newest_and_begins_anew(site):
    for number in range(14):
        site.publish(title=f"通知{number}")
    seen, url = [], "/display"
    for _turn in range(3):
        page = site.get(url)
        seen += titles(page)
        url = page.html.find("main")["data-next"]
        assert page.html.select_one("noscript meta")["content"] == f"12; url={url}"
    assert seen == [f"通知{number}" for number in range(13, 1, -1)]
    assert url == "/display?page=1"


def test_what_was_withdrawn_is_gone_at_the_next_turn(site):
    site.publish(title="留下的通知")
    url = site.publish(title="撤回的通知")
    assert titles(site.get("/display")) == ["撤回的通知", "留下的通知"]
    site.fire(url, "withdraw", by="wangjianguo", why="内容有误", reason_kind="error")
    assert titles(site.get("/display")) == ["留下的通知"]
    assert "撤回的通知" not in site.get("/display").text


def test_the_wall_of_a_column_stays_in_it(site):
    site.publish(title="栏目里的通知")
    page = site.get("/display?column=tzgg&page=9")
    assert titles(page) == ["栏目里的通知"] and page.html.h1.text == "通知公告"
    assert page.html.find("main")["data-next"] == "/display?column=tzgg&page=1"
    assert titles(site.get("/display?column=zwgk/zcwj")) == []
    for asked in ("mei-you", "../desk"):
        site.get(f"/display?column={asked}", status=404)


def test_the_wall_costs_the_same_on_a_larger_site(site):
    site.publish()
    site.get("/display")
    one = site.queries("/display")
    for number in range(12):
        site.publish(title=f"通知{number}")
    site.get("/display")
    assert site.queries("/display") == one <= 3


# -- 长者版 -------------------------------------------------------------------------------------------------------

def sheets(page):
    return [each["href"].partition("?")[0].rpartition("/")[2] for each in page.html.select("head link[rel=stylesheet]")]


def test_the_same_page_is_dressed_for_who_asks_for_large_print(site):
    url = site.publish()
    plain = site.get(url).text
    answer = site.get(f"/variant/elder?back={url}", status=302)
    assert answer.location.endswith(url) and "session" not in str(site.app.cookies)
    large = site.get(url)
    assert sheets(large)[-1] == "elder.css"
    line = next(each for each in large.text.splitlines() if "<link" in each and "elder.css" in each)
    assert large.text.replace(line.replace("</head>", "") + "\n", "", 1).split() == plain.split()
    site.get("/variant/normal", status=302)
    assert site.get(url).text == plain


@pytest.mark.parametrize("variant", ["elder", "kiosk"])
def test_a_published_page_is_dressed_as_it_lies_there(site, variant):
    site.registry.settings[HELD].stores["zh"].write("/tzgg/", PUBLISHED)
    assert site.get("/tzgg/").body == PUBLISHED
    site.app.set_cookie("variant", variant)
    assert site.queries("/tzgg/") == 0
    dressed = site.get("/tzgg/")
    assert sheets(dressed)[-1] == f"{variant}.css" and "已公开的一页" in dressed and "ETag" not in dressed.headers
    assert variant != "kiosk" or "evil.example" not in dressed.html.a["href"].partition("?")[0]
    site.get("/tzgg/", status=200, headers={"If-None-Match": "*"})


def test_a_switch_leads_nowhere_else(site):
    assert site.get("/variant/elder?back=//evil.example/", status=302).location == "http://localhost/"
    site.get("/variant/kiosk", status=404)
    site.app.set_cookie("variant", "evil")
    assert "elder.css" not in sheets(site.get("/"))


# -- touch screens ------------------------------------------------------------------------------------------------

OUT = '<p><a href="https://evil.example/a?b=1&amp;c=2" target="_blank">外面</a><a href="http://a.example/">又一处</a></p>'


def test_a_touch_screen_has_no_way_out(site):
    url = site.publish(body=OUT)
    site.get("/kiosk")
    hrefs = [each["href"] for each in site.get(url).html.find_all("a") if "href" in each.attrs]
    assert [each for each in hrefs if not each.startswith(("/", "#"))] == []
    taken = [each for each in hrefs if "evil.example" in each or "a.example" in each]
    assert len(taken) == 2 and "target=" not in site.get(url).text
    page = site.get(taken[0])
    assert page.html.select_one(".take-address").text == "https://evil.example/a?b=1&c=2" and page.html.svg


def test_files_and_what_is_ones_own_are_taken_along(site):
    site.publish()
    site.get("/kiosk")
    for path in ("/tzgg/list.csv", "/feeds/latest.rss", "/login", "/desk", "/apply/new", "/report-error?page=/tzgg/"):
        answer = site.get(path, status=303)
        assert "/kiosk/take?" in answer.location, path
        shown = site.app.get(answer.location).html.select_one(".take-address").text
        assert shown == f"https://www.qingyuan.example{path}"
    assert site.get("/", status=303).location.endswith("/kiosk")
    assert site.get("/variant/normal", status=303).location.endswith("/kiosk")


def test_nobody_makes_the_site_show_an_address_of_his_own(site):
    site.get("/kiosk/take?to=https://evil.example/", status=404)
    site.get("/kiosk/take?to=https://evil.example/&by=é", status=404)


def test_the_staff_leave_by_an_address(site):
    site.get("/kiosk")
    assert "kiosk.css" in sheets(site.get("/tzgg/"))
    site.get("/kiosk/leave", status=302)
    assert "kiosk.css" not in sheets(site.get("/"))


def test_without_a_script_the_screen_goes_home_by_itself(site):
    assert site.get("/kiosk").html.select_one("noscript meta")["content"] == "120; url=/kiosk"


def test_columns_are_found_by_letters_and_words_by_touching(site):
    page = site.get("/kiosk")
    keys = {each.text: each["href"] for each in page.html.select(".kiosk-keys a")}
    assert keys["T"] == "/kiosk/columns#letter-T" and keys["低保"].startswith("/search?q=")
    section = site.get("/kiosk/columns").html.find(id="letter-T")
    assert [each.text for each in section.find_all("a")] == ["通知公告"]
    assert site.queries("/kiosk") <= 4
