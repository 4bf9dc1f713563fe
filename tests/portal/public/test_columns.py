"""Columns: list, promise, filters, pages numbered from the oldest, what is pinned, single pages, the way out."""

from __future__ import annotations

import csv
import datetime as dt
import io

from content.base import SHANGHAI, local_date, now

DAY = dt.timedelta(days=1)


def promised(page) -> dict[str, str]:
    panel = page.html.find("dl", {"class": "promise"})
    return {each.dt.text: each.dd.text for each in panel.find_all("div")}


def titles(page) -> list[str]:
    return [a.text for a in page.html.select(".doc-list .doc-title a")]


def test_the_promise_of_a_column_on_time_soon_and_late(site):
    site.publish(at=now() - 2 * DAY)
    due = local_date(now() - 2 * DAY) + 30 * DAY
    panel = promised(site.get("/tzgg/"))
    assert panel["更新承诺"] == "每月更新" and panel["最近更新"].endswith("2天前")
    assert panel["下次更新不晚于"] == f"{due.year}年{due.month}月{due.day}日按期"
    assert panel["责任部门"] == "县民政局电话 0399-6660000"


def test_a_column_that_is_late_says_so_itself(site):
    site.publish(at=now() - 33 * DAY)
    assert "超期3天" in promised(site.get("/tzgg/"))["下次更新不晚于"]


def test_an_empty_column_says_what_comes(site):
    page = site.get("/tzgg/")
    assert promised(page)["最近更新"] == "还没有内容" and "本栏目还没有内容" in page.text


def test_pages_keep_their_number_when_something_new_comes(site):
    for number in range(25):
        site.publish(title=f"通知第{number:02d}号", at=now() - (40 - number) * DAY)
    oldest = titles(site.get("/tzgg/1.html"))
    assert oldest == [f"通知第{number:02d}号" for number in range(9, -1, -1)]
    assert titles(site.get("/tzgg/"))[0] == "通知第24号"
    for number in range(8):
        site.publish(title=f"新的通知{number}")
    assert titles(site.get("/tzgg/1.html")) == oldest


def test_filters_by_department_year_and_title(site):
    county = site.county
    site.publish(title="去年的供水通知", at=dt.datetime(2025, 3, 1, 9, tzinfo=SHANGHAI))
    site.publish(title="今年的供水通知", at=dt.datetime(2026, 1, 1, 0, 30, tzinfo=SHANGHAI))
    site.publish(title="市场局的通知", at=dt.datetime(2026, 1, 1, 9, tzinfo=SHANGHAI),
                 department_id=county.departments["QY-scj"])
    assert titles(site.get("/tzgg/?year=2026")) == ["市场局的通知", "今年的供水通知"]
    assert titles(site.get(f"/tzgg/?department={county.departments['QY-scj']}")) == ["市场局的通知"]
    assert len(titles(site.get(f"/tzgg/?department={county.departments['QY']}"))) == 3
    assert titles(site.get("/tzgg/?q=供水&year=2025")) == ["去年的供水通知"]
    assert "没有符合条件的信息" in site.get("/tzgg/?q=没有这样的").text
    options = [each.text for each in site.get("/tzgg/").html.find("select", {"name": "year"}).find_all("option")]
    assert options == ["全部年份", "2026年（2）", "2025年（1）"]


def test_wildcards_of_the_database_find_only_themselves(site):
    site.publish(title="完成率100%的通知")
    site.publish(title="另一个通知")
    assert titles(site.get("/tzgg/?q=%25")) == ["完成率100%的通知"]


def test_what_is_pinned_stands_on_top_once(site):
    site.publish(title="置顶的通知", at=now() - 5 * DAY, data={"pinned_until": (local_date(now()) + DAY).isoformat()})
    site.publish(title="过了置顶期的", at=now() - 4 * DAY, data={"pinned_until": (local_date(now()) - DAY).isoformat()})
    site.publish(title="最新的通知")
    assert titles(site.get("/tzgg/")) == ["置顶的通知", "最新的通知", "过了置顶期的"]
    assert titles(site.get("/tzgg/?q=通知")) == ["最新的通知", "置顶的通知"]


def test_a_container_lists_what_is_below_it(site):
    site.publish(title="一件政策", path="zwgk/zcwj")
    page = site.get("/zwgk/")
    assert titles(page) == ["一件政策"]
    assert not page.html.select(".column-side .num")  # counts would change with every publication


def test_a_column_without_the_slash_and_a_renamed_one_redirect(site):
    assert site.get("/tzgg?q=1", status=301).location.endswith("/tzgg/?q=1")


def test_a_single_page_shows_its_document_and_an_empty_one_its_department(site):
    site.column("zhinan", "公开指南", kind="page", types=["page"])
    assert "这一页正在编写" in site.get("/zhinan/").text
    site.publish(title="清源县政府信息公开指南", body="<p>怎么查、找谁问。</p>", path="zhinan", type_name="page")
    page = site.get("/zhinan/")
    assert page.html.h1.text == "清源县政府信息公开指南" and "怎么查、找谁问" in page.text
    assert "公开指南" in site.get("/").html.find("ul", {"class": "tiles"}).text


def test_an_external_column_says_that_one_leaves(site):
    site.column("jyzx", "交易平台", kind="external", external_url="https://ggzy.heyang.example/")
    page = site.get("/jyzx/")
    assert "您将离开本站" in page.text
    way_out = page.html.find("a", {"href": "https://ggzy.heyang.example/"})
    assert way_out["rel"] == ["external", "noopener", "noreferrer"]


def test_a_column_that_was_closed_says_since_when(site):
    site.column("jiu", "旧栏目", closed=dt.date(2026, 3, 1), rule={"type": "interval", "days": 7})
    page = site.get("/jiu/")
    assert "本栏目已于2026年3月1日停止更新" in page.text and "下次更新不晚于" not in page.text


def test_an_internal_column_is_for_the_staff_and_its_titles_are_nowhere_else(site):
    site.publish(title="内部福利安排", path="nbgk")
    site.index()
    assert "/login" in site.get("/nbgk/", status=303).location
    for page in ("/", "/sitemap", "/catalogue", "/sitemap/columns.xml", "/feeds", "/feeds/latest.rss", "/search?q=福利",
                 "/catalogue.csv", "/search.rss?q=福利"):
        text = site.get(page).text
        assert "内部" not in text and "nbgk" not in text, page
    site.get("/feeds/column/nbgk.rss", status=404)
    site.log_in("zhangli")
    assert titles(site.get("/nbgk/")) == ["内部福利安排"]
    assert "内部公开" in site.get("/").html.find("nav", {"class": "nav"}).text


def test_a_document_of_an_internal_column_asks_for_a_login_and_tells_nothing(site):
    url = site.publish(title="内部福利安排", path="nbgk")
    answer = site.get(url, status=303)
    assert "/login" in answer.location and "福利" not in answer.text
    site.log_in("zhangli")
    assert "内部福利安排" in site.get(url).text


def test_the_list_as_a_table_to_take_home(site):
    site.publish(title='=HYPERLINK("http://evil.example")')
    site.publish(title="普通的通知，带“引号”和,逗号")
    answer = site.get("/tzgg/list.csv")
    assert answer.body.startswith(b"\xef\xbb\xbf") and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[0][:4] == ["索引号", "名称", "文号", "内容概述"] and len(rows) == 3
    assert rows[1][1] == "普通的通知，带“引号”和,逗号" and rows[2][1].startswith("'=HYPERLINK")
    assert rows[1][8].startswith("https://www.qingyuan.example/doc/")
    assert len(list(csv.reader(io.StringIO(site.get("/tzgg/list.csv?q=普通").text)))) == 2
