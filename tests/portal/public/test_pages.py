"""The citizens' pages, walked as a citizen: they stand, in both languages, whatever is asked of them."""

from __future__ import annotations

import pytest
from webtest import TestApp

from portal import sample
from portal.settings import SETTINGS, Settings
from portal.wiring import make_app
from workflows.access import SYSTEM
from workflows.engine import fire

PAGES = ("/", "/tzgg/", "/zwgk/", "/sitemap", "/catalogue", "/departments", "/feeds", "/search", "/search?q=供水",
         "/report-error", "/report-error/received")
NONSENSE = ("?page=0", "?page=-1", "?page=abc", "?page=99999999999999999999", "?year=9999", "?year=x",
            "?department=7777", "?department=' OR 1=1", "?q=%00%27%22<script>", "?q=" + "长" * 3000,
            "?type=../../etc/passwd", "?sort=up",
            "?column=-3", "?validity=%F0%9F%92%A9", "?q=*&q=(", "?q=%22", "?department=%E2%91%A0", "?year=²")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_stands_in_both_languages_empty_and_filled(site, language):
    site.app.set_cookie("lang", language)
    for filled in (False, True):
        url = site.publish() if filled else "/"
        site.index()
        for page in (*PAGES, url):
            text = site.get(page).text
            assert ("跳到正文" in text) == (language == "zh"), page


def test_every_page_stands_before_there_are_columns(house):
    settings = Settings(house.home, sample.site(), {each.name: each.default for each in SETTINGS})
    client = TestApp(make_app(house, settings))
    for page in ("/", "/sitemap", "/catalogue", "/departments", "/feeds", "/search", "/feeds/latest.rss",
                 "/sitemap.xml", "/healthz"):
        client.get(page, status=200)
    client.get("/report-error", status=404)


@pytest.mark.parametrize("page", ["/tzgg/", "/search", "/catalogue", "/tzgg/list.csv", "/catalogue.csv", "/search.rss"])
def test_nonsense_in_the_address_is_answered_not_obeyed(site, page):
    site.publish()
    site.index()
    for query in NONSENSE:
        answer = site.get(page + query, status="*")
        assert answer.status_int in (200, 404), (page, query, answer.status)
    assert site.get(page + "?q=%FF%FE", status="*").status_int in (200, 400)


def test_what_is_not_there_is_404(site):
    for path in ("/nichts/", "/tzgg/nichts", "/doc/2026/999.html", "/doc/2026/x.html", "/doc/2026/",
                 "/sitemap/1800.xml", "/feeds/column/nichts.rss", "/feeds/department/QQ.rss", "/feeds/latest.pdf",
                 "/tzgg/?page=2"):
        site.get(path, status=404)


def test_titles_and_texts_of_strangers_stay_text(site):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    url = site.publish(title=f"公告{evil}", body="<p>正文<script>alert(3)</script></p>")
    site.index()
    for page in ("/", "/tzgg/", url, "/catalogue", "/search?q=公告", f"/search?q={evil}", "/tzgg/?q=" + evil,
                 f"/report-error?page=/{evil}"):
        text = site.get(page).text
        assert "<script>alert" not in text and "<img src=x" not in text, page


def test_the_head_of_every_page_has_the_site_tags(site):
    url = site.publish(title="关于供水检修的通知", data={"keywords": "供水；检修", "source": "县水务局"})
    for page in ("/", "/tzgg/", url, "/search"):
        head = site.get(page).html.head
        assert head.find("meta", {"name": "SiteIDCode"})["content"] == "4103990001"
    assert site.get("/tzgg/").html.head.find("meta", {"name": "ColumnName"})["content"] == "通知公告"
    tags = {each["name"]: each["content"] for each in site.get(url).html.head.find_all("meta", {"name": True})}
    assert (tags["ArticleTitle"], tags["ContentSource"]) == ("关于供水检修的通知", "县水务局")
    assert tags["Keywords"] == "供水,检修" and tags["Url"] == f"https://www.qingyuan.example{url}"
    assert len(tags["PubDate"]) == len("2025-07-14 01:59") and tags["ColumnName"] == "通知公告"


def test_the_navigation_names_the_public_columns_only_and_marks_the_present_one(site):
    nav = site.get("/tzgg/").html.find("nav", {"class": "nav"})
    assert [a.text for a in nav.find_all("a")] == ["首页", "政务公开", "通知公告", "社会救助", "工作动态", "全部栏目"]
    assert [a.text for a in nav.find_all("a", {"aria-current": True})] == ["通知公告"]


def test_the_home_page_joins_policies_and_interpretations(site):
    policy = site.publish(title="关于印发高龄津贴办法的通知", path="zwgk/zcwj", type_name="policy", by="zhangli",
                          data={"number": "清政办[2026]012号", "validity": "有效", "genre": "通知"})
    with site.county.house.database.reader() as session:
        policy_id = site.document(session, policy).id
    site.publish(title="一图看懂高龄津贴", path="zwgk/zcwj", type_name="interpretation",
                 data={"interprets": policy_id, "form": "picture"})
    pair = site.get("/").html.find("ul", {"class": "pairs"}).text
    assert "高龄津贴办法" in pair and "清政办〔2026〕12号" in pair and "一图看懂" in pair and "图解" in pair


def test_the_figures_say_how_they_are_counted(site):
    for number in range(3):
        site.publish(title=f"通知{number}")
    page = site.get("/")
    figures = page.html.find("dl", {"class": "figures"})
    assert [dd.text for dd in figures.find_all("dd")][:3] == ["3条", "3条", "3条"]
    assert "怎么算的" in page.text and "数据截至" in page.text


def test_the_number_of_queries_does_not_grow_with_the_site(site):
    url = site.publish(title="通知0")
    for number in range(9):
        site.publish(title=f"通知{number}")
    site.index()
    pages = ("/", "/tzgg/", "/zwgk/", "/catalogue", "/sitemap", "/search?q=通知", url)
    for page in pages:
        site.get(page)  # the picture of the tree is taken
    few = {page: site.queries(page) for page in pages}
    with site.county.house.database.writer.begin() as session:
        _publish_many(site, session, 50)
    site.index()
    for page in pages:
        site.get(page)  # the counts are taken anew
    assert {page: site.queries(page) for page in pages} == few
    assert max(few.values()) <= 8 and few[url] <= 3, few


def _publish_many(site, session, count):
    for number in range(count):
        document = site.county.write(session, title=f"又一个通知{number}", body="<p>正文。</p>")
        session.flush()
        fire(session, site.county.house, document, "import", SYSTEM)
