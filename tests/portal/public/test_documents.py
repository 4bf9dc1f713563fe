"""Documents: metadata and text, what belongs to them, and what is left when they may no longer be read."""

from __future__ import annotations

import datetime as dt

from content import tree, writing
from content.base import local_date, now

POLICY = {"number": "清政办[2026]012号", "genre": "通知", "topic": "民政、扶贫、救灾", "validity": "有效",
          "formed": "2026-10-28", "effective": "2026-11-15"}


def policy(site, title="清源县高龄津贴发放管理办法", **more):
    return site.publish(title=title, body="<p>第一条　为规范发放，制定本办法。</p>", path="zwgk/zcwj",
                        type_name="policy", data={**POLICY, **more})


def id_of(site, url: str) -> int:
    with site.county.house.database.reader() as session:
        return site.document(session, url).id


def metadata(page) -> dict[str, str]:
    return {each.dt.text: each.dd.text for each in page.html.select("dl.doc-meta > div")}


def panels(page) -> dict[str, list[str]]:
    return {each.h2.text: [a.text for a in each.select(".panel-list a")] for each in page.html.select("aside .panel")
            if each.select(".panel-list")}


def test_a_policy_has_its_red_head_number_and_metadata(site):
    page = site.get(policy(site))
    facts = metadata(page)
    assert list(facts)[:4] == ["索引号", "发文机关", "发文字号", "公文种类"]
    assert facts["发文字号"] == "清政办〔2026〕12号" and facts["成文日期"] == "2026年10月28日"
    assert facts["有效性"] == "有效" and facts["实施日期"] == "2026年11月15日" and "发布日期" in facts
    assert page.html.select_one(".gongwen-organ").text == "清源县民政局"
    assert page.html.h1.text == "清源县高龄津贴发放管理办法" and "第一条　为规范发放" in page.text


def test_a_notice_has_no_red_head(site):
    page = site.get(site.publish())
    assert page.html.select_one(".gongwen-organ") is None and metadata(page)["发布机构"] == "清源县民政局"


def test_who_answers_for_it_with_the_office_phone(site):
    chain = site.get(site.publish()).html.select_one("dl.chain").text
    assert "县民政局" in chain and "0399-6660000" in chain


def test_policy_and_interpretation_are_linked_both_ways(site):
    url = policy(site)
    other = site.publish(title="80岁以上每月领多少", path="zwgk/zcwj", type_name="interpretation",
                         data={"interprets": id_of(site, url), "form": "qa"})
    assert panels(site.get(url)) == {"解读": ["80岁以上每月领多少"]}
    assert panels(site.get(other)) == {"解读的文件": ["清源县高龄津贴发放管理办法"]}


def test_what_is_abolished_says_so_and_names_what_holds_now(site):
    old = policy(site, title="旧办法", number="清政办〔2019〕33号")
    new = policy(site, title="新办法", abolishes=id_of(site, old), supersedes=id_of(site, old))
    page = site.get(old)
    assert "本文件已废止，不再执行" in page.text and page.html.select_one(".doc-banner a")["href"] == new
    assert metadata(page)["有效性"] == "已废止"
    assert panels(site.get(new)) == {"代替的文件": ["旧办法"]}


def test_an_archived_document_says_since_when(site):
    url = site.publish()
    site.fire(url, "archive", "wangjianguo")
    today = local_date(now())
    assert f"已归档（{today.year}年{today.month}月{today.day}日）" in site.get(url).text


def test_a_withdrawn_document_leaves_reason_and_office_but_neither_title_nor_text(site):
    url = site.publish(title="低保对象名单公示", body="<p>名单如下。</p>")
    site.fire(url, "withdraw", why="附件含个人信息，处理后重新发布", reason_kind="privacy")
    page = site.get(url, status=410)
    assert "涉及个人隐私" in page.text and "0399-6660000" in page.text and "县民政局" in page.text
    assert "附件含个人信息" not in page.text
    assert "低保对象" not in page.text and "名单如下" not in page.text


def test_a_notice_ends_with_its_period_even_before_the_worker_knows(site):
    yesterday = local_date(now()) - dt.timedelta(days=1)
    url = site.publish(title="拟聘用人员公示", data={"ends": yesterday.isoformat()})
    page = site.get(url, status=410)
    assert "公示期已满" in page.text and "拟聘用人员" not in page.text
    running = site.publish(title="仍在公示", data={"ends": local_date(now()).isoformat()})
    assert "公示至" in site.get(running).text


def test_a_withdrawn_document_vanishes_everywhere_at_once_though_the_index_still_has_it(site):
    url = site.publish(title="低保对象名单公示")
    site.index()
    pages = ("/", "/tzgg/", "/catalogue", "/catalogue.csv", "/tzgg/list.csv", "/search?q=低保对象", "/feeds/latest.rss",
             "/feeds/latest.atom", "/feeds/column/tzgg.rss", "/feeds/department/QY-mzj.rss", "/search.rss?q=低保对象")
    for page in pages:
        assert "名单公示" in site.get(page).text.replace("<mark>", "").replace("</mark>", ""), page
    assert url in site.get("/sitemap/2026.xml").text
    site.fire(url, "withdraw", why="含个人信息", reason_kind="privacy")
    for page in pages:
        assert "名单公示" not in site.get(page).text.replace("<mark>", "").replace("</mark>", ""), page
    site.get("/sitemap/2026.xml", status=404)


def test_a_corrected_document_is_never_shown_by_the_words_of_a_late_index(site):
    url = site.publish(title="供水通知", body="<p>原来的正文说了不该说的。</p>")
    site.index()
    with site.county.house.database.writer.begin() as session:
        document = site.document(session, url)
        site.county.move(session, document, "revise", "zhangli", why="更正")
        writing.save(session, document, base_id=document.head_id, actor_id=site.county.users["zhangli"],
                     title="供水通知（更正）", body="<p>新的正文。</p>", data={})
        site.county.publish(session, document)
    text = site.get("/search?q=供水").text
    assert "供水通知（更正）" in text and "不该说的" not in text


def test_the_qr_code_and_the_link_to_share_are_those_of_the_document(site):
    url = site.publish()
    page = site.get(url)
    qr = page.html.select_one(".qr svg")
    assert qr is not None and qr.find("path") is not None and not qr.has_attr("style")
    assert page.html.select_one("[data-copy]")["data-copy"] == f"https://www.qingyuan.example{url}"


def test_the_address_stays_when_the_columns_are_renamed(site):
    url = site.publish()
    with site.county.house.database.writer.begin() as session:
        column = session.get_one(tree.Column, site.county.columns["tzgg"])
        tree.change(session, column, actor_id=None, slug="gonggao", name="公告")
    assert site.get(url).html.select(".breadcrumb a")[1]["href"] == "/gonggao/"
    assert site.get("/tzgg/", status=301).location.endswith("/gonggao/")
    assert site.get("/feeds/column/tzgg.rss")
